//! Changes: each a request of somebody, checked against role and state, carried out, answered in sentences.

mod anomaly;
mod baseline;
mod batch;
mod contract;
mod ingest;
mod mapping;
mod model;
mod next;
mod nil;
mod not_understood;
mod preview;
mod promotion;
mod reading;
mod release;
mod run;
mod sync;
#[cfg(test)]
mod tests;
mod training;

pub use contract::ContractDiff;
pub use ingest::{meant_by, provider_of};
pub use next::Next;
use serde_json::json;
pub(super) use training::task_of as training_key;

use super::{Session, Workspace};
use crate::base::{Cancel, Error, Result};
use crate::domain::progress::Progress;
use crate::domain::{ReleaseName, Request};
use crate::pipeline::{Context, consequences, publication};

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Reply {
    /// In one sentence.
    pub message: String,
    /// Line by line, where there is more to say.
    pub lines: Vec<String>,
    /// The releases that it opened.
    #[serde(skip)]
    pub opened: Vec<ReleaseName>,
    /// What comes next.
    #[serde(skip)]
    pub next: Option<Next>,
    /// For programs.
    pub document: serde_json::Value,
    /// What makes it a failure all the same, although something was done and is told above.
    #[serde(skip)]
    pub trouble: Option<Error>,
}

impl Reply {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }
}

/// Whether a request is about the very thing that could not be finished.
fn concerns(request: &Request, left: &publication::Unfinished) -> bool {
    match request {
        Request::Publish { release } | Request::Rollback { release, .. } | Request::WithdrawRelease { release, .. } => {
            left.release.as_ref().is_some_and(|other| other.same_period(release))
        }
        Request::AcceptBatch { batch, .. } => {
            left.batch.as_ref().is_some_and(|other| other.as_str().starts_with(batch.as_str()))
        }
        _ => false,
    }
}

/// Whether a request changes what other releases stand on, which whoever asked for it has to hear.
fn tells_what_follows(request: &Request) -> bool {
    matches!(
        request,
        Request::Publish { .. }
            | Request::Rollback { .. }
            | Request::WithdrawRelease { .. }
            | Request::PromoteModel { .. }
            | Request::WithdrawBatch { .. }
            | Request::AcceptMapping { .. }
            | Request::TakeMappingBack { .. }
    )
}

impl Workspace {
    /// Carries out a request. Long ones report progress and stop when asked to.
    pub fn perform(
        &self,
        session: &Session,
        request: Request,
        progress: &(dyn Fn(Progress) + Sync),
        cancel: &Cancel,
    ) -> Result<Reply> {
        request.validate()?;
        let request = request.with_files(|path| self.place_of(session.via, path));
        let command = request.command_line();
        let first = self.contract_state()?.version == 0;
        let context = self.admitted(session, &request, cancel)?;
        if first && matches!(request, Request::ApplyContract { .. }) {
            // The first change takes the contract into force: this was it.
            return Ok(Reply { lines: contract::inboxes(self)?, ..contract::in_force(1) });
        }
        let recovered = publication::recover(&context, progress)?;
        let mut said = recovered.done;
        for left in recovered.left {
            if concerns(&request, &left) {
                return Err(left.error);
            }
            tracing::warn!(error = %left.error, "something begun can't be finished");
            said.push(format!("warning: {}", left.error.one_line()));
            said.extend(left.error.hints().iter().map(|hint| format!("  {hint}")));
        }
        let open = || self.journal().read(|snapshot| snapshot.open_releases());
        let (before, tells) = (open()?, tells_what_follows(&request));
        let mut reply = self
            .dispatch(&context, session, request, progress)
            .map_err(|error| said.iter().fold(error, |error, line| error.hint(format!("beside this: {line}"))))?;
        reply.lines.splice(0..0, said);
        if first {
            reply.message = format!("contract 1 came into force; {}", reply.message);
            reply.lines.splice(0..0, contract::inboxes(self)?);
        }
        // It is done by now, whether what follows can be read or not.
        if let Ok(after) = open() {
            let follows = consequences::between(&before, &after);
            reply.lines.extend(tells.then(|| follows.sentences()).into_iter().flatten());
            let waits = !follows.checked_again.is_empty() || !follows.opened.is_empty();
            reply.next = reply.next.or_else(|| (tells && waits).then_some(Next::Run));
            reply.opened = follows.opened.into_iter().map(|(release, _)| release).collect();
        }
        if reply.document.is_null() {
            reply.document = json!({ "message": reply.message });
        }
        tracing::info!(command, message = reply.message, "done");
        Ok(reply)
    }

    /// What the pipeline needs to work for somebody who may ask for this by the contract in force, whatever role they
    /// had when their session began. [`Context::write`] refuses what is left of the work once another version is.
    fn admitted(&self, session: &Session, request: &Request, cancel: &Cancel) -> Result<Context> {
        // Asked before anything is written: the first change of all takes the contract into force.
        let origin = session.under(&self.contract()?)?.permitted(request)?;
        let context = self.context(&origin, cancel)?;
        let origin = session.under(&context.contract)?.permitted(request)?;
        Ok(Context { origin, ..context })
    }

    fn dispatch(
        &self,
        context: &Context,
        session: &Session,
        request: Request,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Reply> {
        match request {
            Request::Ingest { dataset, provider, full } => ingest::all(context, dataset, provider, full, progress),
            Request::AddBatch { file, dataset, provider, period } => {
                ingest::file(context, &ingest::Addressed { file, dataset, provider, period }, progress)
            }
            Request::NilReturn { dataset, provider, period, .. } => {
                nil::land(context, dataset.as_deref(), &provider, period, progress)
            }
            Request::AcceptBatch { batch, .. } => batch::accept(context, &batch, progress),
            Request::RejectBatch { batch, .. } => batch::reject(context, &batch),
            Request::WithdrawBatch { batch, .. } => batch::withdraw(context, &batch),
            Request::Run { dataset, period, model } => {
                run::everything(self, context, session, &run::Wanted { dataset, period, model }, progress)
            }
            Request::CancelTask { task } => run::cancel(self, context, &task),
            Request::RetryTask { task } => run::retry(self, context, &task, progress),
            Request::Baseline { dataset, period, .. } => baseline::accept(context, dataset, period),
            Request::RegisterModel { name, file, test, note } => {
                model::register(context, name, &file, test.as_deref(), note)
            }
            Request::TrainModel { name, data, verdicts, lexicons, silver, test, seed, note } => {
                let training = training::Training { name, data, verdicts, lexicons, silver, test, seed, note };
                training::train(context, training, progress)
            }
            Request::PromoteModel { model, waive, .. } => promotion::promote(context, &model, waive),
            Request::SyncModels => sync::sync(context),
            Request::AliasModel { model, alias } => promotion::name(context, &model, &alias),
            Request::AssessReading { before, after, batch, row, right, digest, overrule, note } => {
                let judgement = reading::Judgement { before, after, batch, row, right, digest, overrule, note };
                reading::assess(context, judgement)
            }
            Request::ArchiveModel { model, .. } => model::archive(context, model),
            Request::ConfirmAnomaly { id, .. } => anomaly::confirm(context, &id),
            Request::AcceptMapping { id, columns, .. } => mapping::accept(context, &id, columns),
            Request::TakeMappingBack { mapping, .. } => mapping::take_back(context, mapping),
            Request::WaiveAnomaly { id, until, .. } => anomaly::waive(context, &id, until),
            Request::ReopenAnomaly { id, .. } => anomaly::reopen(context, &id),
            Request::Assess { id, batch, row, accepted, overrule, note } => {
                anomaly::assess(context, &id, anomaly::Judgement { batch, row, accepted, overrule, note })
            }
            // The note is on record as the reason of the event.
            Request::Approve { release, digest, note: _ } => release::approve(context, release, digest),
            Request::RevokeApproval { release, .. } => release::revoke(context, release),
            Request::RejectRelease { release, .. } => release::reject(context, release),
            Request::Publish { release } => release::publish(context, &release, progress),
            Request::Rollback { release, to, .. } => release::rollback(context, &release, to.as_ref()),
            Request::WithdrawRelease { release, .. } => release::withdraw(context, &release),
            Request::ApplyContract { .. } => contract::apply(self, context),
        }
    }
}
