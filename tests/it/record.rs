//! The record: readable when nothing else is, and followed while others write.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{APPROVERS, OWNER, Outcome, PREPARER, Workspace, contract, program};

/// Every row that the lists of the command line show.
fn lists(workspace: &Workspace) -> Vec<Value> {
    ["batch", "period", "anomaly", "release", "task", "model"].map(|noun| workspace.json(&[noun, "list"])).into()
}

#[test]
fn the_log_needs_no_contract_and_no_clock() {
    let workspace = Workspace::processed();
    let (before, events) = (lists(&workspace), workspace.events());
    let contract = workspace.path("assay.toml");
    let away = workspace.path("elsewhere.toml");
    fs::rename(&contract, &away).unwrap();
    for broken in [None, Some("[workspace\nname = 7")] {
        if let Some(text) = broken {
            fs::write(&contract, text).unwrap();
        }
        assert!(workspace.ok(PREPARER, &["status"]).contains("assay.toml differs"));
        assert_eq!(workspace.events(), events);
        workspace.verify();
        let dry = workspace.ok("lena", &["--dry-run", "log", "rebuild"]);
        assert_eq!(dry, format!("would replay {} events into fresh tables\n", events.len()));
        // In another year, from a folder below.
        let below = workspace.path("lake/silver");
        let mut command = program();
        command.env("ASSAY_NOW", "2031-01-01T00:00:00Z").current_dir(&below).args(["--json", "log", "rebuild"]);
        let rebuilt = Outcome::from(command.output().unwrap()).ended(0, &[]);
        assert_eq!(serde_json::from_str::<Value>(&rebuilt.stdout).unwrap()["events"], events.len());
    }
    fs::rename(&away, &contract).unwrap();
    assert_eq!(lists(&workspace), before);
    assert_eq!(workspace.events(), events);
}

#[test]
fn a_journal_that_is_missing_is_no_empty_one() {
    let workspace = Workspace::bare();
    for command in [&["log"][..], &["log", "verify"], &["log", "rebuild"]] {
        workspace.run(PREPARER, command).ended(1, &["there is no journal", "assay.db", "hint: "]);
    }
    assert!(!workspace.path("assay.db").exists());
}

/// The next `count` lines, which come within a time that a person would wait.
fn next(lines: &mut impl Iterator<Item = std::io::Result<String>>, count: usize) -> Vec<Value> {
    lines.take(count).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

#[test]
fn a_followed_log_prints_what_others_write_until_it_is_interrupted() {
    let workspace = Workspace::delivered();
    let known = workspace.events();
    let mut child = workspace
        .command("lena", &["log", "--follow", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(next(&mut lines, known.len()), known);
    workspace.ok(PREPARER, &["ingest"]);
    let all = workspace.events();
    assert!(all.len() > known.len());
    assert_eq!(next(&mut lines, all.len() - known.len()), all[known.len()..]);

    let asked = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(5), "it took {:?} to end", asked.elapsed());
    assert_eq!(status.code(), Some(130));
    assert_eq!(lines.count(), 0, "something came after the events");
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!(said, "");
}

#[test]
fn a_followed_log_shows_only_what_was_asked_for_and_ends_with_its_reader() {
    let workspace = Workspace::delivered();
    let mut child = workspace
        .command("lena", &["log", "--follow", "--json", "--text", "batch_landed"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    workspace.ok(PREPARER, &["ingest"]);
    assert!(next(&mut lines, 2).iter().all(|event| event["kind"] == "batch_landed"));
    drop(lines);
    // Nobody reads any more: that shows with the next event.
    workspace.deliver("alpha", "2026-10 again.csv", super::support::delivery("alpha", "2026-10", 3));
    workspace.ok(APPROVERS[0], &["ingest"]);
    let deadline = Instant::now() + Duration::from_secs(10);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "it goes on without a reader");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_clock_that_somebody_holds_is_on_record_outside_of_a_demo() {
    let demo = Workspace::with_model();
    assert!(demo.events().iter().all(|event| event["host"].as_str().unwrap().ends_with("@test")));
    // It is a demo once an owner said so, not because the file does.
    let workspace = Workspace::under(&contract().replace("demo = true\n", ""));
    workspace.promote_lexicon();
    let file = workspace.path("assay.toml");
    fs::write(&file, contract()).unwrap();
    let register = |name: &'static str| ["model", "register", "lexicon.toml", "--name", name];
    workspace.ok(OWNER, &register("more"));
    fs::write(&file, contract().replace("demo = true\n", "")).unwrap();
    let events = workspace.events();
    assert!(events.len() > 3);
    for event in &events {
        assert!(event["host"].as_str().unwrap().ends_with("@test, clock held"), "{event:#}");
    }

    let mut command = workspace.command(OWNER, &register("others"));
    Outcome::from(command.env_remove("ASSAY_NOW").output().unwrap()).ended(0, &[]);
    let event = workspace.events().pop().unwrap();
    assert!(event["host"].as_str().unwrap().ends_with("@test"), "{event:#}");
    workspace.verify();
}
