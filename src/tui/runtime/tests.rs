//! What the runtime promises without a terminal.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::mpsc::{channel, sync_channel};
use std::thread::sleep;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::changes::Changes;
use super::clipboard::sequence;
use super::queue::{Question, Queue};
use super::thread::guarded;
use super::{events, queue};
use crate::base::ErrorKind;
use crate::domain::listing::Query;
use crate::ops::Reply;
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

#[test]
fn changes_are_done_in_the_order_in_which_they_were_asked_for() {
    let (sender, answers) = sync_channel(64);
    let changes = Changes::start(sender).unwrap();
    let (done, order) = channel();
    let (go_on, held) = channel::<()>();
    let long = done.clone();
    changes.ask(0, true, move |_| {
        held.recv().unwrap();
        long.send(0).unwrap();
        Ok(Reply::default())
    });
    for ticket in 1..20 {
        let done = done.clone();
        changes.ask(ticket, false, move |_| {
            // The earlier, the slower: side by side they would come out the other way round.
            sleep(Duration::from_millis(20 - ticket));
            done.send(ticket).unwrap();
            Ok(Reply::default())
        });
    }
    let mut seen: Vec<u64> = order.iter().take(19).collect();
    go_on.send(()).unwrap();
    seen.extend(order.recv());
    assert_eq!(seen, (1..20).chain([0]).collect::<Vec<_>>(), "nothing waits behind what takes long");
    assert_eq!(answers.iter().take(20).filter(|msg| matches!(msg, Msg::Performed { answer: Ok(_), .. })).count(), 20);
}

#[test]
fn a_change_that_waits_and_is_cancelled_is_not_begun() {
    let (sender, answers) = sync_channel(64);
    let changes = Changes::start(sender).unwrap();
    let (go_on, held) = channel::<()>();
    changes.ask(1, false, move |_| {
        held.recv().unwrap();
        Ok(Reply::default())
    });
    changes.ask(2, false, |_| panic!("it was cancelled"));
    changes.cancel(2);
    go_on.send(()).unwrap();
    let kinds: Vec<_> = answers
        .iter()
        .take(2)
        .map(|msg| match msg {
            Msg::Performed { ticket, answer } => (ticket, answer.err().map(|error| error.kind())),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, [(1, None), (2, Some(ErrorKind::Cancelled))]);
    changes.stop();
}
