//! Models that are programs: whatever they do, a run ends, says what was wrong, and keeps what was right.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::screen::{open, sees};
use super::support::{OWNER, PERIODS, PREPARER, PROVIDERS, Workspace};

/// Registers a program that answers with these lines of shell after it has said who it is, and may take two seconds for it.
fn register(workspace: &Workspace, script: &str) {
    register_patiently(workspace, script, 2);
}

fn register_patiently(workspace: &Workspace, script: &str, seconds: u64) {
    let folder = workspace.path("program");
    fs::create_dir_all(&folder).unwrap();
    let hello = r#"echo '{"assay_tagger": 1, "model": "brands", "version": "7", "labels": ["BRAND"]}'"#;
    fs::write(folder.join("run.sh"), format!("{hello}\n{script}\n")).unwrap();
    let declaration = "kind = \"command\"\ncommand = [\"/bin/sh\", \"run.sh\"]\nfiles = [\"run.sh\"]\n";
    fs::write(folder.join("model.toml"), format!("{declaration}seconds = {seconds}\n")).unwrap();
    let file = folder.join("model.toml");
    workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", "brands"]);
}

/// Answers every text with one brand at its start, by tools that every system has.
const FIRST_WORD: &str = r#"while read -r request; do
  id=$(printf '%s' "$request" | sed 's/^{"id":\([0-9]*\),.*/\1/')
  texts=$(printf '%s' "$request" | sed 's/^.*"texts"://' | grep -o '","' | wc -l)
  rows='[{"label": "BRAND", "start": 0, "end": 3, "score": 0.5}]'
  while [ "$texts" -gt 0 ]; do rows="$rows, [{\"label\": \"BRAND\", \"start\": 0, \"end\": 3, \"score\": 0.5}]"; texts=$((texts - 1)); done
  printf '{"id": %s, "rows": [%s]}\n' "$id" "$rows"
done"#;

#[test]
fn a_program_reads_every_row_and_is_the_model_of_a_release() {
    let workspace = Workspace::processed();
    // It does not end by itself, as programs should whose input ended.
    register(&workspace, &format!("echo $$ >pid\n{FIRST_WORD}\nsleep 600"));
    let model = workspace.json(&["model", "show", "brands/1"]);
    assert_eq!((&model["row"]["kind"], &model["row"]["labels"]), (&json!("command"), &json!(["BRAND"])));
    workspace.ok(PREPARER, &["run", "--model", "brands/1"]);
    let covered = workspace.json(&["model", "coverage", "--model", "brands"]);
    let covered = covered.as_array().unwrap();
    assert_eq!(covered.len(), PROVIDERS.len() * PERIODS.len());
    assert!(covered.iter().all(|one| one["state"] == "done"), "{covered:?}");
    let process = fs::read_to_string(workspace.path("models/brands/1/pid")).unwrap();
    let alive = Command::new("kill").args(["-0", process.trim()]).stderr(Stdio::null()).status().unwrap();
    assert!(!alive.success(), "the program runs on");
}

#[test]
fn a_program_that_fails_fails_its_task_alone_with_the_reason_and_is_read_when_it_is_well() {
    for (script, words) in [
        ("read -r request; echo 'no memory' >&2; exit 3", "no memory"),
        ("read -r request; echo Loading weights", "`Loading weights`"),
        ("sleep 60", "did not write an answer within 2 s"),
        (
            "read -r request; echo '{\"id\": 1, \"rows\": [[{\"label\": \"BRAND\", \"start\": 0, \"end\": 900, \"score\": 0.5}]]}'",
            "rows for 10 texts",
        ),
    ] {
        let workspace = Workspace::processed();
        register(&workspace, script);
        let run = ["run", "--model", "brands/1", "--period", PERIODS[0]];
        let before = workspace.json(&["release", "list"]);
        workspace.run(PREPARER, &run).ended(1, &[words, "2 tasks failed"]);
        let covered = workspace.json(&["model", "coverage", "--model", "brands/1", "--period", PERIODS[0]]);
        for one in covered.as_array().unwrap() {
            assert_eq!(one["state"], "failed", "{one}");
            assert!(one["error"].as_str().unwrap().contains(words), "{one}");
        }
        // What clients will get does not rest on it.
        assert_eq!(workspace.json(&["release", "list"]), before);
    }
}

#[test]
fn an_answer_that_can_not_be_names_the_row() {
    let workspace = Workspace::processed();
    let wrong = FIRST_WORD.replace("\\\"end\\\": 3", "\\\"end\\\": 300");
    register(&workspace, &wrong);
    let run = ["run", "--model", "brands/1", "--period", PERIODS[0]];
    workspace.run(PREPARER, &run).ended(1, &["row 2 of batch", "description", "0..300"]);
}

#[test]
fn a_program_that_hangs_never_stalls_the_screen_and_can_be_called_off() {
    let workspace = Workspace::processed();
    register_patiently(&workspace, "sleep 600", 300);
    let begun = Instant::now();
    let mut terminal = open(&workspace, PREPARER);
    terminal.press("3");
    sees(&terminal, "▸ brands/1");
    terminal.press("R");
    let enriches = |line: &String| !line.contains(" 0 running") && line.contains("  enrich slips/");
    terminal.wait("the reading under way", |lines| lines.iter().any(enriches).then_some(()));
    for (key, text) in [("1", "2026-09.csv"), ("5", "▸ slips/2026-10.1"), ("6", "model_registered")] {
        terminal.press(key);
        sees(&terminal, text);
    }
    terminal.press("X");
    sees(&terminal, "cancelled; assay run goes on from here");
    assert!(begun.elapsed() < Duration::from_mins(2), "{:?}", begun.elapsed());
}

#[test]
fn a_row_that_a_program_could_not_read_is_no_reading_that_could_be_right() {
    let workspace = Workspace::processed();
    register(
        &workspace,
        &FIRST_WORD.replace(
            "[{\\\"label\\\": \\\"BRAND\\\", \\\"start\\\": 0, \\\"end\\\": 3, \\\"score\\\": 0.5}]",
            "{\\\"error\\\": \\\"too long\\\"}",
        ),
    );
    workspace.ok(PREPARER, &["run", "--model", "brands/1", "--period", PERIODS[0]]);
    let compared = workspace.json(&["model", "compare", "words/1", "brands/1"]);
    assert_eq!((&compared["rows"], &compared["failed_rows"]), (&json!(2), &json!(18)));
    let batch = compared["samples"][0]["batch"].as_str().unwrap();
    let assess = ["model", "assess", "words/1", "brands/1", "--batch", batch, "--row", "3", "--right", "after"];
    workspace.run("tomas", &assess).ended(1, &["brands/1 has read no row 3 of batch"]);
}
