//! A waiver that names a later period, from the finding that it was given for to the end of its reach.

use serde_json::Value;

use super::support::{APPROVERS, PREPARER, Workspace, contract, delivery};

const CHECK: &str = "amounts are not negative";
const REASON: &str = "refunds are booked so until the new till";

/// Delivers a month with a negative amount, and runs the checks.
fn deliver_refund(workspace: &Workspace, period: &str) {
    let name = format!("{period}.csv");
    workspace.deliver(
        "alpha",
        &name,
        format!("{}refund,{period}-03,Heinz Beans,-1.00\n", delivery("alpha", period, 10)),
    );
    workspace.deliver("beta", &name, delivery("beta", period, 10));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
}

fn finding(workspace: &Workspace, period: &str) -> Value {
    let list = workspace.json(&["anomaly", "list", "--period", period]);
    let row = list.as_array().unwrap().iter().find(|row| row["check"] == CHECK).unwrap().clone();
    workspace.json(&["anomaly", "show", row["id"].as_str().unwrap()])["anomaly"].clone()
}

fn state_of(workspace: &Workspace, period: &str) -> String {
    finding(workspace, period)["state"].as_str().unwrap().to_owned()
}

fn digest(workspace: &Workspace, release: &str) -> Value {
    workspace.json(&["release", "show", release])["release"]["release_digest"].clone()
}

fn id(anomaly: &Value) -> &str {
    anomaly["id"].as_str().unwrap()
}

/// July to October; September holds the first refund.
fn workspace() -> Workspace {
    let workspace = Workspace::under(&contract().replace("since = \"2026-09\"", "since = \"2026-07\""));
    workspace.promote_lexicon();
    workspace
}

#[test]
fn a_waiver_with_a_period_covers_the_same_finding_up_to_it() {
    let workspace = workspace();
    deliver_refund(&workspace, "2026-07");
    let first = finding(&workspace, "2026-07");
    for (until, said) in [("2026-06", "`2026-06` is before 2026-07"), ("2026-08-01", "`2026-08-01` is not a period")] {
        let waive = ["anomaly", "waive", id(&first), "--until", until, "--reason", REASON];
        workspace.run("ravi", &waive).ended(2, &[said]);
    }
    workspace.ok("ravi", &["anomaly", "waive", id(&first), "--until", "2026-08", "--reason", REASON]);

    deliver_refund(&workspace, "2026-08");
    let covered = finding(&workspace, "2026-08");
    assert_eq!(covered["state"], "waived", "{covered:#}");
    let settled = &covered["settled"];
    assert_eq!(
        (&settled["by"], &settled["reason"], &settled["until"]),
        (&"ravi".into(), &REASON.into(), &"2026-08".into())
    );
    assert_eq!(settled["given_for"], first["id"]);
    let shown = workspace.ok("lena", &["anomaly", "show", id(&covered)]);
    assert!(shown.contains(&format!("waived by ravi, until 2026-08, for {}: {REASON}", id(&first))), "{shown}");
    // Whoever gave it has settled something about this release too.
    workspace.ok(PREPARER, &["period", "baseline", "2026-08", "--reason", "an early one"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.run("ravi", &["release", "approve", "slips/2026-08.1"]).ended(3, &["ravi waived an anomaly"]);
    workspace.ok("nora", &["release", "approve", "slips/2026-08.1"]);

    // After its last period the finding opens as any other.
    deliver_refund(&workspace, "2026-09");
    assert_eq!(
        (state_of(&workspace, "2026-09"), &finding(&workspace, "2026-09")["settled"]),
        ("open".to_owned(), &Value::Null)
    );

    // Taken back, it is taken back everywhere; what was approved on the strength of it falls.
    let before = digest(&workspace, "slips/2026-08.1");
    let said = workspace.run("nora", &["anomaly", "reopen", id(&first), "--reason", "the till is there"]);
    assert!(said.ended(0, &["open again: "]).stderr.contains(id(&covered)));
    assert_eq!([state_of(&workspace, "2026-07"), state_of(&workspace, "2026-08")], ["open", "open"]);
    assert_ne!(digest(&workspace, "slips/2026-08.1"), before);
    let release = workspace.json(&["release", "list", "--period", "2026-08"])[0].clone();
    assert_eq!((&release["state"], &release["approvals"]), (&"open".into(), &serde_json::json!([])));
    let said = workspace.ok("lena", &["log", "rebuild"]);
    assert!(said.contains("replayed"), "{said}");
    assert_eq!([state_of(&workspace, "2026-07"), state_of(&workspace, "2026-08")], ["open", "open"]);
}

#[test]
fn a_waiver_covers_what_stands_open_already_but_nothing_that_was_decided() {
    let workspace = workspace();
    deliver_refund(&workspace, "2026-07");
    deliver_refund(&workspace, "2026-08");
    deliver_refund(&workspace, "2026-10");
    let (first, later) = (finding(&workspace, "2026-07"), finding(&workspace, "2026-08"));
    workspace.ok("nora", &["anomaly", "confirm", id(&finding(&workspace, "2026-10")), "--reason", "these are real"]);
    let waive = ["anomaly", "waive", id(&first), "--until", "2026-10", "--reason", REASON];
    let dry = workspace.ok("ravi", &[&["--dry-run"], &waive[..]].concat());
    assert!(dry.contains(&format!("waived as well: {} of 2026-08", id(&later))), "{dry}");
    assert_eq!([state_of(&workspace, "2026-07"), state_of(&workspace, "2026-08")], ["open", "open"]);
    workspace.ok("ravi", &waive);
    assert_eq!(
        ["2026-07", "2026-08", "2026-10"].map(|period| state_of(&workspace, period)),
        ["waived", "waived", "confirmed"]
    );
    // A decision about one of them is its own.
    workspace.ok(APPROVERS[1], &["anomaly", "reopen", id(&later), "--reason", "not this month"]);
    assert_eq!([state_of(&workspace, "2026-07"), state_of(&workspace, "2026-08")], ["waived", "open"]);
    workspace.verify();
}

#[test]
fn a_waiver_does_not_outlive_the_rule_that_it_was_given_under() {
    let workspace = workspace();
    deliver_refund(&workspace, "2026-07");
    let blocking = "sql = \"select * from silver where amount < 0\"\nseverity = \"blocking\"";
    let warning = "sql = \"select * from silver where amount < 0\"\nseverity = \"warning\"";
    let other = "sql = \"select * from silver where amount < 0 or amount > 9\"\nseverity = \"blocking\"";
    workspace.amend(blocking, warning);
    workspace.ok(PREPARER, &["run"]);
    for until in [None, Some("2026-12")] {
        let reach: Vec<&str> = until.iter().flat_map(|until| ["--until", until]).collect();
        let waive = |reason| {
            let finding = finding(&workspace, "2026-07");
            workspace.ok("ravi", &[&["anomaly", "waive", id(&finding), "--reason", reason], &reach[..]].concat());
            assert_eq!(state_of(&workspace, "2026-07"), "waived");
        };
        // It warned and blocks now.
        waive("only a warning");
        workspace.amend(warning, blocking);
        workspace.ok(PREPARER, &["run"]);
        assert_eq!(state_of(&workspace, "2026-07"), "open", "{until:?}");
        // It blocks, and looks at something else now.
        waive("these refunds are right");
        workspace.amend(blocking, other);
        workspace.ok(PREPARER, &["run"]);
        assert_eq!(state_of(&workspace, "2026-07"), "open", "{until:?}");
        // It blocked, and only warns now: what blocked could pass, so may what warns.
        workspace.amend(other, blocking);
        workspace.ok(PREPARER, &["run"]);
        waive("these refunds are right");
        workspace.amend(blocking, warning);
        workspace.ok(PREPARER, &["run"]);
        assert_eq!(state_of(&workspace, "2026-07"), "waived", "{until:?}");
        workspace.ok("ravi", &["anomaly", "reopen", id(&finding(&workspace, "2026-07")), "--reason", "next"]);
    }
    workspace.verify();
}

/// What is let pass later on the strength of it does not outlive it either, whatever became of the release.
#[test]
fn what_a_waiver_covers_falls_with_its_rule() {
    let workspace = workspace();
    deliver_refund(&workspace, "2026-07");
    let first = finding(&workspace, "2026-07");
    workspace.ok("ravi", &["anomaly", "waive", id(&first), "--until", "2026-12", "--reason", REASON]);
    deliver_refund(&workspace, "2026-08");
    assert_eq!(state_of(&workspace, "2026-08"), "waived");
    // The rows come to be in another way: the same words, and other numbers perhaps.
    workspace.amend("due = \"5d\"", "due = \"5d\"\ndates = [\"%Y-%m-%d\"]");
    workspace.ok(PREPARER, &["run"]);
    assert_eq!([state_of(&workspace, "2026-07"), state_of(&workspace, "2026-08")], ["open", "open"]);
    deliver_refund(&workspace, "2026-09");
    assert_eq!(state_of(&workspace, "2026-09"), "open");
}

#[test]
fn what_a_waiver_covers_falls_with_the_finding_that_it_was_given_for() {
    let workspace = workspace();
    deliver_refund(&workspace, "2026-07");
    let first = finding(&workspace, "2026-07");
    workspace.ok("ravi", &["anomaly", "waive", id(&first), "--until", "2026-12", "--reason", REASON]);
    deliver_refund(&workspace, "2026-08");
    assert_eq!(state_of(&workspace, "2026-08"), "waived");
    let before = digest(&workspace, "slips/2026-08.1");
    // What it was given for is mended: there is no waiver any more.
    workspace.deliver("alpha", "2026-07 corrected.csv", delivery("alpha", "2026-07", 10));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!((state_of(&workspace, "2026-07").as_str(), state_of(&workspace, "2026-08").as_str()), ("fixed", "open"));
    assert_ne!(digest(&workspace, "slips/2026-08.1"), before);
}

#[test]
fn a_waiver_covers_what_comes_back() {
    let workspace = workspace();
    deliver_refund(&workspace, "2026-07");
    let first = finding(&workspace, "2026-07");
    workspace.ok("ravi", &["anomaly", "waive", id(&first), "--until", "2026-12", "--reason", REASON]);
    deliver_refund(&workspace, "2026-08");
    workspace.deliver("alpha", "2026-08 corrected.csv", delivery("alpha", "2026-08", 10));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(state_of(&workspace, "2026-08"), "fixed");
    deliver_refund(&workspace, "2026-08");
    assert_eq!(state_of(&workspace, "2026-08"), "waived");
}
