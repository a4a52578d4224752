//! The gate says every reason, each for its own fault, and none where nothing is wrong.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::anomaly::AnomalyId;
use crate::domain::check::{CheckSubject, RowRef};
use crate::domain::release::{Approval, ReleaseState};
use crate::domain::{BatchId, ModelRef, TaskKind, TaskSubject};

/// What the gate looks at, owned.
struct World {
    release: Release,
    policy: ReleasePolicy,
    now: DateTime<Utc>,
    cells: Vec<Cell>,
    contract_differs: bool,
    model_missing: bool,
    tasks: Vec<(Task, TaskState)>,
    unprocessed: BTreeMap<String, u64>,
    evaluated_inputs: Option<Digest>,
    evaluations: Vec<Evaluation>,
    anomalies: Vec<Anomaly>,
    assessed: BTreeMap<String, u32>,
    excluded: BTreeMap<String, String>,
    live: Option<u32>,
}

fn end() -> DateTime<Utc> {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn approval(by: &str, digest: &Digest) -> Approval {
    Approval { by: by.to_owned(), at: end(), release_digest: digest.clone(), note: None }
}

fn cell(state: CellState) -> Cell {
    Cell { provider: "alpha".to_owned(), state, due: Some(end()), batch: Some(BatchId::from_text("b")) }
}

fn evaluation(outcome: Outcome, severity: Severity) -> Evaluation {
    Evaluation {
        check: "row_count".to_owned(),
        severity,
        subject: CheckSubject::default(),
        outcome,
        observed: None,
        expected: None,
        metric: None,
        explanation: "because".to_owned(),
        rows: Vec::new(),
    }
}

fn anomaly(state: AnomalyState, severity: Severity) -> Anomaly {
    let row = |row| RowRef { batch: BatchId::from_text("b"), row, why: "odd".to_owned() };
    Anomaly {
        id: AnomalyId::from_text("A1"),
        dataset: "slips".to_owned(),
        period: "2026-10".parse().unwrap(),
        check: "row_count".to_owned(),
        severity,
        subject: CheckSubject::default(),
        model: ModelRef::none(),
        state,
        observed: None,
        expected: None,
        metric: None,
        explanation: "because".to_owned(),
        rows: vec![row(1), row(2)],
        at: end(),
        settled: None,
    }
}

impl World {
    /// Nothing is wrong.
    fn sound() -> Self {
        let digest = Digest::of(b"contents");
        let subject = TaskSubject::Release { release: "slips/2026-10.2".parse().unwrap() };
        Self {
            release: Release {
                name: "slips/2026-10.2".parse().unwrap(),
                model: ModelRef::none(),
                state: ReleaseState::Approved,
                cause: "alpha delivered".to_owned(),
                at: end(),
                input_digest: Digest::of(b"inputs"),
                release_digest: Some(digest.clone()),
                approvals: vec![approval("ravi", &digest), approval("nora", &digest)],
                generation: None,
                delta_version: None,
            },
            policy: ReleasePolicy { approvals: 2, separation: true, assess: 2, ..ReleasePolicy::default() },
            now: end(),
            cells: [CellState::NotOwed, CellState::Delivered, CellState::Corrected].map(cell).into(),
            contract_differs: false,
            model_missing: false,
            tasks: vec![(Task::new(TaskKind::Assemble, subject, BTreeMap::new()), TaskState::Done)],
            unprocessed: BTreeMap::from([("alpha".to_owned(), 0)]),
            evaluated_inputs: Some(Digest::of(b"inputs")),
            evaluations: vec![
                evaluation(Outcome::Passed, Severity::Blocking),
                evaluation(Outcome::Unknown, Severity::Warning),
                evaluation(Outcome::Failed, Severity::Warning),
            ],
            anomalies: vec![
                anomaly(AnomalyState::Fixed, Severity::Blocking),
                anomaly(AnomalyState::Waived, Severity::Blocking),
                anomaly(AnomalyState::Open, Severity::Warning),
                anomaly(AnomalyState::Confirmed, Severity::Warning),
            ],
            assessed: BTreeMap::from([("A1".to_owned(), 2)]),
            excluded: BTreeMap::from([("mira".to_owned(), "she prepared it".to_owned())]),
            live: Some(1),
        }
    }

    fn facts(&self) -> GateFacts<'_> {
        GateFacts {
            release: &self.release,
            policy: &self.policy,
            now: self.now,
            period_ends: end(),
            cells: &self.cells,
            contract_differs: self.contract_differs,
            model_missing: self.model_missing,
            tasks: &self.tasks,
            unprocessed: &self.unprocessed,
            evaluated_inputs: self.evaluated_inputs.as_ref(),
            evaluations: &self.evaluations,
            anomalies: &self.anomalies,
            assessed: &self.assessed,
            excluded: &self.excluded,
            live: self.live,
        }
    }

    fn codes(&self) -> Vec<ReasonCode> {
        reasons(&self.facts()).into_iter().map(|reason| reason.code).collect()
    }
}

#[test]
fn nothing_keeps_a_sound_release_back() {
    assert_eq!(reasons(&World::sound().facts()), []);
}

/// Something that is wrong.
type Fault = Box<dyn Fn(&mut World)>;

#[test]
fn every_fault_keeps_it_back_by_its_own_code() {
    use ReasonCode as R;
    let task = |state: TaskState| move |world: &mut World| world.tasks[0].1 = state.clone();
    let coming = |state: CellState| move |world: &mut World| world.cells.push(cell(state));
    let settled = |state: AnomalyState| move |world: &mut World| world.anomalies[0].state = state;
    let faults: Vec<(R, Fault)> = vec![
        (R::PeriodNotOver, Box::new(|world| world.now = end() - chrono::TimeDelta::milliseconds(1))),
        (R::ProviderMissing, Box::new(coming(CellState::Expected))),
        (R::ProviderLate, Box::new(coming(CellState::Late))),
        (R::BatchQuarantined, Box::new(coming(CellState::Quarantined))),
        (R::ContractDiffers, Box::new(|world| world.contract_differs = true)),
        (R::ModelMissing, Box::new(|world| world.model_missing = true)),
        (R::TaskMissing, Box::new(task(TaskState::Missing))),
        (R::TaskMissing, Box::new(task(TaskState::Running))),
        (R::TaskFailed, Box::new(task(TaskState::Failed { error: "no".to_owned() }))),
        (R::TaskStale, Box::new(task(TaskState::Stale { cause: "new model".to_owned() }))),
        (R::RowsUnprocessed, Box::new(|world| world.unprocessed.extend([("beta".to_owned(), 1)]))),
        (R::NotEvaluated, Box::new(|world| world.evaluated_inputs = None)),
        (R::NotEvaluated, Box::new(|world| world.evaluated_inputs = Some(Digest::of(b"earlier inputs")))),
        (R::EvaluationUnknown, Box::new(|world| world.evaluations[0].outcome = Outcome::Unknown)),
        (R::AnomalyOpen, Box::new(settled(AnomalyState::Open))),
        (R::AnomalyConfirmed, Box::new(settled(AnomalyState::Confirmed))),
        (R::SamplesUnassessed, Box::new(|world| world.assessed.extend([("A1".to_owned(), 1)]))),
        (R::SamplesUnassessed, Box::new(|world| world.assessed.clear())),
        (R::ApprovalsMissing, Box::new(|world| drop(world.release.approvals.pop()))),
        (R::LaterReleaseLive, Box::new(|world| world.live = Some(3))),
    ];
    for (code, fault) in &faults {
        let mut world = World::sound();
        fault(&mut world);
        assert_eq!(world.codes(), [*code]);
        let said = reasons(&world.facts());
        assert!(!said[0].text.is_empty() && !said[0].subject.is_empty() && !said[0].fix.is_empty(), "{said:?}");
        // Nobody may approve with any of them standing but the missing approvals themselves.
        assert_eq!(readiness(&world.facts()).is_empty(), *code == R::ApprovalsMissing, "{code:?}");
    }
    // No reason hides another.
    let mut world = World::sound();
    for (code, fault) in &faults {
        if !matches!(code, R::TaskMissing | R::TaskFailed | R::NotEvaluated | R::AnomalyOpen | R::SamplesUnassessed) {
            fault(&mut world);
        }
    }
    let all = faults.iter().map(|(code, _)| *code);
    let wanted: BTreeSet<R> = all
        .filter(|code| {
            !matches!(code, R::TaskMissing | R::TaskFailed | R::NotEvaluated | R::AnomalyOpen | R::SamplesUnassessed)
        })
        .collect();
    assert_eq!(world.codes().into_iter().collect::<BTreeSet<R>>(), wanted);
}

const PEOPLE: [&str; 4] = ["mira", "ravi", "nora", "olga"];

proptest! {
    /// As many different people as the policy wants, each for exactly this content, none of whom it keeps out.
    #[test]
    fn approvals_count_by_person_content_and_policy(
        given in prop::collection::vec((0..PEOPLE.len(), any::<bool>()), 0..7),
        excluded in prop::collection::btree_set(0..PEOPLE.len(), 0..4),
        separation: bool,
        wanted in 0_u32..4,
        assembled: bool,
    ) {
        let (right, wrong) = (Digest::of(b"contents"), Digest::of(b"what it was before"));
        let mut world = World::sound();
        world.release.release_digest = assembled.then(|| right.clone());
        world.release.approvals = given
            .iter()
            .map(|(who, current)| approval(PEOPLE[*who], if *current { &right } else { &wrong }))
            .collect();
        world.excluded = excluded.iter().map(|who| (PEOPLE[*who].to_owned(), "involved".to_owned())).collect();
        (world.policy.separation, world.policy.approvals) = (separation, wanted);
        let counting = (0..PEOPLE.len())
            .filter(|who| assembled && given.contains(&(*who, true)) && !(separation && excluded.contains(who)))
            .count();
        prop_assert_eq!(valid_approvers(&world.facts()).len(), counting);
        let expected = if counting < wanted as usize { vec![ReasonCode::ApprovalsMissing] } else { vec![] };
        prop_assert_eq!(world.codes(), expected);
    }
}
