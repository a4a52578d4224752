//! What the gate looks at, with nothing that keeps a release back until a test says so.

use super::super::*;
use crate::domain::anomaly::{AnomalyId, Settlement};
use crate::domain::check::{CheckSubject, RowRef};
use crate::domain::completeness::CellState;
use crate::domain::policy::ReleasePolicy;
use crate::domain::release::Approval;
use crate::domain::testing::{batch, digest, instant, release};
use crate::domain::{BatchId, BatchState, ModelRef, Role, Slice, TaskKind, TaskSubject};

/// What the gate looks at, owned.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) release: Release,
    pub(crate) policy: ReleasePolicy,
    pub(crate) asked: Option<ReleasePolicy>,
    pub(crate) people: BTreeMap<String, Vec<Role>>,
    pub(crate) hands: BTreeMap<String, String>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) batches: usize,
    pub(crate) contract_differs: bool,
    pub(crate) landing: Vec<Delivery>,
    pub(crate) misread: Vec<Batch>,
    pub(crate) model_missing: bool,
    pub(crate) in_production: Vec<ModelRef>,
    pub(crate) tasks: Vec<(Task, TaskState)>,
    pub(crate) unprocessed: BTreeMap<String, u64>,
    pub(crate) evaluated_inputs: Option<Digest>,
    pub(crate) evaluations: Vec<Evaluation>,
    pub(crate) checks: Vec<Check>,
    pub(crate) anomalies: Vec<Anomaly>,
    pub(crate) assessed: BTreeMap<String, u64>,
    pub(crate) live: Option<u32>,
}

impl Case {
    /// Nothing keeps it back.
    pub(crate) fn ready() -> Self {
        let mut release = release();
        let approval = |by: &str| Approval {
            by: by.to_owned(),
            at: instant("2026-11-02T10:00:00Z"),
            release_digest: digest("content"),
            note: None,
        };
        release.approve(approval("ravi"), false);
        release.approve(approval("nora"), true);
        Self {
            evaluated_inputs: Some(release.input_digest.clone()),
            release,
            policy: ReleasePolicy { approvals: 2, separation: true, assess: 2, ..ReleasePolicy::default() },
            asked: None,
            people: ["mira", "ravi", "nora"].map(|name| (name.to_owned(), vec![Role::Manager])).into(),
            hands: BTreeMap::from([("mira".to_owned(), "took a batch in".to_owned())]),
            now: instant("2026-11-20T12:00:00Z"),
            cells: [CellState::Delivered, CellState::Corrected, CellState::NotOwed].map(cell).into(),
            batches: 1,
            contract_differs: false,
            landing: Vec::new(),
            misread: Vec::new(),
            model_missing: false,
            in_production: Vec::new(),
            tasks: vec![(task(), TaskState::Done)],
            unprocessed: BTreeMap::from([("northgate".to_owned(), 0)]),
            evaluations: vec![evaluation(Outcome::Passed, Severity::Blocking)],
            checks: Check::built_in(),
            anomalies: Vec::new(),
            assessed: BTreeMap::new(),
            live: None,
        }
    }

    pub(crate) fn reasons(&self) -> Vec<Reason> {
        self.ask(reasons)
    }

    pub(crate) fn codes(&self) -> Vec<ReasonCode> {
        self.reasons().into_iter().map(|reason| reason.code).collect()
    }

    pub(crate) fn ask<T>(&self, question: impl Fn(&GateFacts<'_>) -> T) -> T {
        question(&GateFacts {
            release: &self.release,
            rules: Rules { policy: &self.policy, asked: self.asked.as_ref(), people: &self.people, hands: &self.hands },
            now: self.now,
            period_ends: instant("2026-11-01T00:00:00Z"),
            cells: &self.cells,
            batches: self.batches,
            contract_differs: self.contract_differs,
            landing: &self.landing,
            misread: &self.misread,
            model_missing: self.model_missing.then_some(match self.in_production.as_slice() {
                [] => ModelMissing::NoneInProduction,
                several => ModelMissing::Several(several),
            }),
            tasks: &self.tasks,
            unprocessed: &self.unprocessed,
            evaluated_inputs: self.evaluated_inputs.as_ref(),
            evaluations: &self.evaluations,
            checks: &self.checks,
            anomalies: &self.anomalies,
            assessed: &self.assessed,
            live: self.live,
        })
    }
}

pub(crate) fn delivered() -> Batch {
    batch("northgate", "2026-10".parse().unwrap(), 2, BatchState::Landed)
}

pub(crate) fn cell(state: CellState) -> Cell {
    let due = Some(instant("2026-11-06T00:00:00Z"));
    Cell {
        provider: "northgate".to_owned(),
        state,
        due,
        batch: Some(BatchId::from_text("0123456789abcdef")),
        missing: Vec::new(),
    }
}

pub(crate) fn task() -> Task {
    let slice = Slice { dataset: "slips".to_owned(), period: "2026-10".parse().unwrap(), provider: "n".to_owned() };
    Task::new(TaskKind::Refine, TaskSubject::Slice { slice }, BTreeMap::new())
}

pub(crate) fn evaluation(outcome: Outcome, severity: Severity) -> Evaluation {
    Evaluation {
        check: "row_count".to_owned(),
        severity,
        subject: CheckSubject { provider: Some("northgate".to_owned()), ..CheckSubject::default() },
        outcome,
        observed: Some(1.0),
        expected: None,
        metric: None,
        explanation: "it is so".to_owned(),
        rows: Vec::new(),
        drift: None,
    }
}

pub(crate) fn anomaly(state: AnomalyState, severity: Severity, rows: u64) -> Anomaly {
    let evaluation = evaluation(Outcome::Failed, severity);
    let at = instant("2026-11-02T10:00:00Z");
    let settled =
        Settlement { by: "mira".to_owned(), at, reason: "fine".to_owned(), until: None, rule: None, given_for: None };
    Anomaly {
        id: AnomalyId::from_text("A0123456789"),
        dataset: "slips".to_owned(),
        period: "2026-10".parse().unwrap(),
        check: evaluation.check,
        severity,
        subject: evaluation.subject,
        model: ModelRef::none(),
        state,
        observed: None,
        expected: None,
        metric: None,
        explanation: "it is so".to_owned(),
        rows: (0..rows).map(|row| RowRef { batch: BatchId::from_text("b"), row, why: "odd".to_owned() }).collect(),
        drift: None,
        rule: None,
        at,
        settled: (state != AnomalyState::Open).then_some(settled),
    }
}
