//! `--dry-run`: what a request would do, in sentences, with the same refusals.

use crate::base::{Error, Result};
use crate::domain::listing::Query;
use crate::domain::{Period, ReleaseState, Request, TaskState};
use crate::ops::{Session, Workspace};
use crate::pipeline::{arrival, verdict};

impl Workspace {
    /// What the request would do.
    pub fn preview(&self, session: &Session, request: &Request) -> Result<Vec<String>> {
        session.require(request)?;
        let mut lines = vec![format!("{} would run: {}", session.actor.name, request.command_line())];
        match request {
            Request::Run { dataset, period, .. } => {
                if let Some(period) = period {
                    lines.extend(self.would_open(dataset.as_deref(), *period)?);
                }
                let query = Query { dataset: dataset.clone(), period: *period, ..Query::default() };
                let steps = self.steps(&query)?.into_values().filter(|step| step.state != TaskState::Done);
                lines.extend(steps.map(|step| format!("would run {}", step.task.slot())));
            }
            Request::Publish { release } => {
                let detail = self.release(release)?;
                if detail.release.state == ReleaseState::Published {
                    lines.push(format!("{release} is published already"));
                    return Ok(lines);
                }
                verdict::refuse(&detail.row.blocked_by, &format!("{release} can't be published"))?;
                lines.push(format!("would publish {} rows with {}", detail.total_rows, detail.release.model));
                if let Some(live) = detail.changes.since {
                    lines.push(format!("{live} would be superseded"));
                }
            }
            Request::Approve { release, .. } => {
                let detail = self.release(release)?;
                verdict::refuse(&detail.unready, &format!("{release} is not ready for approval"))?;
            }
            Request::ApplyContract { .. } => lines.extend(self.contract_diff()?.lines),
            Request::AddBatch { file, .. } if !file.is_file() => {
                return Err(Error::not_found(format!("there is no file `{}`", file.display())));
            }
            _ => {}
        }
        Ok(lines)
    }

    /// The releases that running a period would open.
    fn would_open(&self, dataset: Option<&str>, period: Period) -> Result<Vec<String>> {
        let contract = self.contract()?;
        let wanted = contract.datasets.iter().filter(|other| dataset.is_none_or(|name| name == other.name));
        self.journal().read(|snapshot| {
            let mut lines = Vec::new();
            for dataset in wanted {
                if let Some(newest) = arrival::ended(snapshot, dataset, period)? {
                    lines.push(format!("would open another release of {period}: {} was {}", newest.name, newest.state));
                }
            }
            Ok(lines)
        })
    }
}
