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
    // As a person does: what is there is looked at before the next key.
    let look = || std::thread::sleep(Duration::from_millis(500));
    let mut step = |keys: &str, then: &str| {
        let words = keys.trim_end_matches('\r');
        look();
        if !words.is_empty() {
            terminal.press(words);
        }
        if words.len() < keys.len() {
            sees(&terminal, words.rsplit('\t').next().unwrap_or_default());
            look();
            terminal.press("\r");
        }
        sees(&terminal, then);
    };
    step("3n", "Register a model file");
    step(&format!("words\t{}\r", workspace.path("lexicon.toml").display()), "would register the next version");
    step("\r", "words/1 is registered");
    step("p", "Promote words/1 to production");
    step("the first\r", "words/1 is in production");
    step("i", "would take in 2026-09.csv for slips/2026-09/beta");
    step("\r", "2 batches landed");
    step("r", "8 tasks done");
    step("5\r", "can't be judged yet");
    step("\r", "reason:");
    step("looked through by hand\r", "2026-09 is a baseline of slips");
    step("r", "2 tasks done");
    for (count, who) in APPROVERS.into_iter().enumerate() {
        step("A", "act as");
        step(&format!("{who}\r"), &format!("{who} (manager)"));
        step("a", "still may approve");
        step("\r", &format!("approved by {who}: {} of 2 approvals", count + 1));
    }
    step("p", "would publish");
    step("slips/2026-09.1\r", "slips/2026-09.1 is published: 20 rows, generation 1");

    // A correction comes, goes out in its place, and is taken back.
    deliver("2026-09 corrected.csv", 11);
    step("A", "act as");
    step(&format!("{PREPARER}\r"), &format!("{PREPARER} (manager)"));
    step("i", "would take in 2026-09 corrected.csv for slips/2026-09/beta");
    step("\r", "slips/2026-09.2 is opened");
    step("r", "8 tasks done");
    step("5", "slips/2026-09.2");
    step("g\r", "‹ slips/2026-09.2");
    step("\r", "reason:");
    step("looked at the correction\r", "2026-09 is a baseline of slips");
    step("r", "2 tasks done");
    for who in APPROVERS {
        step("A", "act as");
        step(&format!("{who}\r"), &format!("{who} (manager)"));
        step("a", "still may approve");
        step("\r", &format!("slips/2026-09.2 is approved by {who}"));
    }
    step("p", "would publish");
    step("slips/2026-09.2\r", "slips/2026-09.2 is published: 22 rows, generation 2");
    step("B", "clients would see slips/2026-09.1 again");
    step("the correction was wrong\tslips/2026-09.2\r", "slips/2026-09.2 is rolled back");
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
