//! The notes of deliveries: what was understood, repaired and refused, and what is done where too much is refused.

use serde_json::{Value, json};

use super::support::{PERIODS, PREPARER, Workspace, contract, delivery};

const FILE: &str = "2026-10.csv";

/// The contract, where alpha may have a fifth of its records refused.
fn strict() -> String {
    let table = "name = \"alpha\"\n";
    assert!(contract().contains(table));
    contract().replace(table, "name = \"alpha\"\nmax_rejects = 0.2\n")
}

fn batches(workspace: &Workspace) -> Vec<(String, String, u64)> {
    let list = workspace.json(&["batch", "list", "--provider", "alpha"]);
    let text = |batch: &Value, name: &str| batch[name].as_str().unwrap().to_owned();
    let batches = list.as_array().unwrap().iter();
    batches.map(|batch| (text(batch, "id"), text(batch, "state"), batch["revision"].as_u64().unwrap())).collect()
}

fn counts(note: &Value, of: &str) -> Value {
    note[of].as_array().unwrap().iter().map(|one| json!([one["kind"], one["count"]])).collect()
}

#[test]
fn a_batch_knows_what_was_understood_repaired_and_refused() {
    let workspace = Workspace::under(&contract());
    let content = "Till export\n\nSlip,Sold on,Item,Amount\na-1,31/10/2026,Oat milk,\"£1,234.50\"\n\
                   a-2,02/10/2026,Beans,(5.00)\na-3,03/10/2026,Tea,ten\na-4,04/10/2026,Tea,n/a\na-5,05/11/2026,Tea,1\n";
    let file = workspace.root().join(FILE);
    std::fs::write(&file, content).unwrap();
    let preview = workspace.json(&["batch", "preview", FILE, "--provider", "alpha"]);
    workspace.deliver("alpha", FILE, content);
    workspace.ok(PREPARER, &["ingest"]);
    let (id, ..) = batches(&workspace)[0].clone();
    let landed = workspace.json(&["batch", "show", &id]);
    assert_eq!(landed["note"]["understood"]["header_row"], 3);
    assert_eq!(counts(&landed["note"], "repairs"), json!([["preamble", 1]]));

    workspace.ok(PREPARER, &["run"]);
    let note = workspace.json(&["batch", "show", &id])["note"].clone();
    let expected = json!([
        ["preamble", 1],
        ["null_marker", 1],
        ["grouped_digits", 1],
        ["currency", 1],
        ["negative", 1],
        ["date_form", 4]
    ]);
    assert_eq!(counts(&note, "repairs"), expected);
    assert_eq!(counts(&note, "rejects"), json!([["value", 1], ["outside_period", 1]]));
    let refused = &note["rejects"][0]["examples"][0];
    assert_eq!(*refused, json!({"line": 6, "raw": "ten", "reason": "amount: `ten` is not a decimal(12,2)"}));
    let written: Vec<&Value> = note["fields"].as_array().unwrap().iter().map(|field| &field["written"]).collect();
    assert_eq!(written, [&Value::Null, &json!("the day first"), &Value::Null, &json!("in £")]);
    // What is shown without taking it in is what comes of it.
    assert_eq!(counts(&preview, "repairs"), expected);
    assert_eq!((&preview["rows"], &preview["rejected"]), (&json!(3), &json!(2)));
    assert_eq!(preview["mapping"], note["fields"]);
    assert_eq!(preview["rejects"][0], *refused);

    let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "slips".to_owned() }).unwrap();
    let amounts = silver.column("amount").unwrap().cast(&polars::prelude::DataType::String).unwrap();
    let amounts: Vec<Option<&str>> = amounts.str().unwrap().iter().collect();
    assert_eq!(amounts, [Some("1234.50"), Some("-5.00"), None]);
}

/// The rows that come of a file, as texts: `f` and `amount` of each.
fn read(name: &str, content: impl AsRef<[u8]>) -> Vec<(Option<String>, Option<String>)> {
    let schema = "schema = { slip = \"string\", f = \"float\", amount = \"decimal(12,2)\" }";
    let toml = format!(
        "[workspace]\nname = \"Numbers\"\n[[dataset]]\nname = \"slips\"\nperiod = \"month\"\n{schema}\n\
         [[dataset.provider]]\nname = \"alpha\"\nsource = {{ kind = \"inbox\", pattern = \"{{period}}*\" }}\n"
    );
    let workspace = Workspace::under(&toml);
    workspace.deliver("alpha", name, content);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "slips".to_owned() }).unwrap();
    let texts = |name: &str| silver.column(name).unwrap().cast(&polars::prelude::DataType::String).unwrap();
    let (f, amount) = (texts("f"), texts("amount"));
    let cells = f.str().unwrap().iter().zip(amount.str().unwrap().iter());
    cells.map(|(f, amount)| (f.map(str::to_owned), amount.map(str::to_owned))).collect()
}

#[test]
fn a_number_is_never_read_as_another() {
    let rows = |rows: &[(&str, &str)]| -> Vec<(Option<String>, Option<String>)> {
        rows.iter().map(|(f, amount)| (Some((*f).to_owned()), Some((*amount).to_owned()))).collect()
    };
    // Numbers of a type of their own, beside texts with decimal commas.
    let json = "{\"slip\":\"a\",\"f\":3.125,\"amount\":\"12,5\"}\n{\"slip\":\"b\",\"f\":4.875,\"amount\":\"1,25\"}\n";
    assert_eq!(read("2026-10.jsonl", json), rows(&[("3.125", "12.50"), ("4.875", "1.25")]));
    // No group of digits begins with a zero.
    let commas = "slip;f;amount\na;0,125;0,50\nb;0,250;1,50\n";
    assert_eq!(read("2026-10.csv", commas), rows(&[("0.125", "0.50"), ("0.25", "1.50")]));
    // A column that contradicts itself keeps only what can be no other number.
    let mixed = "slip;f;amount\na;1,5;1\nb;3.125;2\nc;1,234.50;3\nd;7;4\n";
    assert_eq!(read("2026-10.csv", mixed), rows(&[("1.5", "1.00"), ("1234.5", "3.00"), ("7.0", "4.00")]));
}

#[test]
fn a_batch_of_which_too_much_is_refused_waits_for_a_person() {
    let workspace = Workspace::under(&strict());
    let good = delivery("alpha", PERIODS[1], 5);
    workspace.deliver("alpha", FILE, &good);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);

    let bad = "b-1,2026-10-01,Tea,one\nb-2,2026-10-01,Tea,two\n";
    workspace.deliver("alpha", FILE, format!("{good}{bad}"));
    let asked = workspace.json(&["batch", "preview", &format!("inbox/alpha/{FILE}")]);
    assert_eq!(asked["quarantine"], "2 of 7 records are refused, more than 20 %");
    let other = workspace.path("other.csv");
    std::fs::write(&other, "x,y\nb,c\n").unwrap();
    let asked = workspace.ok(PREPARER, &["batch", "preview", other.to_str().unwrap(), "--provider", "alpha"]);
    assert!(asked.contains("it would be quarantined: none of the columns of alpha is in the header"), "{asked}");
    workspace.ok(PREPARER, &["ingest"]);
    workspace
        .run(PREPARER, &["run"])
        .ended(1, &["slips/2026-10/alpha: batch ", " waits for a person: 2 of 7 records", "assay batch accept"]);
    workspace.ok(PREPARER, &["run"]);
    let [(second, state, 2), (_, before, 1)] = &batches(&workspace)[..] else { panic!("two revisions") };
    assert_eq!((state.as_str(), before.as_str()), ("quarantined", "landed"));
    let shown = workspace.json(&["batch", "show", second]);
    assert_eq!(shown["row"]["note"], "2 of 7 records are refused, more than 20 %");
    let silver = || workspace.rows(&assay::lake::Table::Silver { dataset: "slips".to_owned() }).unwrap().height();
    assert_eq!(silver(), 5, "its slice stands on what was there before");
    let release = workspace.json(&["release", "list"])[0]["name"].as_str().unwrap().to_owned();
    let why = workspace.run(PREPARER, &["release", "why", &release]);
    assert!(why.stdout.contains("quarantined"), "{why:#?}");
    let period = workspace.json(&["period", "show", PERIODS[1]]);
    let alpha = period["cells"].as_array().unwrap().iter().find(|cell| cell["provider"] == "alpha").unwrap();
    assert_eq!(alpha["state"], "quarantined");

    workspace.ok(PREPARER, &["batch", "accept", second, "--reason", "the till was down, the rest is right"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(batches(&workspace)[0].1, "landed", "who accepted it has looked at it");
    let accepted = workspace.json(&["batch", "list", "--provider", "alpha"])[0].clone();
    assert_eq!((&accepted["rejected"], &accepted["repaired"]), (&json!(2), &json!(0)));
    assert_eq!(counts(&workspace.json(&["batch", "show", second])["note"], "rejects"), json!([["value", 2]]));
    assert_eq!(silver(), 5, "the rows that can be kept");
    let letter = workspace.ok(PREPARER, &["batch", "scorecard", "--provider", "alpha"]);
    assert!(letter.starts_with("Deliveries of alpha for slips, 2026-09 to 2026-10"), "{letter}");
    for said in [
        "revisions    1 delivery in the place of another\n",
        "refused      2 of 7 rows (28.57 %): 2 × cells that are no value of their field\n",
        "columns      always the same\n",
    ] {
        assert!(letter.contains(said), "{letter}");
    }
    workspace.verify();
}

#[test]
fn thousands_or_decimals_are_told_by_other_numbers_or_by_somebody_and_else_refused() {
    let workspace = Workspace::under(&contract());
    let preview = |amounts: [&str; 3]| {
        let row = |(row, amount): (usize, &&str)| format!("a-{row};2026-09-0{};Tea;{amount}\n", row + 1);
        let rows: String = amounts.iter().enumerate().map(row).collect();
        workspace.deliver("alpha", "2026-09.csv", format!("Slip;Sold on;Item;Amount\n{rows}"));
        let path = workspace.path("inbox/alpha/2026-09.csv");
        let shown = workspace.json(&["batch", "preview", path.to_str().unwrap(), "--provider", "alpha"]);
        (shown["rows"].as_u64().unwrap(), shown["rejects"].clone())
    };
    let (rows, rejects) = preview(["1.200", "2.300", "15"]);
    assert_eq!(rows, 1, "{rejects:#}");
    let reason = rejects[0]["reason"].as_str().unwrap();
    assert!(reason.contains("`1.200` may have a point or a comma before its decimals"), "{reason}");
    assert_eq!(preview(["1.200", "2.300", "15,50"]).0, 3, "the last one tells");
    assert_eq!(preview(["1.200", "2.30", "15"]).0, 3);
}
