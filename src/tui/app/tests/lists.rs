//! Long lists: windows over keyset pages.

use crate::domain::listing::Fetch;
use crate::tui::app::{Answer, Effect, Load, Msg, Pane, Status, update};
use crate::tui::testing::{Answers, Person, World};

fn in_batches(count: usize) -> Person {
    let mut person = Person::sits_down(World::of(count), 80, 24).starts();
    person.press("1");
    person
}

#[test]
fn all_of_20_000_rows_can_be_walked_both_ways_with_few_of_them_at_hand() {
    let mut person = in_batches(20_000);
    let mut seen = 0;
    while person.state.list().cursor() + 1 < 20_000 {
        person.press("page-down");
        let cursor = person.state.list().cursor();
        assert!(cursor > seen, "stuck at {cursor}");
        seen = cursor;
        assert!(person.state.lists.batches.rows().count() <= 600);
        assert_eq!(
            person.state.lists.batches.selected().unwrap().id,
            person.world.batches[usize::try_from(cursor).unwrap()].id
        );
    }
    while person.state.list().cursor() > 0 {
        person.press("page-up");
        let cursor = person.state.list().cursor();
        assert_eq!(
            person.state.lists.batches.selected().unwrap().id,
            person.world.batches[usize::try_from(cursor).unwrap()].id
        );
    }
}

#[test]
fn the_end_and_the_start_are_one_key_away() {
    let mut person = in_batches(20_000);
    person.press("G");
    assert_eq!(person.state.list().cursor(), 19_999);
    assert_eq!(person.state.lists.batches.selected().unwrap().id, person.world.batches[19_999].id);
    person.press("k g");
    assert_eq!(person.state.list().cursor(), 0);
}

#[test]
fn the_log_opens_at_its_end_and_follows_it() {
    let mut person = Person::sits_down(World::of(900), 80, 24).starts();
    person.press("6");
    assert_eq!(person.state.lists.log.selected().unwrap().seq, 900);
    person.world.log = World::of(903).log;
    person.sends(Msg::Changed);
    assert_eq!(person.state.lists.log.selected().unwrap().seq, 903);
    person.press("k k").world.log = World::of(950).log;
    person.sends(Msg::Changed);
    assert_eq!(person.state.lists.log.selected().unwrap().seq, 901, "who reads further up is left alone");
}

#[test]
fn the_selection_stays_on_its_row_when_others_write() {
    let mut person = in_batches(500);
    person.press("page-down page-down j");
    let id = person.state.lists.batches.selected().unwrap().id.clone();
    let newest = crate::domain::listing::BatchRow {
        id: crate::domain::BatchId::from_text("new"),
        ..person.world.batches[0].clone()
    };
    person.world.batches.insert(0, newest);
    person.sends(Msg::Changed);
    assert_eq!(person.state.lists.batches.selected().unwrap().id, id);
    person.press("g");
    assert_eq!(person.state.lists.batches.selected().unwrap().id.as_str(), "new");
}

#[test]
fn a_list_that_shrinks_to_nothing_is_empty() {
    let mut person = in_batches(500);
    person.press("G");
    person.world.batches.clear();
    person.sends(Msg::Changed);
    assert_eq!((person.state.list().total(), person.state.lists.batches.selected().is_none()), (0, true));
    person.press("j k G g page-down enter");
}

#[test]
fn only_the_answer_to_the_newest_question_counts() {
    let mut person = in_batches(500);
    person.answers = Answers::Never;
    let question = |person: &mut Person, character| {
        let effects = update(&mut person.state, Msg::Key(crate::tui::app::Key::typed(character)));
        effects.into_iter().find_map(|effect| match effect {
            Effect::Load { generation, load: load @ Load::Batches(_) } => Some((generation, load)),
            _ => None,
        })
    };
    question(&mut person, '/');
    let (old, old_load) = question(&mut person, 'h').unwrap();
    let (new, new_load) = question(&mut person, '2').unwrap();
    person.state.changed = false;
    let answer = person.world.answer(&old_load).unwrap();
    person.sends(Msg::Loaded { generation: old, answer: Ok(Box::new(answer)) });
    assert!(!person.state.changed, "a stale answer draws nothing");
    let answer = person.world.answer(&new_load).unwrap();
    let Answer::Batches(page) = &answer else { panic!("{answer:?}") };
    let total = page.total;
    person.sends(Msg::Loaded { generation: new, answer: Ok(Box::new(answer)) });
    assert_eq!(person.state.list().total(), total);
}

#[test]
fn a_filter_narrows_and_esc_widens() {
    let mut person = in_batches(500);
    person.press("/").types("harbour").press("enter");
    let narrowed = person.state.list().total();
    assert!(narrowed > 0 && narrowed < 500);
    person.press("G");
    let found = person.state.lists.batches.selected().unwrap().id.clone();
    person.press("esc");
    assert_eq!(person.state.list().total(), 500);
    assert_eq!(person.state.lists.batches.selected().unwrap().id, found, "what was found stays selected");
    person.press("/").types("state:quarantined period:2026-10 rest");
    person.answers = Answers::Never;
    let effects = update(&mut person.state, Msg::Key(crate::tui::app::Key::typed('s')));
    let Some(Effect::Load { load: Load::Batches(query), .. }) = effects.first() else { panic!("{effects:?}") };
    assert_eq!((query.state.as_deref(), query.text.as_deref()), (Some("quarantined"), Some("rests")));
    assert_eq!((query.period.unwrap().to_string().as_str(), &query.fetch), ("2026-10", &Fetch::First));
}

#[test]
fn a_failed_load_keeps_the_rows_and_says_so() {
    let mut person = in_batches(50);
    person.answers = Answers::WithError;
    person.press("ctrl-r");
    assert!(matches!(person.state.list().status(), Status::Failed(_)));
    assert_eq!(person.state.list().total(), 50);
    person.answers = Answers::Promptly;
    person.press("ctrl-r");
    assert_eq!(person.state.list().status(), &Status::Ready);
}

#[test]
fn panes_go_around() {
    let mut person = in_batches(3);
    for _ in Pane::ALL {
        person.press("tab");
    }
    assert_eq!(person.state.pane, Pane::Batches);
    person.press("shift-tab");
    assert_eq!(person.state.pane, Pane::Tasks);
}

#[test]
fn a_filter_that_means_nothing_says_what_could() {
    use crate::tui::app::Filter;
    let complaint = |typed: &str, pane| Filter::parse(typed).complaint(pane).unwrap_or_default();
    assert!(complaint("state:opn", Pane::Releases).starts_with("`opn` is no state here; states are open, approved"));
    assert_eq!(complaint("foo:bar", Pane::Models), "`foo:` is no key here; keys are state");
    assert!(complaint("provider:north", Pane::Models).starts_with("`provider:` is no key here"));
    assert!(complaint("state:lat", Pane::Completeness).starts_with("`lat` is no state here"));
    assert!(complaint("period:soon", Pane::Batches).contains("no period"));
    for (typed, pane) in [
        ("state:open harb", Pane::Releases),
        ("state:Ready", Pane::Releases),
        ("10:30", Pane::Log),
        ("state:batch_landed", Pane::Log),
    ] {
        assert_eq!(complaint(typed, pane), "", "{typed}");
    }
}

#[test]
fn completeness_opens_on_the_newest_period_that_is_owed() {
    use crate::domain::completeness::CellState;
    let mut world = World::of(7);
    world.periods[0].state = CellState::NotOwed;
    world.periods[1].state = CellState::NotOwed;
    let mut person = Person::sits_down(world, 80, 24).starts();
    person.press("2");
    assert_eq!(person.state.list().cursor(), 2);
    person.press("g");
    assert_eq!(person.state.list().cursor(), 0, "the first line is one key away");
    person.sends(Msg::Changed);
    assert_eq!(person.state.list().cursor(), 0, "who moved is left alone");
}

/// Whoever lifts a filter and goes on at once ends up where the keys lead, however late the whole list comes.
#[test]
fn steps_lead_on_from_a_row_that_is_still_on_its_way() {
    let mut person = in_batches(500);
    person.press("/").types("h").press("enter");
    person.press("j j j");
    let found = person.state.lists.batches.selected().unwrap().id.clone();
    person.answers = Answers::Never;
    let effects = update(&mut person.state, Msg::Key(crate::tui::app::Key::named("esc")));
    let load = effects.into_iter().find_map(|effect| match effect {
        Effect::Load { generation, load: load @ Load::Batches(_) } => Some((generation, load)),
        _ => None,
    });
    let (generation, load) = load.unwrap();
    person.press("j j");
    let answer = person.world.answer(&load).unwrap();
    person.sends(Msg::Loaded { generation, answer: Ok(Box::new(answer)) });
    let place = person.world.batches.iter().position(|batch| batch.id == found).unwrap();
    assert_eq!(person.state.lists.batches.selected().unwrap().id, person.world.batches[place + 2].id);
}
