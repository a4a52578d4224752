//! What waits in the inboxes, and what is to become of each file.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::SystemTime;

use crate::base::{Error, Result};
use crate::domain::{Dataset, Destination, Meant, Provider};
use crate::pipeline::{Context, dated};
use crate::source::inbox::{self, Look};

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
    /// How it looked when its rows were asked for which periods it is.
    pub looked: Option<Look>,
    modified: Option<SystemTime>,
}

/// The files of the inboxes of all providers, or of those of this dataset and name: folder by folder, the oldest first.
pub fn waiting(context: &Context, dataset: Option<&str>, provider: Option<&str>) -> Result<Vec<Waiting>> {
    let meant = context.contract.providers(dataset, provider)?;
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
    let mut names: Vec<String> =
        folders(&context.contract.providers(dataset, provider)?).into_iter().map(str::to_owned).collect();
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
        looked: None,
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
    let mut found: BTreeMap<PathBuf, Waiting> = BTreeMap::new();
    for (dataset, provider) in of_folder {
        let Some(pattern) = provider.source.pattern() else { continue };
        for file in inbox::scan(&path, pattern, &dataset.rhythm(provider))? {
            let looked = if file.meant == Meant::ByRows { inbox::look(&file.path)? } else { None };
            let meant = destination(context, dataset, provider, &file);
            let waiting = found.entry(file.path.clone()).or_insert_with(|| Waiting {
                path: file.path,
                file_name: file.file_name,
                meant: meant.clone(),
                unreadable: file.unreadable,
                unordered: None,
                looked,
                modified: file.modified,
            });
            waiting.meant = match (&waiting.meant, meant) {
                (Ok(first), Ok(second)) if *first != second => Err(format!(
                    "its name fits the patterns of {folder} in {} and in {}; say which by assay ingest --dataset NAME",
                    first.slice.dataset, second.slice.dataset
                )),
                (Err(_), Ok(second)) => Ok(second),
                (first, _) => first.clone(),
            };
        }
    }
    Ok(found.into_values().collect())
}

/// What a file is for, by its name or by its rows.
fn destination(
    context: &Context,
    dataset: &Dataset,
    provider: &Provider,
    file: &inbox::Found,
) -> Result<Destination, String> {
    let covers = match &file.meant {
        Meant::For(span) => span.clone(),
        Meant::Unclear(why) => return Err(why.clone()),
        Meant::ByRows if file.unreadable.is_some() => return Err("it can't be read".to_owned()),
        Meant::ByRows => dated::span(context, dataset, provider, &file.path).map_err(|error| error.one_line())?,
    };
    let far = format!("{covers} is no time that assay knows");
    dataset.destination(provider, covers, &file.file_name).ok_or(far)
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
