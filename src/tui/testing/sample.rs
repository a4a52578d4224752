//! The workspace in memory: retail slips from three providers.
#![allow(clippy::cast_precision_loss, reason = "tests")]

use super::rows::{anomaly, batch, entry, model, month, noon, period, release, sample, scorecard, task};
use crate::base::text::counted;
use crate::base::{Digest, Error, Result};
use crate::domain::anomaly::{AnomalyId, Settlement};
use crate::domain::check::CheckSubject;
use crate::domain::listing::{AnomalyRow, BatchRow, LogRow, MetricPoint, ModelRow, PeriodRow, ReleaseRow, TaskRow};
use crate::domain::note::{DeliveryNote, FieldRead};
use crate::domain::release::{Approval, Change};
use crate::domain::understood::{Counted, Example, RejectKind, RepairKind, Understood};
use crate::domain::{
    Actor, Anomaly, AnomalyState, BatchId, Evaluation, ModelRef, Outcome, Reason, ReasonCode, Release, ReleaseName,
    ReleaseState, Request, Role, Sample, Severity,
};
use crate::ops::{
    AnomalyDetail, BatchChange, BatchDetail, CheckedAgain, Consequences, EventDetail, FallenApproval, ModelDetail,
    Overview, RejectRow, ReleaseChanges, ReleaseDetail, ReleaseMove, RowChange, WaitingFiles, WaivedFinding,
};

/// A workspace in memory.
#[derive(Debug, Clone)]
pub struct World {
    pub overview: Overview,
    pub batches: Vec<BatchRow>,
    pub periods: Vec<PeriodRow>,
    pub models: Vec<ModelRow>,
    pub anomalies: Vec<AnomalyRow>,
    pub releases: Vec<ReleaseRow>,
    pub tasks: Vec<TaskRow>,
    pub log: Vec<LogRow>,
    /// Whether every sample has a verdict.
    pub all_judged: bool,
}

impl World {
    /// Nothing in it.
    pub fn empty() -> Self {
        let person = |name: &str, role| Actor { name: name.to_owned(), role };
        let overview = Overview {
            workspace: "Retail slips".to_owned(),
            contract_version: 1,
            contract_differs: false,
            contract_error: None,
            people: vec![person("mira", Role::Manager), person("tomas", Role::Assessor)],
            datasets: vec!["slips".to_owned()],
            open_releases: 0,
            ready_releases: 0,
            releases_to_approve: 0,
            releases_to_publish: 0,
            open_anomalies: 0,
            quarantined: 0,
            late: 0,
            waiting: WaitingFiles::default(),
            unprotected: false,
        };
        Self {
            overview,
            batches: Vec::new(),
            periods: Vec::new(),
            models: Vec::new(),
            anomalies: Vec::new(),
            releases: Vec::new(),
            tasks: Vec::new(),
            log: Vec::new(),
            all_judged: false,
        }
    }

    /// `count` rows in every list.
    pub fn of(count: usize) -> Self {
        let rows = 0..count;
        let mut world = Self {
            batches: rows.clone().map(batch).collect(),
            periods: rows.clone().map(period).collect(),
            models: rows.clone().map(model).collect(),
            anomalies: rows.clone().map(anomaly).collect(),
            releases: rows.clone().map(release).collect(),
            tasks: rows.clone().map(task).collect(),
            log: rows.map(entry).collect(),
            ..Self::empty()
        };
        (world.overview.open_releases, world.overview.open_anomalies) = (3, 2);
        (world.overview.quarantined, world.overview.late) = (1, 1);
        world
    }

    fn find<T: Clone>(rows: &[T], is: impl Fn(&T) -> bool) -> Result<T> {
        rows.iter().find(|row| is(row)).cloned().ok_or_else(|| Error::not_found("there is no such row"))
    }

    pub fn batch(&self, id: &BatchId) -> Result<BatchDetail> {
        let row = Self::find(&self.batches, |row| row.id == *id)?;
        let text = |text: &str| Some(text.to_owned());
        let example = |line, raw: &str, reason: &str| Example {
            line: Some(line),
            raw: raw.to_owned(),
            reason: reason.to_owned(),
        };
        let understood = Understood {
            format: "csv".to_owned(),
            encoding: Some("windows-1252".to_owned()),
            delimiter: Some(";".to_owned()),
            quote: Some('"'),
            header_row: Some(3),
            ..Understood::default()
        };
        let note = DeliveryNote {
            understood: Some(understood),
            fields: vec![FieldRead {
                field: "amount".to_owned(),
                column: text("Net amount"),
                written: text("decimal commas"),
            }],
            repairs: vec![Counted {
                kind: RepairKind::GroupedDigits,
                count: 1_204,
                examples: vec![example(4, "1.234,50", "amount"), example(9, "2.000,00", "amount")],
            }],
            rejects: vec![Counted {
                kind: RejectKind::Value,
                count: 1,
                examples: vec![example(18, "12,x0", "amount: `12,x0` is not a decimal(12,2)")],
            }],
        };
        Ok(BatchDetail {
            note: Some(Box::new(note)),
            columns: vec![("Item text".to_owned(), text("description")), ("Till".to_owned(), None)],
            rejects: vec![RejectRow {
                row: 17,
                line: Some(18),
                reason: "amount `12,x0` is not a decimal".to_owned(),
                raw: Some("S-17;12,x0".to_owned()),
            }],
            preview: vec![vec![text("S-1"), text("HEINZ BEANZ 4x415g"), None]],
            releases: vec![release(0).name],
            retrieved: None,
            scorecard: Some(Box::new(scorecard(&row))),
            row,
        })
    }

    pub fn model(&self, wanted: &ModelRef) -> Result<ModelDetail> {
        let row = Self::find(&self.models, |row| row.name == wanted.name && row.version == wanted.version)?;
        Ok(super::model::detail(row, wanted))
    }

    pub fn anomaly(&self, id: &AnomalyId) -> Result<AnomalyDetail> {
        let row = Self::find(&self.anomalies, |row| row.id == *id)?;
        let settled = (!matches!(row.state, AnomalyState::Open)).then(|| Settlement {
            by: "mira".to_owned(),
            at: noon(),
            reason: "the till was replaced".to_owned(),
            until: None,
            rule: None,
            given_for: None,
        });
        let anomaly = Anomaly {
            id: row.id.clone(),
            dataset: row.dataset.clone(),
            period: row.period,
            check: row.check.clone(),
            severity: row.severity,
            subject: CheckSubject::default(),
            model: row.model.clone(),
            state: row.state,
            observed: row.observed,
            expected: row.expected,
            metric: Some("rate(BRAND)".to_owned()),
            explanation: row.explanation.clone(),
            rows: Vec::new(),
            drift: None,
            at: row.at,
            rule: None,
            settled,
        };
        let point = |index: usize| MetricPoint {
            period: month(index),
            value: 700.0 + 17.0 * (index % 5) as f64 - if index == 0 { 420.0 } else { 0.0 },
            in_baseline: index != 3,
        };
        let verdict = sample(2).verdict;
        let judged = |one| if self.all_judged { Sample { verdict: verdict.clone(), ..one } } else { one };
        let samples = (0..3).map(sample).map(judged).collect();
        Ok(AnomalyDetail { row, anomaly, history: (0..9).rev().map(point).collect(), samples, batches: vec![batch(0)] })
    }

    pub fn release(&self, name: &ReleaseName) -> Result<ReleaseDetail> {
        let row = Self::find(&self.releases, |row| row.name == *name)?;
        let approval = |by: &String| Approval {
            by: by.clone(),
            at: noon(),
            release_digest: Digest::of(b"content"),
            note: Some("looks right".to_owned()),
        };
        let release = Release {
            name: row.name.clone(),
            model: row.model.clone(),
            state: row.state,
            cause: row.cause.clone(),
            at: row.at,
            opened: 7,
            changed: row
                .state
                .is_open()
                .then(|| Change { at: noon(), cause: "slips/3 went into production".to_owned() }),
            input_digest: row.input_digest.clone(),
            release_digest: row.release_digest.clone(),
            asked_under: Some(1),
            approvals: row.approvals.iter().map(approval).collect(),
            generation: row.generation,
            delta_version: row.generation,
        };
        let evaluation = |check: &str, outcome, explanation: &str| Evaluation {
            check: check.to_owned(),
            severity: Severity::Blocking,
            subject: CheckSubject { provider: Some("harbour".to_owned()), ..CheckSubject::default() },
            outcome,
            observed: None,
            expected: None,
            metric: None,
            explanation: explanation.to_owned(),
            rows: Vec::new(),
            drift: None,
        };
        let changes = changes(&row);
        let of_readiness = |one: &&Reason| one.code != ReasonCode::ApprovalsMissing;
        let unready: Vec<Reason> = row.blocked_by.iter().filter(of_readiness).cloned().collect();
        let failed = evaluation("label_rate", Outcome::Failed, "BRAND 280 per 1,000 rows, median 734");
        let passed = evaluation("row_count", Outcome::Passed, "12,040 rows, median 11,800");
        Ok(ReleaseDetail {
            references: [].into(),
            void: Vec::new(),
            excluded: row.excluded.clone(),
            fallen: row
                .state
                .is_open()
                .then(|| FallenApproval {
                    by: "ravi".to_owned(),
                    at: noon(),
                    why: "slips/2026-07.3 was published, which it looks back at".to_owned(),
                })
                .into_iter()
                .collect(),
            rests_on: (0..3).map(batch).collect(),
            // Nothing is late and nothing failed where nothing but approvals is missing.
            cells: if unready.is_empty() { period(3).cells } else { period(0).cells },
            evaluations: if unready.is_empty() { vec![passed] } else { vec![passed, failed] },
            unready,
            waived: vec![WaivedFinding {
                id: AnomalyId::from_text("A0000000003".to_owned()),
                finding: "few costly lines of all providers".to_owned(),
                by: "mira".to_owned(),
                reason: "the till of one shop was tested".to_owned(),
                accepted: 2,
                rejected: 1,
            }],
            changes,
            // They are built when it is published.
            artifacts: row.generation.map(|_| (artifact(&row.name), 812_331)).into_iter().collect(),
            total_rows: ROWS,
            story: row.generation.map(published).into_iter().collect(),
            folder: row.generation.map(|_| format!("releases/{}/{}.{}", row.dataset, row.period, row.name.n)),
            is_last_word: matches!(row.state, ReleaseState::Rejected | ReleaseState::Withdrawn),
            release,
            row,
        })
    }

    pub fn event(&self, seq: u64) -> Result<EventDetail> {
        let row = Self::find(&self.log, |row| row.seq == seq)?;
        Ok(EventDetail { row, payload: serde_json::json!({ "batch": "00ff", "rows": 1204 }) })
    }

    /// What a request would do, in the sentences of the workbench.
    pub fn preview(&self, request: &Request) -> Vec<String> {
        let line = request.command_line();
        let open = |row: &&ReleaseRow| row.state.is_open();
        // An amendment changes what the later months look back at.
        let looks_back = |release: &ReleaseName| Consequences {
            signed_again: Vec::new(),
            recounted: Vec::new(),
            checked_again: self
                .releases
                .iter()
                .filter(open)
                .filter(|row| row.period > release.period)
                .map(|row| CheckedAgain { release: row.name.clone(), moves_to: None, fall: row.approvals.clone() })
                .collect(),
            opened: Vec::new(),
        };
        let said = match request {
            Request::Publish { release } => {
                let mut said = vec![format!("would publish {} with slips/3", counted(ROWS, "row"))];
                let live = self.releases.iter().find(|row| row.name == *release).and_then(|row| row.live.as_ref());
                said.extend(live.map(|live| format!("{live} would be superseded")));
                said.extend(looks_back(release).sentences());
                said
            }
            Request::WithdrawRelease { release, .. } => {
                let rows = counted(ROWS, "row");
                let mut said = vec![format!("clients would see nothing for {}: {rows} go", release.period)];
                said.extend(looks_back(release).sentences());
                said
            }
            Request::AddBatch { file, dataset: Some(dataset), provider: Some(provider), period: Some(period) } => {
                vec![format!("would take in {} for {dataset}/{period}/{provider}", file.display())]
            }
            Request::Run { period: Some(period), .. } => vec![format!("would run refine slips/{period}/harbour")],
            _ => Vec::new(),
        };
        std::iter::once(format!("mira would run: {line}")).chain(said).collect()
    }
}

fn published(generation: u64) -> ReleaseMove {
    ReleaseMove { at: noon(), by: "mira".to_owned(), what: format!("published, generation {generation},"), why: None }
}

/// Rows of every release.
const ROWS: u64 = 12_040;

fn artifact(release: &ReleaseName) -> String {
    format!("{}-{}.{}.xlsx", release.dataset, release.period, release.n)
}

/// What a release changes: the amendment, compared with what is live; the others, with nothing.
fn changes(row: &ReleaseRow) -> ReleaseChanges {
    let since = row.live.clone().filter(|live| *live != row.name);
    let first = ReleaseChanges {
        since: None,
        rows_before: 0,
        rows_after: ROWS,
        batches_added: vec![format!("northgate/{} r1", row.period)],
        batches_gone: Vec::new(),
        model: row.model.clone(),
        model_before: None,
        labels: vec![("BRAND".to_owned(), 0, 8_020), ("SIZE".to_owned(), 0, 4_000)],
        labels_by_model_before: None,
        was_live: row.generation.is_some(),
        batches: Vec::new(),
    };
    if since.is_none() {
        return first;
    }
    let before = batch(3);
    let (id, file) = (BatchId::from_text("corrected"), "2026-09-northgate-corrected.csv".to_owned());
    let after = BatchRow { id, revision: 3, file, ..before.clone() };
    ReleaseChanges {
        since,
        rows_before: 12_052,
        model: ModelRef::new("slips", 3),
        model_before: Some(ModelRef::new("slips", 2)),
        labels: vec![("BRAND".to_owned(), 8_100, 8_020), ("SIZE".to_owned(), 4_000, 4_000)],
        labels_by_model_before: Some([("BRAND".to_owned(), 8_110), ("SIZE".to_owned(), 4_000)].into()),
        batches_added: vec!["northgate/2026-09 r3".to_owned()],
        batches_gone: vec!["northgate/2026-09 r2".to_owned()],
        batches: vec![BatchChange {
            provider: "northgate".to_owned(),
            before: vec![before],
            after: vec![after],
            rows: Some(RowChange {
                added: 0,
                removed: 12,
                changed: Some(1_204),
                sums: vec![("amount".to_owned(), "41233.50".to_owned(), "38010.25".to_owned())],
            }),
        }],
        ..first
    }
}
