//! `--dry-run`: what a request would do, in sentences, with the same refusals.

use super::batch;
use super::model::point_to;
use crate::base::{Cancel, Error, Result, text};
use crate::domain::listing::Query;
use crate::domain::{ModelRef, ReleaseName, ReleaseState, Request, TaskState};
use crate::journal::Transaction;
use crate::ops::{Session, Workspace};
use crate::pipeline::arrival::PRODUCTION;
use crate::pipeline::consequences;
use crate::pipeline::{Context, publication, verdict};

impl Workspace {
    /// What the request would do.
    pub fn preview(&self, session: &Session, request: &Request) -> Result<Vec<String>> {
        session.require(request)?;
        let mut lines = vec![format!("{} would run: {}", session.actor.name, request.command_line())];
        match request {
            Request::Run { dataset, period, .. } => {
                let query = Query { dataset: dataset.clone(), period: *period, ..Query::default() };
                let steps = self.steps(&query)?.into_values().filter(|step| step.state != TaskState::Done);
                lines.extend(steps.map(|step| format!("would run {}", step.task.slot())));
            }
            Request::Publish { release } => {
                let detail = self.release(release)?;
                super::release::publishable(detail.release.state, release, detail.row.live.as_ref())?;
                verdict::refuse(&detail.row.blocked_by, &format!("{release} can't be published"))?;
                lines.push(format!("would publish {} rows with {}", detail.total_rows, detail.release.model));
                if let Some(live) = &detail.row.live {
                    lines.push(format!("{live} would be superseded"));
                }
                let release = release.clone();
                let context = self.rehearsing(session, request)?;
                let contract = context.contract.clone();
                lines.extend(follows(&context, move |transaction| {
                    publication::rehearse_publish(transaction, &contract, &release)
                })?);
            }
            Request::Rollback { release, to, .. } => {
                lines.extend(self.rollback_in_words(session, request, release, to.as_ref())?);
            }
            Request::WithdrawRelease { release, .. } => {
                let detail = self.release(release)?;
                detail.release.state.allow(ReleaseState::Withdrawn)?;
                let rows = text::counted(detail.total_rows, "row");
                lines.push(format!("clients would see nothing for {}: {rows} go", release.period));
                let context = self.rehearsing(session, request)?;
                let (contract, release) = (context.contract.clone(), release.clone());
                lines.extend(follows(&context, move |transaction| {
                    publication::rehearse_withdrawal(transaction, &contract, release)
                })?);
            }
            Request::PromoteModel { model, .. } => {
                let context = self.rehearsing(session, request)?;
                lines.extend(compared(&context, model)?);
                let (contract, model) = (context.contract.clone(), model.clone());
                lines.extend(follows(&context, move |transaction| point_to(transaction, &contract, model))?);
            }
            Request::WithdrawBatch { batch, .. } => {
                let context = self.rehearsing(session, request)?;
                let (contract, batch) = (context.contract.clone(), batch::find(&context, batch)?);
                lines.extend(follows(&context, move |transaction| batch::take_back(transaction, &contract, &batch))?);
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

    fn rollback_in_words(
        &self,
        session: &Session,
        request: &Request,
        from: &ReleaseName,
        to: Option<&ReleaseName>,
    ) -> Result<Vec<String>> {
        let context = self.rehearsing(session, request)?;
        let to = match to {
            Some(to) => to.clone(),
            None => publication::predecessor(&context, from)?,
        };
        let back = self.release(&to)?;
        back.release.state.allow(ReleaseState::Published)?;
        let rows = text::counted(back.total_rows, "row");
        let mut lines = vec![
            format!("clients would see {to} again: {rows}, made with {}", back.release.model),
            format!("{from} would be superseded"),
        ];
        let (contract, from) = (context.contract.clone(), from.clone());
        lines.extend(follows(&context, move |transaction| {
            publication::rehearse_rollback(transaction, &contract, from, to)
        })?);
        Ok(lines)
    }

    /// What a rehearsal of the request needs. It takes no contract into force: that would stay.
    fn rehearsing(&self, session: &Session, request: &Request) -> Result<Context> {
        Ok(self.context_with(self.contract_state()?, session.origin(request), Cancel::default()))
    }
}

/// What a change means for the open releases.
fn follows(
    context: &Context,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<()> + Send + 'static,
) -> Result<Vec<String>> {
    Ok(consequences::of(context, work)?.sentences())
}

/// The scores of a version beside those of the one in production.
fn compared(context: &Context, model: &ModelRef) -> Result<Vec<String>> {
    context.journal.read(|snapshot| {
        let f1 = |model: &ModelRef| -> Result<String> {
            let metrics = snapshot.model(model)?.and_then(|version| version.metrics);
            Ok(metrics.map_or_else(|| "was not measured".to_owned(), |one| format!("has F1 {:.3}", one.overall.f1)))
        };
        Ok(match snapshot.alias(&model.name, PRODUCTION)? {
            Some(present) if present != *model => {
                vec![format!("{model} {}; {present}, in production now, {}", f1(model)?, f1(&present)?)]
            }
            _ => vec![format!("{model} {}; nothing of this name is in production", f1(model)?)],
        })
    })
}
