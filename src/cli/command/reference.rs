//! `assay reference`.

use super::Call;
use crate::base::clock::minute;
use crate::base::{Result, text};
use crate::cli::arguments::ReferenceCommand;
use crate::domain::reference::Revision;

pub fn run(call: &Call<'_>, command: &ReferenceCommand) -> Result<()> {
    match command {
        ReferenceCommand::List { dataset } => {
            let tables = call.workspace.references(dataset.dataset.as_deref())?;
            call.list(&tables, &["reference", "dataset", "by", "gives", "revision", "rows", "file", "at"], |table| {
                let of = |word: &dyn Fn(&Revision) -> String| table.current.as_ref().map(word).unwrap_or_default();
                vec![
                    table.reference.clone(),
                    table.dataset.clone(),
                    table.key.join(", "),
                    table.gives.join(", "),
                    table.current.as_ref().map_or_else(|| "never came".to_owned(), |one| one.revision.to_string()),
                    of(&|one| text::grouped(one.rows)),
                    of(&|one| one.file.clone()),
                    of(&|one| minute(one.at)),
                ]
            })
        }
        ReferenceCommand::History { reference, dataset } => {
            let revisions = call.workspace.revisions(dataset.dataset.as_deref(), reference.as_deref())?;
            call.list(&revisions, &["reference", "dataset", "revision", "rows", "file", "content", "by", "at"], |one| {
                vec![
                    one.reference.clone(),
                    one.dataset.clone(),
                    one.revision.to_string(),
                    text::grouped(one.rows),
                    one.file.clone(),
                    one.content.short().to_owned(),
                    one.by.clone(),
                    minute(one.at),
                ]
            })
        }
    }
}
