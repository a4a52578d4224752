//! What a release is measured against: what people signed, as it stands now, and never what merely happened to be there.

use std::fs;

use serde_json::Value;

use super::support::{HEADER, OWNER, PREPARER, PROVIDERS, Workspace, contract, delivery};

const EARLY: [&str; 3] = ["2026-06", "2026-07", "2026-08"];
const JUDGED: &str = "2026-09";

/// A workspace whose providers owe from June on, with the first model in production.
fn workspace() -> Workspace {
    let workspace = Workspace::under(&contract().replace("since = \"2026-09\"", "since = \"2026-06\""));
    workspace.promote_lexicon();
    workspace
}

fn deliver(workspace: &Workspace, period: &str) {
    for provider in PROVIDERS {
        workspace.deliver(provider, &format!("{period}.csv"), delivery(provider, period, 60));
    }
    workspace.ok(PREPARER, &["ingest"]);
}

fn baseline(workspace: &Workspace, period: &str) {
    workspace.ok(PREPARER, &["run"]);
    workspace.ok(PREPARER, &["period", "baseline", period, "--reason", "one of the first"]);
}

fn publish(workspace: &Workspace, period: &str) {
    let release = format!("slips/{period}.1");
    deliver(workspace, period);
    baseline(workspace, period);
    workspace.ok(PREPARER, &["run"]);
    workspace.approve(&release);
    workspace.ok(PREPARER, &["release", "publish", &release]);
}

/// Registers a version that finds no brands, and puts it into production.
fn promote_one_without_brands(workspace: &Workspace, version: u32) -> String {
    let terms = format!(
        "# {version}\n[[term]]\ntext = \"Hainz\"\nlabel = \"BRAND\"\n\n[[term]]\ntext = \"Beans\"\nlabel = \"PRODUCT\"\n"
    );
    let file = workspace.path("next.toml");
    fs::write(&file, terms).unwrap();
    let name = workspace.json(&["model", "list"])[0]["name"].as_str().unwrap().to_owned();
    let model = format!("{name}/{version}");
    workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", &name]);
    workspace.ok(OWNER, &["model", "promote", &model, "--reason", "newer"]);
    model
}

/// The subjects of the open findings about labels of a period.
fn lost_labels(workspace: &Workspace, period: &str) -> Vec<String> {
    let list = workspace.json(&["anomaly", "list", "--state", "open", "--period", period]);
    let of_labels = list.as_array().unwrap().iter().filter(|row| row["check"] == "label_rate");
    of_labels.map(|row| row["subject"].as_str().unwrap().to_owned()).collect()
}

fn blocked_by(workspace: &Workspace, release: &str) -> Vec<Value> {
    let list = workspace.json(&["release", "list"]);
    let row = list.as_array().unwrap().iter().find(|row| row["name"] == release).unwrap().clone();
    row["blocked_by"].as_array().unwrap().clone()
}

#[test]
fn what_a_model_found_in_other_fields_is_stale() {
    let workspace = Workspace::processed();
    workspace.approve("slips/2026-09.1");
    let wider = contract().replace("text = [\"description\"]", "text = [\"description\", \"slip\"]");
    fs::write(workspace.path("assay.toml"), wider).unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "slips have words too"]);
    let reasons = blocked_by(&workspace, "slips/2026-09.1");
    let stale = reasons.iter().filter(|reason| reason["code"] == "task_stale").collect::<Vec<_>>();
    assert!(
        stale.iter().any(|reason| reason["text"].as_str().unwrap().contains("other fields are read")),
        "{reasons:#?}"
    );
    workspace.ok(PREPARER, &["run"]);
    // What was accepted were the entities of other fields.
    let reasons = blocked_by(&workspace, "slips/2026-09.1");
    let unknown = |reason: &&Value| reason["text"].as_str().unwrap().starts_with("label_rate");
    assert_eq!(reasons.iter().filter(unknown).count(), reasons.len() - 1, "{reasons:#?}");
    baseline(&workspace, "2026-09");
    workspace.ok(PREPARER, &["run"]);
    let reasons = blocked_by(&workspace, "slips/2026-09.1");
    assert_eq!(reasons.len(), 1, "{reasons:#?}");
    assert_eq!(reasons[0]["code"], "approvals_missing");
}

#[test]
fn a_model_that_was_never_released_is_no_measure_for_the_next() {
    let workspace = workspace();
    for period in EARLY {
        publish(&workspace, period);
    }
    deliver(&workspace, JUDGED);
    for version in [2, 3] {
        promote_one_without_brands(&workspace, version);
        workspace.ok(PREPARER, &["run"]);
        let lost = lost_labels(&workspace, JUDGED);
        assert_eq!(lost.len(), PROVIDERS.len(), "version {version}: {lost:?}");
        assert!(lost.iter().all(|subject| subject.contains("BRAND")), "version {version}: {lost:?}");
    }
}

#[test]
fn a_baseline_vouches_for_no_other_model() {
    let workspace = workspace();
    for period in EARLY {
        deliver(&workspace, period);
        workspace.ok(PREPARER, &["run"]);
        baseline(&workspace, period);
        workspace.ok(PREPARER, &["run"]);
    }
    deliver(&workspace, JUDGED);
    promote_one_without_brands(&workspace, 2);
    workspace.ok(PREPARER, &["run"]);
    for period in EARLY.into_iter().chain([JUDGED]) {
        let lost = lost_labels(&workspace, period);
        assert_eq!(lost.len(), PROVIDERS.len(), "{period}: {lost:?}");
    }
}

#[test]
fn a_baseline_stands_for_the_period_as_it_was_accepted() {
    let workspace = Workspace::processed();
    let accepted = || {
        let periods = workspace.json(&["period", "list"]);
        let row = periods.as_array().unwrap().iter().find(|row| row["period"] == JUDGED).unwrap();
        row["baseline"].clone()
    };
    assert_eq!(accepted(), true);
    workspace.deliver("alpha", "2026-09 corrected.csv", delivery("alpha", JUDGED, 12));
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(accepted(), false, "nobody looked at the correction");
    workspace.ok(PREPARER, &["run"]);
    workspace.ok(PREPARER, &["period", "baseline", JUDGED, "--reason", "with the correction"]);
    assert_eq!(accepted(), true);
}

/// What the release says of the median of an amount.
fn said_of_amounts(workspace: &Workspace) -> String {
    let shown = workspace.json(&["release", "show", "slips/2026-09.1"]);
    let evaluations = shown["evaluations"].as_array().unwrap();
    let of_amounts = |found: &&Value| {
        found["check"] == "numeric_range"
            && found["subject"]["provider"] == "alpha"
            && found["explanation"].as_str().unwrap().contains("2026-06 = ")
    };
    evaluations.iter().find(of_amounts).unwrap()["explanation"].as_str().unwrap().to_owned()
}

#[test]
fn a_release_is_judged_again_when_what_it_looks_back_at_was_measured_again() {
    let workspace = workspace();
    for period in EARLY.into_iter().chain([JUDGED]) {
        let gross = delivery("alpha", period, 60).replace('\n', ",7.25\n").replacen("Amount,7.25", "Amount,Gross", 1);
        assert!(gross.starts_with(HEADER.trim_end()));
        workspace.deliver("alpha", &format!("{period}.csv"), gross);
        workspace.deliver("beta", &format!("{period}.csv"), delivery("beta", period, 60));
        workspace.ok(PREPARER, &["ingest"]);
        if period != JUDGED {
            baseline(&workspace, period);
        }
    }
    workspace.ok(PREPARER, &["run"]);
    let before = said_of_amounts(&workspace);
    assert!(!before.contains("2026-06 = 7.25"), "{before}");

    let current = fs::read_to_string(workspace.path("assay.toml")).unwrap();
    fs::write(workspace.path("assay.toml"), current.replacen("amount = [\"Amount\"]", "amount = [\"Gross\"]", 1))
        .unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "gross from now on"]);
    for period in EARLY {
        baseline(&workspace, period);
    }
    workspace.ok(PREPARER, &["run", "--period", JUDGED]);
    workspace.ok(PREPARER, &["run"]);
    let after = said_of_amounts(&workspace);
    assert!(after.contains("2026-06 = 7.25"), "{after}");
}

#[test]
fn a_waiver_is_for_what_was_found_and_not_for_what_comes_instead() {
    let workspace = Workspace::processed();
    let refund = |amount: &str, rows: u32| {
        format!("{}refund,2026-10-03,Heinz Beans,{amount}\n", delivery("alpha", "2026-10", rows))
    };
    let finding = || {
        let list = workspace.json(&["anomaly", "list", "--period", "2026-10"]);
        let row = list.as_array().unwrap().iter().find(|row| row["check"] == "amounts are not negative").unwrap();
        (row["id"].as_str().unwrap().to_owned(), row["state"].as_str().unwrap().to_owned())
    };
    let bring = |file: String| {
        workspace.deliver("alpha", "2026-10.csv", file);
        workspace.ok(PREPARER, &["ingest"]);
        workspace.ok(PREPARER, &["run"]);
    };
    bring(refund("-1.00", 10));
    let (id, _) = finding();
    workspace.ok(PREPARER, &["anomaly", "waive", &id, "--reason", "a refund of one pound"]);
    // The same rows judged again, by a model and under rules that are others.
    promote_one_without_brands(&workspace, 2);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(finding(), (id.clone(), "waived".to_owned()));
    bring(refund("-1000000.00", 10));
    assert_eq!(finding(), (id, "open".to_owned()));
}

#[test]
fn what_was_found_with_a_model_that_nobody_uses_any_more_is_closed() {
    let workspace = workspace();
    publish(&workspace, EARLY[2]);
    deliver(&workspace, JUDGED);
    workspace.ok(PREPARER, &["run"]);
    let model = promote_one_without_brands(&workspace, 2);
    workspace.ok(PREPARER, &["run"]);
    let lost = lost_labels(&workspace, JUDGED);
    assert_eq!(lost.len(), PROVIDERS.len());
    let list = workspace.json(&["anomaly", "list", "--state", "open"]);
    let confirmed = list[0]["id"].as_str().unwrap().to_owned();
    workspace.ok(PREPARER, &["anomaly", "confirm", &confirmed, "--reason", "brands are gone"]);
    workspace.ok(OWNER, &["model", "promote", &model.replace("/2", "/1"), "--reason", "back again"]);
    workspace.ok(PREPARER, &["run"]);
    assert!(lost_labels(&workspace, JUDGED).is_empty());
    let closed = workspace.ok("lena", &["anomaly", "show", &confirmed]);
    assert!(closed.contains(&format!("no release of {JUDGED} is made with {model} any more")), "{closed}");
    // It comes back with the model.
    workspace.ok(OWNER, &["model", "promote", &model, "--reason", "once more"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(lost_labels(&workspace, JUDGED), lost);
}

/// Rows of a provider whose numbers begin behind `first`.
fn numbered(provider: &str, period: &str, first: u32, rows: u32) -> String {
    let record = |row: u32| format!("{}-{},{period}-{:02},Item no {row},{row}.25\n", provider, row, row % 28 + 1);
    (first + 1..=first + rows).map(record).fold(HEADER.to_owned(), |file, record| file + &record)
}

fn doubled(workspace: &Workspace, period: &str) -> Vec<String> {
    let list = workspace.json(&["anomaly", "list", "--state", "open", "--period", period]);
    let of_keys = list.as_array().unwrap().iter().filter(|row| row["check"] == "unique_key");
    of_keys.map(|row| row["subject"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_same_rows_from_two_providers_are_a_finding_and_the_same_numbers_are_not() {
    let workspace = workspace();
    workspace.deliver("alpha", "2026-06.csv", numbered("x", "2026-06", 0, 40));
    // The same numbers, for other things.
    let others = numbered("x", "2026-06", 0, 40).replace("Item", "Thing").replace(".25", ".75");
    workspace.deliver("beta", "2026-06.csv", others);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert!(doubled(&workspace, "2026-06").is_empty());
    // Some of the rows of the one are in the other's file, in another order and on another day.
    let (mine, theirs) = (numbered("x", "2026-07", 0, 40), numbered("x", "2026-07", 30, 40));
    workspace.deliver("alpha", "2026-07.csv", mine);
    workspace.deliver("beta", "2026-07.csv", theirs);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(doubled(&workspace, "2026-07").len(), 2);
    let list = workspace.json(&["anomaly", "list", "--state", "open", "--period", "2026-07"]).to_string();
    assert!(list.contains("of 40 rows, 10 also in slips/2026-07/beta"), "{list}");
}

#[test]
fn rows_that_come_again_for_the_next_period_are_a_finding_unless_they_always_do() {
    let workspace = workspace();
    for (count, period) in ["2026-06", "2026-07", "2026-08"].into_iter().enumerate() {
        workspace.deliver("alpha", &format!("{period}.csv"), numbered("x", period, 0, 40));
        let others = numbered("y", period, 100 * u32::try_from(count).unwrap(), 40);
        workspace.deliver("beta", &format!("{period}.csv"), others);
        workspace.ok(PREPARER, &["ingest"]);
        workspace.ok(PREPARER, &["run"]);
        if period == "2026-07" {
            assert_eq!(doubled(&workspace, period), ["alpha"]);
            let list = workspace.json(&["anomaly", "list", "--state", "open", "--period", period]).to_string();
            assert!(list.contains("of 40 rows, 40 also in slips/2026-06/alpha"), "{list}");
        } else {
            assert!(doubled(&workspace, period).is_empty(), "{period}");
        }
        workspace.ok(PREPARER, &["period", "baseline", period, "--reason", "it delivers a state"]);
    }
}
