//! `--dry-run`: what a request would do, in sentences, with the same refusals.

mod beyond;
mod promotion;

use std::collections::BTreeSet;

use super::run::Wanted;
use super::{baseline, batch, contract, ingest, model, nil, release, run, sync, training};
use crate::base::{Result, text};
use crate::domain::coverage::Part;
use crate::domain::listing::Query;
use crate::domain::{ReleaseName, ReleaseState, Request, TaskKind, TaskState};
use crate::journal::Transaction;
use crate::ops::{BatchChange, Session, Workspace};
use crate::pipeline::{Context, consequences, gate, publication, rules, slices};

impl Workspace {
    /// What the request would do.
    pub fn preview(&self, session: &Session, request: &Request) -> Result<Vec<String>> {
        request.validate()?;
        let request = &request.clone().with_files(|path| self.place_of(session.via, path));
        let session = &session.under(&self.contract()?)?;
        session.permitted(request)?;
        let mut lines = vec![format!("{} would run: {}", session.actor.name, request.command_line())];
        lines.extend(self.effects(session, request)?);
        lines.extend(self.costs_approval(session, request)?);
        Ok(lines)
    }

    fn effects(&self, session: &Session, request: &Request) -> Result<Vec<String>> {
        let rehearsing = || self.rehearsing(session.permitted(request)?);
        match request {
            Request::Ingest { dataset, provider, .. } => {
                ingest::preview(&self.reading()?, dataset.as_deref(), provider.as_deref())
            }
            Request::NilReturn { dataset, provider, period, .. } => {
                Ok(vec![nil::would_land(&self.reading()?, dataset.as_deref(), provider, *period)?])
            }
            Request::AddBatch { file, dataset, provider, period } => {
                let (file, dataset, provider) = (file.clone(), dataset.clone(), provider.clone());
                let addressed = ingest::Addressed { file, dataset, provider, period: *period };
                let context = self.reading()?;
                let meant = ingest::destination_of(&context, &addressed)?;
                Ok(vec![ingest::preview_file(&context, &meant, &addressed.file)?])
            }
            Request::AcceptBatch { batch, .. } => Ok(vec![batch::would_accept(&self.reading()?, batch)?]),
            Request::WithdrawBatch { batch, .. } => {
                self.rehearse(session, request)?;
                let context = rehearsing()?;
                let (contract, batch) = (context.contract.clone(), batch::find(&context, batch)?);
                follows(&context, move |transaction| batch::take_back(transaction, &contract, &batch))
            }
            Request::Run { dataset, period, model } => {
                self.tasks_of(&run::Wanted { dataset: dataset.clone(), period: *period, model: model.clone() })
            }
            Request::CancelTask { task } => Ok(vec![format!("would stop {}", run::running(self, task)?.slot())]),
            Request::RetryTask { task } => Ok(vec![format!("would run {}", run::find(self, task)?.slot())]),
            Request::RegisterModel { name, file, test, .. } => model::preview(name, file, test.as_deref()),
            Request::TrainModel { name, data, verdicts, lexicons, silver, test, seed, note } => {
                let training = training::Training {
                    name: name.clone(),
                    data: data.clone(),
                    verdicts: *verdicts,
                    lexicons: lexicons.clone(),
                    silver: *silver,
                    test: test.clone(),
                    seed: *seed,
                    note: note.clone(),
                };
                training::preview(&self.reading()?, &training)
            }
            Request::SyncModels => sync::preview(&self.reading()?),
            Request::PromoteModel { model, .. } => {
                self.rehearse(session, request)?;
                promotion::promotion(&rehearsing()?, model)
            }
            Request::Baseline { dataset, period, .. } => {
                let mut lines = self.rehearse(session, request)?;
                let (dataset, period) = (self.contract()?.dataset_or_only(dataset.as_deref())?.clone(), *period);
                lines.extend(self.would_be_judged(&dataset.name, period)?);
                let vouched = move |transaction: &mut Transaction<'_>| baseline::vouch(transaction, &dataset, period);
                lines.extend(follows(&rehearsing()?, vouched)?);
                Ok(lines)
            }
            Request::ApplyContract { .. } => self.application(session, request),
            Request::Approve { release, .. } => {
                let mut lines = self.rehearse(session, request)?;
                lines.extend(self.would_fall(&rehearsing()?, release)?);
                Ok(lines)
            }
            Request::Publish { release } => self.publication(&rehearsing()?, release),
            Request::Rollback { release, to, .. } => self.rollback(&rehearsing()?, release, to.as_ref()),
            Request::WithdrawRelease { release, .. } => self.withdrawal(&rehearsing()?, release),
            // What changes the journal alone is tried out there, and taken back.
            Request::RejectBatch { .. }
            | Request::AliasModel { .. }
            | Request::ArchiveModel { .. }
            | Request::ConfirmAnomaly { .. }
            | Request::WaiveAnomaly { .. }
            | Request::AcceptMapping { .. }
            | Request::TakeMappingBack { .. }
            | Request::ReopenAnomaly { .. }
            | Request::Assess { .. }
            | Request::AssessReading { .. }
            | Request::RevokeApproval { .. }
            | Request::RejectRelease { .. } => self.rehearse(session, request),
        }
    }

    fn tasks_of(&self, wanted: &run::Wanted) -> Result<Vec<String>> {
        let context = self.reading()?;
        wanted.check(&context)?;
        if let Some(period) = wanted.undelivered(&context)? {
            return Ok(vec![format!("nothing was delivered for {period}")]);
        }
        let query = Query { dataset: wanted.dataset.clone(), period: wanted.period, ..Query::default() };
        let steps = self.steps(&query)?.into_values().filter(|step| step.state != TaskState::Done);
        let mut steps: Vec<_> = steps.collect();
        steps.sort_by_key(|step| step.task.kind);
        let dataset = wanted.dataset.as_deref();
        let opened = wanted.period.map_or(Ok(Vec::new()), |period| self.would_open(dataset, period))?;
        let run = steps.iter().map(|step| step.task.slot());
        let mut run: BTreeSet<String> = run.collect();
        if let Some(model) = &wanted.model {
            let Wanted { dataset, period, .. } = wanted;
            let part =
                Part { model: Some(model.to_string()), dataset: dataset.clone(), period: *period, provider: None };
            let unread = self.coverage(&part)?.into_iter().filter(|one| one.state != TaskState::Done);
            run.extend(unread.map(|one| slices::slot(TaskKind::Enrich, &one.slice, &one.model)));
        }
        Ok(opened.into_iter().chain(run.iter().map(|slot| format!("would run {slot}"))).collect())
    }

    fn application(&self, session: &Session, request: &Request) -> Result<Vec<String>> {
        let mut lines = self.contract_diff()?.lines;
        let state = self.contract_state()?;
        // The first change of all takes the first contract into force: there is nothing to compare it with.
        if state.version == 0 {
            rules::test(&state.file?)?;
            return Ok(lines);
        }
        let outlived = self.rehearse(session, request)?;
        let (version, contract) = (state.version + 1, state.file?);
        lines.extend(self.would_count_no_more(&state.contract, &contract)?);
        let in_force = move |transaction: &mut Transaction<'_>| contract::put_in_force(transaction, &contract, version);
        lines.extend(follows(&self.rehearsing(session.permitted(request)?)?, in_force)?);
        lines.extend(outlived);
        Ok(lines)
    }

    fn rehearse(&self, session: &Session, request: &Request) -> Result<Vec<String>> {
        let context = self.rehearsing(session.permitted(request)?)?;
        let reply = self.dispatch(&context, session, request.clone(), &|_| {})?;
        Ok(reply.lines)
    }

    fn publication(&self, context: &Context, release: &ReleaseName) -> Result<Vec<String>> {
        let detail = self.release(release)?;
        if detail.release.state == ReleaseState::Published {
            return Ok(vec![format!("{release} is published already")]);
        }
        release::publishable(detail.release.state, release, detail.row.live.as_ref())?;
        gate::refuse(&detail.row.blocked_by, &format!("{release} can't be published"))?;
        publication::gold_is_ready(context, context.contract.dataset(&release.dataset)?, release.period)?;
        let rows = text::counted(detail.total_rows, "row");
        let mut lines = vec![format!("would publish {rows} with {}", detail.release.model)];
        lines.extend(detail.row.live.map(|live| format!("{live} would be superseded")));
        let (contract, release) = (context.contract.clone(), release.clone());
        lines.extend(follows(context, move |transaction| {
            publication::rehearse_publish(transaction, &contract, &release)
        })?);
        Ok(lines)
    }

    fn rollback(&self, context: &Context, from: &ReleaseName, to: Option<&ReleaseName>) -> Result<Vec<String>> {
        let to = publication::target(context, from, to)?;
        let back = self.release(&to)?;
        let rows = text::counted(back.total_rows, "row");
        let mut lines = vec![
            format!("clients would see {to} again: {rows}, made with {}", back.release.model),
            format!("{from} would be superseded"),
        ];
        lines.extend(self.changes_between(context, from, &to)?.batches.iter().flat_map(BatchChange::sentences));
        let (contract, from) = (context.contract.clone(), from.clone());
        lines.extend(follows(context, move |transaction| {
            publication::rehearse_rollback(transaction, &contract, from, to)
        })?);
        Ok(lines)
    }

    fn withdrawal(&self, context: &Context, release: &ReleaseName) -> Result<Vec<String>> {
        let detail = self.release(release)?;
        detail.release.state.allow(ReleaseState::Withdrawn)?;
        let rows = text::counted(detail.total_rows, "row");
        let mut lines = vec![format!("clients would see nothing for {}: {rows} go", release.period)];
        let (contract, release) = (context.contract.clone(), release.clone());
        lines.extend(follows(context, move |transaction| {
            publication::rehearse_withdrawal(transaction, &contract, release)
        })?);
        Ok(lines)
    }
}

/// What a change means for the open releases.
fn follows(
    context: &Context,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<()> + Send + 'static,
) -> Result<Vec<String>> {
    Ok(consequences::of(context, work)?.sentences())
}
