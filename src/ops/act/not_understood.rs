//! Files in the inboxes that no provider's pattern means: named, and left where they are.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::base::{Result, text};
use crate::domain::calendar::Rhythm;
use crate::domain::{Contract, Dataset, FilePattern, Granularity, Provider};
use crate::pipeline::Context;
use crate::source::inbox;

/// A file that nobody takes in.
pub struct NotUnderstood {
    /// Where it lies, below the workspace.
    path: PathBuf,
    why: String,
    /// The file name patterns that would be understood there.
    expected: Vec<String>,
}

impl NotUnderstood {
    /// In one line.
    pub fn line(&self) -> String {
        let expected = match self.expected.as_slice() {
            [] => String::new(),
            patterns => format!("; expected {}", patterns.join(" or ")),
        };
        format!("not understood {}: {}{expected}", self.path.display(), self.why)
    }

    /// For programs.
    pub fn document(&self) -> Value {
        json!({
            "file": self.path.file_name().unwrap_or_default().to_string_lossy(),
            "result": "not_understood",
            "path": self.path.to_string_lossy(),
            "why": self.why,
            "expected": self.expected,
        })
    }
}

/// The files that nobody takes in, whatever the dataset: the providers of several may share a folder. With a dataset or
/// provider, only those in the folders of what is named.
pub fn find(context: &Context, dataset: Option<&str>, provider: Option<&str>) -> Result<Vec<NotUnderstood>> {
    let is_limited = dataset.is_some() || provider.is_some();
    let is_meant = |(set, one): &(&Dataset, &Provider)| {
        dataset.is_none_or(|name| name == set.name) && provider.is_none_or(|name| name == one.name)
    };
    let contract = &context.contract;
    let mut found = Vec::new();
    for file in inbox::lying(&context.root.join(inbox::FOLDER))? {
        context.cancel.check()?;
        let providers = called(contract, file.folder.as_deref());
        if is_limited && !providers.iter().any(is_meant) {
            continue;
        }
        let mut understood = false;
        let mut expected = Vec::new();
        for reference in contract.datasets.iter().flat_map(|dataset| &dataset.references) {
            if file.folder.as_deref() == Some(&reference.name) {
                let pattern = FilePattern::parse(&reference.pattern)?;
                understood |= pattern.meant(&file.file_name, &Rhythm::Every(Granularity::Year)).is_some();
                expected.push(reference.pattern.clone());
            }
        }
        for (dataset, provider) in &providers {
            let Some(pattern) = provider.source.pattern() else { continue };
            understood |= FilePattern::parse(pattern)?.meant(&file.file_name, &dataset.rhythm(provider)).is_some();
            expected.push(pattern.to_owned());
        }
        if !understood {
            let why = why(contract, file.folder.as_deref(), !expected.is_empty());
            let folder = PathBuf::from(inbox::FOLDER).join(file.folder.unwrap_or_default());
            found.push(NotUnderstood { path: folder.join(file.file_name), why, expected });
        }
    }
    Ok(found)
}

/// The providers that a folder of the inboxes belongs to, dataset by dataset.
fn called<'a>(contract: &'a Contract, folder: Option<&str>) -> Vec<(&'a Dataset, &'a Provider)> {
    let all = contract.datasets.iter().flat_map(|dataset| dataset.providers.iter().map(move |one| (dataset, one)));
    all.filter(|(_, provider)| Some(provider.name.as_str()) == folder).collect()
}

fn why(contract: &Contract, folder: Option<&str>, is_known: bool) -> String {
    let Some(folder) = folder else {
        return format!("it lies in no provider's folder, {}/<provider>/", inbox::FOLDER);
    };
    if is_known {
        return format!("its name fits no file name pattern of {folder}");
    }
    let names = contract.datasets.iter().flat_map(|dataset| &dataset.providers).map(|provider| provider.name.as_str());
    match text::nearest(folder, names) {
        Some(near) => format!("no provider is called `{folder}`; did you mean `{near}`?"),
        None => format!("no provider is called `{folder}`"),
    }
}
