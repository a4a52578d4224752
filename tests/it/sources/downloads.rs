//! A server as a source: its files are taken once, whole, and by whoever may have them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::web::{Answer, Asked, Web};
use crate::support::{HEADER, Outcome, PREPARER, Workspace, contract, delivery};

const SECRET: &str = "open sesame 4711";

/// The contract, where alpha's files are got from a server.
fn workspace(web: &Web) -> Workspace {
    let inbox = r#"{ kind = "inbox", pattern = "{period}*.csv" }"#;
    let url = format!("{}/alpha-{{period}}.csv", web.address);
    let http = format!(r#"{{ kind = "http", url = "{url}", headers = {{ X-Key = "${{ALPHA_KEY}}" }} }}"#);
    assert!(contract().contains(inbox));
    Workspace::under(&contract().replacen(inbox, &http, 1))
}

fn ingest(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    let arguments = [&["ingest", "--provider", "alpha"], arguments].concat();
    workspace.command(PREPARER, &arguments).env("ALPHA_KEY", SECRET).output().unwrap().into()
}

fn batches(workspace: &Workspace) -> Vec<(Value, Value, Value)> {
    let list = workspace.json(&["batch", "list", "--provider", "alpha"]);
    let row = |one: &Value| (one["period"].clone(), one["revision"].clone(), one["rows"].clone());
    list.as_array().unwrap().iter().rev().map(row).collect()
}

/// October alone is there.
fn october(asked: &Asked) -> bool {
    asked.path == "/alpha-2026-10.csv"
}

#[test]
fn a_file_is_taken_once_and_again_when_it_changed() {
    let web = Web::start(|asked, before| match (october(asked), before) {
        (false, _) => Answer::status(404),
        (true, 0) => Answer::of(delivery("alpha", "2026-10", 5)).with("ETag", "\"one\""),
        (true, 1) => {
            assert_eq!(asked.header("if-none-match"), Some("\"one\""));
            Answer::status(304)
        }
        (true, _) => Answer::of(delivery("alpha", "2026-10", 6)).with("ETag", "\"two\""),
    });
    let workspace = workspace(&web);
    let first = ingest(&workspace, &[]).ended(0, &[]);
    assert!(first.stdout.contains("1 batch landed"), "{first:?}");
    assert_eq!(batches(&workspace), [(json!("2026-10"), json!(1), json!(5))]);
    let again = ingest(&workspace, &[]).ended(0, &["3 files asked for, 2 not there yet, nothing new"]);
    assert!(again.stdout.contains("0 batches landed"), "{again:?}");
    ingest(&workspace, &[]).ended(0, &[]);
    assert_eq!(batches(&workspace)[1..], [(json!("2026-10"), json!(2), json!(6))]);
}

#[test]
fn what_was_taken_back_is_not_taken_again_as_it_was() {
    let web = Web::start(|asked, before| match (october(asked), before) {
        (false, _) => Answer::status(404),
        (true, 0..=2) => Answer::of(delivery("alpha", "2026-10", 5)),
        (true, _) => Answer::of(delivery("alpha", "2026-10", 6)),
    });
    let workspace = workspace(&web);
    ingest(&workspace, &[]).ended(0, &[]);
    let list = workspace.json(&["batch", "list"]);
    workspace.ok(PREPARER, &["batch", "withdraw", list[0]["id"].as_str().unwrap(), "--reason", "wrong prices"]);
    ingest(&workspace, &[]).ended(0, &["nothing new"]);
    ingest(&workspace, &[]).ended(0, &["nothing new"]);
    assert_eq!(batches(&workspace).len(), 1);
    ingest(&workspace, &[]).ended(0, &[]);
    assert_eq!(batches(&workspace)[1..], [(json!("2026-10"), json!(2), json!(6))]);
}

#[test]
fn what_breaks_off_is_gone_on_with() {
    let whole = delivery("alpha", "2026-10", 400);
    let (sent, half) = (whole.clone(), whole.len() / 2);
    let web = Web::start(move |asked, before| match (october(asked), before) {
        (false, _) => Answer::status(404),
        (true, 0) => Answer { cut_after: Some(half), ..Answer::of(sent.clone()).with("ETag", "\"x\"") },
        (true, _) => {
            assert_eq!(asked.header("if-range"), Some("\"x\""));
            let from: usize = asked.header("range").unwrap()[6..].trim_end_matches('-').parse().unwrap();
            assert!(from > 0 && from <= half, "{from}");
            let range = format!("bytes {from}-{}/{}", sent.len() - 1, sent.len());
            Answer { status: 206, ..Answer::of(&sent.as_bytes()[from..]) }
                .with("Content-Range", range)
                .with("ETag", "\"x\"")
        }
    });
    let workspace = workspace(&web);
    ingest(&workspace, &[]).ended(0, &[]);
    assert_eq!(batches(&workspace), [(json!("2026-10"), json!(1), json!(400))]);
    let asked = web.asked().into_iter().filter(october).count();
    assert_eq!(asked, 2);
    let raw = walk(&workspace.path("lake/raw"));
    assert_eq!(raw.len(), 1, "nothing is left beside the delivery: {raw:?}");
    assert_eq!(std::fs::read_to_string(&raw[0]).unwrap(), whole);
}

#[test]
fn what_changed_while_it_broke_off_is_taken_from_its_beginning() {
    let web = Web::start(|asked, before| match (october(asked), before) {
        (false, _) => Answer::status(404),
        (true, 0) => {
            Answer { cut_after: Some(100), ..Answer::of(delivery("alpha", "2026-10", 40)).with("ETag", "\"x\"") }
        }
        (true, _) => Answer::of(delivery("alpha", "2026-10", 7)).with("ETag", "\"y\""),
    });
    let workspace = workspace(&web);
    ingest(&workspace, &[]).ended(0, &[]);
    assert_eq!(batches(&workspace), [(json!("2026-10"), json!(1), json!(7))]);
}

#[test]
fn what_is_killed_goes_on_where_it_was() {
    let whole = delivery("alpha", "2026-10", 400);
    let (sent, half) = (whole.clone(), whole.len() / 2);
    let web = Web::start(move |asked, before| match (october(asked), before) {
        (false, _) => Answer::status(404),
        (true, 0) => Answer { cut_after: Some(half), hangs: true, ..Answer::of(sent.clone()).with("ETag", "\"x\"") },
        (true, _) => match asked.header("range") {
            None => Answer::of(sent.clone()).with("ETag", "\"x\""),
            Some(range) => {
                let from: usize = range[6..].trim_end_matches('-').parse().unwrap();
                let range = format!("bytes {from}-{}/{}", sent.len() - 1, sent.len());
                Answer { status: 206, ..Answer::of(&sent.as_bytes()[from..]) }.with("Content-Range", range)
            }
        },
    });
    let workspace = workspace(&web);
    workspace.ok("olga", &["contract", "apply", "--reason", "the first"]);
    let mut child =
        workspace.command(PREPARER, &["ingest", "--provider", "alpha"]).env("ALPHA_KEY", SECRET).spawn().unwrap();
    let begun = Instant::now();
    while walk(&workspace.path("lake/raw")).iter().all(|path| std::fs::metadata(path).is_ok_and(|file| file.len() == 0))
        && begun.elapsed() < Duration::from_mins(1)
    {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    child.kill().unwrap();
    child.wait().unwrap();
    ingest(&workspace, &[]).ended(0, &[]);
    assert_eq!(batches(&workspace), [(json!("2026-10"), json!(1), json!(400))]);
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    let web = Web::start(|asked, before| match (october(asked), before) {
        (false, _) => Answer::status(404),
        (true, 0) => Answer::status(503).with("Retry-After", "0"),
        (true, 1) => Answer::status(429).with("Retry-After", "0"),
        (true, _) => Answer::of(delivery("alpha", "2026-10", 3)),
    });
    let workspace = workspace(&web);
    ingest(&workspace, &[]).ended(0, &[]);
    assert_eq!(batches(&workspace), [(json!("2026-10"), json!(1), json!(3))]);
}

#[test]
fn credentials_go_to_their_server_alone_and_are_on_no_record() {
    let other = Web::start(|asked, _| {
        assert_eq!(asked.header("x-key"), None, "a stranger got the key");
        Answer::of(format!("{HEADER}a,2026-10-01,Beans,1.00\n"))
    });
    let elsewhere = other.address.clone();
    let web = Web::start(move |asked, _| {
        assert_eq!(asked.header("x-key"), Some(SECRET));
        match asked.path.as_str() {
            "/alpha-2026-10.csv" => Answer::status(302).with("Location", format!("{elsewhere}/moved.csv")),
            "/alpha-2026-09.csv" => Answer::status(302).with("Location", "file:///etc/passwd"),
            _ => Answer::status(401),
        }
    });
    let workspace = workspace(&web);
    let said = ingest(&workspace, &[]).ended(1, &["401", "redirects to a `file:` address", "credentials"]);
    assert_eq!(batches(&workspace), [(json!("2026-10"), json!(1), json!(1))]);
    assert!(!said.stderr.contains("4711") && !said.stdout.contains("4711"), "{said:?}");
    for path in walk(workspace.root()) {
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!found, "{} holds the key", path.display());
    }
}

#[test]
fn a_file_that_is_too_large_is_not_begun() {
    let web = Web::start(|asked, _| {
        if october(asked) { Answer { announced: Some(11 << 30), ..Answer::of("Slip") } } else { Answer::status(404) }
    });
    let workspace = workspace(&web);
    ingest(&workspace, &[]).ended(1, &["more than 10737418240 bytes", "most_gigabytes"]);
    assert!(walk(&workspace.path("lake/raw")).is_empty());
}

#[test]
fn a_server_that_is_not_there_is_said_and_keeps_no_other_source_out() {
    let web = Web::start(|_, _| Answer::status(404));
    let workspace = workspace(&web);
    workspace.edit(&web.address, "http://127.0.0.1:1");
    workspace.deliver("beta", "2026-10.csv", delivery("beta", "2026-10", 4));
    let said: Outcome = workspace.command(PREPARER, &["ingest"]).env("ALPHA_KEY", SECRET).output().unwrap().into();
    said.ended(1, &["asking the server of alpha", "can't be reached", "it was tried 5 times"]);
    assert_eq!(workspace.json(&["batch", "list"]).as_array().unwrap().len(), 1);
}

/// All files below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(walk(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}
