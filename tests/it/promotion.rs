//! Versions go into production by what they find on the test set that the contract names, and the record says which one was there when.

use std::fs;

use serde_json::{Value, json};

use super::support::{OWNER, PERIODS, PREPARER, PROVIDERS, Workspace, contract, delivery};

/// Of two brands and one product the first lexicon finds all but one brand.
const TEST: &str = "Heinz B-BRAND\nBeans B-PRODUCT\n\nHeinz B-BRAND\nBeans B-PRODUCT\n\nOatly B-BRAND\n\n";

const POLICY: &str = "\n[[model]]\nname = \"words\"\ntest = \"tests/words.conll\"\ntolerance = 0.05\n";

/// A workspace whose contract names a test set, with the first lexicon in production.
fn guarded() -> Workspace {
    let workspace = Workspace::under(&(contract() + POLICY));
    fs::create_dir(workspace.path("tests")).unwrap();
    fs::write(workspace.path("tests/words.conll"), TEST).unwrap();
    workspace.promote_lexicon();
    workspace
}

/// Registers the next version: it finds these brands, and the product.
fn register(workspace: &Workspace, brands: &[&str]) {
    let brand = |brand: &&str| format!("[[term]]\ntext = \"{brand}\"\nlabel = \"BRAND\"\n\n");
    let file = workspace.path("next.toml");
    let terms: String = brands.iter().map(brand).collect();
    fs::write(&file, terms + "[[term]]\ntext = \"Beans\"\nlabel = \"PRODUCT\"\n").unwrap();
    workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", "words"]);
}

fn in_production(workspace: &Workspace, at: &[&str]) -> Vec<Value> {
    let list = workspace.json(&[&["model", "production"], at].concat());
    list.as_array().unwrap().iter().map(|row| row["model"].clone()).collect()
}

#[test]
fn a_version_that_finds_a_label_worse_is_refused_until_somebody_answers_for_it() {
    let workspace = guarded();
    register(&workspace, &["Hainz"]);
    let worse = "BRAND is found worse: F1 0.000 on 3 of them, where words/1 has 0.800";
    for arguments in [&["--dry-run", "model", "promote", "words/2"][..], &["model", "promote", "words/2"]] {
        workspace.run(OWNER, arguments).ended(3, &[worse, "assay model promote words/2 --waive --reason REASON"]);
    }
    assert_eq!(in_production(&workspace, &[]), ["words/1"]);
    workspace.run(OWNER, &["model", "promote", "words/2", "--waive"]).ended(2, &["--reason"]);
    let why = "clients asked for products alone";
    workspace
        .run(OWNER, &["model", "promote", "words/2", "--waive", "--reason", why])
        .ended(0, &["what is worse is waived"]);
    assert_eq!(in_production(&workspace, &[]), ["words/2"]);

    let log = workspace.ok(OWNER, &["--json", "log"]);
    let last: Value = serde_json::from_str(log.lines().next_back().unwrap()).unwrap();
    assert_eq!((&last["kind"], &last["reason"]), (&json!("alias_moved"), &json!(why)));
    // Back to one that is better: nothing to answer for.
    workspace.ok(OWNER, &["model", "promote", "words/1"]);
}

#[test]
fn a_better_version_goes_through_and_the_test_set_has_to_be_there() {
    let workspace = guarded();
    register(&workspace, &["Heinz", "Oatly"]);
    fs::rename(workspace.path("tests/words.conll"), workspace.path("away")).unwrap();
    let promote = ["model", "promote", "words/2"];
    workspace.run(OWNER, &promote).ended(1, &["reading the test set of words", "tests/words.conll"]);
    // A label that nobody marked is no pass.
    fs::write(workspace.path("tests/words.conll"), "Beans B-PRODUCT\n\n").unwrap();
    workspace.run(OWNER, &promote).ended(3, &["tests/words.conll marks no BRAND"]);
    fs::rename(workspace.path("away"), workspace.path("tests/words.conll")).unwrap();
    workspace
        .run(OWNER, &promote)
        .ended(0, &["measured on tests/words.conll beside words/1", "BRAND: F1 1.000 on 3, 0.800 before"]);
    assert_eq!(in_production(&workspace, &[]), ["words/2"]);
}

#[test]
fn the_record_says_which_version_was_in_production_when() {
    let workspace = Workspace::bare();
    let file = workspace.write_lexicon();
    for _ in 0..2 {
        workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", "words"]);
    }
    for (model, at) in
        [("words/1", "2026-03-02T09:00:00Z"), ("words/2", "2026-05-02T09:00:00Z"), ("words/1", "2026-07-02T09:00:00Z")]
    {
        let mut promote = workspace.command(OWNER, &["model", "promote", model, "--reason", at]);
        assert!(promote.env("ASSAY_NOW", at).output().unwrap().status.success());
    }
    for (at, model) in [
        ("2026-03-01", None),
        ("2026-03-02", Some("words/1")),
        // London is an hour ahead of the record's clock.
        ("2026-05-02 09:59", Some("words/1")),
        ("2026-05-02 10:00", Some("words/2")),
        ("2026-07-02T08:59:59Z", Some("words/2")),
        ("2026-11-01", Some("words/1")),
    ] {
        assert_eq!(
            in_production(&workspace, &["--at", at]),
            model.map_or_else(Vec::new, |model| vec![json!(model)]),
            "{at}"
        );
    }
    let now = workspace.json(&["model", "production"]);
    assert_eq!((&now[0]["by"], &now[0]["reason"]), (&json!(OWNER), &json!("2026-07-02T09:00:00Z")));
    workspace.run(OWNER, &["model", "production", "--at", "last week"]).ended(2, &["`last week` is no moment"]);
}

#[test]
fn other_aliases_are_pointed_by_hand_and_keep_their_version_from_the_archive() {
    let workspace = Workspace::with_model();
    register(&workspace, &["Heinz"]);
    workspace.ok(OWNER, &["model", "alias", "words/2", "candidate"]);
    assert_eq!(workspace.json(&["model", "show", "words/2"])["row"]["aliases"], json!(["candidate"]));
    workspace.run(OWNER, &["model", "alias", "words/2", "candidate"]).ended(3, &["words/2 is the candidate already"]);
    workspace.run(OWNER, &["model", "alias", "words/2", "production"]).ended(2, &["assay model promote words/2"]);
    let archive = ["model", "archive", "words/2", "--reason", "not needed"];
    workspace.run(OWNER, &archive).ended(3, &["words/2 is what `candidate` stands for"]);
    workspace.ok(OWNER, &["model", "alias", "words/1", "candidate"]);
    workspace.ok(OWNER, &archive);
    assert_eq!(workspace.json(&["model", "show", "words/1"])["row"]["aliases"], json!(["candidate", "production"]));
    workspace.ok(OWNER, &["log", "verify"]);
    workspace.ok(OWNER, &["log", "rebuild"]);
    assert_eq!(workspace.json(&["model", "show", "words/1"])["row"]["aliases"], json!(["candidate", "production"]));
}

/// What of the matrix stands how: "period provider state".
fn matrix(workspace: &Workspace, more: &[&str]) -> Vec<String> {
    let rows = workspace.json(&[&["model", "coverage", "--model", "words/2"], more].concat());
    let word = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let line = |row: &Value| format!("{} {} {}", word(row, "period"), word(row, "provider"), word(row, "state"));
    rows.as_array().unwrap().iter().map(line).collect()
}

#[test]
fn what_a_version_has_not_read_is_seen_and_read_though_its_period_is_published() {
    let workspace = Workspace::amended();
    register(&workspace, &["Heinz"]);
    let all = |state: &str| -> Vec<String> {
        PERIODS
            .iter()
            .rev()
            .flat_map(|period| PROVIDERS.map(|provider| format!("{period} {provider} {state}")))
            .collect()
    };
    assert_eq!(matrix(&workspace, &[]), all("missing"));
    let dry = workspace.ok(PREPARER, &["--dry-run", "run", "--model", "words/2", "--period", PERIODS[0]]);
    assert_eq!(dry.matches("words/2").count(), 1 + PROVIDERS.len(), "{dry}");
    workspace.ok(PREPARER, &["run", "--model", "words/2", "--period", PERIODS[0]]);
    let of_first = ["--period", PERIODS[0]];
    assert_eq!(matrix(&workspace, &of_first), all("done")[2..]);
    assert_eq!(matrix(&workspace, &["--period", PERIODS[1]]), all("missing")[..2]);
    workspace.ok(PREPARER, &["run", "--model", "words/2"]);
    assert_eq!(matrix(&workspace, &[]), all("done"));

    workspace.deliver(PROVIDERS[0], "2026-10 corrected.csv", delivery(PROVIDERS[0], PERIODS[1], 12));
    workspace.ok(PREPARER, &["ingest"]);
    let stale = workspace.json(&["model", "coverage", "--model", "words/2", "--provider", PROVIDERS[0]]);
    assert_eq!((&stale[0]["state"], &stale[1]["state"]), (&json!("stale"), &json!("done")));
    assert!(stale[0]["cause"].as_str().unwrap().contains("new batch revision"), "{stale}");
    workspace.ok(PREPARER, &["run", "--model", "words/2"]);
    assert_eq!(matrix(&workspace, &[]), all("done"));
}

#[test]
fn assessors_lexicons_and_silver_train_the_next_version() {
    let workspace = Workspace::with_model();
    workspace.deliver_all(60);
    workspace.prepare();
    let next = ["model", "train", "--name", "words", "--labels-from-verdicts"];
    workspace.run(OWNER, &next).ended(1, &["no assessor found entities right yet"]);
    register(&workspace, &["Hainz"]);
    workspace.ok(OWNER, &["model", "promote", "words/2"]);
    workspace.ok(PREPARER, &["run"]);
    let anomalies = workspace.json(&["anomaly", "list", "--state", "open"]);
    let of_model = |row: &&Value| row["model"] == "words/2" && row["samples"].as_u64() > Some(3);
    let anomaly = anomalies.as_array().unwrap().iter().find(of_model).unwrap()["id"].as_str().unwrap().to_owned();
    let shown = workspace.json(&["anomaly", "show", &anomaly]);
    let rows = shown["anomaly"]["rows"].as_array().unwrap();
    for (index, row) in rows.iter().enumerate() {
        let (batch, number) = (row["batch"].as_str().unwrap(), row["row"].to_string());
        let verdict = if index == 0 { "--reject" } else { "--accept" };
        workspace.ok("tomas", &["assess", &anomaly, "--batch", batch, "--row", &number, verdict]);
    }
    // Whoever says later that neither this version nor another has read a row right takes back what was said before.
    workspace.ok(PREPARER, &["run", "--model", "words/1"]);
    let (batch, number) = (rows[1]["batch"].as_str().unwrap(), rows[1]["row"].to_string());
    let place = ["--batch", batch, "--row", &number, "--right", "neither"];
    workspace.ok("ravi", &[&["model", "assess", "words/1", "words/2"], &place[..]].concat());
    let all = [&next[..], &["--lexicon", "words/1", "--silver"]].concat();
    let accepted = rows.len() - 2;
    let said = workspace.ok(OWNER, &[&["--dry-run"], &all[..]].concat());
    assert!(said.contains(&format!("{accepted} texts found right by assessors, the hits of words/1")), "{said}");
    workspace.ok(OWNER, &all);
    let model = workspace.json(&["model", "show", "words/3"]);
    let on = &model["origin"]["trained_on"];
    assert_eq!(
        (&on["documents"], &on["verdicts"], &on["lexicons"]),
        (&json!(0), &json!(accepted), &json!(["words/1"]))
    );
    assert!(on["unlabelled"].as_u64() > Some(20), "{on}");
    assert_eq!(model["origin"]["parent"], "words/2");
    assert!(model["origin"]["command"].as_str().unwrap().contains("--labels-from-verdicts"));
    workspace.ok(OWNER, &all);
    let (one, other) = (model["origin"]["training_data"].clone(), workspace.json(&["model", "show", "words/4"]));
    assert_eq!(one, other["origin"]["training_data"]);
    let file = |version: u32| fs::read(workspace.path(&format!("models/words/{version}/model.crf"))).unwrap();
    assert_eq!(file(3), file(4));
    workspace
        .run(OWNER, &[&next[..], &["--lexicon", "words/3"]].concat())
        .ended(2, &["words/3 is a crf, not a lexicon"]);
    // Rows that are read from other columns now, and rows that a model read in their place, are not what somebody judged.
    for _ in PROVIDERS {
        workspace.amend("description = [\"Item\"]", "description = [\"Slip\"]");
    }
    workspace.run(OWNER, &next).ended(1, &["no assessor found entities right yet"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.run(OWNER, &next).ended(1, &["no assessor found entities right yet"]);
}

#[test]
fn a_model_of_another_name_goes_into_production_once_it_is_clear_which_one_reads_what() {
    let workspace = Workspace::processed();
    let file = workspace.path("other.toml");
    fs::write(&file, "[[term]]\ntext = \"Oat milk\"\nlabel = \"PRODUCT\"\n").unwrap();
    workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", "other"]);
    let promote = ["model", "promote", "other/1", "--reason", "tried"];
    let unclear = "with words/1 and other/1 in production, none of them would read slips";
    for arguments in [[&["--dry-run"][..], &promote].concat(), promote.to_vec()] {
        workspace.run(OWNER, &arguments).ended(3, &[unclear, "model = \"words\""]);
    }
    assert_eq!(in_production(&workspace, &[]), ["words/1"]);
    workspace.amend("[[dataset]]\n", "[[dataset]]\nmodel = \"words\"\n");
    workspace.ok(OWNER, &promote);
    assert_eq!(in_production(&workspace, &[]), ["other/1", "words/1"]);
}

#[test]
fn a_version_that_runs_no_more_is_replaced_by_whoever_answers_for_it() {
    let workspace = guarded();
    register(&workspace, &["Heinz", "Oatly"]);
    fs::write(workspace.path("models/words/1/model.lexicon"), "gone").unwrap();
    let promote = ["model", "promote", "words/2"];
    workspace.run(OWNER, &promote).ended(3, &["nobody knows how words/1 does: the file of words/1", "--waive"]);
    let waived = [&promote[..], &["--waive", "--reason", "the first one is broken"]].concat();
    workspace.run(OWNER, &waived).ended(0, &["what is worse is waived"]);
    assert_eq!(in_production(&workspace, &[]), ["words/2"]);
}
