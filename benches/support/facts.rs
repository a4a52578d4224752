//! Facts without number, as a workspace collects them: batches landed, tasks done, anomalies found.

use std::collections::BTreeMap;

use assay::base::{Digest, Result};
use assay::domain::anomaly::AnomalyId;
use assay::domain::batch::{BronzeColumn, Delivery};
use assay::domain::check::{Bounds, CheckSubject};
use assay::domain::event::Origin;
use assay::domain::release::ReleaseInputs;
use assay::domain::task::TaskOutput;
use assay::domain::{
    Actor, BatchId, Evaluation, Fact, ModelRef, Outcome, Period, ReleaseName, Role, Severity, Slice, Task, TaskKind,
    TaskSubject, Via,
};
use assay::journal::{Journal, Transaction};

/// How many slices are written in one change.
const PER_CHANGE: usize = 500;

/// Writes the facts of many slices, a change at a time.
pub fn write(journal: &Journal, slices: impl Iterator<Item = Slice>) -> Result<()> {
    let mut slices = slices.enumerate().peekable();
    while slices.peek().is_some() {
        let some: Vec<(usize, Slice)> = slices.by_ref().take(PER_CHANGE).collect();
        journal.write(&origin("mira"), move |transaction| {
            for (number, slice) in some {
                for fact in of_slice(&slice, number as u64) {
                    transaction.append(fact)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Takes the first release of each period to clients, one after the other: judged provider by provider, approved by two.
pub fn publish(journal: &Journal, dataset: &str, periods: impl Iterator<Item = Period>, providers: u64) -> Result<()> {
    let releases = periods.map(|period| ReleaseName { dataset: dataset.to_owned(), period, n: 1 });
    for (generation, release) in (1..).zip(releases) {
        let [released, other] = of_release(&release, generation, providers);
        journal.write(&origin("nora"), move |transaction| {
            released.into_iter().try_for_each(|fact| append(transaction, fact))
        })?;
        journal.write(&origin("ravi"), move |transaction| {
            other.into_iter().try_for_each(|fact| append(transaction, fact))
        })?;
    }
    Ok(())
}

fn append(transaction: &mut Transaction<'_>, fact: Fact) -> Result<()> {
    transaction.append(fact).map(drop)
}

/// What happens to a release until one person approved it, and what follows once the other did.
fn of_release(release: &ReleaseName, generation: u64, providers: u64) -> [Vec<Fact>; 2] {
    let digest = Digest::of(release.to_string().as_bytes());
    let (input_digest, release_digest) = (digest.clone(), digest.clone());
    let slice = |number| Slice {
        dataset: release.dataset.clone(),
        period: release.period,
        provider: format!("provider-{number:02}"),
    };
    let evaluations = (0..providers).map(|number| finding(&slice(number), number)).collect();
    let subject = TaskSubject::Release { release: release.clone() };
    let [evaluate, assemble] = [TaskKind::Evaluate, TaskKind::Assemble]
        .map(|kind| Task::new(kind, subject.clone(), BTreeMap::from([("inputs".to_owned(), digest.to_string())])));
    let approved =
        |complete| Fact::ReleaseApproved { release: release.clone(), release_digest: release_digest.clone(), complete };
    let judged = vec![
        Fact::ReleaseOpened {
            release: release.clone(),
            model: ModelRef::new("slips", 1),
            cause: "first delivery".to_owned(),
            inputs: ReleaseInputs::default(),
            input_digest: input_digest.clone(),
        },
        Fact::TaskStarted { task: evaluate.clone() },
        Fact::ReleaseEvaluated { release: release.clone(), input_digest, evaluations },
        done(evaluate, generation),
        Fact::TaskStarted { task: assemble.clone() },
        Fact::ReleaseAssembled { release: release.clone(), release_digest: release_digest.clone() },
        done(assemble, generation),
        approved(false),
    ];
    let published = vec![
        approved(true),
        Fact::PublishStarted {
            release: release.clone(),
            release_digest: release_digest.clone(),
            manifest: digest,
            approvers: vec!["nora".to_owned(), "ravi".to_owned()],
            formats: Vec::new(),
        },
        Fact::Published { release: release.clone(), superseded: None, delta_version: generation - 1, generation },
        Fact::Delivered { generation, what: "channel latest".to_owned() },
    ];
    [judged, published]
}

/// Somebody at the command line.
pub fn origin(name: &str) -> Origin {
    Origin {
        actor: Actor { name: name.to_owned(), role: Role::Manager },
        via: Via::Cli,
        command: "assay run".to_owned(),
        reason: None,
    }
}

/// All that happens to a slice until it is judged.
fn of_slice(slice: &Slice, number: u64) -> Vec<Fact> {
    let content = Digest::of(&number.to_le_bytes());
    let delivery = Delivery {
        batch: BatchId::of(slice, 1, &content),
        slice: slice.clone(),
        revision: 1,
        content,
        extension: "csv".to_owned(),
        file: format!("{}_{}.csv", slice.provider, slice.period),
        bytes: 90_000 + number % 10_000,
        covers: None,
        part: None,
        held_by: None,
        retrieved: None,
    };
    let columns = ["slip_id", "line", "sold_on", "description", "quantity", "amount"].map(|name| BronzeColumn {
        name: name.to_owned(),
        delivered: name.to_uppercase(),
        iso_dates: false,
        typed_numbers: None,
    });
    let mut facts = vec![
        Fact::LandingStarted { delivery: delivery.clone(), encoding: None, claimed_at: None },
        Fact::BatchLanded {
            delivery,
            columns: columns.to_vec(),
            rows: 1000 + number % 500,
            encoding: None,
            noted: None,
        },
    ];
    for kind in [TaskKind::Refine, TaskKind::Enrich, TaskKind::Profile] {
        let task = task(kind, slice);
        facts.push(Fact::TaskStarted { task: task.clone() });
        facts.push(done(task, number));
    }
    let evaluation = Box::new(finding(slice, number));
    let (dataset, period, model) = (slice.dataset.clone(), slice.period, ModelRef::none());
    let id = AnomalyId::of(&dataset, period, &evaluation.check, &evaluation.subject, &model);
    facts.push(Fact::AnomalyOpened {
        id: id.clone(),
        dataset,
        period,
        model,
        evaluation: evaluation.clone(),
        rule: None,
    });
    facts.push(Fact::AnomalySeen { id, evaluation, rule: None });
    facts
}

fn task(kind: TaskKind, slice: &Slice) -> Task {
    let subject = match kind {
        TaskKind::Refine => TaskSubject::Slice { slice: slice.clone() },
        _ => TaskSubject::Annotated { slice: slice.clone(), model: ModelRef::new("slips", 1) },
    };
    Task::new(kind, subject, BTreeMap::from([("mapping".to_owned(), slice.provider.clone())]))
}

fn done(task: Task, number: u64) -> Fact {
    let output = TaskOutput {
        key: task.key.clone(),
        inputs: task.inputs.clone(),
        rows_in: 1000,
        rows_out: 1000,
        rejected: 0,
        content: Some(Digest::of(&number.to_le_bytes())),
    };
    let names = ["rows", "null_rate(amount)", "mean(amount)", "median(amount)", "rate(BRAND)", "rate(SIZE)"];
    let metrics = match task.kind {
        TaskKind::Profile => names.map(|name| (name.to_owned(), number as f64 / 7.0)).to_vec(),
        _ => Vec::new(),
    };
    Fact::TaskDone { task, output, rejected: Vec::new(), noted: Vec::new(), metrics }
}

fn finding(slice: &Slice, number: u64) -> Evaluation {
    Evaluation {
        check: "null_rate".to_owned(),
        severity: if number.is_multiple_of(4) { Severity::Blocking } else { Severity::Warning },
        subject: CheckSubject {
            provider: Some(slice.provider.clone()),
            column: Some("amount".to_owned()),
            label: None,
        },
        outcome: Outcome::Failed,
        observed: Some(number as f64 / 1e6),
        expected: Some(Bounds::between(0.0, 0.1)),
        metric: Some("null_rate(amount)".to_owned()),
        explanation: "more nulls than before".to_owned(),
        rows: Vec::new(),
        drift: None,
    }
}
