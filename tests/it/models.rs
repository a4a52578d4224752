//! Models: read before work is begun, and never more of a file than a model may have; every row is tagged, or it is said.

use std::fs::{self, File};

use serde_json::Value;

use super::support::{OWNER, PREPARER, Workspace};

#[test]
fn a_file_that_is_no_model_is_not_read_to_its_end() {
    let workspace = Workspace::bare();
    let file = workspace.path("not-a-model");
    File::create(&file).unwrap().set_len(800 << 20).unwrap();
    let register = ["model", "register", file.to_str().unwrap(), "--name", "words"];
    let (outcome, peak) = workspace.run_measured(OWNER, &register);
    outcome.ended(1, &["not-a-model", "a lexicon of more than 8 MiB"]);
    assert!(peak < 400 << 10, "{peak} KiB");
}

#[test]
fn the_labelled_file_to_test_on_is_read_before_training() {
    let workspace = Workspace::bare();
    let (train, test) = (workspace.path("train.jsonl"), workspace.path("test.jsonl"));
    // There is nothing to learn from these, which only training finds out.
    fs::write(&train, "{\"text\": \"Heinz Beans\", \"entities\": []}\n".repeat(50)).unwrap();
    fs::write(&test, "{\"text\": 7}\n").unwrap();
    let (train, test) = (train.to_str().unwrap(), test.to_str().unwrap());
    let train = ["model", "train", "--name", "tags", "--data", train, "--test", test];
    workspace.run(OWNER, &train).ended(1, &["test.jsonl, line 1"]);
}

#[test]
fn a_list_of_words_is_measured_where_there_is_something_to_measure_it_on() {
    let workspace = Workspace::with_model();
    let (lexicon, test) = (workspace.path("lexicon.toml"), workspace.path("test.conll"));
    // Of two brands it knows one, and what it calls a product is none here.
    fs::write(&test, "Heinz B-BRAND\nBeans O\n\nOatly B-BRAND\nmilk O\n\n").unwrap();
    let register = ["model", "register", lexicon.to_str().unwrap(), "--name", "words"];
    let measured = [&register[..], &["--test", test.to_str().unwrap()]].concat();
    let said = workspace.run(OWNER, &measured).ended(0, &["precision 0.500, recall 0.500, F1 0.500 over 2 entities"]);
    assert_eq!(said.stdout, "words/2 is registered\n");
    let models = workspace.json(&["model", "list"]);
    assert_eq!((&models[0]["f1"], &models[1]["f1"]), (&serde_json::json!(0.5), &Value::Null));
    let promote = workspace.ok(OWNER, &["--dry-run", "model", "promote", "words/2", "--reason", "it is measured"]);
    assert!(
        promote.contains("words/2 has F1 0.500 over 2 entities; words/1, in production now, was not measured"),
        "{promote}"
    );
    // What can't be measured is not registered.
    workspace.run(OWNER, &[&register[..], &["--test", "nowhere.conll"]].concat()).ended(1, &["nowhere.conll"]);
    assert_eq!(workspace.json(&["model", "list"]).as_array().unwrap().len(), 2);
}

#[test]
fn as_many_rows_are_tagged_as_silver_has() {
    let workspace = Workspace::processed();
    // A data file that is said to have a row more than it has.
    let log = workspace.path("lake/silver/slips/_delta_log");
    let mut tampered = 0;
    for entry in fs::read_dir(log).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(text) = fs::read_to_string(&entry) else { continue };
        let more = text.replace("\\\"numRecords\\\":10", "\\\"numRecords\\\":11");
        tampered += usize::from(more != text);
        fs::write(&entry, more).unwrap();
    }
    assert!(tampered > 0);
    let lexicon = workspace.path("lexicon.toml");
    fs::write(&lexicon, "[[term]]\ntext = \"Oat\"\nlabel = \"PRODUCT\"\n").unwrap();
    workspace.ok(OWNER, &["model", "register", lexicon.to_str().unwrap(), "--name", "words"]);
    workspace.ok(OWNER, &["model", "promote", "words/2", "--reason", "newer"]);
    workspace.run(PREPARER, &["run"]).ended(1, &["11 rows of silver, but 10 tagged by words/2"]);
}

#[test]
fn a_pipe_is_no_model_and_is_not_waited_for() {
    let workspace = Workspace::with_model();
    let pipe = workspace.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap();
    for arguments in
        [&["model", "register", pipe, "--name", "words"][..], &["model", "train", "--data", pipe, "--name", "words"]]
    {
        workspace.run(OWNER, arguments).ended(1, &["is not a file that can be read"]);
    }
}

#[test]
fn a_pipe_in_the_workspace_is_not_waited_for() {
    let workspace = Workspace::amended();
    for file in ["channels/slips/latest.json", "releases/slips/2026-09.2/manifest.json", "assay.toml"] {
        let (path, away) = (workspace.path(file), workspace.path("away"));
        std::fs::rename(&path, &away).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        for arguments in [&["release", "show", "slips/2026-09.2"][..], &["run"], &["status"]] {
            assert!(workspace.run(PREPARER, arguments).signal.is_none());
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::rename(&away, &path).unwrap();
    }
}
