//! The program on a true terminal: however it ends, the terminal is given back, and nothing stays held.

#[path = "../../benches/support/terminal.rs"]
mod terminal;

use std::fs;
use std::process::Command;
use std::time::Duration;

use terminal::Terminal;

use crate::support::{NOW, OWNER, PERIODS, PREPARER, Workspace, delivery};

fn environment(who: &str) -> Vec<(&str, &str)> {
    vec![("ASSAY_NOW", NOW), ("ASSAY_HOST", "test"), ("ASSAY_USER", who)]
}

pub(super) fn open(workspace: &Workspace, who: &str) -> Terminal {
    opened(workspace, &environment(who))
}

fn opened(workspace: &Workspace, environment: &[(&str, &str)]) -> Terminal {
    let root = workspace.root().to_str().unwrap();
    Terminal::start_in(environment, &["--workspace", root], 100, 30)
}

pub(super) fn sees(terminal: &Terminal, text: &str) {
    terminal.wait(text, |lines| lines.iter().any(|line| line.contains(text)).then_some(()));
}

fn send(signal: &str, terminal: &Terminal) {
    let done = Command::new("kill").args([signal, &terminal.process().to_string()]).status().unwrap();
    assert!(done.success());
}

/// Enough labelled text to keep a training busy for a while.
fn labelled() -> String {
    let sentence = |number: u32| format!("Heinz B-BRAND\nBeans O\nno{number} O\n400g O\n\n");
    (0..150_000).map(sentence).collect::<Vec<_>>().concat()
}

#[test]
fn the_demo_opens_and_leaves_the_terminal_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("demo");
    let environment = [("ASSAY_NOW", NOW), ("HOME", folder.path().to_str().unwrap())];
    let mut terminal = Terminal::start_in(&environment, &["demo", "--into", into.to_str().unwrap()], 100, 30);
    sees(&terminal, "Retail slips");
    assert!(!terminal.is_given_back(), "it is ours meanwhile");
    terminal.press("4");
    sees(&terminal, "FINDING");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
    assert!(terminal.is_given_back(), "{}", terminal.text());
    let said = terminal.text().replace('\n', "");
    assert!(said.contains("to open it again: assay --workspace"), "{said}");
}

#[test]
fn a_signal_while_the_demo_is_unpacked_ends_it_and_gives_the_terminal_back() {
    for signal in ["-TERM", "-HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().join("demo");
        let environment = [("ASSAY_NOW", NOW), ("HOME", folder.path().to_str().unwrap())];
        let mut terminal = Terminal::start_in(&environment, &["demo", "--into", into.to_str().unwrap()], 100, 30);
        while !into.join("lake").exists() {
            std::thread::yield_now();
        }
        send(signal, &terminal);
        assert_eq!(terminal.ends(), 130, "{signal}: {}", terminal.text());
        assert!(terminal.is_given_back(), "{signal}: {}", terminal.text());
    }
}

#[test]
fn a_signal_gives_the_terminal_and_the_lease_back() {
    for signal in ["-TERM", "-HUP"] {
        let workspace = Workspace::with_model();
        let data = workspace.path("train.conll");
        fs::write(&data, labelled()).unwrap();
        let mut terminal = open(&workspace, PREPARER);
        sees(&terminal, "no releases yet");
        terminal.press("3");
        sees(&terminal, "words/1");
        terminal.press("T");
        sees(&terminal, "Train a model");
        terminal.press(&format!("{}\r", data.display()));
        sees(&terminal, "Enter does it");
        terminal.press("\r");
        terminal.press("t");
        sees(&terminal, "running");
        let tasks = workspace.json(&["task", "list"]).to_string();
        assert!(tasks.contains("\"kind\":\"train\""), "{tasks}");
        send(signal, &terminal);
        assert_eq!(terminal.ends(), 130, "{}", terminal.text());
        assert!(terminal.is_given_back(), "{signal}: {}", terminal.text());
        let tasks = workspace.json(&["task", "list"]).to_string();
        assert!(!tasks.contains("train"), "{signal}: the lease is still held: {tasks}");
        workspace.verify();
    }
}

#[test]
fn a_training_is_a_task_like_any_other_and_can_be_cancelled_there() {
    let workspace = Workspace::with_model();
    let data = workspace.path("train.conll");
    fs::write(&data, labelled()).unwrap();
    let mut terminal = open(&workspace, PREPARER);
    sees(&terminal, "no releases yet");
    terminal.press("3");
    sees(&terminal, "words/1");
    terminal.press("T");
    // It is the model at hand that is trained, unless another is named.
    sees(&terminal, "name of the model: words");
    terminal.press(&format!("{}\r", data.display()));
    sees(&terminal, "Enter does it");
    terminal.press("\rt");
    sees(&terminal, "train words");
    terminal.wait("a task that runs", |lines| lines.iter().any(|line| line.contains("running train")).then_some(()));
    terminal.press("x");
    sees(&terminal, "1 cancelled");
    terminal.press("L");
    sees(&terminal, "- cancelled");
    assert!(!terminal.text().contains("✗ failed"), "{}", terminal.text());
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_reported() {
    let workspace = Workspace::with_model();
    let environment = [environment(PREPARER), vec![("ASSAY_PANIC_AT", "screen.draw#3")]].concat();
    let mut terminal = opened(&workspace, &environment);
    // Each key is a frame of its own; one of them is the third.
    for key in ["1", "2", "3", "4"] {
        std::thread::sleep(Duration::from_millis(300));
        terminal.press(key);
    }
    assert_eq!(terminal.ends(), 101);
    assert!(terminal.is_given_back(), "{}", terminal.text());
    assert!(terminal.text().contains("asked for this at screen.draw"), "{}", terminal.text());
}

#[test]
fn another_size_is_drawn_at_once() {
    let workspace = Workspace::with_model();
    let mut terminal = open(&workspace, PREPARER);
    sees(&terminal, "no releases yet");
    for (columns, rows) in [(60, 20), (140, 45)] {
        terminal.resize(columns, rows);
        terminal.wait("the keys on the last line", |lines| {
            lines.get(usize::from(rows) - 1)?.trim_end().ends_with("? help").then_some(())
        });
    }
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

/// Both are there at once when the program looks: neither may be lost for the other.
#[test]
fn a_key_that_is_pressed_while_the_size_changes_is_heard() {
    let workspace = Workspace::with_model();
    let mut terminal = open(&workspace, PREPARER);
    let panes = [("1", "no batches yet"), ("5", "no releases yet")].into_iter().cycle();
    for (width, (key, seen)) in [100, 101, 102].into_iter().cycle().zip(panes).take(1000) {
        terminal.resize(width, 30);
        terminal.press(key);
        sees(&terminal, seen);
    }
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn what_changes_around_the_journal_is_seen_while_the_screen_is_open() {
    let workspace = Workspace::with_model();
    let mut terminal = open(&workspace, PREPARER);
    sees(&terminal, "no releases yet");
    workspace.deliver("alpha", "2026-10.csv", delivery("alpha", "2026-10", 3));
    sees(&terminal, "1 file waits: i");
    let contract = fs::read_to_string(workspace.path("assay.toml")).unwrap();
    fs::write(workspace.path("assay.toml"), contract.replace("due = \"5d\"", "due = \"6d\"")).unwrap();
    sees(&terminal, "assay.toml differs: C");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn who_is_not_in_people_may_look_and_is_told_so() {
    let workspace = Workspace::with_model();
    let contract = fs::read_to_string(workspace.path("assay.toml")).unwrap();
    fs::write(workspace.path("assay.toml"), contract.replace("demo = true\n", "")).unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "in earnest"]);
    let mut terminal = open(&workspace, "bob");
    sees(&terminal, "not in [people]: you may look");
    sees(&terminal, "bob (viewer)");
    terminal.press("i");
    sees(&terminal, "takes the role manager; bob is viewer");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

/// Typed far faster than it can be recorded: the last word about each row is the one that stands.
#[test]
fn verdicts_stand_as_they_were_typed() {
    let workspace = Workspace::delivered();
    let refund = |row: u32| format!("minus-{row},{}-02,Beans,-1.00\n", PERIODS[1]);
    let refunds: String = (0..10).map(refund).collect();
    workspace.deliver("alpha", "2026-10 corrected.csv", delivery("alpha", PERIODS[1], 9) + &refunds);
    workspace.prepare();
    let mut terminal = open(&workspace, "tomas");
    terminal.press("4");
    sees(&terminal, "amounts are not negative");
    terminal.press("/negative\r\r");
    sees(&terminal, "to judge");
    // A yes, back, a no; the next.
    terminal.press(&"akx".repeat(10));
    sees(&terminal, "all 10 rows judged");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
    let anomalies = workspace.json(&["anomaly", "list"]);
    let negative = anomalies.as_array().unwrap().iter().find(|row| row["check"] == "amounts are not negative").unwrap();
    let shown = workspace.json(&["anomaly", "show", negative["id"].as_str().unwrap()]);
    let verdicts: Vec<bool> = shown["samples"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sample| sample["verdict"]["accepted"].as_bool().unwrap())
        .collect();
    assert_eq!(verdicts, [false; 10]);
}
