//! What waits in the inboxes, and what is to become of each file.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::SystemTime;

use crate::base::{Error, Result};
use crate::domain::contract::Source;
use crate::domain::{Dataset, Destination, Provider};
use crate::pipeline::Context;
use crate::source::inbox;

/// A file that the pattern of a provider means.
#[derive(Clone)]
pub struct Waiting {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name as delivered.
    pub file_name: String,
    /// What it is for, or why it has to be left.
    pub meant: Result<Destination, String>,
    /// Why it can't be read.
    pub unreadable: Option<String>,
    /// Why nobody can tell whether another one comes before it.
    pub unordered: Option<String>,
    modified: Option<SystemTime>,
}

/// The files of the inboxes of all providers, or of those of this dataset and name: folder by folder, the oldest first.
pub fn waiting(context: &Context, dataset: Option<&str>, provider: Option<&str>) -> Result<Vec<Waiting>> {
    let meant = meant(context, dataset, provider)?;
    let mut waiting = Vec::new();
    for folder in folders(&meant) {
        let of_folder: Vec<_> = meant.iter().copied().filter(|(_, provider)| provider.name == folder).collect();
        let mut files = in_folder(context, folder, &of_folder).unwrap_or_else(|error| vec![unreadable(folder, &error)]);
        // What was written last is the newest word, whatever the files are called.
        files.sort_by(|one, other| (one.modified, &one.file_name).cmp(&(other.modified, &other.file_name)));
        leave_what_has_no_order(&mut files);
        waiting.extend(files);
    }
    Ok(waiting)
}

/// The names of the inboxes that are meant, sorted. Where all are, also of those that no provider has any more, as long as
/// something lies aside there.
pub fn inboxes(context: &Context, dataset: Option<&str>, provider: Option<&str>) -> Result<Vec<String>> {
    let mut names: Vec<String> = folders(&meant(context, dataset, provider)?).into_iter().map(str::to_owned).collect();
    if dataset.is_none() && provider.is_none() {
        names.extend(inbox::with_something_aside(&context.root.join(inbox::FOLDER))?);
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// An inbox that can't be looked into keeps no other one out.
fn unreadable(folder: &str, error: &Error) -> Waiting {
    let file_name = folder.to_owned();
    Waiting {
        path: PathBuf::from(folder),
        file_name,
        meant: Err(error.one_line()),
        unreadable: None,
        unordered: None,
        modified: None,
    }
}

/// The names of the providers' folders, each once, however many datasets share it.
fn folders<'a>(meant: &[(&Dataset, &'a Provider)]) -> Vec<&'a str> {
    let mut folders: Vec<&str> = Vec::new();
    for (_, provider) in meant {
        if !folders.contains(&provider.name.as_str()) {
            folders.push(&provider.name);
        }
    }
    folders
}

/// The files of one folder, each once, however many datasets share it.
fn in_folder(context: &Context, folder: &str, of_folder: &[(&Dataset, &Provider)]) -> Result<Vec<Waiting>> {
    let path = context.root.join(inbox::FOLDER).join(folder);
    let mut found: BTreeMap<PathBuf, (inbox::Found, Vec<Destination>)> = BTreeMap::new();
    for (dataset, provider) in of_folder {
        let Source::Inbox { pattern, .. } = &provider.source;
        for file in inbox::scan(&path, pattern, &dataset.rhythm(provider))? {
            let meant =
                file.covers.clone().ok().and_then(|covers| dataset.destination(provider, covers, &file.file_name));
            found.entry(file.path.clone()).or_insert((file, Vec::new())).1.extend(meant);
        }
    }
    let file = |(path, (file, mut meant)): (PathBuf, (inbox::Found, Vec<Destination>))| {
        let meant = match (meant.len(), file.covers) {
            (0, Err(why)) => Err(why),
            (0, Ok(covers)) => Err(format!("{covers} is no time that assay knows")),
            (1, _) => Ok(meant.remove(0)),
            _ => {
                let datasets: Vec<&str> = meant.iter().map(|meant| meant.slice.dataset.as_str()).collect();
                Err(format!(
                    "its name fits the patterns of {folder} in {}; say which by assay ingest --dataset NAME",
                    datasets.join(" and in ")
                ))
            }
        };
        Waiting {
            path,
            file_name: file.file_name,
            meant,
            unreadable: file.unreadable,
            unordered: None,
            modified: file.modified,
        }
    };
    Ok(found.into_iter().map(file).collect())
}

/// Of two files for one slice the newer supersedes the older. Where both have the same time, either order may be the
/// wrong one, and the wrong one would go unnoticed: a person has to say.
fn leave_what_has_no_order(files: &mut [Waiting]) {
    let mut alike: HashMap<(Option<SystemTime>, Destination), Vec<usize>> = HashMap::new();
    for (index, file) in files.iter().enumerate() {
        if let (Ok(meant), None) = (&file.meant, &file.unreadable) {
            alike.entry((file.modified, meant.clone())).or_default().push(index);
        }
    }
    for indices in alike.into_values().filter(|indices| indices.len() > 1) {
        let names: Vec<String> = indices.iter().map(|index| files[*index].file_name.clone()).collect();
        for (place, index) in indices.into_iter().enumerate() {
            let twin = &names[usize::from(place == 0)];
            files[index].unordered = Some(format!(
                "{twin} is for the same period and was written at the same time; touch the one that is the newer"
            ));
        }
    }
}

/// The providers that are meant, dataset by dataset: all, or those of this dataset and name.
fn meant<'a>(
    context: &'a Context,
    dataset: Option<&str>,
    provider: Option<&str>,
) -> Result<Vec<(&'a Dataset, &'a Provider)>> {
    let datasets: Vec<&Dataset> = match dataset {
        Some(name) => vec![context.contract.dataset(name)?],
        None => context.contract.datasets.iter().collect(),
    };
    let all = datasets.iter().flat_map(|dataset| dataset.providers.iter().map(|one| (*dataset, one)));
    let meant: Vec<_> = all.filter(|(_, one)| provider.is_none_or(|name| name == one.name)).collect();
    if let Some((name, dataset)) = provider.zip(datasets.first()).filter(|_| meant.is_empty()) {
        dataset.provider(name)?;
    }
    Ok(meant)
}
