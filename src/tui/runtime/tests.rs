//! What the runtime promises without a terminal.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::clipboard::sequence;
use super::queue::{Question, Queue};
use super::workers::guarded;
use super::{events, queue};
use crate::base::ErrorKind;
use crate::domain::listing::Query;
use crate::tui::app::{Load, Msg};

#[test]
fn the_clipboard_sequence_is_osc_52_with_base64() {
    assert_eq!(sequence("slips/2026-10.1", false), "\u{1b}]52;c;c2xpcHMvMjAyNi0xMC4x\u{7}");
    assert_eq!(sequence("ab", false), "\u{1b}]52;c;YWI=\u{7}");
    assert!(sequence("ab", true).starts_with("\u{1b}Ptmux;\u{1b}\u{1b}]52"));
}

#[test]
fn keys_arrive_by_the_names_of_the_catalogue() {
    let name = |code, modifiers| match events::message(&Event::Key(KeyEvent::new(code, modifiers))) {
        Some(Msg::Key(key)) => key.name().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(name(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
    assert_eq!(name(KeyCode::Char('d'), KeyModifiers::CONTROL), "ctrl-d");
    assert_eq!(name(KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab");
    assert_eq!(name(KeyCode::Char('@'), KeyModifiers::CONTROL | KeyModifiers::ALT), "@");
    assert_eq!(name(KeyCode::PageDown, KeyModifiers::NONE), "page-down");
}

#[test]
fn only_the_newest_question_about_a_list_waits() {
    let queue = Queue::default();
    let ask = |generation, load| queue.put(queue::Question::Load { generation, load });
    ask(1, Load::Log(Query::default()));
    ask(2, Load::Event(7));
    ask(3, Load::Event(7));
    ask(4, Load::Log(Query { text: Some("x".to_owned()), ..Query::default() }));
    let order: Vec<u64> = (0..3)
        .map(|_| match queue.take() {
            Question::Load { generation, .. } => generation,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(order, [2, 3, 4]);
}

#[test]
fn a_panic_below_becomes_an_error() {
    let error = guarded::<()>(|| panic!("no such luck")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.one_line().contains("no such luck"));
}
