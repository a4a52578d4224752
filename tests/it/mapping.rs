//! Columns that differ from those that a provider delivered before: found, proposed, accepted, taken back.

use serde_json::{Value, json};

use super::support::{APPROVERS, OWNER, PERIODS, PREPARER, Workspace, delivery};

/// The second delivery of alpha, as it would be, under other headers that share no word with the first ones.
fn renamed() -> String {
    delivery("alpha", PERIODS[1], 12).replacen("Slip,Sold on,Item,Amount", "Receipt,When,What,Total", 1)
}

/// Both providers' deliveries for both periods; alpha's second one is this.
fn with_second(content: &str) -> Workspace {
    let workspace = Workspace::with_model();
    workspace.deliver_all(12);
    workspace.deliver("alpha", "2026-10.csv", content);
    workspace.prepare();
    workspace
}

/// The anomalies of the schema that nobody settled.
fn drifts(workspace: &Workspace) -> Vec<Value> {
    let anomalies = workspace.json(&["anomaly", "list", "--state", "open"]);
    let ids = anomalies.as_array().unwrap().iter().filter(|anomaly| anomaly["check"] == "schema");
    ids.map(|row| workspace.json(&["anomaly", "show", row["id"].as_str().unwrap()])["anomaly"].clone()).collect()
}

fn id(anomaly: &Value) -> &str {
    anomaly["id"].as_str().unwrap()
}

fn codes(workspace: &Workspace, release: &str) -> Vec<String> {
    let reasons = workspace.json(&["release", "why", release]);
    reasons.as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn renamed_columns_are_proposed_by_their_values_accepted_and_taken_back() {
    let workspace = with_second(&renamed());
    let found = drifts(&workspace);
    let [anomaly] = found.as_slice() else { panic!("{found:#?}") };
    let missing = anomaly["drift"]["missing"].as_array().unwrap();
    let proposed: Vec<Value> = missing.iter().map(|missing| json!([missing["field"], missing["proposed"]])).collect();
    let expected = [["slip", "Receipt"], ["sold_on", "When"], ["description", "What"], ["amount", "Total"]];
    assert_eq!(json!(proposed), json!(expected));
    assert!(codes(&workspace, "slips/2026-10.1").contains(&"anomaly_open".to_owned()));

    let tried = workspace.ok(PREPARER, &["--dry-run", "anomaly", "accept", id(anomaly), "--reason", "their new till"]);
    assert!(tried.contains("amount <- Total"), "{tried}");
    assert_eq!(workspace.json(&["batch", "mappings"]), json!([]));
    let [decider, other] = APPROVERS;
    workspace.ok(decider, &["anomaly", "accept", id(anomaly), "--reason", "their new till"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(drifts(&workspace), Vec::<Value>::new());
    let mappings = workspace.json(&["batch", "mappings"]);
    assert_eq!(
        mappings[0]["columns"],
        json!({"amount": "Total", "description": "What", "slip": "Receipt", "sold_on": "When"})
    );
    assert_eq!((&mappings[0]["by"], &mappings[0]["reason"]), (&json!(decider), &json!("their new till")));
    let batch = workspace.json(&["batch", "list", "--provider", "alpha", "--period", "2026-10"]);
    assert_eq!((&batch[0]["rows"], &batch[0]["rejected"]), (&json!(12), &json!(0)));
    // Whoever decides how deliveries are read may not approve what comes of it.
    workspace.ok(PREPARER, &["period", "baseline", PERIODS[1], "--reason", "looked through by hand"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.run(decider, &["release", "approve", "slips/2026-10.1"]).ended(3, &["accepted a mapping"]);
    workspace.ok(other, &["release", "approve", "slips/2026-10.1"]);

    let mapping = mappings[0]["id"].as_str().unwrap();
    workspace.ok(PREPARER, &["batch", "unmap", mapping, "--reason", "it was another till"]);
    assert_eq!(workspace.json(&["batch", "mappings"]), json!([]));
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(drifts(&workspace).len(), 1);
    assert!(codes(&workspace, "slips/2026-10.1").contains(&"anomaly_open".to_owned()));
    workspace.run(PREPARER, &["batch", "unmap", mapping, "--reason", "again"]).ended(1, &["there is no mapping"]);
    workspace.verify();
}

#[test]
fn another_column_than_the_proposed_one_can_be_chosen() {
    let content = renamed().replace("Total\n", "Total,Net\n").replace(".50\n", ".50,7.00\n");
    let workspace = with_second(&content);
    let found = drifts(&workspace);
    let accept =
        |map: &str| workspace.run(PREPARER, &["anomaly", "accept", id(&found[0]), "--map", map, "--reason", "net"]);
    accept("amount=Nett").ended(2, &["no column `Nett`", "Net, Receipt, Total, What, When"]);
    accept("amnt=Net").ended(2, &["`amnt` is not a field", "did you mean `amount`?"]);
    accept("amount").ended(2, &["FIELD=COLUMN"]);
    accept("amount=Receipt").ended(2, &["can't both be read from `Receipt`"]);
    accept("amount=Net").ended(0, &[]);
    workspace.ok(PREPARER, &["run"]);
    let mappings = workspace.json(&["batch", "mappings", "--provider", "alpha"]);
    assert_eq!(mappings[0]["columns"]["amount"], "Net");
    assert_eq!(drifts(&workspace), Vec::<Value>::new());
}

#[test]
fn a_new_column_is_told_once_and_accepted_as_it_came() {
    let wider = |period: &str| {
        let rows = delivery("alpha", period, 12);
        rows.replace("Amount\n", "Amount,Till\n").replace(".50\n", ".50,3\n")
    };
    let workspace = with_second(&wider(PERIODS[1]));
    workspace.deliver("alpha", "2026-11.csv", wider("2026-11"));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let found = drifts(&workspace);
    let [anomaly] = found.as_slice() else { panic!("only where the columns changed: {found:#?}") };
    assert_eq!((&anomaly["period"], &anomaly["drift"]["added"]), (&json!("2026-10"), &json!(["Till"])));
    workspace.ok(PREPARER, &["anomaly", "accept", id(anomaly), "--reason", "announced"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(drifts(&workspace), Vec::<Value>::new());
    let said = workspace.json(&["anomaly", "show", id(anomaly)])["anomaly"]["settled"]["reason"].clone();
    assert!(said.as_str().unwrap().contains("accepts its columns as they came"), "{said}");
    // A correction with the same columns is accepted with it; one with others is not.
    workspace.deliver("alpha", "2026-10 corrected.csv", wider(PERIODS[1]).replace(",3\n", ",4\n"));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(drifts(&workspace), Vec::<Value>::new());
    workspace.deliver("alpha", "2026-10 again.csv", wider(PERIODS[1]).replace("Till\n", "Desk\n"));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(drifts(&workspace).len(), 2, "of 2026-10, and of 2026-11, which still has the old ones");
}

#[test]
fn columns_that_somebody_says_are_wrong_are_nothing_to_compare_with() {
    let wider =
        |period: &str| delivery("alpha", period, 12).replace("Amount\n", "Amount,Till\n").replace(".50\n", ".50,3\n");
    let workspace = with_second(&wider(PERIODS[1]));
    let found = drifts(&workspace);
    let [anomaly] = found.as_slice() else { panic!("{found:#?}") };
    workspace.ok(PREPARER, &["anomaly", "confirm", id(anomaly), "--reason", "nobody asked for the till"]);
    workspace.deliver("alpha", "2026-11.csv", wider("2026-11"));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let found = drifts(&workspace);
    let [anomaly] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((&anomaly["period"], &anomaly["drift"]["since"]), (&json!("2026-11"), &json!("2026-09")));
    assert_eq!(anomaly["drift"]["added"], json!(["Till"]));
    // Corrected as it was before, the month is something to compare with again.
    workspace.deliver("alpha", "2026-10 corrected.csv", delivery("alpha", PERIODS[1], 12));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(drifts(&workspace)[0]["drift"]["since"], json!("2026-10"));
}

#[test]
fn rows_of_another_grain_are_called_that_and_doubled_ones_are_not() {
    let header = "Slip,Sold on,Item,Amount";
    let finer = |lines: u32| {
        let rows = (1..=12).flat_map(|slip| {
            (1..=lines).map(move |line| format!("alpha-{slip},2026-10-05,Oat milk,{line}.00,{line}\n"))
        });
        format!("{header},Line\n{}", rows.collect::<String>())
    };
    let workspace = with_second(&finer(4));
    let found = drifts(&workspace);
    assert_eq!(found[0]["drift"]["grain"], json!({"was": 1.0, "is": 4.0, "by": ["Line"]}));

    let once = delivery("alpha", PERIODS[1], 12);
    let twice = format!("{once}{}", once.split_once('\n').unwrap().1);
    let workspace = with_second(&twice);
    assert_eq!(drifts(&workspace), Vec::<Value>::new());
}

#[test]
fn only_columns_can_be_accepted_and_only_with_a_reason() {
    let workspace = with_second(&delivery("alpha", PERIODS[1], 12).replace("1.50\n", "-1.50\n"));
    let anomalies = workspace.json(&["anomaly", "list", "--state", "open"]);
    let other = anomalies[0]["id"].as_str().unwrap();
    let accept = |reason: &str| workspace.run(OWNER, &["anomaly", "accept", other, "--reason", reason]);
    accept("why not").ended(3, &["a finding of `"]);
    accept(" ").ended(2, &["blank"]);
}

#[test]
fn a_decision_is_about_the_columns_that_were_found() {
    let wider = |column: &str| {
        let rows = delivery("alpha", PERIODS[1], 12);
        rows.replace("Amount\n", &format!("Amount,{column}\n")).replace(".50\n", ".50,3\n")
    };
    let workspace = with_second(&wider("Till"));
    let found = drifts(&workspace);
    workspace.deliver("alpha", "2026-10 again.csv", wider("Desk"));
    workspace.ok(PREPARER, &["ingest"]);
    let accept = || workspace.run(PREPARER, &["anomaly", "accept", id(&found[0]), "--reason", "announced"]);
    accept().ended(3, &["other deliveries stand by now", "assay run"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(drifts(&workspace)[0]["drift"]["added"], json!(["Desk"]));
    accept().ended(0, &[]);
    accept().ended(3, &["accepts the columns as they came", "already", "assay batch unmap"]);
}

#[test]
fn a_further_name_that_no_earlier_delivery_has_leaves_them_as_they_are() {
    let workspace = with_second(&renamed());
    let found = drifts(&workspace);
    let done = |period: &str| {
        let events = workspace.events().into_iter().filter(|event| event["kind"] == "task_done");
        events.filter(|event| event["subject"].as_str().unwrap().contains(period)).count()
    };
    let before = done(PERIODS[0]);
    workspace.ok(PREPARER, &["anomaly", "accept", id(&found[0]), "--reason", "their new till"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(done(PERIODS[0]), before, "nothing of the first period was made again");
}

#[test]
fn what_somebody_decided_goes_before_what_the_contract_says() {
    let content = delivery("alpha", PERIODS[1], 12).replace("Amount\n", "Amount,Net\n").replace(".50\n", ".50,7.00\n");
    let workspace = with_second(&content);
    let found = drifts(&workspace);
    let accept = ["anomaly", "accept", id(&found[0]), "--map", "amount=Net", "--reason", "as agreed"];
    workspace.ok(PREPARER, &accept);
    workspace.ok(PREPARER, &["run"]);
    let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "slips".to_owned() }).unwrap();
    let amounts = silver.column("amount").unwrap().cast(&polars::prelude::DataType::String).unwrap();
    assert_eq!(amounts.str().unwrap().iter().filter(|amount| *amount == Some("7.00")).count(), 12);
}
