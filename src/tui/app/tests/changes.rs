//! Changes on their way: what is typed meanwhile, and what becomes of it when they are refused.

use crate::base::Error;
use crate::domain::{Request, Role};
use crate::tui::app::{Dialog, Fetched, Msg, Overlay};
use crate::tui::testing::{Person, World};

fn mira() -> Person {
    Person::sits_down(World::of(7), 80, 24).starts()
}

/// An assessor with the first anomaly open, its first row selected; tomas judged the third.
fn ines() -> Person {
    let mut ines = Person::with_role(World::of(7), 80, 24, "ines", Role::Assessor).starts();
    ines.press("4 enter");
    ines
}

fn dialog(person: &Person) -> &Dialog {
    match &person.state.overlay {
        Some(Overlay::Dialog(dialog)) => dialog,
        other => panic!("no dialog: {other:?}"),
    }
}

/// What was asked for of the rows, in order.
fn verdicts(person: &Person) -> Vec<(u64, bool)> {
    let verdict = |(_, request): &(u64, Request)| match request {
        Request::Assess { row, accepted, .. } => Some((*row, *accepted)),
        _ => None,
    };
    person.asked.iter().filter_map(verdict).collect()
}

#[test]
fn whoever_judges_faster_than_it_is_recorded_never_comes_to_a_row_on_its_way() {
    let mut ines = ines();
    // Accept, back, reject: the last word about each row is a no.
    ines.press("a k x");
    // What is read meanwhile knows nothing of the verdicts that follow.
    ines.is_answered(Ok("judged"));
    ines.press("a k x");
    assert_eq!(verdicts(&ines), [(100, false), (101, true), (101, false)]);
    ines.press("j a x");
    assert_eq!(verdicts(&ines).len(), 3, "behind the last row nothing is judged, and one does not come around");
    assert!(ines.hears().starts_with("can't reject"), "{}", ines.hears());
}

#[test]
fn a_refused_verdict_is_told_though_others_follow_it() {
    let mut ines = ines();
    ines.press("a a").is_answered(Err(Error::refused("tomas accepted row 100 already").hint("--overrule")));
    ines.is_answered(Ok("row 101 is accepted"));
    assert_eq!(ines.hears(), "✗ tomas accepted row 100 already; --overrule");
    assert_eq!(ines.state.detail.as_ref().unwrap().judged(), Some((3, 2)), "both are read from the record again");
}

#[test]
fn who_skipped_a_row_hears_at_the_end_that_it_waits() {
    let mut ines = ines();
    ines.press("j a").is_answered(Ok("row 101 is accepted"));
    assert_eq!(ines.hears(), "✓ 2 of 3 rows judged; 1 above waits");
}

#[test]
fn correcting_ones_own_verdict_keeps_the_note_before_ones_eyes() {
    let mut tomas = Person::with_role(World::of(7), 80, 24, "tomas", Role::Assessor).starts();
    tomas.press("4 enter g j j j x");
    assert_eq!(dialog(&tomas).fields[0].input.text(), "brand is there");
    tomas.types(", and so did I").press("enter").is_answered(Ok("row 102 is rejected"));
    assert!(tomas.lines()[0].ends_with("--note 'brand is there, and so did I'"), "{:?}", tomas.lines());
    // A note that is on its way is kept as well.
    tomas.press("g j n").types("a till test").press("enter k x");
    assert_eq!(dialog(&tomas).fields[0].input.text(), "a till test");
}

#[test]
fn a_refused_dialog_stays_with_what_was_typed_and_says_why() {
    let mut mira = mira();
    mira.press("4 w").types("ok").press("tab").types("2026-08").press("enter");
    assert!(dialog(&mira).sent.is_some());
    mira.types("q");
    let refusal = Error::refused("`2026-08` is before 2026-10").because("a waiver looks ahead").hint("--until 2026-12");
    mira.is_answered(Err(refusal));
    let open = dialog(&mira);
    assert_eq!(open.complaint.as_deref(), Some("`2026-08` is before 2026-10: a waiver looks ahead; --until 2026-12"));
    assert_eq!((open.fields[0].input.text(), open.fields[1].input.text()), ("ok", "2026-08"));
    mira.press("ctrl-u").types("2026-12").press("enter").is_answered(Ok("waived"));
    assert!(mira.state.overlay.is_none());
    assert_eq!(mira.hears(), "✓ waived");
}

/// What takes long goes on in the background. Where it is refused, the words are not lost, but for the sign that it is
/// meant.
#[test]
fn what_was_refused_in_the_background_is_not_typed_twice() {
    let mut mira = mira();
    mira.press("j j j j W").types("the prices are wrong").press("tab").types("slips/2026-06.1").press("enter");
    assert!(mira.state.overlay.is_none(), "one goes on working");
    mira.press("j").is_answered(Err(Error::busy("somebody publishes 2026-06").hint("wait")));
    assert_eq!(mira.hears(), "✗ somebody publishes 2026-06; wait");
    mira.press("W esc k W");
    let open = dialog(&mira);
    assert_eq!(open.complaint.as_deref(), Some("somebody publishes 2026-06; wait"));
    assert_eq!((open.fields[0].input.text(), open.fields[1].input.text()), ("the prices are wrong", ""));
}

#[test]
fn who_judges_with_a_note_goes_on_at_once() {
    let mut ines = ines();
    ines.press("n").types("fine").press("enter a x");
    assert_eq!(verdicts(&ines)[..2], [(100, true), (101, true)], "no key is lost to a dialog on its way");
}

#[test]
fn what_is_pasted_is_seen_before_it_is_done() {
    let mut mira = Person::sits_down(World::of(7), 80, 24).starts();
    mira.press("1 n").types("a.csv").press("enter");
    assert!(matches!(dialog(&mira).preview, Fetched::There(_)));
    mira.sends(Msg::Paste("b.csv".to_owned()));
    assert!(matches!(dialog(&mira).preview, Fetched::Unasked), "it told what another file would bring");
    mira.press("esc 5 j j j B").types("wrong").press("tab").types("slips/2026-07.2").press("enter");
    assert!(dialog(&mira).complaint.is_some());
    mira.sends(Msg::Paste("x".to_owned()));
    assert_eq!(dialog(&mira).complaint, None, "what was wrong is being changed");
}
