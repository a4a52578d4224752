//! Golden screens. `INSTA_UPDATE=always cargo test --release --lib tui::view` writes them anew; look at them before they land.

use super::look::{lines, look};
use crate::base::Digest;
use crate::base::Error;
use crate::domain::progress::{Progress, Step};
use crate::domain::{Role, TaskKind};
use crate::tui::app::{Msg, Pane};
use crate::tui::testing::{Answers, Person, World};

const SIZES: [(u16, u16); 3] = [(60, 20), (80, 24), (200, 60)];

fn golden(name: &str, person: &Person) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots");
    let size = format!("{}x{}", person.state.width, person.state.height);
    settings.bind(|| insta::assert_snapshot!(format!("{name}_{size}"), look(&person.state)));
}

fn in_pane(world: World, answers: Answers, size: (u16, u16), pane: Pane) -> Person {
    let mut person = Person::sits_down(world, size.0, size.1);
    person.answers = answers;
    let mut person = person.starts();
    person.press(&pane.key().to_string());
    person
}

/// Every pane: empty, loading, few, many scrolled to the end, error; at three sizes.
#[test]
fn every_pane_in_every_state() {
    for size in SIZES {
        for pane in Pane::ALL {
            let name = pane.title().to_lowercase();
            golden(&format!("{name}_empty"), &in_pane(World::empty(), Answers::Promptly, size, pane));
            golden(&format!("{name}_loading"), &in_pane(World::empty(), Answers::Never, size, pane));
            golden(&format!("{name}_error"), &in_pane(World::empty(), Answers::WithError, size, pane));
            golden(&format!("{name}_few"), &in_pane(World::of(7), Answers::Promptly, size, pane));
            let mut person = in_pane(World::of(5_500), Answers::Promptly, size, pane);
            person.press("G");
            golden(&format!("{name}_many_at_the_end"), &person);
        }
    }
}

/// What Enter shows, pane by pane.
#[test]
fn details() {
    for size in SIZES {
        for pane in Pane::ALL {
            let mut person = in_pane(World::of(7), Answers::Promptly, size, pane);
            person.press("enter");
            golden(&format!("{}_detail", pane.title().to_lowercase()), &person);
        }
        let mut person = in_pane(World::of(7), Answers::Promptly, size, Pane::Models);
        person.press("c");
        golden("models_compared", &person);
        let mut person = in_pane(World::of(7), Answers::Promptly, size, Pane::Releases);
        person.press("j enter");
        golden("releases_detail_of_an_amendment", &person);
        let mut person = in_pane(World::of(7), Answers::Promptly, size, Pane::Releases);
        person.press("j j j enter");
        golden("releases_detail_of_a_published_one", &person);
    }
}

#[test]
fn things_on_top() {
    for size in SIZES {
        let screen = |keys: &str, pane| {
            let mut person = in_pane(World::of(7), Answers::Promptly, size, pane);
            person.press(keys);
            person
        };
        golden("top_palette", &screen(": p u b", Pane::Releases));
        golden("top_help", &screen("?", Pane::Anomalies));
        golden("top_people", &screen("A", Pane::Releases));
        golden("top_filter", &screen("/ h a r b", Pane::Batches));
        golden("top_approve", &screen("j j a", Pane::Releases));
        golden("top_publish", &screen("j p s l i p s enter", Pane::Releases));
        golden("top_publish_read_on", &screen("j p page-down", Pane::Releases));
        golden("top_withdraw", &screen("j j j W", Pane::Releases));
        golden("top_waive", &screen("w", Pane::Anomalies));
        let mut refused = screen("w o k enter", Pane::Anomalies);
        let error = Error::usage("`2026-08` is before 2026-10, the period of A0000000000");
        refused.is_answered(Err(error.hint("name the last period that the waiver covers, or leave out --until")));
        golden("top_waive_refused", &refused);
        golden("top_add", &screen("l n", Pane::Completeness));
    }
}

#[test]
fn running_tasks() {
    for size in SIZES {
        let mut person = in_pane(World::of(7), Answers::Promptly, size, Pane::Releases);
        person.press("r");
        let fact = |name: &str, step| Progress {
            task: Digest::of(name.as_bytes()),
            kind: TaskKind::Enrich,
            subject: format!("slips/2026-10/{name} slips/3"),
            step,
        };
        let error = "the model file ends early".to_owned();
        person.sends(Msg::Progressed(vec![
            fact("northgate", Step::Running { done: 3_400, total: Some(8_000) }),
            fact("harbour", Step::Done { rows: 900, refused: 0 }),
            fact("millstone", Step::Queued),
            fact("other", Step::Failed { error }),
        ]));
        golden("strip_running", &person);
        person.is_answered(Err(Error::refused("1 of 4 tasks failed").hint("see t, then run again")));
        golden("strip_over", &person);
        person.press("L");
        golden("top_command_log", &person);
    }
}

#[test]
fn without_colour_the_words_remain() {
    let mut person = in_pane(World::of(7), Answers::Promptly, (80, 24), Pane::Completeness);
    let coloured = lines(&person.state);
    person.state.me.colour = false;
    assert_eq!(lines(&person.state), coloured);
    golden("no_colour", &person);
}

/// An assessor's and a viewer's footer show what they may not do, in brackets.
#[test]
fn what_a_role_may_not_do_stays_visible() {
    let mut person = Person::with_role(World::of(7), 80, 24, "tomas", Role::Assessor).starts();
    person.press("j");
    let footer = lines(&person.state).pop().unwrap();
    assert!(footer.contains("(p publish)") && footer.contains("(a approve)"), "{footer}");
}

/// What can be done comes before what can't, and the way inside is there at any width.
#[test]
fn the_footer_begins_with_what_can_be_done() {
    let footer = |width, keys: &str| {
        let mut person = in_pane(World::of(7), Answers::Promptly, (width, 24), Pane::Releases);
        person.press(keys);
        lines(&person.state).pop().unwrap()
    };
    let blocked = footer(80, "g");
    assert!(blocked.starts_with(" x reject  R run period  r run"), "{blocked}");
    for width in [60, 80, 200] {
        assert!(footer(width, "g").contains("enter open") && footer(width, "j").contains("a approve"), "{width}");
    }
    let led_nowhere = footer(80, "j enter");
    assert!(!led_nowhere.contains("enter open"), "{led_nowhere}");
}

/// A list longer than the window is never loaded whole, and its end is one key away.
#[test]
fn the_end_of_a_long_list_is_shown() {
    let mut person = in_pane(World::of(5_500), Answers::Promptly, (80, 24), Pane::Batches);
    person.press("G");
    let screen = lines(&person.state).join("\n");
    assert!(screen.contains("5,500 of 5,500"), "{screen}");
}
