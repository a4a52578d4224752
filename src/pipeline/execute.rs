//! One run of one task: intent, work, outcome.

use super::report::Report;
use super::{Context, assemble, enrich, evaluate, lease, measure, refine, standing};
use crate::base::{Error, ErrorKind, Result, crash};
use crate::domain::task::TaskOutput;
use crate::domain::{BatchId, Fact, Task, TaskKind, TaskSubject};

/// How a run ended, short of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The output is on record.
    Done {
        /// Rows written.
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
}

/// Runs a task, unless somebody else runs it or its output is on record under the same key.
pub fn run(context: &Context, task: &Task, report: &Report<'_>) -> Result<Ended> {
    let Some(lease) = lease::take_or_stop(context, &task.slot())? else { return Ok(Ended::Elsewhere) };
    let (output, started) =
        context.journal.read(|snapshot| Ok((snapshot.output(&task.slot())?, snapshot.started(task)?)))?;
    if output.is_some_and(|output| output.key == task.key) {
        return Ok(Ended::AlreadyDone);
    }
    // An intent without outcome is taken up again under its old number: what it wrote is then recognised.
    let seq = match started {
        Some(seq) => seq,
        None => context.record(Fact::TaskStarted { task: task.clone() })?,
    };
    crash::point("task.intent");
    let (rows, refused) = match work(context, task, seq, report) {
        // Whoever took it over ends it.
        Err(error) if error.kind() == ErrorKind::Cancelled && lease.is_lost() => return Ok(Ended::Elsewhere),
        Ok(None) => return Ok(Ended::Overtaken),
        Ok(Some(rows)) => rows,
        Err(error) => return Err(error),
    };
    crash::point("task.outcome");
    Ok(Ended::Done { rows, refused })
}

/// The rows that were written, and those that were refused; `None` where the task was overtaken.
fn work(context: &Context, task: &Task, seq: u64, report: &Report<'_>) -> Result<Option<(u64, u64)>> {
    match task.kind {
        TaskKind::Refine => refine(context, task, seq, report).map(Some),
        TaskKind::Profile => profile(context, task, report).map(Some),
        TaskKind::Enrich => {
            let output = enrich::run(context, task, seq, report)?;
            outcome(context, task, output, Vec::new(), Vec::new()).map(Some)
        }
        TaskKind::Evaluate => Ok(evaluate::run(context, task)?.map(|output| (output.rows_in, 0))),
        TaskKind::Assemble => assemble(context, task),
        TaskKind::Land | TaskKind::Train | TaskKind::Publish => {
            Err(Error::internal(format!("{} is done on request, not by plan", task.kind)))
        }
    }
}

/// Puts an outcome on record, once for each key: whoever lost the lease and did not notice adds nothing.
fn outcome(
    context: &Context,
    task: &Task,
    output: TaskOutput,
    rejected: Vec<(BatchId, u64)>,
    metrics: Vec<(String, f64)>,
) -> Result<(u64, u64)> {
    let (task, rows) = (task.clone(), (output.rows_out, output.rejected));
    context.write(move |transaction| {
        if transaction.output(&task.slot())?.is_some_and(|recorded| recorded.key == task.key) {
            return Ok(());
        }
        transaction.append(Fact::TaskDone { task, output, rejected, metrics }).map(drop)
    })?;
    Ok(rows)
}

fn refine(context: &Context, task: &Task, seq: u64, report: &Report<'_>) -> Result<(u64, u64)> {
    let slice = task.subject.slice().ok_or_else(|| Error::internal("refine works on a slice"))?;
    let dataset = context.contract.dataset(&slice.dataset)?;
    let mut batches = context.journal.read(|snapshot| standing::batches(snapshot, dataset, slice.period))?;
    batches.retain(|batch| batch.delivery.slice == *slice);
    let refined = refine::run(context, task, &batches, seq, report)?;
    outcome(context, task, refined.output, refined.rejected, Vec::new())
}

fn profile(context: &Context, task: &Task, report: &Report<'_>) -> Result<(u64, u64)> {
    let measured = measure::run(context, task, report)?;
    outcome(context, task, measured.output, Vec::new(), measured.metrics)
}

/// Binds the release to its contents, in the transaction that records the outcome; `None` where it was evaluated again
/// since this was planned.
fn assemble(context: &Context, task: &Task) -> Result<Option<(u64, u64)>> {
    let TaskSubject::Release { release: name } = task.subject.clone() else {
        return Err(Error::internal("assemble works on a release"));
    };
    let (contract, task) = (context.contract.clone(), task.clone());
    context.write(move |transaction| {
        let release =
            transaction.release(&name)?.ok_or_else(|| Error::not_found(format!("there is no release `{name}`")))?;
        let dataset = contract.dataset(&name.dataset)?;
        let evaluated =
            transaction.output(&format!("{} {name}", TaskKind::Evaluate))?.map(|output| output.key.to_string());
        if evaluated.as_ref() != task.inputs.get("evaluate") {
            return Ok(None);
        }
        if transaction.output(&task.slot())?.is_some_and(|recorded| recorded.key == task.key) {
            return Ok(Some((0, 0)));
        }
        assemble::bind(transaction, dataset, &release)?;
        let output = TaskOutput {
            key: task.key.clone(),
            inputs: task.inputs.clone(),
            rows_in: 0,
            rows_out: 0,
            rejected: 0,
            content: None,
        };
        transaction.append(Fact::TaskDone { task, output, rejected: Vec::new(), metrics: Vec::new() })?;
        Ok(Some((0, 0)))
    })
}
