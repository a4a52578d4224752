//! What is signed can be brought out, whatever happens after the point of no return; what can't be is known before it.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::support::{
    APPROVERS, OWNER, PERIODS, PREPARER, Workspace, contract, contract_in, delivery, latin, provider_table,
};

const RELEASE: &str = "slips/2026-09.1";

/// Rows without text, so that a single field can change its type.
fn plain() -> String {
    let provider =
        provider_table("alpha", "{period}*.csv", "qty = [\"Quantity\"]", "due = \"5d\"\nsince = \"2026-09\"");
    format!(
        r#"[workspace]
name = "Plain"
timezone = "Europe/London"

[people]
olga = ["owner"]
mira = ["manager"]
ravi = ["manager"]

[[dataset]]
name = "counts"
period = "month"
key = ["id"]
schema = {{ id = "string", qty = "int" }}
{provider}
[dataset.release]
approvals = 1
deliver = ["parquet"]
"#
    )
}

fn states(workspace: &Workspace) -> Vec<(Value, Value)> {
    let releases = workspace.json(&["release", "list"]);
    let releases = releases.as_array().unwrap().iter();
    releases.map(|release| (release["name"].clone(), release["state"].clone())).collect()
}

#[test]
fn what_gold_cannot_take_is_known_before_anybody_approves_it() {
    let workspace = Workspace::under(&plain());
    let take_in = |name: &str, rows: &str| {
        workspace.deliver("alpha", name, format!("id,Quantity\n{rows}"));
        workspace.ok(PREPARER, &["ingest"]);
        workspace.run(PREPARER, &["run"])
    };
    let accept = |period: &str| {
        workspace.ok(PREPARER, &["period", "baseline", period, "--reason", "the first"]);
        workspace.run(PREPARER, &["run"])
    };
    take_in("2026-09.csv", "a,1\nb,2\n");
    accept("2026-09");
    workspace.ok("ravi", &["release", "approve", "counts/2026-09.1"]);
    workspace.ok(PREPARER, &["release", "publish", "counts/2026-09.1"]);
    // Silver is empty for a moment, and takes another type then; gold has to take the earlier rows back some day.
    take_in("2026-09 empty.csv", "");
    workspace.amend("qty = \"int\"", "qty = \"string\"");
    workspace.run(PREPARER, &["run"]);
    take_in("2026-10.csv", "a,one\nb,two\n");
    accept("2026-10").ended(1, &["column `qty` of gold/counts", "can't become", "give the field a new name"]);

    let release = "counts/2026-10.1";
    let why = workspace.ok("lena", &["release", "why", release]);
    assert!(why.contains("assemble counts/2026-10.1 failed: column `qty` of gold/counts"), "{why}");
    workspace.run("ravi", &["release", "approve", release]).ended(3, &["gold/counts"]);
    // As the hint says.
    workspace.edit("qty = \"string\"", "words = \"string\"");
    workspace.amend("qty = [", "words = [");
    workspace.ok(PREPARER, &["run"]);
    accept("2026-10").ended(0, &[]);
    workspace.ok("ravi", &["release", "approve", release]);
    workspace.ok(PREPARER, &["--dry-run", "release", "publish", release]);
    workspace.ok(PREPARER, &["release", "publish", release]);
}

/// What clients read keeps its types, so that nothing earlier is kept from coming back.
#[test]
fn what_was_published_is_compared_and_comes_back_whatever_types_the_contract_names() {
    let workspace = Workspace::under(&plain().replace("qty = \"int\"", "qty = \"string\""));
    let take_in = |name: &str, rows: &str| {
        workspace.deliver("alpha", name, format!("id,Quantity\n{rows}"));
        workspace.ok(PREPARER, &["ingest"]);
        workspace.run(PREPARER, &["run"]);
        workspace.ok(PREPARER, &["period", "baseline", "2026-09", "--reason", "the first"]);
        workspace.run(PREPARER, &["run"])
    };
    let publish = |release: &str| {
        workspace.ok("ravi", &["release", "approve", release]);
        workspace.ok(PREPARER, &["release", "publish", release]);
    };
    take_in("2026-09.csv", "a,1\nb,2\n");
    publish("counts/2026-09.1");
    take_in("2026-09 more.csv", "a,1\nb,3\n");
    publish("counts/2026-09.2");
    workspace.amend("qty = \"string\"", "qty = \"int\"");
    take_in("2026-09 again.csv", "a,1\nb,4\n").ended(1, &["column `qty` of gold/counts", "can't become"]);
    let shown = workspace.ok("lena", &["release", "show", "counts/2026-09.3"]);
    assert!(shown.contains("1 changed"), "{shown}");
    workspace.ok(PREPARER, &["release", "rollback", "counts/2026-09.2", "--reason", "the first was right"]);
    workspace.ok(PREPARER, &["release", "withdraw", "counts/2026-09.1", "--reason", "neither was"]);
}

#[test]
fn a_rehearsal_knows_that_gold_is_gone() {
    let workspace = Workspace::amended();
    workspace.correct(12);
    let amendment = "slips/2026-09.3";
    workspace.approve(amendment);
    let log = workspace.path("lake/gold/slips/_delta_log");
    let newest = fs::read_dir(&log).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    fs::remove_file(newest).unwrap();
    for command in [&["--dry-run", "release", "publish", amendment][..], &["release", "publish", amendment]] {
        workspace.run(PREPARER, command).ended(1, &["gold/slips", "from a backup"]);
    }
    assert!(states(&workspace).contains(&(json!(amendment), json!("approved"))));
}

/// Three approved while duties were not separated; of one of them the approval does not count now.
fn approved_by_three() -> Workspace {
    let loose = contract().replace("separation = true", "separation = false");
    let workspace = Workspace::under(&loose);
    workspace.promote_lexicon();
    workspace.deliver_all(10);
    workspace.prepare();
    for who in [PREPARER, APPROVERS[0], APPROVERS[1]] {
        workspace.ok(who, &["release", "approve", RELEASE]);
    }
    workspace.amend("separation = false", "separation = true");
    workspace
}

fn approvals(workspace: &Workspace) -> Value {
    workspace.json(&["release", "show", RELEASE])["row"]["approvals"].clone()
}

#[test]
fn what_is_signed_is_built_again_whatever_the_contract_says_by_then() {
    let workspace = approved_by_three();
    assert_eq!(approvals(&workspace), json!(["nora", "ravi"]));
    assert_eq!(workspace.run_armed(PREPARER, &["release", "publish", RELEASE], "publish.intent").signal, Some(6));
    assert_eq!(approvals(&workspace), json!(["nora", "ravi"]), "whose did not count stands for nothing any more");
    let file = workspace.path("assay.toml");
    let text = fs::read_to_string(&file).unwrap();
    let edits: [(&str, &str); 2] =
        [("deliver = [\"xlsx\", \"parquet\", \"csv\"]", "deliver = [\"csv\"]"), ("ravi = [\"manager\"]\n", "")];
    for (from, to) in edits {
        let place = workspace.copy();
        let folder = place.path("releases/slips/2026-09.1");
        fs::remove_dir_all(&folder).unwrap();
        // Silver is not there for a moment, so that the change comes into force before the publication is completed.
        fs::rename(place.path("lake/silver"), place.path("lake/away")).unwrap();
        fs::write(place.path("assay.toml"), text.replace(from, to)).unwrap();
        place.run(OWNER, &["contract", "apply", "--reason", "as agreed"]);
        assert_eq!(place.json(&["contract", "diff"])["lines"], json!([]), "{from}");
        fs::rename(place.path("lake/away"), place.path("lake/silver")).unwrap();
        place.ok("nora", &["run"]);
        assert_eq!(states(&place).last().unwrap(), &(json!(RELEASE), json!("published")), "{from}");
        let files = fs::read_dir(&folder).unwrap().count();
        assert_eq!(files, 4, "the three formats that were signed, and the manifest");
        assert_eq!(approvals(&place), json!(["nora", "ravi"]));
    }
}

#[test]
fn lost_bronze_is_made_again_from_the_file_as_delivered() {
    let workspace = Workspace::processed();
    fs::remove_dir_all(workspace.path("lake/bronze/slips/alpha")).unwrap();
    workspace.amend("due = \"5d\"", "due = \"5d\"\ndates = [\"%Y-%m-%d\"]");
    let failed = workspace.run(PREPARER, &["run"]).ended(1, &["not in bronze as it was landed"]);
    let (_, hint) = failed.stderr.split_once("assay batch accept ").unwrap();
    let batch = hint.split_whitespace().next().unwrap();
    let again = ["batch", "accept", batch, "--reason", "bronze is lost"];
    let foreseen = workspace.ok(PREPARER, &[&["--dry-run"], &again[..]].concat());
    assert!(foreseen.contains("would take in"), "{foreseen}");
    workspace.ok(PREPARER, &again);
    // What is whole is not read again.
    workspace.run(PREPARER, &again).ended(3, &["superseded, not quarantined"]);
    let other = workspace.run(PREPARER, &["run"]).ended(1, &["assay batch accept"]);
    let (_, hint) = other.stderr.split_once("assay batch accept ").unwrap();
    let batch = hint.split_whitespace().next().unwrap();
    workspace.ok(PREPARER, &["batch", "accept", batch, "--reason", "bronze is lost"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.ok(PREPARER, &["period", "baseline", PERIODS[0], "--reason", "once more"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.approve(RELEASE);
    workspace.ok(PREPARER, &["release", "publish", RELEASE]);
}

#[test]
fn whoever_reads_lost_bronze_again_has_not_brought_it_in_alone() {
    let workspace = Workspace::processed();
    fs::remove_dir_all(workspace.path("lake/bronze/slips/beta")).unwrap();
    let batches = workspace.json(&["batch", "list", "--state", "landed"]);
    let of_first = |row: &&Value| row["provider"] == "beta" && row["period"] == PERIODS[0];
    let batch = batches.as_array().unwrap().iter().find(of_first).unwrap()["id"].as_str().unwrap().to_owned();
    workspace.ok("nora", &["batch", "accept", &batch, "--reason", "lost"]);
    let excluded = excluded(&workspace);
    assert!(["nora", PREPARER].iter().all(|who| excluded.contains_key(*who)), "{excluded:?}");
}

#[test]
fn whoever_delivered_what_somebody_else_got_read_is_excluded() {
    let workspace = Workspace::delivered();
    workspace.deliver("alpha", "2026-09.csv", latin());
    workspace.run("nora", &["ingest"]).ended(1, &["quarantined"]);
    fs::write(workspace.path("assay.toml"), contract_in("windows-1252")).unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "alpha writes so"]);
    let batches = workspace.json(&["batch", "list", "--state", "quarantined"]);
    let batch = batches[0]["id"].as_str().unwrap();
    workspace.ok("ravi", &["batch", "accept", batch, "--reason", "it can be read now"]);
    workspace.ok(PREPARER, &["run"]);
    let excluded = excluded(&workspace);
    assert!(["nora", "ravi", OWNER].iter().all(|who| excluded.contains_key(*who)), "{excluded:?}");
}

#[test]
fn whoever_made_a_model_is_excluded_under_whatever_number_it_is_promoted() {
    let workspace = Workspace::processed();
    // Neither is told by what somebody else does with the same file.
    let lexicon = workspace.path("own.toml");
    fs::write(&lexicon, "[[term]]\ntext = \"Heinz\"\nlabel = \"MAKER\"\n").unwrap();
    for who in ["nora", OWNER] {
        workspace.ok(who, &["model", "register", lexicon.to_str().unwrap(), "--name", "words"]);
    }
    workspace.ok(OWNER, &["model", "promote", "words/3", "--reason", "the same"]);
    assert_eq!(excluded(&workspace)["nora"], "registered words/2");
}

/// Who may not approve, and why.
fn excluded(workspace: &Workspace) -> BTreeMap<String, String> {
    let excluded = workspace.json(&["release", "show", RELEASE])["excluded"].clone();
    let pair = |one: &Value| (one[0].as_str().unwrap().to_owned(), one[1].as_str().unwrap().to_owned());
    excluded.as_array().unwrap().iter().map(pair).collect()
}

#[test]
fn whoever_would_lose_their_approval_is_told() {
    let workspace = Workspace::processed();
    workspace.deliver("alpha", "2026-11.csv", "");
    workspace.run(PREPARER, &["ingest"]).ended(1, &["quarantined"]);
    let batches = workspace.json(&["batch", "list"]);
    let id = |state: &str| {
        let found = batches.as_array().unwrap().iter().find(|row| row["state"] == state).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let (landed, quarantined) = (id("landed"), id("quarantined"));
    let lexicon = workspace.path("lexicon.toml").display().to_string();
    workspace.ok(OWNER, &["model", "register", &lexicon, "--name", "words"]);
    let told = |command: &[&str]| {
        let said = workspace.ok("ravi", &[&["--dry-run"], command, &["--reason", "to try it"]].concat());
        let line = said.lines().find(|line| line.contains("ravi could then not approve releases of"));
        line.unwrap_or_else(|| panic!("{command:?}: {said}")).to_owned()
    };
    assert!(told(&["batch", "reject", &quarantined]).contains("slips/2026-11"));
    assert!(told(&["batch", "withdraw", &landed]).contains("slips/2026-"));
    assert!(told(&["model", "promote", "words/2"]).contains("slips/2026-09, slips/2026-10"));

    // The policy under which the content was put up for approval counts for what keeps the content.
    let negative = delivery("alpha", PERIODS[0], 9) + "minus,2026-09-02,Beans,-1.00\n";
    workspace.deliver("alpha", "2026-09 corrected.csv", negative);
    workspace.prepare();
    workspace.amend("separation = true", "separation = false");
    workspace.ok(PREPARER, &["run"]);
    let anomalies = workspace.json(&["anomaly", "list", "--state", "open"]);
    let found = anomalies.as_array().unwrap().iter().find(|row| row["check"] == "amounts are not negative").unwrap();
    for verb in ["waive", "confirm"] {
        assert!(told(&["anomaly", verb, found["id"].as_str().unwrap()]).contains("slips/2026-09"));
    }
    // Turned on again by the contract that is about to come into force.
    workspace.edit("separation = false", "separation = true");
    let said = workspace.ok(OWNER, &["--dry-run", "contract", "apply", "--reason", "to try it"]);
    assert!(said.contains("olga could then not approve releases of slips/2026-09, slips/2026-10"), "{said}");
}
