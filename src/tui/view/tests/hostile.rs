//! Text that wants to do harm, and terminals of any size.

use proptest::prelude::*;

use super::look::{frame, lines};
use crate::base::text::looked_at;
use crate::base::{Digest, Error};
use crate::domain::TaskKind;
use crate::domain::progress::{Progress, Step};
use crate::tui::app::{Msg, Pane};
use crate::tui::testing::{Person, World};
use crate::tui::view::cells;

const NAUGHTY: [&str; 8] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "a\u{202e}cba\u{2066}",
    "\u{0}\u{8}\u{7f}\r\n\t",
    "👩‍👩‍👧‍👦🏳️‍🌈 zwj",
    "e\u{301}\u{301}\u{301}\u{301}\u{301} zalgo",
    "全角の文字がここにある全角の文字がここにある",
    "\u{feff}\u{200b}\u{2028}",
    "'; DROP TABLE event; --",
];

fn world(text: &str) -> World {
    let mut world = World::of(7);
    world.overview.workspace = text.to_owned();
    for row in &mut world.batches {
        (row.file, row.note, row.provider) = (text.to_owned(), Some(text.to_owned()), text.to_owned());
    }
    for row in &mut world.releases {
        row.cause = text.to_owned();
        row.blocked_by.iter_mut().for_each(|reason| reason.text = text.to_owned());
    }
    for row in &mut world.anomalies {
        (row.explanation, row.subject) = (text.to_owned(), text.to_owned());
    }
    for row in &mut world.log {
        (row.subject, row.command) = (text.to_owned(), text.to_owned());
    }
    world.periods.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| cell.provider = text.to_owned());
    world
}

fn is_harmless(screen: &str) -> bool {
    !screen
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
}

#[test]
fn nothing_from_outside_reaches_the_terminal_as_it_came() {
    for text in NAUGHTY {
        for pane in Pane::ALL {
            for keys in ["", "enter", "/", ":", "n", "x"] {
                let mut person = Person::sits_down(world(text), 80, 24).starts();
                person.press(&pane.key().to_string());
                if !keys.is_empty() {
                    person.press(keys).types("x");
                }
                person.sends(Msg::Paste(text.to_owned()));
                let screen = lines(&person.state).concat();
                assert!(is_harmless(&screen), "{pane:?} {keys}: {screen:?}");
            }
        }
    }
}

#[test]
fn hostile_errors_and_progress_are_shown_as_text() {
    for text in NAUGHTY {
        let mut person = Person::sits_down(World::of(3), 80, 24).starts();
        person.press("r");
        let fact = Progress {
            task: Digest::of(b"x"),
            kind: TaskKind::Land,
            subject: text.to_owned(),
            step: Step::Failed { error: text.to_owned() },
        };
        person.sends(Msg::Progressed(vec![fact])).is_answered(Err(Error::bad_data(text)));
        assert!(is_harmless(&lines(&person.state).concat()));
    }
}

/// A cell of megabytes must not hold up the frame: only what could be shown is copied and looked at.
#[test]
fn a_monstrous_cell_is_cut_before_it_is_looked_at() {
    let (width, height) = (80, 24);
    let mut person = Person::sits_down(world(&"x\u{1b}".repeat(1_000_000)), width, height).starts();
    // A place on the screen holds up to eight characters that combine, of up to four bytes; each is measured and drawn.
    let most = usize::from(width) * usize::from(height) * 8 * 4 * 2;
    for pane in Pane::ALL {
        person.press(&pane.key().to_string());
        looked_at::take();
        frame(&person.state);
        let bytes = looked_at::take();
        assert!((1..most).contains(&bytes), "{pane:?}: looked at {bytes} bytes, {most} could be shown");
        let longest = cells::row(&person.state, pane, 0).iter().flatten().map(|piece| piece.text.len()).max();
        assert!(longest.is_none_or(|longest| longest < 2 * cells::LONGEST), "{pane:?}: copied {longest:?} bytes");
    }
}

fn keys() -> impl Strategy<Value = String> {
    let names: Vec<&str> = crate::tui::app::COMMANDS.iter().flat_map(|command| command.keys.iter().copied()).collect();
    prop::sample::select(names).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_size_and_any_keys_can_be_drawn(
        width in 1_u16..=250,
        height in 1_u16..=80,
        count in prop::sample::select(vec![0_usize, 1, 7, 700]),
        presses in prop::collection::vec(keys(), 0..25),
        clicks in prop::collection::vec((0_u16..250, 0_u16..80), 0..4),
        next in (1_u16..=250, 1_u16..=80),
    ) {
        let mut person = Person::sits_down(World::of(count), width, height).starts();
        frame(&person.state);
        for key in presses {
            person.press(&key);
            frame(&person.state);
        }
        for (x, y) in clicks {
            person.clicks(x, y);
        }
        person.sends(Msg::Resized { width: next.0, height: next.1 });
        frame(&person.state);
    }
}
