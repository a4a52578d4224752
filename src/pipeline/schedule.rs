//! The scheduler: runs what is not done, as far as its inputs allow, on a bounded pool of workers.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Context;
use super::execute::{self, Ended};
use super::plan;
use super::report::Report;
use super::step::Step;
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::domain::progress::{Progress, Step as ProgressStep};
use crate::domain::{Fact, ModelRef, Period, Release, ReleaseName, Task, TaskKey, TaskKind, TaskState, TaskSubject};

/// How often a task is tried before it counts as failed.
const ATTEMPTS: u32 = 4;
/// How long to wait before the second try; doubled each time.
const BACKOFF: Duration = Duration::from_millis(200);
/// How often the journal is asked whether somebody wants a task stopped, or is done with one.
const LOOK: Duration = Duration::from_millis(300);
/// How many progress reports may wait to be shown; further ones of running tasks are dropped, outcomes never.
const WAITING_REPORTS: usize = 256;

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Tasks whose output this run recorded.
    pub done: Vec<Done>,
    /// Tasks that failed, and why.
    pub failed: Vec<(Task, Error)>,
    /// Tasks that somebody stopped.
    pub stopped: Vec<Task>,
    /// How many tasks are not done, though nothing of the above keeps them.
    pub left: usize,
    /// What ended all of it before its time.
    pub ended: Option<Error>,
}

/// A task that ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What it does.
    pub kind: TaskKind,
    /// How much was made, in the unit of the kind.
    pub rows: u64,
    /// Rows refused or failed.
    pub refused: u64,
    /// How long it took.
    pub milliseconds: u128,
}

/// What to bring up to date.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The releases.
    pub releases: Vec<ReleaseName>,
    /// Model versions to run besides the releases' own.
    pub models: Vec<ModelRef>,
    /// Periods whose slices the models read, whether a release is open for them or not.
    pub periods: Vec<(String, Period)>,
    /// Only this task, whatever the others need.
    pub only: Option<TaskKey>,
}

/// Brings the scope up to date: plans, runs, and plans again until nothing new turns up.
pub fn run(context: &Context, scope: &Scope, progress: &dyn Fn(Progress)) -> Result<Summary> {
    let workers = context.workers;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(workers + 1).build()?;
    let mut summary = Summary::default();
    let mut tried: BTreeSet<TaskKey> = BTreeSet::new();
    let mut overtaken: BTreeSet<TaskKey> = BTreeSet::new();
    loop {
        let mut steps = steps(context, scope)?;
        let left = count_left(&steps);
        steps.retain(|_, step| step.state == TaskState::Done || !tried.contains(&step.task.key));
        if let Some(only) = &scope.only {
            steps.retain(|_, step| step.state == TaskState::Done || step.task.key == *only);
        }
        if steps.values().all(|step| step.state == TaskState::Done) {
            summary.left = left;
            return Ok(summary);
        }
        let before = tried.len();
        let mut pass = Pass {
            context,
            order: order(&steps),
            steps,
            workers,
            running: BTreeMap::new(),
            summary: &mut summary,
            tried: &mut tried,
            overtaken: Vec::new(),
        };
        runtime.block_on(pass.run(progress))?;
        let again = pass.overtaken;
        summary.ended = context.cancel.check().err();
        if summary.ended.is_some() {
            summary.left = count_left(&self::steps(context, scope)?);
            return Ok(summary);
        }
        if tried.len() == before {
            summary.left = left;
            return Ok(summary);
        }
        // What it reads may be back as it was. Once: whoever moves it for ever keeps nobody here.
        for key in again.into_iter().filter(|key| overtaken.insert(key.clone())) {
            tried.remove(&key);
        }
    }
}

fn count_left(steps: &BTreeMap<String, Step>) -> usize {
    steps.values().filter(|step| step.state != TaskState::Done).count()
}

/// All steps of the scope by slot. Releases of one period share their slices' steps.
fn steps(context: &Context, scope: &Scope) -> Result<BTreeMap<String, Step>> {
    let mut all = BTreeMap::new();
    for name in &scope.releases {
        let steps = context.journal.read(|snapshot| {
            let release: Option<Release> = snapshot.release(name)?;
            let Some(release) = release.filter(|release| release.state.is_open()) else { return Ok(Vec::new()) };
            let dataset = context.contract.dataset(&name.dataset)?;
            Ok(plan::plan(&plan::facts(snapshot, dataset, &release, &scope.models)?))
        })?;
        all.extend(steps.into_iter().map(|step| (step.task.slot(), step)));
    }
    for (dataset, period) in &scope.periods {
        let steps = context
            .journal
            .read(|snapshot| plan::readings(snapshot, context.contract.dataset(dataset)?, *period, &scope.models))?;
        // What no open release asks for is read as it stands: it is not made anew.
        let asked = |step: &Step| step.task.kind == TaskKind::Enrich || step.state == TaskState::Done;
        for step in steps.into_iter().filter(asked) {
            all.entry(step.task.slot()).or_insert(step);
        }
    }
    Ok(all)
}

/// In which order tasks begin, as far as their inputs allow: the newest period first, because that is what clients wait for. Releases are
/// judged last, the oldest first: each looks back at those before it.
fn order(steps: &BTreeMap<String, Step>) -> Vec<String> {
    let place = |step: &Step| match &step.task.subject {
        TaskSubject::Release { .. } => (true, None),
        subject => (false, subject.slice().map(|slice| Reverse(slice.period))),
    };
    let mut slots: Vec<(_, &String)> = steps.iter().map(|(slot, step)| (place(step), slot)).collect();
    slots.sort();
    slots.into_iter().map(|(_, slot)| slot.clone()).collect()
}

/// One walk over a fixed plan.
struct Pass<'a> {
    context: &'a Context,
    steps: BTreeMap<String, Step>,
    /// The slots in the order in which they begin.
    order: Vec<String>,
    workers: usize,
    running: BTreeMap<String, Cancel>,
    summary: &'a mut Summary,
    tried: &'a mut BTreeSet<TaskKey>,
    overtaken: Vec<TaskKey>,
}

struct Finished {
    slot: String,
    milliseconds: u128,
    result: Result<Ended>,
}

impl Pass<'_> {
    async fn run(&mut self, progress: &dyn Fn(Progress)) -> Result<()> {
        let (reports, mut reported) = mpsc::channel::<Progress>(WAITING_REPORTS);
        let mut workers: JoinSet<Finished> = JoinSet::new();
        let mut look = tokio::time::interval(LOOK);
        for step in self.steps.values().filter(|step| step.state != TaskState::Done) {
            progress(progress_of(&step.task, ProgressStep::Queued));
        }
        loop {
            self.start_ready(&mut workers, &reports);
            if workers.is_empty() {
                break;
            }
            tokio::select! {
                Some(finished) = workers.join_next() => {
                    let finished = finished.map_err(|error| Error::internal(format!("a worker died: {error}")))?;
                    while let Ok(report) = reported.try_recv() {
                        progress(report);
                    }
                    self.finished(finished);
                }
                Some(report) = reported.recv() => progress(report),
                _ = look.tick() => self.stop_on_request()?,
            }
        }
        while let Ok(report) = reported.try_recv() {
            progress(report);
        }
        Ok(())
    }

    fn start_ready(&mut self, workers: &mut JoinSet<Finished>, reports: &mpsc::Sender<Progress>) {
        if self.context.cancel.is_cancelled() {
            return;
        }
        let ready: Vec<Task> = self
            .order
            .iter()
            .filter_map(|slot| self.steps.get(slot))
            .filter(|step| step.state != TaskState::Done && !self.tried.contains(&step.task.key))
            .filter(|step| step.needs.iter().all(|slot| self.is_done(slot)))
            .take(self.workers.saturating_sub(workers.len()))
            .map(|step| step.task.clone())
            .collect();
        for task in ready {
            self.tried.insert(task.key.clone());
            let mut context = self.context.clone();
            context.cancel = context.cancel.child();
            self.running.insert(task.slot(), context.cancel.clone());
            let reports = reports.clone();
            workers.spawn_blocking(move || attempt(&context, &task, &reports));
        }
    }

    fn is_done(&self, slot: &str) -> bool {
        self.steps.get(slot).is_some_and(|step| step.state == TaskState::Done)
    }

    fn finished(&mut self, finished: Finished) {
        self.running.remove(&finished.slot);
        let Some(step) = self.steps.get_mut(&finished.slot) else { return };
        match finished.result {
            Ok(Ended::Done { rows, refused }) => {
                step.state = TaskState::Done;
                let milliseconds = finished.milliseconds;
                self.summary.done.push(Done { kind: step.task.kind, rows, refused, milliseconds });
            }
            Ok(Ended::AlreadyDone) => step.state = TaskState::Done,
            // What follows waits for it; the next plan has both.
            Ok(Ended::Overtaken) => self.overtaken.push(step.task.key.clone()),
            // Whoever runs it records the outcome; the next plan sees it.
            Ok(Ended::Elsewhere) => drop(self.tried.remove(&step.task.key)),
            Err(error) if error.kind() == ErrorKind::Cancelled => self.summary.stopped.push(step.task.clone()),
            Ok(Ended::Failed(error)) | Err(error) => {
                step.state = TaskState::Failed { error: error.one_line() };
                self.summary.failed.push((step.task.clone(), error));
            }
        }
    }

    /// Passes on what another process, or the screen, asked for.
    fn stop_on_request(&self) -> Result<()> {
        for (slot, cancel) in &self.running {
            if self.context.journal.cancel_requested(slot)? {
                cancel.cancel();
            }
        }
        Ok(())
    }
}

/// Runs a task, again after a while if that may help, and puts a failure on record.
fn attempt(context: &Context, task: &Task, reports: &mpsc::Sender<Progress>) -> Finished {
    let start = std::time::Instant::now();
    let sink = |progress: Progress| {
        // A full channel only means that newer numbers are on their way.
        let _ = reports.try_send(progress);
    };
    let report = Report::new(task, &sink);
    let mut number = 1;
    let result = loop {
        // It is at work from here on, however long its first rows take.
        report.rows(0, None);
        let result = execute::run(context, task, &report);
        match &result {
            Ok(Ended::Elsewhere) => std::thread::sleep(LOOK),
            Ok(Ended::Failed(error)) | Err(error)
                if error.is_transient() && number < ATTEMPTS && !context.cancel.is_cancelled() =>
            {
                report.step(ProgressStep::Retrying { error: error.one_line() });
                std::thread::sleep(BACKOFF * 2_u32.pow(number - 1));
                number += 1;
                continue;
            }
            Ok(Ended::Failed(error)) => {
                let fact = Fact::TaskFailed { task: task.clone(), error: error.with_hints(), attempt: number };
                if let Err(error) = context.record(fact) {
                    tracing::error!(%error, "a failure could not be put on record");
                }
            }
            _ => {}
        }
        break result;
    };
    let step = match &result {
        Ok(Ended::Done { rows, refused }) => ProgressStep::Done { rows: *rows, refused: *refused },
        Err(error) if error.kind() == ErrorKind::Cancelled => ProgressStep::Cancelled,
        Ok(Ended::Failed(error)) | Err(error) => ProgressStep::Failed { error: error.one_line() },
        Ok(Ended::AlreadyDone) => ProgressStep::Left { why: "done by somebody else" },
        Ok(Ended::Overtaken) => ProgressStep::Left { why: "planned anew, as what it rests on changed meanwhile" },
        Ok(Ended::Elsewhere) => ProgressStep::Queued,
    };
    let _ = reports.blocking_send(progress_of(task, step));
    Finished { slot: task.slot(), milliseconds: start.elapsed().as_millis(), result }
}

fn progress_of(task: &Task, step: ProgressStep) -> Progress {
    Progress { task: task.key.clone(), kind: task.kind, subject: task.subject.to_string(), step }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Slice;

    fn steps(subjects: impl IntoIterator<Item = (TaskKind, TaskSubject)>) -> BTreeMap<String, Step> {
        let step = |(kind, subject)| {
            let task = Task::new(kind, subject, BTreeMap::new());
            (task.slot(), Step { task, state: TaskState::Missing, needs: Vec::new() })
        };
        subjects.into_iter().map(step).collect()
    }

    #[test]
    fn the_newest_slices_come_first_and_the_oldest_release_is_judged_first() {
        let periods = ["2025-12", "2026-02", "2026-01"];
        let slice = |period: &str| Slice {
            dataset: "slips".to_owned(),
            period: period.parse().unwrap(),
            provider: "northgate".to_owned(),
        };
        let refined = periods.map(|period| (TaskKind::Refine, TaskSubject::Slice { slice: slice(period) }));
        let judged = periods.map(|period| {
            let release = ReleaseName { dataset: "slips".to_owned(), period: period.parse().unwrap(), n: 1 };
            (TaskKind::Evaluate, TaskSubject::Release { release })
        });
        let order = order(&steps(refined.into_iter().chain(judged)));
        let kinds: Vec<(&str, bool)> = ["2026-02", "2026-01", "2025-12"]
            .map(|period| (period, false))
            .into_iter()
            .chain(["2025-12", "2026-01", "2026-02"].map(|period| (period, true)))
            .collect();
        let is = |slot: &String, (period, release): &(&str, bool)| {
            slot.contains(period) && slot.starts_with("evaluate") == *release
        };
        assert!(order.len() == 6 && order.iter().zip(&kinds).all(|(slot, kind)| is(slot, kind)), "{order:?}");
    }
}
