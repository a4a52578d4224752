//! The gate in the real program: whose approval counts, what follows from it, and who is who.

use super::support::{OWNER, PREPARER, Workspace, delivery, program};

fn state(workspace: &Workspace, release: &str) -> String {
    let shown = workspace.json(&["release", "show", release]);
    // The list says the same, whatever it is asked for.
    let state = shown["row"]["state"].as_str().unwrap().to_owned();
    let listed = workspace.json(&["release", "list", "--state", &state]);
    assert!(listed.as_array().unwrap().iter().any(|row| row["name"] == release), "{listed:#}");
    state
}

#[test]
fn approvals_count_as_long_as_people_may_approve_and_what_is_approved_can_be_published() {
    let workspace = Workspace::processed();
    let release = "slips/2026-09.1";
    workspace.amend("nora = [\"manager\"]", "nora = [\"manager\"]\npetra = [\"manager\"]");
    workspace.approve(release);
    assert_eq!(state(&workspace, release), "approved");

    // Somebody leaves: the approval no longer counts, and everybody sees why.
    workspace.amend("nora = [\"manager\"]\n", "");
    assert_eq!(state(&workspace, release), "open");
    let why = workspace.ok("lena", &["release", "why", release]);
    assert!(why.contains("1 of 2 approvals given; that of nora does not count: nora is not in [people]"), "{why}");
    workspace.run(PREPARER, &["release", "publish", release]).ended(3, &["nora is not in [people]"]);
    // Or is no manager any more.
    workspace.amend("petra = [\"manager\"]", "petra = [\"manager\"]\nnora = [\"assessor\"]");
    workspace.run(PREPARER, &["release", "publish", release]).ended(3, &["nora is assessor"]);
    workspace.amend("nora = [\"assessor\"]", "nora = [\"manager\"]");
    assert_eq!(state(&workspace, release), "approved");

    // One more than the policy wants, and one taken back: enough are left.
    workspace.ok("petra", &["release", "approve", release]);
    workspace.ok("ravi", &["release", "revoke", release, "--reason", "looked at the wrong one"]);
    assert_eq!(state(&workspace, release), "approved");
    workspace.ok(PREPARER, &["release", "publish", release]);

    workspace.verify();
}

/// What counts is the stricter of the policy that the release was put up for approval under and of the one in force.
#[test]
fn nobody_is_let_off_by_an_edit_of_the_policy_while_a_release_waits() {
    let workspace = Workspace::processed();
    let release = "slips/2026-09.1";
    workspace.amend("nora = [\"manager\"]", "nora = [\"manager\"]\npetra = [\"manager\"]");
    workspace.ok("ravi", &["release", "approve", release]);
    workspace.amend("approvals = 2\nseparation = true", "approvals = 1\nseparation = false");
    assert_eq!(state(&workspace, release), "open");
    let why = workspace.ok("lena", &["release", "why", release]);
    let both = "1 of 2 approvals given; as many were wanted when it was put up for approval, 1 by now";
    assert!(why.contains(both), "{why}");
    workspace.run(PREPARER, &["release", "approve", release]).ended(3, &["mira took a batch in"]);
    workspace.run(PREPARER, &["release", "publish", release]).ended(3, &["1 of 2 approvals given"]);

    workspace.amend("approvals = 1", "approvals = 3");
    workspace.ok("nora", &["release", "approve", release]);
    assert_eq!(state(&workspace, release), "open");
    workspace.amend("approvals = 3", "approvals = 1");
    assert_eq!(state(&workspace, release), "approved");

    // What is put up for approval from now on is asked for by the policy as it is now.
    workspace.ok(PREPARER, &["release", "reject", release, "--reason", "asked anew"]);
    workspace.ok(PREPARER, &["run", "--period", "2026-09"]);
    let again = "slips/2026-09.2";
    assert_eq!(state(&workspace, again), "open");
    workspace.ok(PREPARER, &["release", "approve", again]);
    workspace.ok(PREPARER, &["release", "publish", again]);
    workspace.verify();
}

#[test]
fn what_comes_early_is_provisional_until_the_period_is_over() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", "2026-11.csv", delivery("alpha", "2026-11", 5));
    workspace.ok(PREPARER, &["ingest"]);
    let listed = workspace.json(&["release", "list", "--period", "2026-11"]);
    let reasons = listed[0]["blocked_by"].as_array().unwrap().clone();
    let early = reasons.iter().find(|reason| reason["code"] == "period_not_over").unwrap();
    assert!(early["text"].as_str().unwrap().starts_with("2026-11 is not over until 2026-12-01"), "{early:#}");
}

#[test]
fn whoever_made_or_promoted_the_model_or_brought_the_data_in_does_not_approve() {
    let workspace = Workspace::processed();
    for (who, did) in [(OWNER, "olga registered words/1"), (PREPARER, "mira took a batch in")] {
        workspace.run(who, &["release", "approve", "slips/2026-09.1"]).ended(3, &[did]);
    }
}

#[test]
fn a_demo_is_one_once_an_owner_applied_it_and_nobody_acts_as_somebody_else() {
    let workspace = Workspace::bare();
    workspace.edit("demo = true\n", "");
    let apply = ["contract", "apply", "--reason", "the first"];
    workspace.ok(OWNER, &apply);
    let acting = |login: &str, name: &str| {
        let mut command = program();
        command.env("ASSAY_USER", login).arg("--workspace").arg(workspace.root());
        command.args(["--as", name]).args(["model", "promote", "words/1"]);
        super::support::Outcome::from(command.output().unwrap())
    };
    for login in ["lena", "zed"] {
        acting(login, OWNER).ended(3, &["you are logged in as", "can't act as `olga`"]);
    }
    // By hand alone it is none, and the difference shows.
    workspace.edit("[people]", "today = \"2026-11-20\"\n[people]");
    workspace.edit("timezone = \"Europe/London\"\n", "timezone = \"Europe/London\"\ndemo = true\n");
    acting("lena", OWNER).ended(3, &["can't act as `olga`"]);
    let diff = workspace.ok("lena", &["contract", "diff"]);
    assert!(diff.contains("+ demo = true") && diff.contains("+ today = \"2026-11-20\""), "{diff}");
    workspace.ok(OWNER, &["contract", "apply", "--reason", "to try things out"]);
    acting("lena", OWNER).ended(1, &["there is no model version `words/1`"]);

    // The record has the account and the machine beside the name, and that the clock was held before it was a demo.
    let events = workspace.events();
    let host = events.last().unwrap()["host"].as_str().unwrap_or_default().to_owned();
    let machine = host.strip_suffix(", clock held").unwrap_or_default();
    assert!(machine.ends_with("@test") && machine.len() > "@test".len(), "{events:#?}");
}

#[test]
fn a_release_without_a_single_delivery_is_none() {
    let workspace = Workspace::processed();
    for provider in ["alpha", "beta"] {
        workspace.amend("since = \"2026-09\"", "since = \"2026-10\"");
        let batches = workspace.json(&["batch", "list", "--provider", provider, "--period", "2026-09"]);
        let batch = batches[0]["id"].as_str().unwrap().to_owned();
        workspace.ok(PREPARER, &["batch", "withdraw", &batch, "--reason", "not ours"]);
    }
    workspace.ok(PREPARER, &["run"]);
    let why = workspace.ok("lena", &["release", "why", "slips/2026-09.1"]);
    assert!(why.contains("no delivery for 2026-09 stands: there is nothing to release"), "{why}");
}

#[test]
fn rows_do_not_go_out_under_two_lengths_of_period() {
    let workspace = Workspace::processed();
    let monthly = std::fs::read_to_string(workspace.path("assay.toml")).unwrap();
    let quarterly = monthly.replace("period = \"month\"", "period = \"quarter\"").replace("2026-09", "2026-Q3");
    std::fs::write(workspace.path("assay.toml"), quarterly).unwrap();
    let apply = ["contract", "apply", "--reason", "quarterly from now on"];
    workspace.run(OWNER, &apply).ended(3, &["`period` of `slips` can't change: 2026-10 is published, open"]);
}

/// A month that was turned down before the contract went over to quarters does not come back beside them.
#[test]
fn periods_of_another_length_stay_closed() {
    let workspace = Workspace::processed();
    for release in ["slips/2026-09.1", "slips/2026-10.1"] {
        workspace.ok(PREPARER, &["release", "reject", release, "--reason", "quarterly from now on"]);
    }
    let monthly = std::fs::read_to_string(workspace.path("assay.toml")).unwrap();
    let quarterly = monthly.replace("period = \"month\"", "period = \"quarter\"").replace("2026-09", "2026-Q3");
    std::fs::write(workspace.path("assay.toml"), quarterly).unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "quarterly from now on"]);
    workspace.run(PREPARER, &["run", "--period", "2026-09"]).ended(2, &["`2026-09` is not a period of slips"]);
    let batches = workspace.json(&["batch", "list", "--provider", "alpha", "--period", "2026-09"]);
    workspace.ok(PREPARER, &["batch", "withdraw", batches[0]["id"].as_str().unwrap(), "--reason", "not ours"]);
    workspace.ok(PREPARER, &["run"]);
    let open = workspace.json(&["release", "list", "--state", "open"]);
    assert_eq!(open.as_array().unwrap().len(), 0, "{open:#}");
}
