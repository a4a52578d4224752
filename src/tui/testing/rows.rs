//! Row by row, the workspace in memory.
#![allow(clippy::unwrap_used, clippy::cast_possible_wrap, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};

use crate::base::Digest;
use crate::domain::anomaly::AnomalyId;
use crate::domain::completeness::{Cell, CellState, roll_up};
use crate::domain::listing::{AnomalyRow, BatchRow, LogRow, ModelRow, PeriodRow, ReleaseRow, TaskRow};
use crate::domain::model::{ModelKind, ModelMetrics, Score};
use crate::domain::scorecard::{PeriodScore, Scorecard};
use crate::domain::understood::{RejectKind, RepairKind};
use crate::domain::{
    AnomalyState, BatchId, BatchState, Bounds, Entity, ModelRef, Period, Reason, ReasonCode, ReleaseName, ReleaseState,
    Sample, Severity, TaskKind, TaskState, Verdict,
};

const PROVIDERS: [&str; 3] = ["northgate", "harbour", "millstone"];

pub fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// The `index`-th month before November 2026.
pub fn month(index: usize) -> Period {
    static MONTHS: OnceLock<Vec<Period>> = OnceLock::new();
    MONTHS.get_or_init(|| {
        let newest: Period = "2026-10".parse().unwrap();
        std::iter::once(newest).chain(newest.trailing(20_000)).collect()
    })[index]
}

fn reason(code: ReasonCode, subject: &str, text: &str, fix: &str) -> Reason {
    Reason { code, subject: subject.to_owned(), text: text.to_owned(), fix: fix.to_owned() }
}

/// The newest release of the `index`-th month: an amendment for September, the first for all others.
pub fn release_name(index: usize) -> ReleaseName {
    ReleaseName { dataset: "slips".to_owned(), period: month(index), n: if index == 1 { 2 } else { 1 } }
}

/// What clients see for the `index`-th month: for September what the amendment would take the place of.
pub fn live(index: usize) -> Option<ReleaseName> {
    match index {
        0 | 2 => None,
        1 => Some(ReleaseName { n: 1, ..release_name(1) }),
        _ => Some(release_name(index)),
    }
}

pub fn batch(index: usize) -> BatchRow {
    let state = match index {
        1 => BatchState::Quarantined,
        2 => BatchState::Superseded,
        _ => BatchState::Landed,
    };
    let provider = PROVIDERS[index % 3];
    let period = month(index / 3);
    BatchRow {
        id: BatchId::from_text(format!("{index:016x}")),
        dataset: "slips".to_owned(),
        provider: provider.to_owned(),
        period,
        revision: if index == 3 { 2 } else { 1 },
        state,
        rows: 1_204 + index as u64,
        rejected: (index % 4) as u64,
        repaired: 0,
        file: format!("{period}-{provider}.csv"),
        bytes: 90_000,
        at: noon() - TimeDelta::hours(index as i64),
        by: "mira".to_owned(),
        note: (index == 1).then(|| "the column `Net amount` is missing".to_owned()),
        misread: None,
        covers: None,
    }
}

pub fn period(index: usize) -> PeriodRow {
    let states = match index {
        0 => [CellState::Delivered, CellState::Late, CellState::Expected],
        1 => [CellState::Corrected, CellState::Quarantined, CellState::NotOwed],
        _ => [CellState::Delivered; 3],
    };
    let cell = |(provider, state): (usize, CellState)| Cell {
        provider: PROVIDERS[provider].to_owned(),
        state,
        due: Some(noon()),
        batch: (state.is_covered() && state != CellState::NotOwed || state == CellState::Quarantined)
            .then(|| batch(index * 3 + provider).id),
        missing: Vec::new(),
    };
    let cells: Vec<Cell> = states.into_iter().enumerate().map(cell).collect();
    PeriodRow {
        dataset: "slips".to_owned(),
        period: month(index),
        state: roll_up(&cells),
        cells,
        baseline: index == 4,
        live: live(index),
    }
}

pub fn model(index: usize) -> ModelRow {
    let score = Score { precision: 0.91, recall: 0.874, f1: 0.891, support: 1_310 };
    let metrics = ModelMetrics {
        overall: score,
        labels: BTreeMap::from([("BRAND".to_owned(), score)]),
        sentences: 900,
        tokens: 5_400,
        partial_f1: Some(0.93),
        calibration_error: Some(0.021),
    };
    ModelRow {
        name: "slips".to_owned(),
        version: 30_000 - u32::try_from(index).unwrap(),
        kind: if index % 3 == 2 { ModelKind::Lexicon } else { ModelKind::Crf },
        aliases: match index {
            0 => vec!["candidate".to_owned()],
            1 => vec!["production".to_owned()],
            _ => Vec::new(),
        },
        labels: ["BRAND", "PACK", "PRICE", "PRODUCT", "SIZE"].map(str::to_owned).to_vec(),
        f1: (index % 3 != 2).then_some(0.891),
        metrics: (index % 3 != 2).then_some(metrics),
        coverage: (if index == 1 { 24 } else { 3 }, 24),
        at: noon(),
        by: "mira".to_owned(),
        note: None,
        archived: index == 3,
    }
}

pub fn anomaly(index: usize) -> AnomalyRow {
    AnomalyRow {
        id: AnomalyId::from_text(format!("A{index:010x}")),
        check: if index.is_multiple_of(2) { "label_rate" } else { "numeric_range" }.to_owned(),
        severity: if index % 5 == 4 { Severity::Warning } else { Severity::Blocking },
        state: match index {
            0 | 1 => AnomalyState::Open,
            2 => AnomalyState::Confirmed,
            3 => AnomalyState::Waived,
            _ => AnomalyState::Fixed,
        },
        subject: "harbour BRAND".to_owned(),
        dataset: "slips".to_owned(),
        period: month(index / 4),
        provider: Some("harbour".to_owned()),
        model: ModelRef::new("slips", 3),
        observed: Some(280.0),
        expected: Some(Bounds::between(620.0, 850.0)),
        samples: 3,
        assessed: 1,
        explanation: "280 BRAND per 1,000 rows; the median of 8 periods is 734, 35 % less would pass".to_owned(),
        is_drift: false,
        at: noon(),
    }
}

pub fn sample(index: usize) -> Sample {
    let text = "Süß HEINZ beanz 4x415g";
    let entity = |label: &str, start, end, score| Entity {
        field: "description".to_owned(),
        label: label.to_owned(),
        text: String::new(),
        start,
        end,
        score,
    };
    let verdict =
        Verdict { accepted: true, by: "tomas".to_owned(), at: noon(), note: Some("brand is there".to_owned()) };
    Sample {
        batch: batch(0).id,
        row: 100 + index as u64,
        provider: "harbour".to_owned(),
        why: "no BRAND where earlier models found one".to_owned(),
        cells: vec![
            ("description".to_owned(), Some(text.to_owned())),
            ("amount".to_owned(), Some("3.49".to_owned())),
            ("till".to_owned(), None),
        ],
        entities: vec![entity("BRAND", 4, 9, 0.97), entity("PACK", 16, 18, 0.61)],
        verdict: (index == 2).then_some(verdict),
    }
}

pub fn release(index: usize) -> ReleaseRow {
    let state = match index {
        0 | 2 => ReleaseState::Open,
        1 => ReleaseState::Approved,
        _ => ReleaseState::Published,
    };
    let blocked_by = match index {
        0 => vec![
            reason(
                ReasonCode::ProviderLate,
                "harbour",
                "harbour is late with 2026-10; it was due 2026-11-05 00:00 UTC",
                "assay batch add FILE",
            ),
            reason(
                ReasonCode::AnomalyOpen,
                "A0000000000",
                "label_rate of harbour BRAND is open: 280 per 1,000 rows",
                "assay anomaly show A0000000000",
            ),
            reason(
                ReasonCode::TaskStale,
                "refine slips/2026-10/harbour",
                "refine slips/2026-10/harbour is stale: new batch revision",
                "assay run",
            ),
        ],
        2 => vec![reason(
            ReasonCode::ApprovalsMissing,
            "slips/2026-08.1",
            "0 of 2 approvals given",
            "assay release approve slips/2026-08.1",
        )],
        _ => Vec::new(),
    };
    ReleaseRow {
        name: release_name(index),
        dataset: "slips".to_owned(),
        period: month(index),
        model: ModelRef::new("slips", 3),
        state,
        input_digest: Digest::of(b"inputs"),
        release_digest: Some(Digest::of(b"content")),
        generation: (index > 2).then(|| 30_000 - index as u64),
        approvals: if matches!(index, 0 | 2) { Vec::new() } else { vec!["ines".to_owned(), "nora".to_owned()] },
        blocked_by,
        cause: if index == 1 {
            "amendment: northgate delivered revision 3 of 2026-09".to_owned()
        } else {
            "first batch of the period".to_owned()
        },
        at: noon(),
        excluded: vec![
            ("olga".to_owned(), "took a batch in".to_owned()),
            ("tomas".to_owned(), "is assessor; approving takes manager".to_owned()),
        ],
        may_approve: Some(vec!["mira".to_owned()]),
        live: live(index),
        predecessor: (index > 2).then(|| release_name(index + 1)),
    }
}

pub fn task(index: usize) -> TaskRow {
    let state = match index {
        0 => TaskState::Failed { error: "the column `Net amount` is missing".to_owned() },
        1 => TaskState::Running,
        2 => TaskState::Stale { cause: "new model version".to_owned() },
        3 => TaskState::Missing,
        _ => TaskState::Done,
    };
    TaskRow {
        key: Digest::of(&index.to_le_bytes()),
        kind: TaskKind::ALL[index % 6],
        subject: format!("slips/{}/{}", month(index / 3), PROVIDERS[index % 3]),
        state,
    }
}

pub fn entry(index: usize) -> LogRow {
    LogRow {
        seq: index as u64 + 1,
        at: noon() + TimeDelta::minutes(index as i64),
        actor: "mira".to_owned(),
        role: "manager".to_owned(),
        via: "tui".to_owned(),
        host: "mira@desk".to_owned(),
        kind: if index.is_multiple_of(2) { "batch_landed" } else { "anomaly_waived" }.to_owned(),
        subject: format!("slips/{}/harbour", month(index / 4)),
        command: "assay anomaly waive A1 --reason 'till replaced'".to_owned(),
        reason: (index % 2 == 1).then(|| "till replaced".to_owned()),
        hash: Digest::of(&index.to_le_bytes()).to_string(),
    }
}

/// What the provider of a batch delivered so far.
pub fn scorecard(row: &BatchRow) -> Scorecard {
    let score = |index: usize, late: bool| PeriodScore {
        period: month(index),
        due: noon(),
        came: Some(noon()),
        late,
        revisions: u64::from(late),
        unusable: 0,
        rows: 1_200,
        rejected: 3,
        repaired: 1_204,
        columns_changed: late,
    };
    Scorecard {
        dataset: row.dataset.clone(),
        provider: row.provider.clone(),
        periods: vec![score(2, false), score(1, true), score(0, false)],
        repairs: [(RepairKind::GroupedDigits, 3_612)].into(),
        rejects: [(RejectKind::Value, 9)].into(),
    }
}
