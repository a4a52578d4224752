//! A delivered file looked at before it is taken in: inside of a workspace or outside of any.

use std::path::Path;

use super::Workspace;
use super::act::{meant_by, provider_of};
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::domain::note::FieldRead;
use crate::domain::understood::{Example, RejectKind, Repair, Understood};
use crate::domain::{Dataset, Meant};
use crate::lake::extension_of;
use crate::pipeline::header;
use crate::pipeline::refine::{self, trial::Trial};
use crate::source::read;

/// What a file holds, as it would be taken in. The names are a promise to programs that read the JSON.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FilePreview {
    /// How it is read.
    #[serde(flatten)]
    pub understood: Understood,
    /// Its columns as delivered.
    pub columns: Vec<String>,
    /// How many rows it has, those that are refused not counted. Where it is known whose file it is, what its contract
    /// refuses is refused.
    pub rows: u64,
    /// The first records as they stand in the file, also those that the contract refuses.
    pub sample: Vec<Vec<Option<String>>>,
    /// What was repaired.
    pub repairs: Vec<Repair>,
    /// How many records are refused.
    pub rejected: u64,
    /// The first of them.
    pub rejects: Vec<Example>,
    /// What each field of the contract is read from; empty without a workspace.
    pub mapping: Vec<FieldRead>,
    /// Why it would wait for a person; none where it would not, or without a workspace.
    pub quarantine: Option<String>,
}

/// Whose file it is, as far as that is said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whose<'a> {
    /// The dataset.
    pub dataset: Option<&'a str>,
    /// The provider.
    pub provider: Option<&'a str>,
}

/// Reads a file without taking it in, and keeps at most so many of its rows. Inside of a workspace it is
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
    let expected = found
        .as_ref()
        .map_or_else(read::Expected::default, |(dataset, provider)| read::Expected::of(dataset, provider));
    if !file.is_file() {
        return Err(Error::not_found(format!("there is no file `{}`", file.display())));
    }
    let extension = extension_of(file);
    let read = read::preview(file, &extension, expected, most, cancel)?;
    let columns = read.columns;
    let mut preview = FilePreview {
        understood: read.understood,
        columns: columns.iter().map(|column| column.delivered.clone()).collect(),
        rows: read.rows,
        sample: read.sample,
        repairs: read.repairs,
        rejected: read.rejected,
        rejects: read.rejects,
        mapping: Vec::new(),
        quarantine: None,
    };
    if let Some((dataset, provider)) = &found {
        let covers = match meant_by(dataset, provider, file) {
            Meant::For(span) => Some(span),
            Meant::ByRows | Meant::Unclear(_) => None,
        };
        let open = || read::open(file, &extension, expected, cancel);
        let header = header::check(dataset, provider, &columns, open, cancel);
        preview.refined(refine::trial::run(dataset, provider, covers.as_ref(), open, cancel)?);
        let records = preview.rows + preview.rejected;
        preview.quarantine = match header {
            Err(error) if error.kind() == ErrorKind::BadData => Some(error.one_line()),
            header => {
                header?;
                provider.too_much_refused(preview.rejected, records)
            }
        };
    }
    Ok(preview)
}

impl FilePreview {
    /// With what its contract makes of it.
    fn refined(&mut self, trial: Trial) {
        let Trial { note, kept, refused } = trial;
        (self.rows, self.rejected, self.mapping) = (kept, refused, note.fields);
        self.repairs.extend(note.repairs);
        let others = note.rejects.into_iter().filter(|refusal| refusal.kind != RejectKind::Malformed);
        self.rejects.extend(others.flat_map(|refusal| refusal.examples));
        self.rejects.sort_by_key(|reject| reject.line);
    }
}
