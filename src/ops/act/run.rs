//! Running the pipeline, stopping and retrying tasks.

use serde_json::json;

use super::Reply;
use crate::base::{Error, ErrorKind, Result, text};
use crate::domain::batch::Delivery;
use crate::domain::listing::Query;
use crate::domain::progress::Progress;
use crate::domain::{
    Batch, Contract, Dataset, Fact, ModelRef, Period, ReleaseName, Request, Task, TaskKey, TaskKind, TaskState,
    TaskSubject,
};
use crate::ops::{Session, Workspace};
use crate::pipeline::schedule::{self, Scope, Summary};
use crate::pipeline::{Context, arrival};

/// What is to be brought up to date; whatever is not named here is meant.
pub struct Wanted {
    /// Of one dataset alone.
    pub dataset: Option<String>,
    /// Of one period alone.
    pub period: Option<Period>,
    /// With this model version beside the one that the releases are made with.
    pub model: Option<ModelRef>,
}

impl Wanted {
    fn means(&self, dataset: &str) -> bool {
        self.dataset.as_ref().is_none_or(|wanted| wanted == dataset)
    }

    fn datasets<'a>(&'a self, contract: &'a Contract) -> impl Iterator<Item = &'a Dataset> {
        contract.datasets.iter().filter(|dataset| self.means(&dataset.name))
    }

    /// Refuses names that nobody knows, and a period of a length that none of the datasets has.
    pub fn check(&self, context: &Context) -> Result<()> {
        self.dataset.as_ref().map(|name| context.contract.dataset(name)).transpose()?;
        if let Some(period) = self.period {
            let checked: Vec<Result<()>> =
                self.datasets(&context.contract).map(|dataset| dataset.check_period(period)).collect();
            if checked.iter().all(Result::is_err) {
                checked.into_iter().collect::<Result<()>>()?;
            }
        }
        self.model.as_ref().map(|model| context.journal.read(|snapshot| snapshot.known_model(model))).transpose()?;
        Ok(())
    }

    /// Opens what is asked for by its period, and may be opened again; answers which releases these are.
    fn reopen(&self, context: &Context) -> Result<Vec<ReleaseName>> {
        let Some(period) = self.period else { return Ok(Vec::new()) };
        let reopened =
            self.datasets(&context.contract).map(|dataset| arrival::reopened(context, &dataset.name, period));
        Ok(reopened.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    fn scope(&self, context: &Context) -> Result<Scope> {
        let means = |release: &ReleaseName| {
            self.means(&release.dataset) && self.period.is_none_or(|period| period == release.period)
        };
        Ok(Scope {
            releases: open_releases(context, means)?,
            models: self.model.clone().into_iter().collect(),
            periods: self.periods(context)?,
            only: None,
        })
    }

    /// Every period that is wanted and has rows, where a model is to read them.
    fn periods(&self, context: &Context) -> Result<Vec<(String, Period)>> {
        let Some(model) = &self.model else { return Ok(Vec::new()) };
        context.journal.read(|snapshot| {
            let mut periods = Vec::new();
            for dataset in context.contract.read_by(&model.name).into_iter().filter(|dataset| self.means(&dataset.name))
            {
                let mut delivered = snapshot.periods_with_batches(&dataset.name)?;
                delivered.retain(|period| self.period.is_none_or(|wanted| wanted == *period));
                periods.extend(delivered.into_iter().map(|period| (dataset.name.clone(), period)));
            }
            Ok(periods)
        })
    }

    fn request(&self) -> Request {
        let Self { dataset, period, model } = self;
        Request::Run { dataset: dataset.clone(), period: *period, model: model.clone() }
    }

    /// The period that is asked for, where nobody delivered anything for it.
    pub fn undelivered(&self, context: &Context) -> Result<Option<Period>> {
        let Some(period) = self.period else { return Ok(None) };
        let delivered = context.journal.read(|snapshot| {
            self.datasets(&context.contract).try_fold(false, |found, dataset| {
                Ok(found || snapshot.periods_with_batches(&dataset.name)?.contains(&period))
            })
        })?;
        Ok((!delivered).then_some(period))
    }
}

/// Brings every open release that is wanted up to date, by the contract that is in force when it ends.
pub fn everything(
    workspace: &Workspace,
    context: &Context,
    session: &Session,
    wanted: &Wanted,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Reply> {
    wanted.check(context)?;
    arrival::settle_models(context)?;
    let opened = wanted.reopen(context)?;
    let before = context.journal.read(|snapshot| snapshot.batches_set_aside())?;
    let mut context = context.clone();
    let mut summary = Summary::default();
    loop {
        let pass = schedule::run(&context, &wanted.scope(&context)?, progress)?;
        summary.done.extend(pass.done);
        summary.stopped.extend(pass.stopped);
        (summary.failed, summary.left, summary.ended) = (pass.failed, pass.left, pass.ended);
        if summary.ended.is_some() {
            break;
        }
        match workspace.admitted(session, &wanted.request(), &context.cancel) {
            Ok(newest) if newest.edition() == context.edition() => break,
            Ok(newest) => context = newest,
            Err(error) => {
                summary.ended = Some(error);
                break;
            }
        }
    }
    let mut reply = answer(&summary, wanted.model.as_ref());
    let mut set_aside = context.journal.read(|snapshot| snapshot.batches_set_aside())?;
    set_aside.retain(|batch| before.iter().all(|known| known.delivery.batch != batch.delivery.batch));
    tell_set_aside(&mut reply, &set_aside);
    if let Some(period) = wanted.undelivered(&context)? {
        reply.message = format!("nothing was delivered for {period}");
    }
    reply.document["opened"] = json!(opened);
    reply.lines.splice(0..0, opened.into_iter().map(|name| format!("{name} is opened")));
    let waiting = workspace.waiting_files(&context.contract).sentence();
    reply.lines.extend(waiting.map(|waiting| format!("{waiting}: assay ingest")));
    Ok(reply)
}

/// Tells which batches wait for a person now. Nobody should take such a run for a success.
fn tell_set_aside(reply: &mut Reply, batches: &[Batch]) {
    let note = |batch: &Batch| batch.note.clone().unwrap_or_default();
    let told =
        |batch: &Batch| json!({ "batch": batch.delivery.batch, "slice": batch.delivery.slice, "note": note(batch) });
    reply.document["set_aside"] = batches.iter().map(told).collect();
    reply.lines.extend(batches.iter().map(|batch| {
        let Delivery { batch: id, slice, .. } = &batch.delivery;
        format!("{slice}: batch {id} waits for a person: {}", note(batch))
    }));
    if let Some(first) = batches.first() {
        let waiting = Error::bad_data(format!("{} put into quarantine", text::counted(batches.len() as u64, "batch")))
            .hint(format!("assay batch show {}", first.delivery.batch))
            .hint("assay batch accept or assay batch reject settles it");
        reply.trouble = reply.trouble.take().or(Some(waiting));
    }
}

/// Stops a task, wherever it runs.
pub fn cancel(workspace: &Workspace, context: &Context, key: &TaskKey) -> Result<Reply> {
    let (slot, key) = match workspace.trainings()?.into_iter().find(|row| row.key.as_str().starts_with(key.as_str())) {
        Some(training) => (format!("{} {}", training.kind, training.subject), training.key),
        None => running(workspace, key).map(|task| (task.slot(), task.key))?,
    };
    context.journal.request_cancel(&slot)?;
    context.record(Fact::TaskCancelled { slot: slot.clone(), key })?;
    Ok(Reply::new(format!("{slot} is asked to stop")))
}

/// The task whose key starts like this, which must be running.
pub fn running(workspace: &Workspace, key: &TaskKey) -> Result<Task> {
    let task = find(workspace, key)?;
    if workspace.steps(&Query::default())?.get(&task.slot()).is_none_or(|step| step.state != TaskState::Running) {
        return Err(Error::refused(format!("{} is not running", task.slot())));
    }
    Ok(task)
}

/// Runs one task again. One that is done is made anew: what it wrote is lost or damaged, or nobody would ask.
pub fn retry(
    workspace: &Workspace,
    context: &Context,
    key: &TaskKey,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Reply> {
    let task = find(workspace, key)?;
    let releases = match &task.subject {
        TaskSubject::Release { release } => vec![release.clone()],
        subject => {
            let period = subject.slice().map(|slice| (slice.dataset.clone(), slice.period));
            open_releases(context, |release| period.as_ref() == Some(&(release.dataset.clone(), release.period)))?
        }
    };
    if workspace.steps(&Query::default())?.get(&task.slot()).is_some_and(|step| step.state == TaskState::Done) {
        context.record(Fact::OutputLost { slot: task.slot(), key: task.key.clone() })?;
    }
    let scope = Scope { releases, only: Some(task.key.clone()), ..Scope::default() };
    let summary = schedule::run(context, &scope, progress)?;
    Ok(answer(&summary, None))
}

fn open_releases(context: &Context, wanted: impl Fn(&ReleaseName) -> bool) -> Result<Vec<ReleaseName>> {
    let open = context.journal.read(|snapshot| snapshot.open_releases())?;
    let mut names: Vec<ReleaseName> =
        open.into_iter().map(|release| release.name).filter(|name| wanted(name)).collect();
    names.sort();
    Ok(names)
}

/// The task of an open release whose key starts like this.
pub fn find(workspace: &Workspace, key: &TaskKey) -> Result<Task> {
    let steps = workspace.steps(&Query::default())?;
    let matching: Vec<Task> =
        steps.into_values().map(|step| step.task).filter(|task| task.key.as_str().starts_with(key.as_str())).collect();
    match matching.as_slice() {
        [task] => Ok(task.clone()),
        [] => Err(Error::not_found(format!("no task of an open release has the key `{}`", key.as_str()))
            .hint("assay task list")),
        several => Err(Error::usage(format!("{} tasks have keys that start with `{}`", several.len(), key.as_str()))
            .hint("give more digits of the key")),
    }
}

/// What a run came to, in which `model` may have been asked to read. A failed task is an error: nobody should take the run for a success.
fn answer(summary: &Summary, model: Option<&ModelRef>) -> Reply {
    let mut lines = Vec::new();
    let mut stages = Vec::new();
    for kind in TaskKind::ALL {
        let of_kind: Vec<_> = summary.done.iter().filter(|done| done.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let rows: u64 = of_kind.iter().map(|done| done.rows).sum();
        let refused: u64 = of_kind.iter().map(|done| done.refused).sum();
        let milliseconds: u128 = of_kind.iter().map(|done| done.milliseconds).sum();
        let per_second = u128::from(rows) * 1000 / milliseconds.max(1);
        let per_second = u64::try_from(per_second).unwrap_or(u64::MAX);
        lines.push(format!(
            "{kind}: {}, {} in {:.1} s ({} {}s/s){}",
            text::counted(of_kind.len() as u64, "task"),
            text::counted(rows, kind.unit()),
            std::time::Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX)).as_secs_f64(),
            text::grouped(per_second),
            kind.unit(),
            if refused > 0 { format!(", {} refused", text::grouped(refused)) } else { String::new() }
        ));
        stages.push(json!({
            "kind": kind, "tasks": of_kind.len(), "rows": rows, "refused": refused,
            "milliseconds": u64::try_from(milliseconds).unwrap_or(u64::MAX), "rows_per_second": per_second,
        }));
    }
    let done = text::counted(summary.done.len() as u64, "task");
    let message = match (summary.done.len(), summary.failed.len(), summary.left) {
        (0, 0, 0) => "everything is up to date".to_owned(),
        (_, 0, 0) => format!("{done} done"),
        (_, 0, left) => format!("{done} done, {left} left"),
        (_, failed, left) => format!("{done} done, {failed} failed, {} left", left.saturating_sub(failed)),
    };
    let failures = summary.failed.iter().map(|(task, error)| json!({ "task": task.slot(), "error": error.one_line() }));
    let document = json!({
        "tasks": summary.done.len(), "stages": stages, "left": summary.left, "failed": failures.collect::<Vec<_>>(),
    });
    let trouble = ended(summary, model).or_else(|| failed(summary, model)).or_else(|| stopped(summary));
    Reply { message, lines, document, trouble, ..Reply::default() }
}

fn failed(summary: &Summary, model: Option<&ModelRef>) -> Option<Error> {
    let (task, first) = summary.failed.first()?;
    // Nobody refused the run itself.
    let kind = if first.kind().exit_code() == 1 { first.kind() } else { ErrorKind::BadData };
    let failed = text::counted(summary.failed.len() as u64, "task");
    let error = Error::new(kind, format!("{failed} failed")).because(format!("{}: {first}", task.slot()));
    let error = first.hints().iter().fold(error, |error, hint| error.hint(hint.as_str()));
    // What is read for no release is no task that could be retried by its key.
    let is_trial =
        |model: &&ModelRef| matches!(&task.subject, TaskSubject::Annotated { model: by, .. } if by == *model);
    Some(match model.filter(is_trial) {
        Some(model) => error.hint(format!("assay run --model {model} tries again what is left")),
        None => error.hint(format!("assay task retry {}", task.key.short())).hint("assay task list"),
    })
}

/// What ended the run before its time, and what had failed by then.
fn ended(summary: &Summary, model: Option<&ModelRef>) -> Option<Error> {
    let error = summary.ended.clone()?;
    let error = failed(summary, model).iter().fold(error, |error, failed| error.because(failed.one_line()));
    Some(error.hint("assay run goes on from here"))
}

fn stopped(summary: &Summary) -> Option<Error> {
    let task = summary.stopped.first()?;
    let stopped = text::counted(summary.stopped.len() as u64, "task");
    let error = Error::new(ErrorKind::Cancelled, format!("{stopped} stopped on request, the first: {}", task.slot()));
    Some(error.hint("assay run goes on with what is left"))
}
