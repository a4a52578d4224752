//! What a release manager and an assessor do all day.

use crate::base::Error;
use crate::domain::completeness::CellState;
use crate::domain::listing::AnomalyRow;
use crate::domain::{AnomalyState, Request, Role};
use crate::ops::{Next, Reply};
use crate::tui::app::window::Row as _;
use crate::tui::app::{Effect, Msg, Overlay, Pane, Place};
use crate::tui::testing::{Answers, Person, World};

fn mira() -> Person {
    Person::sits_down(World::of(7), 80, 24).starts()
}

fn open_place(person: &Person) -> Option<&Place> {
    person.state.detail.as_ref().map(|detail| &detail.place)
}

#[test]
fn a_manager_approves_exactly_what_was_shown() {
    let mut mira = mira();
    mira.press("j j a");
    assert!(matches!(mira.state.overlay, Some(Overlay::Dialog(_))));
    mira.types("looks right").press("enter");
    let Some((_, Request::Approve { release, digest, note })) = mira.asked.first() else { panic!("{:?}", mira.asked) };
    assert_eq!(release.to_string(), "slips/2026-08.1");
    assert_eq!(digest.as_ref(), mira.world.releases[2].release_digest.as_ref());
    assert_eq!(note.as_deref(), Some("looks right"));
    mira.is_answered(Ok("approved"));
    assert_eq!(mira.hears(), "✓ approved");
}

#[test]
fn a_delivery_that_is_quarantined_is_no_success() {
    let mut mira = mira();
    mira.press("i").press("enter");
    let (ticket, _) = mira.asked.remove(0);
    let trouble = Some(Error::bad_data("quarantined, and not to be used as delivered: 2026-10.csv"));
    let (message, lines) = ("1 batch landed, 1 quarantined".to_owned(), vec!["2026-10.csv: quarantined".to_owned()]);
    let reply = Reply { message, lines, trouble, ..Reply::default() };
    mira.sends(Msg::Performed { ticket, answer: Ok(reply) });
    assert_eq!(mira.hears(), "✗ quarantined, and not to be used as delivered: 2026-10.csv  (L shows all of it)");
}

#[test]
fn publishing_wants_the_name_typed() {
    let mut mira = mira();
    mira.press("j p enter enter enter");
    assert!(mira.asked.is_empty(), "Enter alone must not publish");
    mira.types("slips/2026-09.1").press("enter");
    assert!(mira.asked.is_empty(), "the wrong name must not publish");
    mira.press("backspace").types("2").press("enter");
    assert_eq!(mira.lines(), ["assay release publish slips/2026-09.2"]);
}

#[test]
fn nothing_is_confirmed_before_it_was_shown() {
    let mut mira = mira();
    mira.press("j j");
    mira.answers = Answers::Never;
    mira.press("a enter enter");
    assert!(mira.asked.is_empty());
    assert!(matches!(&mira.state.overlay, Some(Overlay::Dialog(dialog)) if dialog.complaint.is_some()));
}

#[test]
fn a_blocked_release_says_why_and_enter_leads_there_and_esc_back() {
    let mut mira = mira();
    mira.press("p");
    assert!(mira.hears().contains("blocked by 3 reasons: harbour is late"), "{}", mira.hears());
    // The late provider: its cell in the map, where n takes the file in.
    mira.press("enter enter");
    assert_eq!((mira.state.pane, mira.state.column), (Pane::Completeness, 1));
    assert_eq!(mira.state.lists.periods.selected().unwrap().cells[1].state, CellState::Late);
    mira.press("n");
    assert!(
        matches!(&mira.state.overlay, Some(Overlay::Dialog(dialog)) if dialog.ask.title() == "Add a file of harbour for 2026-10")
    );
    mira.press("esc esc");
    assert_eq!(open_place(&mira), Some(&Place::Release("slips/2026-10.1".parse().unwrap())));
    // The open anomaly.
    mira.press("j enter");
    assert!(matches!(open_place(&mira), Some(Place::Anomaly(id)) if id.as_str() == "A0000000000"));
    mira.press("esc");
    assert_eq!(mira.state.pane, Pane::Releases);
    // The stale task: a run of that period.
    mira.press("j enter enter");
    assert_eq!(mira.lines(), ["assay run --dataset slips --period 2026-10"]);
}

#[test]
fn an_assessor_judges_with_one_key_each() {
    let mut tomas = Person::with_role(World::of(7), 80, 24, "tomas", Role::Assessor).starts();
    tomas.press("4 enter a x");
    assert_eq!(tomas.asked.len(), 2, "no dialog in between");
    tomas.press("g j N").types("brand is missing").press("enter");
    for _ in 0..3 {
        tomas.is_answered(Ok("judged"));
    }
    assert_eq!(
        tomas.lines(),
        [
            "assay assess A0000000000 --batch 0000000000000000 --row 100 --accept",
            "assay assess A0000000000 --batch 0000000000000000 --row 101 --reject",
            "assay assess A0000000000 --batch 0000000000000000 --row 100 --reject --note 'brand is missing'",
        ]
    );
    tomas.press("]");
    assert!(matches!(open_place(&tomas), Some(Place::Anomaly(id)) if id.as_str() == "A0000000001"));
    tomas.press("w");
    assert!(tomas.hears().contains("takes the role manager; tomas is assessor"), "{}", tomas.hears());
}

#[test]
fn a_waiver_needs_a_reason_and_a_period_that_is_one() {
    let mut mira = mira();
    mira.press("4 w enter");
    assert!(mira.asked.is_empty());
    mira.types("till replaced").press("tab").types("soon").press("enter");
    assert!(mira.asked.is_empty());
    mira.press("ctrl-u").types("2026-12").press("enter");
    assert_eq!(mira.lines(), ["assay anomaly waive A0000000000 --until 2026-12 --reason 'till replaced'"]);
}

#[test]
fn a_run_goes_on_in_the_background_while_the_person_types() {
    let mut mira = mira();
    mira.press("r");
    assert_eq!(mira.lines(), ["assay run"]);
    mira.press("r");
    assert!(mira.hears().contains("a run is going on"), "{}", mira.hears());
    mira.press("1 /").types("harb");
    assert!(matches!(mira.state.overlay, Some(Overlay::Filter(_))));
    mira.press("enter X");
    assert!(mira.effects.iter().any(|effect| matches!(effect, Effect::Cancel { .. })));
    mira.is_answered(Err(Error::cancelled()));
    assert_eq!(mira.hears(), "cancelled; r goes on from here");
    mira.press("X");
    assert!(mira.hears().contains("nothing is running"));
}

#[test]
fn leaving_asks_first_while_work_is_going_on() {
    let mut mira = mira();
    mira.press("r q");
    assert!(!mira.effects.contains(&Effect::Quit));
    mira.press("j q");
    assert!(!mira.effects.contains(&Effect::Quit), "another key in between takes the question back");
    mira.press("q");
    assert!(mira.effects.contains(&Effect::Quit));
    assert!(mira.effects.iter().any(|effect| matches!(effect, Effect::Cancel { .. })));
}

#[test]
fn ctrl_c_leaves_whatever_lies_on_top() {
    for keys in ["ctrl-c", ": ctrl-c", "/ ctrl-c", "j p ctrl-c", "? ctrl-c"] {
        let mut mira = mira();
        mira.press(keys);
        assert!(mira.effects.contains(&Effect::Quit), "{keys}");
    }
}

#[test]
fn a_command_is_found_by_a_few_letters() {
    let mut mira = mira();
    mira.press(":").types("gocomp").press("enter");
    assert_eq!(mira.state.pane, Pane::Completeness);
    mira.press(":").types("waive the").press("enter");
    assert!(mira.hears().contains("belongs to Anomalies; press 4"), "{}", mira.hears());
}

#[test]
fn in_a_demo_one_person_acts_as_another() {
    let mut mira = mira();
    mira.press("A down enter");
    assert!(mira.effects.contains(&Effect::ActAs("tomas".to_owned())));
    mira.sends(Msg::Acting(Ok(crate::domain::Actor { name: "tomas".to_owned(), role: Role::Assessor })));
    assert_eq!(mira.state.me.actor.name, "tomas");
    mira.state.me.demo = false;
    mira.press("A");
    assert!(mira.hears().contains("only in a demo workspace"), "{}", mira.hears());
}

#[test]
fn names_and_fixes_go_to_the_clipboard() {
    let mut mira = mira();
    mira.press("y");
    assert!(mira.effects.contains(&Effect::Copy("slips/2026-10.1".to_owned())));
    mira.press("enter j Y");
    assert!(mira.effects.contains(&Effect::Copy("assay anomaly show A0000000000".to_owned())));
}

#[test]
fn the_mouse_selects_then_opens() {
    let mut mira = mira();
    mira.clicks(4, 6);
    assert_eq!(mira.state.list().cursor(), 2);
    mira.clicks(4, 6);
    assert!(matches!(open_place(&mira), Some(Place::Release(name)) if name.to_string() == "slips/2026-08.1"));
    mira.clicks(2, 1);
    assert_eq!(mira.state.pane, Pane::Batches);
}

/// What one points at must not run away from under the pointer.
#[test]
fn a_click_in_the_map_does_not_scroll_it() {
    let mut mira = Person::sits_down(World::of(7), 46, 24).starts();
    mira.press("2 l l");
    assert_eq!((mira.state.column, mira.state.first_column), (2, 1), "two of three fit");
    let row = u16::try_from(mira.state.list().cursor()).unwrap() + 4;
    mira.clicks(16, row);
    assert_eq!((mira.state.column, mira.state.first_column), (1, 1));
    mira.press("h");
    assert_eq!((mira.state.column, mira.state.first_column), (0, 0));
    // Where there is room for all, all are there.
    mira.press("l l");
    assert_eq!((mira.state.column, mira.state.first_column), (2, 1));
    mira.sends(Msg::Resized { width: 200, height: 24 });
    assert_eq!((mira.state.column, mira.state.first_column), (2, 0));
}

#[test]
fn an_outcome_arrives_while_a_dialog_is_open_and_does_not_close_it() {
    let mut mira = mira();
    mira.press("i enter j p").types("slips").is_answered(Ok("took in 2 batches"));
    assert!(matches!(&mira.state.overlay, Some(Overlay::Dialog(dialog)) if dialog.fields[0].input.text() == "slips"));
    assert_eq!(mira.hears(), "✓ took in 2 batches");
}

#[test]
fn adding_a_file_shows_first_what_it_would_do() {
    let mut mira = mira();
    mira.press("2 l enter").types("/tmp/october.csv").press("enter");
    assert!(mira.asked.is_empty(), "the first Enter shows");
    mira.press("enter");
    assert_eq!(mira.lines(), ["assay batch add /tmp/october.csv --dataset slips --provider harbour --period 2026-10"]);
}

#[test]
fn a_verdict_over_somebody_elses_asks_first_and_the_last_one_says_so() {
    let mut ines = Person::with_role(World::of(7), 80, 24, "ines", Role::Assessor).starts();
    // The third sample was accepted by tomas.
    ines.press("4 enter g j j j x");
    assert!(ines.asked.is_empty(), "{:?}", ines.lines());
    assert!(matches!(&ines.state.overlay, Some(Overlay::Dialog(_))));
    ines.press("enter");
    assert_eq!(ines.asked.len(), 1);
    ines.is_answered(Ok("row 102 is rejected"));
    ines.press("g j a a");
    ines.world.all_judged = true;
    ines.is_answered(Ok("row 100 is accepted"));
    assert_eq!(ines.hears(), "✓ row 100 is accepted", "another one is on its way");
    ines.is_answered(Ok("row 101 is accepted"));
    assert_eq!(ines.hears(), "✓ all 3 rows judged; ] next anomaly");
}

/// The list is in order of state, so that what is settled goes to the end; whoever settles goes on with the next.
#[test]
fn settling_one_anomaly_after_the_other_keeps_the_place() {
    let settled = |mira: &mut Person| {
        let first = mira.world.anomalies.remove(0);
        mira.world.anomalies.push(AnomalyRow { state: AnomalyState::Waived, ..first });
        mira.is_answered(Ok("waived"));
    };
    let selected = |mira: &Person| mira.state.lists.anomalies.selected().map(|row| row.id.to_string());
    let mut mira = mira();
    mira.press("4 w").types("known").press("enter");
    settled(&mut mira);
    assert_eq!(selected(&mira).as_deref(), Some("A0000000001"));
    mira.press("enter w").types("known").press("enter");
    settled(&mut mira);
    assert!(matches!(open_place(&mira), Some(Place::Anomaly(id)) if id.as_str() == "A0000000001"), "it stays open");
    mira.press("]");
    assert!(matches!(open_place(&mira), Some(Place::Anomaly(id)) if id.as_str() == "A0000000002"));
    mira.press("]");
    assert!(matches!(open_place(&mira), Some(Place::Anomaly(id)) if id.as_str() == "A0000000003"));
}

#[test]
fn a_refusal_is_gone_with_the_row_that_it_was_about_and_an_outcome_stays() {
    let mut mira = mira();
    mira.press("p");
    assert!(mira.hears().contains("blocked by 3 reasons"), "{}", mira.hears());
    mira.press("j");
    assert_eq!(mira.hears(), "");
    mira.press("i").press("enter").is_answered(Ok("took in 2 batches"));
    mira.press("j");
    assert_eq!(mira.hears(), "✓ took in 2 batches");
}

#[test]
fn who_may_not_approve_sees_why_in_the_list_already() {
    let mut olga = Person::with_role(World::of(7), 80, 24, "olga", Role::Manager).starts();
    olga.press("j j a");
    assert!(olga.hears().ends_with("olga took a batch in; mira may"), "{}", olga.hears());
    assert!(olga.state.overlay.is_none());
}

#[test]
fn a_superseded_release_is_brought_back_in_the_place_of_the_live_one() {
    let mut world = World::of(7);
    world.releases[4].state = crate::domain::ReleaseState::Superseded;
    world.releases[4].live = Some("slips/2026-07.1".parse().unwrap());
    let mut mira = Person::sits_down(world, 80, 24).starts();
    mira.press("j j j j p");
    assert!(mira.hears().contains("B brings it back"), "{}", mira.hears());
    mira.press("B").types("the correction was wrong").press("tab").types("slips/2026-06.1").press("enter");
    let line = "assay release rollback slips/2026-07.1 --to slips/2026-06.1 --reason 'the correction was wrong'";
    assert_eq!(mira.lines(), [line]);
}

#[test]
fn what_had_nothing_before_it_is_not_rolled_back() {
    let mut world = World::of(7);
    world.releases[4].predecessor = None;
    let mut mira = Person::sits_down(world, 80, 24).starts();
    mira.press("j j j j B");
    assert_eq!(mira.hears(), "can't roll back: clients saw nothing for 2026-06 before it; W takes it from them");
    assert!(mira.state.overlay.is_none());
}

#[test]
fn after_a_withdrawal_the_way_on_is_shown() {
    let mut world = World::of(7);
    world.releases[4].state = crate::domain::ReleaseState::Withdrawn;
    let mut mira = Person::sits_down(world, 120, 24).starts();
    mira.press("j j j j enter");
    let gate = format!("{:?}", mira.state.detail.as_ref().unwrap().items()[0].body);
    assert!(gate.contains("R opens another one for 2026-06"), "{gate}");
    mira.press("R");
    let (ticket, _) = mira.asked.remove(0);
    let opened = vec!["slips/2026-06.2".parse().unwrap()];
    let reply = Reply { message: "25 tasks done".to_owned(), opened, ..Reply::default() };
    mira.sends(Msg::Performed { ticket, answer: Ok(reply) });
    assert_eq!(mira.hears(), "✓ 25 tasks done; slips/2026-06.2 is opened");
}

#[test]
fn an_open_screen_learns_of_a_changed_role() {
    let mut mira = mira();
    mira.world.overview.people.iter_mut().for_each(|person| person.role = Role::Viewer);
    mira.sends(Msg::Changed);
    assert_eq!(mira.state.me.actor.role, Role::Viewer);
    mira.world.overview.people.clear();
    mira.sends(Msg::Changed);
    assert!(mira.state.me.stranger);
    mira.world.overview.unprotected = true;
    mira.sends(Msg::Changed);
    assert_eq!(mira.state.me.actor.role, Role::Owner);
}

#[test]
fn a_confirmed_anomaly_leads_to_its_batch_and_to_what_clears_it() {
    let mut mira = mira();
    mira.press("4 j j enter g enter");
    assert!(matches!(open_place(&mira), Some(Place::Batch(_))), "{}", mira.hears());
    mira.press("esc");
    let items = mira.state.detail.as_ref().unwrap().items();
    let clears = items.iter().position(|item| format!("{:?}", item.body).contains("cleared by")).unwrap();
    for _ in 0..clears {
        mira.press("j");
    }
    mira.press("enter");
    assert_eq!(mira.state.pane, Pane::Completeness);
}

#[test]
fn a_cancelled_training_is_cancelled_not_failed() {
    let mut mira = mira();
    mira.press("r").is_answered(Err(Error::cancelled()));
    assert_eq!(mira.state.speech.entries()[0].outcome, crate::tui::app::Outcome::Cancelled);
}

/// The cursor stood on another version when the training began: what one goes on with is the new one.
#[test]
fn what_was_trained_is_what_is_promoted() {
    let mut mira = mira();
    mira.press("3 j j");
    let trained = mira.state.lists.models.at(0).unwrap().key();
    assert_ne!(mira.state.model().unwrap().key(), trained);
    mira.press("r");
    let (ticket, _) = mira.asked.remove(0);
    let next = Some(Next::Promote(trained.clone()));
    mira.sends(Msg::Performed { ticket, answer: Ok(Reply { next, ..Reply::default() }) });
    assert_eq!(mira.state.model().unwrap().key(), trained);
}

#[test]
fn the_log_is_narrowed_to_decisions_and_widened_by_one_key() {
    let mut mira = mira();
    mira.press("6 d");
    assert_eq!(mira.state.list().filter().typed(), "state:decisions");
    assert_eq!(mira.state.list().filter().complaint(Pane::Log), None);
    mira.press("d");
    assert!(mira.state.list().filter().is_empty());
}
