//! The gate: every reason can be given, nothing else keeps a release back, and each says what clears it.

use proptest::prelude::*;

use super::*;
use crate::domain::anomaly::AnomalyId;
use crate::domain::completeness::CellState;
use crate::domain::policy::ReleasePolicy;
use crate::domain::release::Approval;
use crate::domain::testing::{digest, instant};
use crate::domain::{ReleaseState, Role};

mod case;

pub(crate) use case::Case;
use case::*;

/// One change for the worse each, and the reasons that it gives.
fn worse() -> Vec<(ReasonCode, Case)> {
    use ReasonCode as R;
    let with = |change: &dyn Fn(&mut Case)| {
        let mut case = Case::ready();
        change(&mut case);
        case
    };
    let state = |state: TaskState| with(&|case| case.tasks[0].1 = state.clone());
    let cell_is = |state: CellState| with(&|case| case.cells[0] = cell(state));
    vec![
        (R::LaterReleaseLive, with(&|case| case.live = Some(2))),
        (R::PeriodNotOver, with(&|case| case.now = instant("2026-10-31T23:59:59Z"))),
        (R::ContractDiffers, with(&|case| case.contract_differs = true)),
        (R::ProviderMissing, cell_is(CellState::Expected)),
        (R::ProviderMissing, cell_is(CellState::Partial)),
        (R::ProviderMissing, cell_is(CellState::NeverSeen)),
        (R::ProviderLate, cell_is(CellState::Late)),
        (R::ProviderMissing, with(&|case| case.batches = 0)),
        (R::BatchQuarantined, cell_is(CellState::Quarantined)),
        (R::BatchNotLanded, with(&|case| case.landing = vec![delivered().delivery])),
        (R::BatchNotLanded, with(&|case| case.misread = vec![delivered()])),
        (R::ModelMissing, with(&|case| case.model_missing = true)),
        (R::TaskMissing, state(TaskState::Missing)),
        (R::TaskMissing, state(TaskState::Running)),
        (R::TaskStale, state(TaskState::Stale { cause: "changed rule".to_owned() })),
        (R::TaskFailed, state(TaskState::Failed { error: "disk full".to_owned() })),
        (R::RowsUnprocessed, with(&|case| case.unprocessed = BTreeMap::from([("northgate".to_owned(), 3)]))),
        (R::NotEvaluated, with(&|case| case.evaluated_inputs = None)),
        (R::NotEvaluated, with(&|case| case.evaluated_inputs = Some(digest("other inputs")))),
        (R::EvaluationUnknown, with(&|case| case.evaluations = vec![evaluation(Outcome::Unknown, Severity::Blocking)])),
        (R::EvaluationFailed, with(&|case| case.evaluations = vec![evaluation(Outcome::Failed, Severity::Blocking)])),
        (R::AnomalyOpen, with(&|case| case.anomalies = vec![anomaly(AnomalyState::Open, Severity::Blocking, 0)])),
        (
            R::AnomalyConfirmed,
            with(&|case| case.anomalies = vec![anomaly(AnomalyState::Confirmed, Severity::Blocking, 0)]),
        ),
        (
            R::SamplesUnassessed,
            with(&|case| case.anomalies = vec![anomaly(AnomalyState::Waived, Severity::Blocking, 3)]),
        ),
        (R::ApprovalsMissing, with(&|case| case.release.approvals.truncate(1))),
        (R::ApprovalsMissing, with(&|case| case.release.release_digest = None)),
        (R::ApprovalsMissing, with(&|case| case.policy.approvals = 3)),
        (R::ApprovalsMissing, with(&|case| case.asked = Some(ReleasePolicy { approvals: 3, ..case.policy.clone() }))),
        (R::ApprovalsMissing, with(&|case| case.people.remove("nora").map(drop).unwrap())),
        (
            R::ApprovalsMissing,
            with(&|case| case.people.insert("nora".to_owned(), vec![Role::Viewer]).map(drop).unwrap()),
        ),
        (
            R::ApprovalsMissing,
            with(&|case| assert!(case.hands.insert("nora".to_owned(), "waived an anomaly".to_owned()).is_none())),
        ),
    ]
}

/// One reason of every kind that there is, with what clears it.
pub(crate) fn every_reason() -> Vec<Reason> {
    worse().iter().flat_map(|(_, case)| case.reasons()).collect()
}

#[test]
fn nothing_keeps_back_what_is_ready() {
    assert_eq!(Case::ready().reasons(), []);
}

#[test]
fn each_change_for_the_worse_gives_its_reason_and_no_other() {
    for (code, case) in worse() {
        assert_eq!(case.codes(), [code], "{:?}", case.reasons());
        let reason = &case.reasons()[0];
        assert!(!reason.subject.is_empty() && !reason.text.is_empty() && !reason.fix.is_empty(), "{reason:?}");
    }
}

#[test]
fn every_kind_of_reason_can_be_given() {
    // A code that is added is named here, in the list of all, and has its case above.
    let is_known = |code: &ReasonCode| match code {
        ReasonCode::PeriodNotOver
        | ReasonCode::ProviderMissing
        | ReasonCode::ProviderLate
        | ReasonCode::BatchQuarantined
        | ReasonCode::BatchNotLanded
        | ReasonCode::ContractDiffers
        | ReasonCode::ModelMissing
        | ReasonCode::TaskMissing
        | ReasonCode::TaskFailed
        | ReasonCode::TaskStale
        | ReasonCode::RowsUnprocessed
        | ReasonCode::NotEvaluated
        | ReasonCode::EvaluationUnknown
        | ReasonCode::EvaluationFailed
        | ReasonCode::AnomalyOpen
        | ReasonCode::AnomalyConfirmed
        | ReasonCode::SamplesUnassessed
        | ReasonCode::ApprovalsMissing
        | ReasonCode::LaterReleaseLive => true,
    };
    let given: std::collections::BTreeSet<ReasonCode> = worse().into_iter().map(|(code, _)| code).collect();
    assert!(given.iter().all(is_known));
    assert_eq!(given.into_iter().collect::<Vec<_>>(), ReasonCode::ALL);
}

#[test]
fn approvals_alone_do_not_keep_people_from_approving() {
    for (code, case) in worse() {
        let unready = case.ask(readiness);
        assert_eq!(unready.is_empty(), code == ReasonCode::ApprovalsMissing, "{code:?}");
    }
}

#[test]
fn an_approval_that_does_not_count_is_named_with_its_cause() {
    let mut case = Case::ready();
    case.people.remove("nora");
    case.hands.insert("ravi".to_owned(), "waived an anomaly".to_owned());
    let reasons = case.reasons();
    assert_eq!(
        reasons[0].text,
        "0 of 2 approvals given; that of nora does not count: nora is not in [people]; \
         that of ravi does not count: ravi waived an anomaly; nobody is left who may"
    );
}

/// What clears an unknown depends on its cause: a baseline clears too little history, and nothing else.
#[test]
fn an_unknown_says_what_clears_it() {
    let sql = CheckRule::Sql { sql: "select nonsense".to_owned() };
    let own = |rule, off| Check { name: "row_count".to_owned(), rule, severity: Severity::Blocking, off };
    let rate = CheckRule::LabelRate { tolerance: 0.1 };
    let range = CheckRule::NumericRange { column: Some("prize".to_owned()), min: None, max: None, factor: 5.0 };
    let count = || CheckRule::RowCount { tolerance: 0.5 };
    for (check, metric, fix) in [
        (Some(own(count(), false)), Some("rows"), "assay period baseline 2026-10 --dataset slips"),
        (Some(own(count(), true)), None, "remove `off` from the check `row_count` in assay.toml, then assay contract"),
        (Some(own(count(), true)), Some("rows"), "remove `off`"),
        (Some(own(sql, false)), None, "correct the query of the check `row_count` in assay.toml, then assay contract"),
        (Some(own(range, false)), None, "correct the check `row_count` in assay.toml, then assay contract apply"),
        (Some(own(rate.clone(), false)), None, "register a model version that names its labels, then assay model"),
        (Some(own(rate, false)), Some("rate(BRAND)"), "assay period baseline 2026-10"),
        (None, None, "assay run --dataset slips --period 2026-10"),
    ] {
        let mut case = Case::ready();
        case.checks = check.into_iter().collect();
        case.evaluations =
            vec![Evaluation { metric: metric.map(str::to_owned), ..evaluation(Outcome::Unknown, Severity::Blocking) }];
        let reasons = case.reasons();
        assert_eq!(reasons.len(), 1);
        assert!(reasons[0].fix.starts_with(fix), "{} is not {fix}", reasons[0].fix);
    }
}

/// Three outcomes, two severities, the four lives of an anomaly and none, samples judged or not.
#[test]
fn outcomes_severities_and_settlements() {
    use AnomalyState::{Confirmed, Fixed, Open, Waived};
    use ReasonCode as R;
    for severity in [Severity::Blocking, Severity::Warning] {
        for outcome in [Outcome::Passed, Outcome::Failed, Outcome::Unknown] {
            for settled in [None, Some(Open), Some(Confirmed), Some(Waived), Some(Fixed)] {
                for assessed in [0, 1, 2, 5] {
                    let mut case = Case::ready();
                    case.evaluations = vec![evaluation(outcome, severity)];
                    case.anomalies = settled.map(|state| anomaly(state, severity, 3)).into_iter().collect();
                    case.assessed = BTreeMap::from([("A0123456789".to_owned(), assessed)]);
                    let mut expected = Vec::new();
                    if severity == Severity::Blocking {
                        expected.extend((outcome == Outcome::Unknown).then_some(R::EvaluationUnknown));
                        let unanswered = outcome == Outcome::Failed && matches!(settled, None | Some(Fixed));
                        expected.extend(unanswered.then_some(R::EvaluationFailed));
                        expected.extend(match settled {
                            Some(Open) => Some(R::AnomalyOpen),
                            Some(Confirmed) => Some(R::AnomalyConfirmed),
                            Some(Waived) if assessed < 2 => Some(R::SamplesUnassessed),
                            _ => None,
                        });
                    }
                    assert_eq!(case.codes(), expected, "{severity:?} {outcome:?} {settled:?} {assessed}");
                }
            }
        }
    }
}

#[test]
fn no_more_samples_are_wanted_than_there_are() {
    for (rows, assessed, waits) in [(0, 0, false), (1, 0, true), (1, 1, false), (9, 1, true), (9, 2, false)] {
        let mut case = Case::ready();
        case.anomalies = vec![anomaly(AnomalyState::Waived, Severity::Blocking, rows)];
        case.assessed = BTreeMap::from([("A0123456789".to_owned(), assessed)]);
        assert_eq!(!case.codes().is_empty(), waits, "{assessed} of {rows}");
    }
}

#[test]
fn the_period_is_over_at_its_end_and_an_earlier_release_never_replaces_a_later_one() {
    let mut case = Case::ready();
    case.now = instant("2026-11-01T00:00:00Z");
    assert_eq!(case.codes(), []);
    for (live, kept_back) in [(None, false), (Some(1), false), (Some(2), true)] {
        assert_eq!(!Case { live, ..Case::ready() }.codes().is_empty(), kept_back, "{live:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is wrong at once: each thing is named, and nothing is named that is not wrong. Publishable, without
    /// reasons, and approved with nothing left to do are one and the same.
    #[test]
    fn publishable_means_without_reasons(
        differs in any::<bool>(), model in any::<bool>(), early in any::<bool>(), live in 0_u32..3,
        states in prop::collection::vec(0_usize..8, 0..4), tasks in prop::collection::vec(0_usize..5, 0..4),
        anomalies in prop::collection::vec((0_usize..4, any::<bool>(), 0_u64..4, 0_u64..4), 0..3),
        approvers in prop::collection::btree_set(0_usize..5, 0..5), wanted in 1_u32..4, separation in any::<bool>(),
    ) {
        use AnomalyState::{Confirmed, Fixed, Open, Waived};
        let mut case = Case::ready();
        let all_states = CellState::ALL;
        let all_tasks = [
            TaskState::Done, TaskState::Missing, TaskState::Running, TaskState::Stale { cause: "c".to_owned() },
            TaskState::Failed { error: "e".to_owned() },
        ];
        (case.contract_differs, case.model_missing) = (differs, model);
        case.live = Some(live).filter(|live| *live > 0);
        if early { case.now = instant("2026-10-01T00:00:00Z"); }
        case.cells = states.iter().map(|index| cell(all_states[*index])).collect();
        case.tasks = tasks.iter().map(|index| (task(), all_tasks[*index].clone())).collect();
        for (index, (state, blocking, rows, assessed)) in anomalies.iter().enumerate() {
            let severity = if *blocking { Severity::Blocking } else { Severity::Warning };
            let id = format!("A{index}");
            case.assessed.insert(id.clone(), *assessed);
            let state = [Open, Confirmed, Waived, Fixed][*state];
            case.anomalies.push(Anomaly { id: AnomalyId::from_text(id), ..anomaly(state, severity, *rows) });
        }
        let names = ["mira", "ravi", "nora", "zed", "lena"];
        case.people.insert("lena".to_owned(), vec![Role::Viewer]);
        (case.policy.approvals, case.policy.separation) = (wanted, separation);
        case.release.approvals.clear();
        for who in &approvers {
            let approval = Approval {
                by: names[*who].to_owned(), at: case.now, release_digest: digest("content"), note: None,
            };
            case.release.approve(approval, false);
        }

        let valid = approvers.iter().filter(|who| **who == 1 || **who == 2 || (**who == 0 && !separation)).count();
        let wrong = usize::from(differs) + usize::from(model) + usize::from(early) + usize::from(live == 2)
            + states.iter().filter(|index| **index > 2).count()
            + tasks.iter().filter(|index| **index > 0).count()
            + anomalies.iter().filter(|(state, blocking, rows, assessed)| {
                *blocking && (*state < 2 || *state == 2 && *assessed < (*rows).min(2))
            }).count();
        let missing = usize::from(valid < wanted as usize);
        prop_assert_eq!(case.reasons().len(), wrong + missing);
        prop_assert_eq!(case.ask(readiness).len(), wrong);
        let state = case.ask(|facts| facts.rules.state(facts.release));
        prop_assert_eq!(state == ReleaseState::Approved, missing == 0);
        let publishable = state.may_become(ReleaseState::Publishing) && case.ask(readiness).is_empty();
        prop_assert_eq!(publishable, case.reasons().is_empty());
    }
}
