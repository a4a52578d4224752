//! A delivered file looked at before it is taken in: inside of a workspace or outside of any.

use std::path::Path;

use super::Workspace;
use super::act::provider_of;
use crate::base::{Cancel, Error, Result};
use crate::domain::contract::Source;
use crate::domain::understood::{Example, Repair, Understood};
use crate::domain::{Dataset, Provider};
use crate::lake::extension_of;
use crate::source::read;

/// What a file holds, as it would be taken in. The names are a promise to programs that read the JSON.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FilePreview {
    /// How it is read.
    #[serde(flatten)]
    pub understood: Understood,
    /// Its columns as delivered.
    pub columns: Vec<String>,
    /// How many rows it has, those that are refused not counted.
    pub rows: u64,
    /// The first of them.
    pub sample: Vec<Vec<Option<String>>>,
    /// What was repaired.
    pub repairs: Vec<Repair>,
    /// How many records are refused because they don't fit the columns.
    pub rejected: u64,
    /// The first of them.
    pub rejects: Vec<Example>,
    /// What each field of the contract is read from; empty without a workspace.
    pub mapping: Vec<Mapped>,
}

/// What a field of the contract is read from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mapped {
    /// The field.
    pub field: String,
    /// The column as delivered; none where the file has none for it.
    pub column: Option<String>,
}

/// Whose file it is, as far as that is said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whose<'a> {
    /// The dataset.
    pub dataset: Option<&'a str>,
    /// The provider.
    pub provider: Option<&'a str>,
}

/// Reads a file without taking it in, and keeps at most so many of its rows and of its rejects. Inside of a workspace it is
/// read as a delivery of whose it is.
pub fn preview(
    workspace: Option<&Workspace>,
    file: &Path,
    whose: Whose<'_>,
    most: usize,
    cancel: &Cancel,
) -> Result<FilePreview> {
    let contract = workspace.map(Workspace::contract).transpose()?;
    let found = match (&contract, workspace) {
        (Some(contract), Some(workspace)) => {
            let provider = |dataset: &'_ Dataset| provider_of(workspace.root(), dataset, whose.provider, file).cloned();
            let found =
                contract.dataset_or_only(whose.dataset).and_then(|dataset| Ok((dataset.clone(), provider(dataset)?)));
            // Whoever named nobody asks about the file alone.
            if whose.dataset.or(whose.provider).is_some() { Some(found?) } else { found.ok() }
        }
        _ => None,
    };
    let encoding = found.as_ref().and_then(|(_, provider)| {
        let Source::Inbox { encoding, .. } = &provider.source;
        encoding.as_deref()
    });
    if !file.is_file() {
        return Err(Error::not_found(format!("there is no file `{}`", file.display())));
    }
    let read = read::preview(file, &extension_of(file), encoding, most, cancel)?;
    let mapping = found.map_or_else(Vec::new, |(dataset, provider)| mapping(&dataset, &provider, &read));
    Ok(FilePreview {
        understood: read.understood,
        columns: read.columns.into_iter().map(|column| column.delivered).collect(),
        rows: read.rows,
        sample: read.sample,
        repairs: read.repairs,
        rejected: read.rejected,
        rejects: read.rejects,
        mapping,
    })
}

fn mapping(dataset: &Dataset, provider: &Provider, read: &read::Preview) -> Vec<Mapped> {
    let column = |field: &str| provider.column_of(field, &read.columns).map(|column| column.delivered.clone());
    dataset.schema.iter().map(|field| Mapped { field: field.name.clone(), column: column(&field.name) }).collect()
}
