//! Facts made of small numbers.

use std::collections::BTreeMap;

use chrono::{TimeZone, Utc};

use crate::base::Digest;
use crate::domain::anomaly::AnomalyId;
use crate::domain::batch::{BronzeColumn, Delivery};
use crate::domain::check::{Bounds, CheckSubject, RowRef};
use crate::domain::model::{ModelKind, ModelMetrics, Score};
use crate::domain::model_change::RightReading;
use crate::domain::note::Noted;
use crate::domain::policy::ReleasePolicy;
use crate::domain::registry::{RegisteredModel, RegisteredVersion};
use crate::domain::release::ReleaseInputs;
use crate::domain::task::TaskOutput;
use crate::domain::understood::{RejectKind, RepairKind};
use crate::domain::{
    BatchId, Check, CheckRule, Contract, Dataset, Evaluation, Fact, Granularity, ModelRef, ModelVersion, Outcome,
    Period, Release, ReleaseName, Severity, Slice, Task, TaskKind, TaskSubject,
};

pub(super) fn digest(number: u64) -> Digest {
    Digest::of(&number.to_le_bytes())
}

pub(super) fn period(number: u64) -> Period {
    format!("2026-{:02}", number % 12 + 1).parse().unwrap()
}

pub(super) fn slice(number: u64) -> Slice {
    let provider = ["northgate", "Über-Markt", "o'brien"][(number % 3) as usize];
    Slice { dataset: "slips".to_owned(), period: period(number / 3), provider: provider.to_owned() }
}

pub(super) fn delivery(slice: &Slice, revision: u32) -> Delivery {
    let content = digest(u64::from(revision));
    Delivery {
        batch: BatchId::of(slice, revision, &content),
        slice: slice.clone(),
        revision,
        content,
        extension: "csv".to_owned(),
        file: format!("{} {revision}.CSV", slice.period),
        bytes: 1000 + u64::from(revision),
        covers: None,
        part: None,
        held_by: None,
        retrieved: None,
    }
}

pub(super) fn landed(slice: &Slice, revision: u32) -> Fact {
    let columns = vec![BronzeColumn {
        name: "amount".to_owned(),
        delivered: "Net amount".to_owned(),
        iso_dates: false,
        typed_numbers: None,
    }];
    Fact::BatchLanded {
        delivery: delivery(slice, revision),
        columns,
        rows: 10,
        encoding: Some("windows-1252".to_owned()),
        noted: Some(noted(revision)),
    }
}

pub(super) fn quarantined(slice: &Slice, revision: u32) -> Fact {
    Fact::BatchQuarantined { delivery: delivery(slice, revision), note: "can't be read".to_owned() }
}

pub(super) fn task(kind: TaskKind, slice: &Slice, input: u64) -> Task {
    let subject = match kind {
        TaskKind::Enrich | TaskKind::Profile => {
            TaskSubject::Annotated { slice: slice.clone(), model: ModelRef::new("slips", 1) }
        }
        _ => TaskSubject::Slice { slice: slice.clone() },
    };
    Task::new(kind, subject, BTreeMap::from([("mapping".to_owned(), input.to_string())]))
}

pub(super) fn done(task: Task, number: u64) -> Fact {
    let output = TaskOutput {
        key: task.key.clone(),
        inputs: task.inputs.clone(),
        rows_in: number,
        rows_out: number,
        rejected: 0,
        content: Some(digest(number)),
    };
    let metrics = match task.kind {
        TaskKind::Profile => vec![("rows".to_owned(), number as f64), ("mean(amount)".to_owned(), number as f64 / 7.0)],
        _ => Vec::new(),
    };
    let rejected = task.subject.slice().map(|slice| (delivery(slice, 1).batch, number % 5));
    let noted = task.subject.slice().map(|slice| (delivery(slice, 1).batch, noted(1)));
    let (rejected, noted) = (rejected.into_iter().collect(), noted.into_iter().collect());
    Fact::TaskDone { task, output, rejected, noted, metrics }
}

fn noted(number: u32) -> Noted {
    Noted {
        digest: digest(u64::from(number)),
        repairs: [(RepairKind::BlankRow, u64::from(number))].into(),
        rows: Some(u64::from(number)),
        rejects: [(RejectKind::Malformed, 2)].into(),
    }
}

pub(super) fn registered(version: u32) -> Fact {
    let overall = Score { precision: 1.0 / 3.0, recall: 0.1, f1: 0.2, support: 7 };
    Fact::ModelRegistered {
        version: Box::new(ModelVersion {
            model: ModelRef::new("slips", version),
            kind: ModelKind::Crf,
            digest: digest(u64::from(version)),
            labels: vec!["BRAND".to_owned(), "SIZE".to_owned()],
            metrics: Some(ModelMetrics { overall, ..ModelMetrics::default() }),
            training_data: None,
            parent: None,
            command: None,
            mirrored: None,
            trained_on: None,
            at: Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap(),
            by: "mira".to_owned(),
            note: Some("first try".to_owned()),
            archived: false,
        }),
    }
}

pub(super) fn mirrored(number: u64) -> Fact {
    let version = RegisteredVersion {
        version: number as u32 + 1,
        description: None,
        tags: BTreeMap::new(),
        created: Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap(),
        by: Some("mira".to_owned()),
        status: "READY".to_owned(),
        stage: None,
        source: "runs:/1/model".to_owned(),
        run: Some("1".to_owned()),
        metrics: [("f1".to_owned(), 1.0 / 3.0)].into(),
        params: BTreeMap::new(),
    };
    let model = RegisteredModel {
        name: "brands".to_owned(),
        description: None,
        tags: [("team".to_owned(), "north".to_owned())].into(),
        aliases: [("champion".to_owned(), version.version)].into(),
        versions: vec![version],
    };
    // Now and then it is gone.
    let model = (!number.is_multiple_of(3)).then(|| Box::new(model));
    Fact::ModelMirrored { registry: format!("http://models/{}", number % 2), name: "brands".to_owned(), model }
}

/// What somebody said of a row that two versions read differently.
pub(super) fn judged(slice: &Slice, number: u64) -> Fact {
    let right = RightReading::ALL[(number % 3) as usize];
    Fact::ReadingJudged {
        before: ModelRef::new("slips", 1),
        after: ModelRef::new("slips", 2),
        batch: delivery(slice, 1).batch,
        row: number % 4,
        right,
        judged: digest(number),
        note: number.is_multiple_of(2).then(|| "HEINZ is a brand".to_owned()),
    }
}

pub(super) fn promoted(version: u32, previous: Option<u32>) -> Fact {
    let previous = previous.map(|version| ModelRef::new("slips", version));
    Fact::AliasMoved { alias: "production".to_owned(), model: ModelRef::new("slips", version), previous, trial: None }
}

pub(super) fn contract(version: u32) -> Fact {
    let contract = Contract {
        workspace: format!("slips {version}"),
        timezone: chrono_tz::Europe::London,
        today: None,
        demo: false,
        people: BTreeMap::new(),
        datasets: Vec::new(),
        models: Vec::new(),
        registry: None,
        amended: crate::domain::contract::Amended::default(),
    };
    Fact::ContractApplied { version, digest: contract.digest().unwrap(), contract: Box::new(contract) }
}

pub(super) fn release(period: Period, n: u32) -> ReleaseName {
    ReleaseName { dataset: "slips".to_owned(), period, n }
}

pub(super) fn opened(name: &ReleaseName, number: u64) -> Fact {
    Fact::ReleaseOpened {
        release: name.clone(),
        model: ModelRef::new("slips", 1),
        cause: "first delivery".to_owned(),
        inputs: ReleaseInputs { model: number.to_string(), ..ReleaseInputs::default() },
        input_digest: digest(number),
    }
}

pub(super) fn changed(name: &ReleaseName, number: u64) -> Fact {
    Fact::ReleaseChanged {
        release: name.clone(),
        model: ModelRef::new("slips", 2),
        cause: "new batch revision".to_owned(),
        inputs: ReleaseInputs { model: number.to_string(), ..ReleaseInputs::default() },
        input_digest: digest(number),
    }
}

pub(super) fn approved(name: &ReleaseName, number: u64, complete: bool) -> Fact {
    Fact::ReleaseApproved { release: name.clone(), release_digest: digest(number), complete }
}

/// The facts that take an approved release to clients.
pub(super) fn publication(
    name: &ReleaseName,
    number: u64,
    superseded: Option<ReleaseName>,
    generation: u64,
) -> Vec<Fact> {
    vec![
        Fact::PublishStarted {
            release: name.clone(),
            release_digest: digest(number),
            manifest: digest(9),
            approvers: Vec::new(),
            formats: Vec::new(),
        },
        Fact::Published { release: name.clone(), superseded, delta_version: generation, generation },
    ]
}

/// The facts that take a period's first release from nothing to clients.
pub(super) fn whole_life(name: &ReleaseName, superseded: Option<ReleaseName>, generation: u64) -> Vec<Fact> {
    let mut facts = vec![
        opened(name, 1),
        Fact::ReleaseAssembled { release: name.clone(), release_digest: digest(7) },
        approved(name, 7, true),
    ];
    facts.extend(publication(name, 7, superseded, generation));
    facts
}

pub(super) fn evaluation(slice: &Slice, number: u64) -> Evaluation {
    Evaluation {
        check: "null_rate".to_owned(),
        severity: if number.is_multiple_of(4) { Severity::Warning } else { Severity::Blocking },
        subject: CheckSubject {
            provider: Some(slice.provider.clone()),
            column: Some("amount".to_owned()),
            label: None,
        },
        outcome: Outcome::Failed,
        observed: Some(number as f64 / 3.0),
        expected: Some(Bounds::between(0.0, 0.1)),
        metric: Some("null_rate(amount)".to_owned()),
        explanation: format!("{number} nulls"),
        rows: (0..number % 4)
            .map(|row| RowRef { batch: delivery(slice, 1).batch, row, why: "null".to_owned() })
            .collect(),
        drift: None,
    }
}

pub(super) fn anomaly_id(slice: &Slice) -> AnomalyId {
    AnomalyId::of(&slice.dataset, slice.period, "null_rate", &evaluation(slice, 0).subject, &ModelRef::none())
}

pub(super) fn found(slice: &Slice, number: u64) -> Fact {
    Fact::AnomalyOpened {
        id: anomaly_id(slice),
        dataset: slice.dataset.clone(),
        period: slice.period,
        model: ModelRef::none(),
        evaluation: Box::new(evaluation(slice, number)),
        rule: None,
    }
}

/// The finding of `slice` passes under the waiver of the one of `earlier`.
pub(super) fn covered(slice: &Slice, earlier: &Slice) -> Fact {
    Fact::AnomalyCovered { id: anomaly_id(slice), waiver: anomaly_id(earlier) }
}

/// One fact of each kind that holds numbers, made of these.
pub(super) fn numbered(numbers: &[f64]) -> Vec<Fact> {
    let number = |index: usize| numbers[index % numbers.len()];
    let slice = slice(0);
    let evaluation = Evaluation {
        observed: Some(number(0)),
        expected: Some(Bounds::between(number(1), number(2))),
        ..evaluation(&slice, 1)
    };
    let rules = [
        CheckRule::RowCount { tolerance: number(3) },
        CheckRule::NumericRange { column: None, min: Some(number(4)), max: Some(number(5)), factor: number(6) },
    ];
    let check = |rule| Check { name: "a rule".to_owned(), rule, severity: Severity::Warning, off: false };
    let Fact::ContractApplied { version, digest, mut contract } = contract(1) else { return Vec::new() };
    contract.datasets.push(Dataset {
        timezone: contract.timezone,
        name: "slips".to_owned(),
        period: Granularity::Month,
        text: Vec::new(),
        model: None,
        key: Vec::new(),
        date: None,
        schema: Vec::new(),
        references: Vec::new(),
        aggregates: Vec::new(),
        holidays: Vec::new(),
        providers: Vec::new(),
        checks: rules.map(check).into(),
        release: ReleasePolicy::default(),
    });
    let Fact::ModelRegistered { version: mut model } = registered(1) else { return Vec::new() };
    let score = Score { precision: number(7), recall: number(8), f1: number(9), support: 1 };
    model.metrics = Some(ModelMetrics { overall: score, ..ModelMetrics::default() });
    let Fact::TaskDone { task, output, rejected, noted, .. } = done(task(TaskKind::Profile, &slice, 1), 1) else {
        return Vec::new();
    };
    let metrics = numbers.iter().enumerate().map(|(index, number)| (format!("metric {index}"), *number)).collect();
    vec![
        Fact::ContractApplied { version, digest, contract },
        Fact::ModelRegistered { version: model },
        Fact::TaskDone { task, output, rejected, noted, metrics },
        Fact::AnomalyOpened {
            id: anomaly_id(&slice),
            dataset: slice.dataset.clone(),
            period: slice.period,
            model: ModelRef::none(),
            evaluation: Box::new(evaluation),
            rule: None,
        },
    ]
}

/// A release of a period, as it was opened by that entry.
pub(super) fn opened_at(period: Period, opened: u64) -> Release {
    Release { name: release(period, 1), opened, ..crate::domain::testing::release() }
}
