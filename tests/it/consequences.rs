//! What publishing, rolling back and promoting mean for other releases is said before, and is what happens.

use std::fs;

use serde_json::{Value, json};

use crate::support::{APPROVERS, HEADER, OWNER, PERIODS, PREPARER, Workspace, contract, delivery};

const FIRST: &str = "slips/2026-09.1";
const CORRECTED: &str = "slips/2026-09.2";
const LATER: &str = "slips/2026-10.1";

fn dry_run(workspace: &Workspace, arguments: &[&str]) -> String {
    let before = workspace.events();
    let said = workspace.ok(PREPARER, &[&["--dry-run"], arguments].concat());
    assert_eq!(workspace.events(), before, "a dry run left something on record");
    said
}

fn show(workspace: &Workspace, release: &str) -> Value {
    workspace.json(&["release", "show", release])
}

#[test]
fn a_publication_says_whose_approvals_fall_and_the_release_says_why_they_fell() {
    let workspace = Workspace::processed();
    workspace.ok(PREPARER, &["period", "baseline", PERIODS[1], "--reason", "two months are no history"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.approve(FIRST);
    workspace.approve(LATER);
    let said = dry_run(&workspace, &["release", "publish", FIRST]);
    assert!(said.contains("1 open release is checked again: slips/2026-10.1 (2 approvals fall)"), "{said}");
    assert_eq!(show(&workspace, LATER)["fallen"], json!([]));

    workspace.ok(PREPARER, &["release", "publish", FIRST]);
    let detail = show(&workspace, LATER);
    let fallen: Vec<(&str, &str)> = detail["fallen"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["by"].as_str().unwrap(), one["why"].as_str().unwrap()))
        .collect();
    let why = "slips/2026-09.1 was published, which it looks back at";
    assert_eq!(fallen, [("nora", why), ("ravi", why)]);
    let stale = workspace.json(&["release", "list"]);
    let reasons = stale[0]["blocked_by"].to_string();
    assert!(!reasons.contains("upstream stale"), "{reasons}");
    assert!(reasons.contains("evaluate slips/2026-10.1 is stale: slips/2026-09.1 was published"), "{reasons}");

    // Given again, they stand again.
    workspace.ok(PREPARER, &["run"]);
    workspace.approve(LATER);
    assert_eq!(show(&workspace, LATER)["fallen"], json!([]));
}

#[test]
fn a_correction_is_told_row_by_row_and_a_live_release_is_compared_with_its_predecessor() {
    let workspace = Workspace::processed();
    workspace.approve(FIRST);
    workspace.ok(PREPARER, &["release", "publish", FIRST]);
    // The first row is gone, the second costs more, two are new.
    let mut lines: Vec<String> = delivery("alpha", PERIODS[0], 10).lines().skip(2).map(str::to_owned).collect();
    lines[0] = lines[0].replace(",2.50", ",12.50");
    lines
        .extend(["alpha-11,2026-09-12,Oat milk 1L,1.00".to_owned(), "alpha-12,2026-09-13,Oat milk 1L,1.00".to_owned()]);
    workspace.deliver("alpha", "2026-09 again.csv", format!("{HEADER}{}\n", lines.join("\n")));
    workspace.ok(PREPARER, &["ingest"]);
    let before_run = show(&workspace, CORRECTED);
    assert_eq!(before_run["changes"]["batches"][0]["rows"], Value::Null, "rows that nobody processed yet");
    workspace.prepare();

    let detail = show(&workspace, CORRECTED);
    let change = &detail["changes"]["batches"];
    assert_eq!(change.as_array().unwrap().len(), 1, "{change:#}");
    assert_eq!((&change[0]["provider"], &change[0]["before"][0]["file"]), (&json!("alpha"), &json!("2026-09.csv")));
    assert_eq!(change[0]["after"][0]["revision"], 2);
    assert_eq!(
        change[0]["rows"],
        json!({ "added": 2, "removed": 1, "changed": 1, "sums": [["amount", "60.00", "70.50"]] })
    );

    // Where nothing makes a row unique, a changed row is one that went and one that came.
    let keyless = workspace.copy();
    fs::write(keyless.path("assay.toml"), contract().replace("key = [\"slip\"]\n", "")).unwrap();
    keyless.ok(OWNER, &["contract", "apply", "--reason", "slips repeat"]);
    keyless.ok(PREPARER, &["run"]);
    let change = &show(&keyless, CORRECTED)["changes"]["batches"][0]["rows"];
    assert_eq!((&change["added"], &change["removed"], &change["changed"]), (&json!(3), &json!(2), &Value::Null));
    workspace.approve(CORRECTED);
    workspace.ok(PREPARER, &["release", "publish", CORRECTED]);
    let said = dry_run(&workspace, &["release", "rollback", CORRECTED, "--reason", "it was wrong"]);
    assert!(said.contains("clients would see slips/2026-09.1 again: 20 rows"), "{said}");
    assert!(said.contains("slips/2026-10.1"), "what looks back at it is checked again: {said}");
    workspace.ok(PREPARER, &["release", "rollback", CORRECTED, "--reason", "it was wrong"]);

    let live = show(&workspace, FIRST);
    assert_eq!((&live["changes"]["since"], &live["changes"]["was_live"]), (&json!(CORRECTED), &json!(true)));
    assert_eq!((&live["changes"]["rows_before"], &live["changes"]["rows_after"]), (&json!(21), &json!(20)));
    assert_eq!(live["rests_on"][0]["file"], "2026-09.csv", "what was signed, whatever came since");
    let refused = workspace.run(PREPARER, &["release", "publish", CORRECTED]).ended(3, &["it was published before"]);
    assert!(refused.stderr.contains("assay release rollback slips/2026-09.1 --to slips/2026-09.2"), "{refused:#?}");
    assert!(!refused.stderr.contains("can't be"), "{refused:#?}");
    workspace.ok(PREPARER, &["release", "rollback", FIRST, "--to", CORRECTED, "--reason", "it was right"]);
    let said = dry_run(&workspace, &["release", "withdraw", CORRECTED, "--reason", "all of it"]);
    assert!(said.contains("clients would see nothing for 2026-09: 21 rows go"), "{said}");
}

#[test]
fn a_promotion_says_what_moves_to_the_new_version() {
    let workspace = Workspace::processed();
    workspace.ok(APPROVERS[0], &["release", "approve", FIRST]);
    let file = workspace.path("lexicon.toml");
    std::fs::write(&file, "[[term]]\ntext = \"Oat\"\nlabel = \"PRODUCT\"\n").unwrap();
    workspace.ok(PREPARER, &["model", "register", file.to_str().unwrap(), "--name", "words"]);
    let said = dry_run(&workspace, &["model", "promote", "words/2"]);
    assert!(said.contains("words/2 was not measured; words/1, in production now, was not measured"), "{said}");
    assert!(said.contains("2 open releases move to words/2: slips/2026-09.1 (1 approval falls)"), "{said}");
    assert!(said.contains("1 approval falls: ravi's of slips/2026-09.1"), "{said}");
}

#[test]
fn a_contract_says_who_is_no_longer_approved_and_what_counts_no_more() {
    let workspace = Workspace::processed();
    workspace.approve("slips/2026-09.1");
    let apply = ["--dry-run", "contract", "apply", "--reason", "as agreed"];
    workspace.edit("approvals = 2", "approvals = 3");
    let said = workspace.ok(OWNER, &apply);
    assert!(said.contains("slips/2026-09.1 is no longer approved: too few approvals count"), "{said}");
    workspace.edit("approvals = 3", "approvals = 2");
    workspace.edit("name = \"beta\"", "name = \"betta\"");
    let said = workspace.ok(OWNER, &apply);
    assert!(said.contains("what beta delivered for 2 periods would count no more"), "{said}");
}

#[test]
fn what_clients_see_stays_on_the_map_whoever_owed_it() {
    let workspace = Workspace::processed();
    workspace.approve(FIRST);
    workspace.ok(PREPARER, &["release", "publish", FIRST]);
    for _ in ["alpha", "beta"] {
        workspace.edit("since = \"2026-09\"", "since = \"2026-10\"");
    }
    workspace.ok(OWNER, &["contract", "apply", "--reason", "as agreed"]);
    let batches = workspace.json(&["batch", "list"]);
    for batch in batches.as_array().unwrap().iter().filter(|batch| batch["period"] == PERIODS[0]) {
        workspace.ok(PREPARER, &["batch", "withdraw", batch["id"].as_str().unwrap(), "--reason", "not owed"]);
    }
    let periods = workspace.json(&["period", "list"]);
    let oldest = periods.as_array().unwrap().last().unwrap();
    assert_eq!((&oldest["period"], &oldest["live"]), (&json!(PERIODS[0]), &json!(FIRST)));
}

/// A promotion re-opens published periods, the newest first and as many as the contract names; the others wait.
#[test]
fn a_promotion_opens_the_newest_published_periods_again_and_no_more_than_the_contract_names() {
    let workspace = Workspace::processed();
    workspace.ok(PREPARER, &["period", "baseline", PERIODS[1], "--reason", "two months are no history"]);
    for release in [FIRST, LATER] {
        workspace.ok(PREPARER, &["run"]);
        workspace.approve(release);
        workspace.ok(PREPARER, &["release", "publish", release]);
    }
    let promoted = |reprocess: u32| {
        let copy = workspace.copy();
        copy.amend("approvals = 2", &format!("approvals = 2\nreprocess = {reprocess}"));
        let file = copy.path("lexicon.toml");
        fs::write(&file, "[[term]]\ntext = \"Oat\"\nlabel = \"PRODUCT\"\n").unwrap();
        copy.ok(PREPARER, &["model", "register", file.to_str().unwrap(), "--name", "words"]);
        let said = dry_run(&copy, &["model", "promote", "words/2"]);
        copy.ok(PREPARER, &["model", "promote", "words/2"]);
        let open = copy.json(&["release", "list", "--state", "open"]);
        let open = open.as_array().unwrap().iter().map(|row| {
            assert_eq!(row["model"], "words/2");
            row["name"].as_str().unwrap().to_owned()
        });
        let mut open: Vec<String> = open.collect();
        open.sort();
        assert!(open.iter().all(|name| said.contains(name)), "{open:?} was not foreseen: {said}");
        copy.ok(PREPARER, &["run"]);
        open
    };
    assert_eq!(promoted(0), Vec::<String>::new());
    assert_eq!(promoted(1), ["slips/2026-10.2"]);
    assert_eq!(promoted(2), ["slips/2026-09.2", "slips/2026-10.2"]);
}

/// A contract opens no release by itself. It says which ones clients see of other data, and a run of the period mends it.
#[test]
fn a_contract_says_what_clients_see_of_other_data_and_a_run_of_the_period_opens_it_again() {
    let workspace = Workspace::processed();
    workspace.approve(FIRST);
    workspace.ok(PREPARER, &["release", "publish", FIRST]);
    let whole = fs::read_to_string(workspace.path("assay.toml")).unwrap();
    let start = whole.find("\n[[dataset.provider]]\nname = \"beta\"").unwrap();
    let end = whole.find("\n[[dataset.check]]").unwrap();
    fs::write(workspace.path("assay.toml"), [&whole[..start], &whole[end..]].concat()).unwrap();
    let outlived = "clients see 1 release of other data than there would be now: slips/2026-09.1; to bring them \
                    that: assay run --dataset slips --period 2026-09";
    let apply = ["contract", "apply", "--reason", "beta is out"];
    let said = workspace.run(OWNER, &[&["--dry-run"], &apply[..]].concat()).ended(0, &[]);
    assert!(said.stdout.contains(outlived), "{said:#?}");
    let said = workspace.run(OWNER, &apply).ended(0, &[]);
    assert!(said.stdout.contains(outlived) || said.stderr.contains(outlived), "{said:#?}");

    let again = ["run", "--dataset", "slips", "--period", PERIODS[0]];
    let reason =
        "would open another release of 2026-09, and run what it needs: slips/2026-09.1 was published of other data";
    assert!(dry_run(&workspace, &again).contains(reason));
    workspace.ok(PREPARER, &again);
    assert_eq!(show(&workspace, CORRECTED)["row"]["state"], "open");
    assert_eq!(show(&workspace, CORRECTED)["total_rows"], 10);
    // Nothing is opened where nothing changed.
    workspace.ok(PREPARER, &["release", "reject", CORRECTED, "--reason", "beta comes back"]);
    fs::write(workspace.path("assay.toml"), whole).unwrap();
    let said = workspace.run(OWNER, &["contract", "apply", "--reason", "beta is back"]).ended(0, &[]);
    assert!(!said.stdout.contains("clients see") && !said.stderr.contains("clients see"), "{said:#?}");
}

/// Clients go on seeing a dataset that the contract no longer names: what is done to it reaches them, after a crash too.
#[test]
fn what_happens_to_a_dataset_that_left_the_contract_reaches_clients() {
    let workspace = Workspace::processed();
    workspace.approve(FIRST);
    workspace.ok(PREPARER, &["release", "publish", FIRST]);
    workspace.ok(PREPARER, &["release", "reject", LATER, "--reason", "slips end"]);
    workspace.amend("name = \"slips\"", "name = \"receipts\"");
    for point in ["publish.intent", "publish.outcome"] {
        let copy = workspace.copy();
        let withdraw = ["release", "withdraw", FIRST, "--reason", "slips end"];
        assert!(copy.run_armed(PREPARER, &withdraw, point).signal.is_some());
        copy.ok(PREPARER, &["run"]);
        let pointer: Value =
            serde_json::from_slice(&fs::read(copy.path("channels/slips/latest.json")).unwrap()).unwrap();
        assert_eq!((&pointer["generation"], &pointer["periods"]), (&json!(2), &json!({})), "{point}");
    }
    // What changed while it was gone is told when it comes back.
    let batches = workspace.json(&["batch", "list"]);
    let first = batches.as_array().unwrap().iter().find(|batch| batch["period"] == PERIODS[0]).unwrap();
    workspace.ok(PREPARER, &["batch", "withdraw", first["id"].as_str().unwrap(), "--reason", "it was wrong"]);
    workspace.edit("name = \"receipts\"", "name = \"slips\"");
    let said = workspace.run(OWNER, &["contract", "apply", "--reason", "slips go on"]).ended(0, &[]);
    let told = [said.stdout, said.stderr].concat();
    assert!(told.contains("clients see 1 release of other data than there would be now: slips/2026-09.1"), "{told}");
}

/// What was rolled back was decided against: neither a contract that has nothing to do with it nor a run brings it up again.
#[test]
fn what_was_rolled_back_is_not_pushed_again() {
    let workspace = Workspace::amended();
    workspace.ok(PREPARER, &["release", "rollback", CORRECTED, "--reason", "it was wrong"]);
    workspace.edit("name = \"Tests\"", "name = \"Other tests\"");
    let said = workspace.run(OWNER, &["contract", "apply", "--reason", "another name"]).ended(0, &[]);
    assert!(![said.stdout, said.stderr].concat().contains("clients see"));
    workspace.ok(PREPARER, &["run", "--period", PERIODS[0]]);
    let releases = workspace.json(&["release", "list", "--period", PERIODS[0]]);
    assert_eq!(releases.as_array().unwrap().len(), 2, "{releases:#}");
}
