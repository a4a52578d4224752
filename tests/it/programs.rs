//! Models that are programs: whatever they do, a run ends, says what was wrong, and keeps what was right.

use std::fs;

use serde_json::json;

use super::support::{OWNER, PERIODS, PREPARER, PROVIDERS, Workspace};

/// Registers a program that answers with these lines of shell after it has said who it is.
fn register(workspace: &Workspace, script: &str) {
    let folder = workspace.path("program");
    fs::create_dir_all(&folder).unwrap();
    let hello = r#"echo '{"assay_tagger": 1, "model": "brands", "version": "7", "labels": ["BRAND"]}'"#;
    fs::write(folder.join("run.sh"), format!("{hello}\n{script}\n")).unwrap();
    let declaration = "kind = \"command\"\ncommand = [\"/bin/sh\", \"run.sh\"]\nfiles = [\"run.sh\"]\nseconds = 2\n";
    fs::write(folder.join("model.toml"), declaration).unwrap();
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
    register(&workspace, FIRST_WORD);
    let model = workspace.json(&["model", "show", "brands/1"]);
    assert_eq!((&model["row"]["kind"], &model["row"]["labels"]), (&json!("command"), &json!(["BRAND"])));
    workspace.ok(PREPARER, &["run", "--model", "brands/1"]);
    let covered = workspace.json(&["model", "coverage", "--model", "brands"]);
    let covered = covered.as_array().unwrap();
    assert_eq!(covered.len(), PROVIDERS.len() * PERIODS.len());
    assert!(covered.iter().all(|one| one["state"] == "done"), "{covered:?}");
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
