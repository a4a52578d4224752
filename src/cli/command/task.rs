//! `assay task`.

use super::Call;
use crate::base::{Digest, Result};
use crate::cli::arguments::TaskCommand;
use crate::domain::Request;
use crate::domain::listing::{Query, TaskRow};

pub fn run(call: &Call<'_>, command: &TaskCommand) -> Result<()> {
    match command {
        TaskCommand::List { dataset, period, state } => list(
            call,
            Query { dataset: dataset.dataset.clone(), period: *period, state: state.clone(), ..Query::default() },
        ),
        TaskCommand::Plan { dataset, period } => {
            let tasks = call.workspace.planned(dataset.dataset.as_deref(), *period)?;
            if call.output.is_json() {
                return call.output.document(&tasks);
            }
            tasks.iter().try_for_each(|task| call.output.line(&format!("{}  {}", task.key.short(), task.slot())))
        }
        TaskCommand::Cancel { key } => call.change(Request::CancelTask { task: Digest::from_hex(key) }),
        TaskCommand::Retry { key } => call.change(Request::RetryTask { task: Digest::from_hex(key) }),
    }
}

fn list(call: &Call<'_>, query: Query<String>) -> Result<()> {
    let slot = |row: &TaskRow| format!("{} {}", row.kind, row.subject);
    let rows = call.all(query, slot, |query| call.workspace.tasks(query))?;
    call.list(&rows, &["key", "state", "task", "why"], |row| {
        let why = row.state.note().unwrap_or_default();
        vec![row.key.short().to_owned(), row.state.as_str().to_owned(), slot(row), why.to_owned()]
    })
}
