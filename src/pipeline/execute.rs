//! One run of one task: intent, work, outcome.

use super::attempt::{self, Attempt};
use super::report::Report;
use super::{Context, arrival, assemble, enrich, evaluate, lease, plan, profile, publication, refine, standing};
use crate::base::{Error, ErrorKind, Result, crash};
use crate::domain::task::TaskOutput;
use crate::domain::{Evaluation, Fact, Task, TaskKind, TaskSubject};
use crate::journal::Snapshot;

/// How a run ended, where the journal could be read and written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The output is on record.
    Done {
        /// How much was made, in the unit of the task's kind.
        rows: u64,
        /// Rows refused or failed.
        refused: u64,
    },
    /// Somebody else had recorded the output already.
    AlreadyDone,
    /// Somebody else is at it.
    Elsewhere,
    /// What it was planned with is no longer so: the next plan has it under another key.
    Overtaken,
    /// The work failed; nothing of it is to be taken up again.
    Failed(Error),
}

/// Runs a task, unless somebody else runs it or its output is on record under the same key.
pub fn run(context: &Context, task: &Task, report: &Report<'_>) -> Result<Ended> {
    let Some(lease) = lease::take_or_stop(context, &task.slot())? else { return Ok(Ended::Elsewhere) };
    let (done, open, started, reads) = context.journal.read(|snapshot| {
        let (started, reads) = (snapshot.started(task)?, attempt::reads(snapshot, task)?);
        Ok((is_done(context, snapshot, task)?, is_open(snapshot, task)?, started, reads))
    })?;
    if done {
        return Ok(Ended::AlreadyDone);
    }
    if !open {
        return Ok(Ended::Overtaken);
    }
    let Some(reads) = reads else { return Ok(Ended::Overtaken) };
    // An intent without outcome is taken up again under its old number: what it wrote is then recognised. Not where what it
    // read was made anew since.
    let seq = match started.filter(|seq| reads.values().all(|read| read < seq)) {
        Some(seq) => seq,
        None => context.record(Fact::TaskStarted { task: task.clone() })?,
    };
    crash::point("task.intent");
    let attempt = Attempt { task: task.clone(), seq, reads };
    let made = match make(context, &attempt, report) {
        // Whoever took it over ends it.
        Err(error) if error.kind() == ErrorKind::Cancelled && lease.is_lost() => return Ok(Ended::Elsewhere),
        Ok(None) => return Ok(Ended::Overtaken),
        Ok(Some(made)) => made,
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        // Where what it read was made anew under its hands, it is no wonder.
        Err(error) => match context.journal.read(|snapshot| attempt.stands(snapshot)) {
            Ok(false) => return Ok(Ended::Overtaken),
            _ => return Ok(Ended::Failed(error)),
        },
    };
    // Where the journal takes no outcome, the work has not failed: the intent stays open, and what it wrote is recognised.
    let Some((rows, refused)) = record(context, attempt, made)? else { return Ok(Ended::Overtaken) };
    crash::point("task.outcome");
    Ok(Ended::Done { rows, refused })
}

/// Whether the output of a task is on record; an assembly is done where its release is bound, too.
fn is_done(context: &Context, snapshot: &Snapshot<'_>, task: &Task) -> Result<bool> {
    if snapshot.output(&task.slot())?.is_none_or(|output| output.key != task.key) {
        return Ok(false);
    }
    match &task.subject {
        TaskSubject::Release { release } if task.kind == TaskKind::Assemble => {
            let dataset = context.contract.dataset(&release.dataset)?;
            Ok(!assemble::is_unbound(snapshot, dataset, &snapshot.known_release(release)?)?)
        }
        _ => Ok(true),
    }
}

/// Whether anybody waits for a task: a release that was published or turned down meanwhile is judged no more.
fn is_open(snapshot: &Snapshot<'_>, task: &Task) -> Result<bool> {
    match &task.subject {
        TaskSubject::Release { release } => Ok(snapshot.known_release(release)?.state.is_open()),
        _ => Ok(true),
    }
}

/// What an attempt made, to go on record with its outcome.
enum Made {
    /// Rows in the lake, or a profile.
    Output { output: TaskOutput, metrics: Vec<(String, f64)> },
    /// Rows of bronze in silver and rejects.
    Refined(refine::Refined),
    /// What the checks say of a release.
    Judgement(Vec<Evaluation>),
    /// Nothing: a release is bound to what is on record then.
    Binding,
}

/// Does the work of a task; `None` where the task was overtaken.
fn make(context: &Context, attempt: &Attempt, report: &Report<'_>) -> Result<Option<Made>> {
    let task = &attempt.task;
    Ok(match task.kind {
        TaskKind::Refine => refine(context, attempt, report)?,
        TaskKind::Enrich => {
            let output = enrich::run(context, task, attempt.seq, report)?;
            Some(Made::Output { output, metrics: Vec::new() })
        }
        TaskKind::Profile => {
            let profile::Measured { output, metrics } = profile::run(context, task, report)?;
            Some(Made::Output { output, metrics })
        }
        TaskKind::Evaluate => evaluate::run(context, task)?.map(Made::Judgement),
        TaskKind::Assemble => {
            let release = task.release()?;
            // What gold can't take is to be known before anybody approves it.
            publication::gold_takes(context, context.contract.dataset(&release.dataset)?, release.period)?;
            Some(Made::Binding)
        }
        TaskKind::Land | TaskKind::Train | TaskKind::Publish | TaskKind::Extract | TaskKind::Download => {
            return Err(Error::internal(format!("{} is done on request, not by plan", task.kind)));
        }
    })
}

/// Puts an outcome on record with what follows from it, where it is still true: how much was made, and how many rows were
/// refused. `None` where the task was overtaken.
fn record(context: &Context, attempt: Attempt, made: Made) -> Result<Option<(u64, u64)>> {
    let contract = context.contract.clone();
    context.write(move |transaction| {
        if !attempt.stands(transaction)? {
            return Ok(None);
        }
        let task = attempt.task;
        let (mut rejected, mut noted) = (Vec::new(), Vec::new());
        let (output, metrics) = match made {
            Made::Output { output, metrics } => (output, metrics),
            Made::Refined(refined) => {
                (rejected, noted) = (refined.rejected, refined.noted);
                (refined.output, Vec::new())
            }
            Made::Judgement(evaluations) => {
                let Some(output) = evaluate::record(transaction, &contract, &task, evaluations)? else {
                    return Ok(None);
                };
                (output, Vec::new())
            }
            Made::Binding => {
                let release = transaction.known_release(task.release()?)?;
                if !release.state.is_open() {
                    return Ok(None);
                }
                assemble::bind(transaction, contract.dataset(&release.name.dataset)?, &release)?;
                (TaskOutput::of(&task), Vec::new())
            }
        };
        let rows = match task.kind {
            TaskKind::Evaluate => (output.rows_in, 0),
            TaskKind::Assemble => (1, 0),
            _ => (output.rows_out, output.rejected),
        };
        let refused = rejected.clone();
        let dataset = task.subject.slice().map(|slice| slice.dataset.clone());
        transaction.append(Fact::TaskDone { task, output, rejected, noted, metrics })?;
        if let Some(dataset) = dataset {
            arrival::set_aside(transaction, contract.dataset(&dataset)?, &refused)?;
        }
        Ok(Some(rows))
    })
}

/// Refines the batches that the task names, as long as they are what the slice stands on.
fn refine(context: &Context, attempt: &Attempt, report: &Report<'_>) -> Result<Option<Made>> {
    let slice = attempt.task.subject.slice().ok_or_else(|| Error::internal("refine works on a slice"))?;
    let dataset = context.contract.dataset(&slice.dataset)?;
    let mut batches = context.journal.read(|snapshot| standing::batches(snapshot, dataset, slice.period))?;
    batches.retain(|batch| batch.delivery.slice == *slice);
    let planned = plan::refining(dataset, slice, &batches.iter().collect::<Vec<_>>());
    if planned.key != attempt.task.key {
        return Ok(None);
    }
    refine::run(context, &attempt.task, &batches, attempt.seq, report).map(|refined| Some(Made::Refined(refined)))
}
