//! The manager's job on a true terminal, by keys alone: from an empty workspace to rows that clients see, and back.

use std::time::Duration;

use super::screen::{open, sees};
use super::support::{APPROVERS, PREPARER, PROVIDERS, Workspace, delivery};

#[test]
fn a_first_release_goes_out_and_its_correction_is_rolled_back() {
    let workspace = Workspace::bare();
    workspace.write_lexicon();
    let deliver = |name: &str, rows: u32| {
        for provider in PROVIDERS {
            workspace.deliver(provider, name, delivery(provider, "2026-09", rows));
        }
    };
    deliver("2026-09.csv", 10);
    let mut terminal = open(&workspace, PREPARER);
    // As a person does: what the next key is about has to be there before it is pressed.
    let mut step = |keys: &str, then: &[&str]| {
        let words = keys.trim_end_matches('\r');
        if !words.is_empty() {
            terminal.press(words);
        }
        if words.len() < keys.len() {
            sees(&terminal, words.rsplit('\t').next().unwrap_or_default());
            std::thread::sleep(Duration::from_millis(500));
            terminal.press("\r");
        }
        for text in then {
            sees(&terminal, text);
        }
    };
    let may_approve = " a approve  ";
    let may_publish = " p publish  ";
    step("3", &["no model versions yet"]);
    step("n", &["Register a model file"]);
    step(&format!("words\t{}\r", workspace.path("lexicon.toml").display()), &["would register the next version"]);
    step("\r", &["words/1 is registered", "▸ words/1", " p promote  "]);
    step("p", &["Promote words/1 to production", "no open release has to be checked"]);
    step("the first\r", &["words/1 is in production", "2 files wait"]);
    step("i", &["would take in 2026-09.csv for slips/2026-09/beta", "Enter does it"]);
    step("\r", &["2 batches landed"]);
    step("r", &["8 tasks done"]);
    step("5", &["▸ slips/2026-09.1"]);
    step("\r", &["▸ ✗ 16 checks can't be judged yet"]);
    step("\r", &["could then be judged", "▸ reason:"]);
    step("looked through by hand\r", &["2026-09 is a baseline of slips"]);
    step("r", &["2 tasks done", "▸ ✗ 0 of 2 approvals given"]);
    for (count, who) in APPROVERS.into_iter().enumerate() {
        step("A", &["act as"]);
        step(&format!("{who}\r"), &[&format!("{who} (manager)"), may_approve]);
        step("a", &["still may approve", "Enter does it"]);
        step("\r", &[&format!("approved by {who}: {} of 2 approvals", count + 1), &format!("✓ {who} approved it")]);
    }
    step("", &[may_publish]);
    step("p", &["would publish"]);
    step("slips/2026-09.1\r", &["slips/2026-09.1 is published: 20 rows, generation 1", "clients see it"]);

    // A correction comes, goes out in its place, and is taken back.
    deliver("2026-09 corrected.csv", 11);
    step("A", &["act as"]);
    step(&format!("{PREPARER}\r"), &[&format!("{PREPARER} (manager)"), "2 files wait"]);
    step("i", &["would take in 2026-09 corrected.csv for slips/2026-09/beta", "Enter does it"]);
    step("\r", &["slips/2026-09.2 is opened"]);
    step("r", &["8 tasks done"]);
    step("5", &["slips/2026-09.2 ○ open", "▸ slips/2026-09.1"]);
    step("g", &["▸ slips/2026-09.2"]);
    step("\r", &["‹ slips/2026-09.2", "▸ ✗ 16 checks can't be judged yet"]);
    step("\r", &["could then be judged", "▸ reason:"]);
    step("looked at the correction\r", &["2026-09 is a baseline of slips"]);
    step("r", &["2 tasks done", "▸ ✗ 0 of 2 approvals given"]);
    for who in APPROVERS {
        step("A", &["act as"]);
        step(&format!("{who}\r"), &[&format!("{who} (manager)"), may_approve]);
        step("a", &["still may approve", "Enter does it"]);
        step("\r", &[&format!("slips/2026-09.2 is approved by {who}"), &format!("✓ {who} approved it")]);
    }
    step("", &[may_publish]);
    step("p", &["would publish"]);
    step("slips/2026-09.2\r", &["slips/2026-09.2 is published: 22 rows, generation 2", " B roll back  "]);
    step("B", &["clients would see slips/2026-09.1 again"]);
    step("the correction was wrong\tslips/2026-09.2\r", &["slips/2026-09.2 is rolled back"]);
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
    let releases = workspace.json(&["release", "list"]);
    assert_eq!((&releases[0]["state"], &releases[1]["state"]), (&"superseded".into(), &"published".into()));
    let gold = workspace.rows(&assay::lake::Table::Gold { dataset: "slips".to_owned() }).unwrap();
    assert_eq!(gold.height(), 20);
    // Each change is on record as it was made here, with the line that would do the same elsewhere.
    let made: Vec<_> = workspace.events().into_iter().filter(|event| event["via"] == "tui").collect();
    let by = |who: &str, line: &str| {
        made.iter().any(|event| event["actor"] == who && event["command"].as_str().unwrap().starts_with(line))
    };
    for who in APPROVERS {
        assert!(by(who, "assay release approve slips/2026-09.1 --digest "), "{made:#?}");
    }
    assert!(by(APPROVERS[1], "assay release publish slips/2026-09.1"), "{made:#?}");
    workspace.verify();
}
