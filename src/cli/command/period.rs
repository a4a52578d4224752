//! `assay period`.

use super::Call;
use crate::base::clock::minute;
use crate::base::{Error, Result};
use crate::cli::arguments::PeriodCommand;
use crate::domain::Request;
use crate::domain::completeness::Cell;
use crate::domain::listing::{PeriodKey, PeriodRow, Query};

pub fn run(call: &Call<'_>, command: &PeriodCommand) -> Result<()> {
    match command {
        PeriodCommand::List { dataset } => {
            let rows = rows(call, Query { dataset: dataset.dataset.clone(), ..Query::default() })?;
            call.list(&rows, &["dataset", "period", "state", "live", "providers"], |row| {
                vec![
                    row.dataset.clone(),
                    row.period.to_string(),
                    row.state.as_str().to_owned(),
                    row.live.as_ref().map(ToString::to_string).unwrap_or_default(),
                    row.cells.iter().map(said).collect::<Vec<_>>().join(", "),
                ]
            })
        }
        PeriodCommand::Show { period, dataset } => {
            let query = Query { dataset: dataset.dataset.clone(), period: Some(*period), ..Query::default() };
            let rows = rows(call, query)?;
            let row = match rows.as_slice() {
                [row] => row,
                [] => {
                    return Err(Error::not_found(format!("nothing is owed or delivered for {period}"))
                        .hint("assay period list"));
                }
                several => {
                    let names: Vec<&str> = several.iter().map(|row| row.dataset.as_str()).collect();
                    return Err(Error::usage(format!("several datasets have a period {period}"))
                        .hint(format!("say which one with --dataset: {}", names.join(", "))));
                }
            };
            if call.output.is_json() {
                return call.output.document(row);
            }
            call.output.line(&format!("{}/{} is {}", row.dataset, row.period, row.state.as_str()))?;
            row.cells.iter().try_for_each(|cell| {
                let due = cell.due.map(|due| format!(", due {}", minute(due))).unwrap_or_default();
                let batch = cell.batch.as_ref().map(|batch| format!(", batch {batch}")).unwrap_or_default();
                let lacks = cell.lacks().map(|lacks| format!(", {lacks}")).unwrap_or_default();
                call.output.line(&format!("  {}{lacks}{due}{batch}", said(cell)))
            })
        }
        PeriodCommand::Baseline { period, dataset, reason } => call.change(Request::Baseline {
            dataset: dataset.dataset.clone(),
            period: *period,
            reason: reason.reason.clone(),
        }),
    }
}

fn rows(call: &Call<'_>, query: Query<PeriodKey>) -> Result<Vec<PeriodRow>> {
    call.all(query, PeriodRow::key, |query| call.workspace.periods(query))
}

fn said(cell: &Cell) -> String {
    format!("{} {}", cell.provider, cell.state.as_str())
}
