//! `--dry-run`: what a request would do, in sentences, with the same refusals.

use super::{batch, ingest, run};
use crate::base::{Error, Result};
use crate::domain::listing::Query;
use crate::domain::{ReleaseName, ReleaseState, Request, TaskState};
use crate::ops::{Session, Workspace};
use crate::pipeline::{publication, verdict};

impl Workspace {
    /// What the request would do.
    pub fn preview(&self, session: &Session, request: &Request) -> Result<Vec<String>> {
        session.require(request)?;
        let mut lines = vec![format!("{} would run: {}", session.actor.name, request.command_line())];
        lines.extend(self.effects(session, request)?);
        Ok(lines)
    }

    fn effects(&self, session: &Session, request: &Request) -> Result<Vec<String>> {
        match request {
            Request::Ingest { dataset, provider } => {
                return ingest::preview(&self.reading()?, dataset.as_deref(), provider.as_deref());
            }
            Request::Run { dataset, period, model } => {
                model.as_ref().map(|model| self.model(model)).transpose()?;
                let query = Query { dataset: dataset.clone(), period: *period, ..Query::default() };
                let steps = self.steps(&query)?.into_values().filter(|step| step.state != TaskState::Done);
                return Ok(steps.map(|step| format!("would run {}", step.task.slot())).collect());
            }
            Request::Publish { release } => return self.publication(release),
            Request::Rollback { release, to, .. } => {
                let to = publication::target(&self.reading()?, release, to.as_ref())?;
                return Ok(vec![format!("clients would see {to} again")]);
            }
            Request::WithdrawRelease { release, .. } => {
                self.release(release)?.release.state.allow(ReleaseState::Withdrawn)?;
                return Ok(vec![format!("clients would see nothing for {}", release.period)]);
            }
            Request::AddBatch { file, dataset, provider, period } => {
                let (file, dataset, provider) = (file.clone(), dataset.clone(), provider.clone());
                let addressed = ingest::Addressed { file, dataset, provider, period: *period };
                let slice = ingest::slice_of(&self.reading()?, &addressed)?;
                return Ok(vec![format!("would take in {} for {slice}", addressed.file.display())]);
            }
            Request::AcceptBatch { batch, .. } => drop(batch::quarantined(&self.reading()?, batch)?),
            Request::RegisterModel { file, .. } => readable(file)?,
            Request::TrainModel { data, test, .. } => data.iter().chain(test).try_for_each(|file| readable(file))?,
            Request::CancelTask { task } => {
                return Ok(vec![format!("would stop {}", run::running(self, task)?.slot())]);
            }
            Request::RetryTask { task } => return Ok(vec![format!("would run {}", run::find(self, task)?.slot())]),
            Request::ApplyContract { .. } => {
                let lines = self.contract_diff()?.lines;
                // The first change of all takes the first contract into force: there is nothing to compare it with.
                if self.contract_state()?.version > 0 {
                    self.rehearse(session, request)?;
                }
                return Ok(lines);
            }
            // What changes the journal alone is tried out there, and taken back.
            Request::RejectBatch { .. }
            | Request::WithdrawBatch { .. }
            | Request::Baseline { .. }
            | Request::PromoteModel { .. }
            | Request::ArchiveModel { .. }
            | Request::ConfirmAnomaly { .. }
            | Request::WaiveAnomaly { .. }
            | Request::ReopenAnomaly { .. }
            | Request::Assess { .. }
            | Request::Approve { .. }
            | Request::RevokeApproval { .. }
            | Request::RejectRelease { .. } => return self.rehearse(session, request),
        }
        Ok(Vec::new())
    }

    fn rehearse(&self, session: &Session, request: &Request) -> Result<Vec<String>> {
        let context = self.rehearsing(session.origin(request))?;
        let reply = self.dispatch(&context, session, request.clone(), &|_| {})?;
        Ok(reply.lines)
    }

    fn publication(&self, release: &ReleaseName) -> Result<Vec<String>> {
        let detail = self.release(release)?;
        verdict::refuse(&detail.row.blocked_by, &format!("{release} can't be published"))?;
        detail.release.state.allow(ReleaseState::Publishing)?;
        let mut lines = vec![format!("would publish {} rows with {}", detail.total_rows, detail.release.model)];
        lines.extend(detail.changes.since.map(|live| format!("{live} would be superseded")));
        Ok(lines)
    }
}

fn readable(file: &std::path::Path) -> Result<()> {
    if file.is_file() { Ok(()) } else { Err(Error::not_found(format!("there is no file `{}`", file.display()))) }
}
