//! What people rely on when they sign: nothing unreadable goes out, and nothing that nobody signed is a measure for others.

use std::fs;

use assay::lake::Table;
use polars::prelude::SortMultipleOptions;
use serde_json::Value;

use super::support::{HEADER, OWNER, PREPARER, PROVIDERS, Workspace, contract, delivery};

fn find(list: &Value, wanted: impl Fn(&Value) -> bool) -> &Value {
    list.as_array().unwrap().iter().find(|row| wanted(row)).unwrap_or_else(|| panic!("not in {list:#}"))
}

#[test]
fn a_delivery_that_can_not_be_read_is_never_published_and_its_rows_can_be_judged() {
    let workspace = Workspace::with_model();
    let unreadable = (1..=30).map(|row| format!("alpha-{row},{row} Sept,Heinz no {row},1.50\n"));
    workspace.deliver("alpha", "2026-09.csv", unreadable.fold(HEADER.to_owned(), |file, row| file + &row));
    workspace.deliver("beta", "2026-09.csv", delivery("beta", "2026-09", 30));
    workspace.prepare();

    let anomalies = workspace.json(&["anomaly", "list", "--state", "open"]);
    let refused = find(&anomalies, |anomaly| anomaly["check"] == "rejects");
    assert_eq!((&refused["provider"], &refused["observed"]), (&"alpha".into(), &1.0.into()));
    let release = &workspace.json(&["release", "list"])[0];
    let reason = find(&release["blocked_by"], |reason| reason["code"] == "anomaly_open");
    assert!(reason["text"].as_str().unwrap().contains("rejects of alpha"), "{reason:#}");

    let id = refused["id"].as_str().unwrap();
    let detail = workspace.json(&["anomaly", "show", id]);
    let samples = detail["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 20);
    let cells: Vec<(&str, &str)> = samples[0]["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| (cell[0].as_str().unwrap(), cell[1].as_str().unwrap()))
        .collect();
    assert!(cells[0].0 == "refused because" && cells[0].1.contains("`1 Sept`"), "{cells:?}");
    assert_eq!(cells[1..], [("Slip", "alpha-1"), ("Sold on", "1 Sept"), ("Item", "Heinz no 1"), ("Amount", "1.50")]);
    let batch = samples[0]["batch"].as_str().unwrap();
    workspace.ok("tomas", &["assess", id, "--batch", batch, "--row", "1", "--reject", "--note", "no year"]);
    // Somebody else's verdict gives way on purpose only, one's own at once.
    let other = ["assess", id, "--batch", batch, "--row", "1", "--accept"];
    workspace.run("ravi", &other).ended(3, &["tomas rejected row 1 already", "no year", "--overrule"]);
    workspace.ok("tomas", &other);
    workspace.ok("ravi", &[&other[..], &["--overrule"]].concat());
    workspace.ok("ravi", &["assess", id, "--batch", batch, "--row", "1", "--reject", "--note", "no year"]);
    let judged = &workspace.json(&["anomaly", "show", id])["samples"][0]["verdict"];
    assert_eq!(judged["accepted"], false);
}

#[test]
fn a_batch_names_the_releases_that_rest_on_it_and_no_others() {
    let workspace = Workspace::processed();
    workspace.approve("slips/2026-09.1");
    workspace.ok(PREPARER, &["release", "publish", "slips/2026-09.1"]);
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", "2026-09", 11));
    workspace.ok(PREPARER, &["ingest"]);
    let batches = workspace.json(&["batch", "list", "--provider", "alpha", "--period", "2026-09"]);
    for (revision, release) in [(1, "slips/2026-09.1"), (2, "slips/2026-09.2")] {
        let batch = find(&batches, |batch| batch["revision"] == revision);
        let shown = workspace.json(&["batch", "show", batch["id"].as_str().unwrap()]);
        assert_eq!(shown["releases"], serde_json::json!([release]));
    }
}

#[test]
fn old_periods_count_as_late_too() {
    let workspace = Workspace::with_model();
    let long_ago = contract().replace("since = \"2026-09\"", "since = \"2020-01\"\nuntil = \"2022-12\"");
    fs::write(workspace.path("assay.toml"), long_ago).unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "a longer past"]);
    workspace.deliver("alpha", "2020-03.csv", delivery("alpha", "2020-03", 3));
    workspace.ok(PREPARER, &["ingest"]);
    let periods = workspace.json(&["period", "list"]);
    let periods = periods.as_array().unwrap();
    assert_eq!((periods.len(), &periods[0]["period"]), (36, &"2022-12".into()), "nobody owes anything later");
    assert_eq!(workspace.json(&["status"])["late"], 2 * 36 - 1);
}

/// What a model version found in earlier periods counts once somebody has published it, and not before.
#[test]
fn what_a_model_found_in_unpublished_releases_is_no_measure_for_it() {
    let workspace = Workspace::with_model();
    let longer = contract().replace("since = \"2026-09\"", "since = \"2026-06\"");
    fs::write(workspace.path("assay.toml"), longer).unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "a longer past"]);
    for period in ["2026-06", "2026-07", "2026-08"] {
        for provider in PROVIDERS {
            workspace.deliver(provider, &format!("{period}.csv"), delivery(provider, period, 60));
        }
        workspace.ok(PREPARER, &["ingest"]);
        workspace.ok(PREPARER, &["run"]);
        workspace.ok(PREPARER, &["period", "baseline", period, "--reason", "one of the first"]);
        workspace.ok(PREPARER, &["run"]);
        let release = format!("slips/{period}.1");
        workspace.approve(&release);
        workspace.ok(PREPARER, &["release", "publish", &release]);
    }

    // The next version knows brands by name, and finds none.
    let terms = "[[term]]\ntext = \"Hainz\"\nlabel = \"BRAND\"\n\n[[term]]\ntext = \"Beans\"\nlabel = \"PRODUCT\"\n";
    let file = workspace.path("next.toml");
    fs::write(&file, terms).unwrap();
    let model = workspace.json(&["model", "list"])[0]["name"].as_str().unwrap().to_owned();
    workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", &model]);
    workspace.ok(OWNER, &["model", "promote", &format!("{model}/2"), "--reason", "newer"]);
    workspace.ok(PREPARER, &["run"]);
    for provider in PROVIDERS {
        workspace.deliver(provider, "2026-09.csv", delivery(provider, "2026-09", 60));
    }
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);

    let anomalies = workspace.json(&["anomaly", "list", "--state", "open"]);
    for period in ["2026-06", "2026-07", "2026-08", "2026-09"] {
        for provider in PROVIDERS {
            let lost = find(&anomalies, |anomaly| {
                anomaly["check"] == "label_rate" && anomaly["period"] == period && anomaly["provider"] == provider
            });
            assert!(lost["subject"].as_str().unwrap().contains("BRAND"), "{lost:#}");
        }
    }
}

/// A correction that is still being judged is no measure for the periods after it.
#[test]
fn rows_that_nobody_signed_are_no_measure_for_later_periods() {
    let workspace = Workspace::processed();
    workspace.approve("slips/2026-09.1");
    workspace.ok(PREPARER, &["release", "publish", "slips/2026-09.1"]);
    let later = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["run"]);
        let shown = workspace.json(&["release", "show", "slips/2026-10.1"]);
        find(&shown["evaluations"], |found| found["check"] == "row_count" && found["subject"]["provider"] == "alpha")
            ["explanation"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(later(&workspace).contains("1 of at least 3 earlier periods"));
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", "2026-09", 900));
    workspace.ok(PREPARER, &["ingest"]);
    assert!(later(&workspace).contains("0 of at least 3 earlier periods"));
    workspace.ok(PREPARER, &["period", "baseline", "2026-09", "--reason", "looked at again"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.approve("slips/2026-09.2");
    workspace.ok(PREPARER, &["release", "publish", "slips/2026-09.2"]);
    assert!(later(&workspace).contains("2026-09 = 900"));
}

/// Acceptance as a baseline is of rows that somebody looked at, not of a month's name.
#[test]
fn a_baseline_vouches_for_the_rows_that_were_there() {
    let workspace = Workspace::processed();
    let reasons = |workspace: &Workspace, release: &str| {
        let releases = workspace.json(&["release", "list"]);
        find(&releases, |row| row["name"] == release)["blocked_by"].to_string()
    };
    assert!(!reasons(&workspace, "slips/2026-09.1").contains("unknown"));
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", "2026-09", 900));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let unknown = reasons(&workspace, "slips/2026-09.1");
    assert!(unknown.contains("row_count of alpha is unknown") && !unknown.contains("row_count of beta"), "{unknown}");
    workspace.ok(PREPARER, &["period", "baseline", "2026-09", "--reason", "looked at again"]);
    workspace.ok(PREPARER, &["run"]);
    assert!(!reasons(&workspace, "slips/2026-09.1").contains("unknown"));
}

/// A run that was killed between the commit and its outcome, and overtaken by a later revision, is not taken up again.
#[test]
fn rows_of_a_withdrawn_revision_do_not_stay() {
    let workspace = Workspace::with_model();
    workspace.deliver_all(20);
    workspace.ok(PREPARER, &["ingest"]);
    let undisturbed = workspace.copy();
    undisturbed.ok(PREPARER, &["run"]);

    workspace.run_armed(PREPARER, &["run"], "task.before_outcome");
    for provider in PROVIDERS {
        workspace.deliver(provider, "2026-09.csv", delivery(provider, "2026-09", 25));
        workspace.deliver(provider, "2026-10.csv", delivery(provider, "2026-10", 25));
    }
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    for batch in workspace.json(&["batch", "list"]).as_array().unwrap().iter().filter(|batch| batch["revision"] == 2) {
        workspace.ok(PREPARER, &["batch", "withdraw", batch["id"].as_str().unwrap(), "--reason", "wrong"]);
    }
    workspace.ok(PREPARER, &["run"]);
    let silver = Table::Silver { dataset: "slips".to_owned() };
    let rows = |workspace: &Workspace| {
        workspace.rows(&silver).unwrap().sort(["_batch", "_row"], SortMultipleOptions::default())
    };
    assert!(rows(&workspace).unwrap().equals_missing(&rows(&undisturbed).unwrap()));
}

/// Whatever came into force while checks were at work has been judged when they are done, or still keeps the release back.
#[test]
fn a_check_that_comes_into_force_during_a_run_is_not_skipped() {
    let workspace = Workspace::with_model();
    for provider in PROVIDERS {
        workspace.deliver(provider, "2026-09.csv", delivery(provider, "2026-09", 40_000));
    }
    workspace.ok(PREPARER, &["ingest"]);
    let mut run = workspace.start(PREPARER, &["run"]);
    let check = "\n[[dataset.check]]\nname = \"small amounts\"\nsql = \"select * from silver where amount > 3\"\n";
    let stricter = contract().replace("\n[dataset.release]", &format!("{check}\n[dataset.release]"));
    fs::write(workspace.path("assay.toml"), stricter).unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "stricter"]);
    assert!(run.try_wait().unwrap().is_none(), "the run was over before the contract changed");
    assert!(run.wait().unwrap().success());
    let reasons = workspace.json(&["release", "list"])[0]["blocked_by"].to_string();
    assert!(reasons.contains("small amounts"), "{reasons}");
}

#[test]
fn what_was_taken_from_clients_is_no_baseline_any_more() {
    let workspace = Workspace::processed();
    workspace.approve("slips/2026-09.1");
    workspace.ok(PREPARER, &["release", "publish", "slips/2026-09.1"]);
    let is_baseline = || {
        let periods = workspace.json(&["period", "list"]);
        find(&periods, |period| period["period"] == "2026-09")["baseline"] == true
    };
    assert!(is_baseline());
    workspace.ok(PREPARER, &["release", "withdraw", "slips/2026-09.1", "--reason", "wrong data throughout"]);
    assert!(!is_baseline());
}

/// Nobody can vouch for rows that nobody has seen.
#[test]
fn a_baseline_is_accepted_once_its_rows_were_made() {
    let workspace = Workspace::delivered();
    workspace.ok(PREPARER, &["ingest"]);
    let accept = ["period", "baseline", "2026-09", "--reason", "looked through by hand"];
    workspace.run(PREPARER, &accept).ended(3, &["was not processed as it stands", "hint: assay run"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.amend("due = \"5d\"", "due = \"5d\"\ndates = [\"%Y-%m-%d\"]");
    workspace.run(PREPARER, &accept).ended(3, &["slips/2026-09/alpha was not processed as it stands"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.ok(PREPARER, &accept);
}
