//! From a reason of the gate to the place that clears it.

use std::collections::BTreeSet;

use crate::domain::{Reason, ReasonCode, Role};
use crate::tui::app::{Effect, Overlay, Pane};
use crate::tui::testing::{Person, World};

const BASELINE: &str = "assay period baseline 2026-10 --dataset slips --reason \"...\"";

/// A world whose newest release is kept back by this alone.
fn kept_back_by(reasons: Vec<Reason>) -> World {
    let mut world = World::of(7);
    world.releases[0].blocked_by = reasons;
    world
}

fn reason(code: ReasonCode, subject: &str, fix: &str) -> Reason {
    Reason { code, subject: subject.to_owned(), text: format!("{subject} keeps it back"), fix: fix.to_owned() }
}

/// Somebody with the newest release open.
fn ines(world: World) -> Person {
    let mut ines = Person::with_role(world, 80, 24, "ines", Role::Owner).starts();
    ines.press("enter");
    ines
}

/// Where the person is: a dialog by its title, the details of a thing, or a pane with what is selected there.
fn place(person: &Person) -> String {
    let state = &person.state;
    if let Some(Overlay::Dialog(dialog)) = &state.overlay {
        return format!("dialog: {}", dialog.ask.title());
    }
    if let Some(detail) = &state.detail {
        return format!("{}: {}", state.pane.title(), detail.place.name());
    }
    let selected = match state.pane {
        Pane::Completeness => {
            let row = state.lists.periods.selected().unwrap();
            format!("{} {}", row.period, row.cells[state.column].provider)
        }
        Pane::Tasks => state.lists.tasks.selected().map(|row| format!("{} {}", row.kind, row.subject)).unwrap(),
        _ => String::new(),
    };
    format!("{} {selected}", state.pane.title()).trim().to_owned()
}

#[test]
fn every_kind_of_reason_leads_to_what_clears_it() {
    use ReasonCode as R;
    let stale = World::of(7).tasks.into_iter().nth(2).map(|row| format!("{} {}", row.kind, row.subject)).unwrap();
    let (run, models) = ("dialog: Run 2026-10", "Models");
    let cell = "Completeness 2026-10 harbour";
    let run_line = "assay run --dataset slips --period 2026-10";
    let promote = "assay model promote MODEL/VERSION --reason \"...\"";
    let labels = "register a model version that names its labels, then assay model promote MODEL/VERSION";
    let cases = [
        (R::PeriodNotOver, "2026-10", "wait until the period is over", "Completeness 2026-10 northgate"),
        (R::ProviderMissing, "harbour", "assay batch add FILE", cell),
        (R::ProviderLate, "harbour", "assay batch add FILE", cell),
        (R::BatchQuarantined, "northgate", "assay batch show 0", "Batches: 0000000000000000"),
        (R::BatchQuarantined, "harbour", "assay batch show 0", cell),
        (
            R::BatchNotLanded,
            "northgate",
            "assay batch accept 0000000000000000",
            "dialog: Accept batch 0000000000000000",
        ),
        (R::BatchNotLanded, "harbour", run_line, run),
        (R::ContractDiffers, "assay.toml", "assay contract diff", "dialog: Apply the changed assay.toml"),
        (R::ModelMissing, "slips", promote, models),
        (R::TaskMissing, "refine slips/2026-10/harbour", run_line, run),
        (R::TaskFailed, stale.as_str(), "assay task retry 0", &format!("Tasks {stale}")),
        (R::TaskStale, "refine slips/2026-10/harbour", run_line, run),
        (R::RowsUnprocessed, "harbour", promote, models),
        (R::NotEvaluated, "slips/2026-10.1", run_line, run),
        (R::EvaluationFailed, "row_count harbour", run_line, run),
        (R::EvaluationUnknown, "row_count harbour", BASELINE, "dialog: Accept 2026-10 as baseline"),
        (R::EvaluationUnknown, "gone harbour", run_line, run),
        (R::EvaluationUnknown, "label_rate harbour", labels, models),
        (R::AnomalyOpen, "A0000000001", "assay anomaly show A0000000001", "Anomalies: A0000000001"),
        (R::AnomalyConfirmed, "A0000000002", "deliver corrected data", "Anomalies: A0000000002"),
        (R::SamplesUnassessed, "A0000000003", "assay assess A0000000003", "Anomalies: A0000000003"),
        (R::ApprovalsMissing, "slips/2026-10.1", "assay release approve", "dialog: Approve slips/2026-10.1"),
        (R::LaterReleaseLive, "slips/2026-10.1", "assay release reject", "dialog: Reject slips/2026-10.1"),
    ];
    let led: BTreeSet<ReasonCode> = cases.iter().map(|(code, ..)| *code).collect();
    assert_eq!(led, BTreeSet::from(R::ALL), "every kind has its case");
    for (code, subject, fix, expected) in cases {
        let mut ines = ines(kept_back_by(vec![reason(code, subject, fix)]));
        ines.press("enter");
        assert_eq!(place(&ines), expected, "{code:?}: {fix}");
        ines.press("esc");
        assert_eq!(place(&ines), "Releases: slips/2026-10.1", "{code:?}: the way back");
    }
}

/// A check is corrected in an editor. Until then its reason says what to write there; then it leads on.
#[test]
fn a_check_that_has_to_be_corrected_is_taken_into_force_from_its_reason() {
    let fix = "correct the query of `totals` in assay.toml, then assay contract apply --reason \"...\"";
    let mut world = kept_back_by(vec![reason(ReasonCode::EvaluationUnknown, "totals slips", fix)]);
    let mut before = ines(world.clone());
    before.press("enter");
    assert!(before.hears().contains("correct the query of `totals`"), "{}", before.hears());
    world.overview.contract_differs = true;
    let mut after = ines(world);
    after.press("enter");
    assert_eq!(place(&after), "dialog: Apply the changed assay.toml");
}

#[test]
fn a_broken_contract_says_what_is_wrong_with_it_to_whoever_asks() {
    let error = "assay.toml:30:13: `approvals` must be from 1 to 100";
    let mut world = kept_back_by(vec![reason(ReasonCode::ContractDiffers, "assay.toml", "assay contract diff")]);
    (world.overview.contract_differs, world.overview.contract_error) = (true, Some(error.to_owned()));
    let mut ines = ines(world);
    ines.press("enter");
    assert!(ines.hears().contains(error), "{}", ines.hears());
    // It may be mended by now: its dialog reads the file again.
    ines.press("C");
    assert_eq!(place(&ines), "dialog: Apply the changed assay.toml");
}

#[test]
fn reasons_with_one_cause_are_one_line_that_leads_on_by_one_key_and_opens_by_another() {
    let reasons = (0..9).map(|index| reason(ReasonCode::EvaluationUnknown, &format!("check {index}"), BASELINE));
    let mut ines = ines(kept_back_by(reasons.collect()));
    let gate = |person: &Person| {
        let items = person.state.detail.as_ref().unwrap().items();
        items.iter().filter(|item| item.section.starts_with("Gate")).count()
    };
    assert_eq!(gate(&ines), 1);
    ines.press("Y");
    assert!(ines.effects.contains(&Effect::Copy(BASELINE.to_owned())));
    ines.press("enter");
    assert_eq!(place(&ines), "dialog: Accept 2026-10 as baseline");
    ines.press("esc space");
    assert_eq!(gate(&ines), 10);
    ines.press("j j enter");
    assert_eq!(place(&ines), "dialog: Accept 2026-10 as baseline");
    // From within, the same key folds them again, and the selection stays on what they were folded into.
    ines.press("esc space");
    assert_eq!((gate(&ines), ines.state.detail.as_ref().unwrap().cursor), (1, 0));
    ines.press("j space");
    assert_eq!((gate(&ines), ines.hears()), (1, "nothing is folded here"));
}
