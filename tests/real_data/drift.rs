//! Deliveries whose columns changed, as real providers changed them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::data;
use super::program::Program;
use crate::support::provider_table;

fn workspace(root: &Path, dataset: &str, providers: &[String]) {
    let beginning = "[workspace]\nname = \"Drift\"\n[people]\nmira = [\"owner\"]\n[[dataset]]\n";
    fs::write(root.join("assay.toml"), format!("{beginning}{dataset}\n{}", providers.concat())).unwrap();
}

fn deliver(root: &Path, provider: &str, period: &str, content: &[u8]) {
    let inbox = root.join("inbox").join(provider);
    fs::create_dir_all(&inbox).unwrap();
    fs::write(inbox.join(format!("{period}.csv")), content).unwrap();
}

/// What differs of the columns, delivery by delivery, oldest first.
fn drifts(program: &Program<'_>) -> Vec<Value> {
    let anomalies = program.done("mira", &["anomaly", "list", "--state", "open"]);
    let ids = anomalies.as_array().unwrap().iter().filter(|row| row["check"] == "schema");
    let detail =
        |row: &Value| program.done("mira", &["anomaly", "show", row["id"].as_str().unwrap()])["anomaly"].clone();
    let mut drifts: Vec<Value> = ids.map(detail).collect();
    drifts.sort_by_key(|anomaly| anomaly["period"].to_string());
    drifts
}

/// The pairs of a list of objects.
fn pairs(list: &Value, one: &str, other: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let items = list.as_array().into_iter().flatten();
    let mut pairs: Vec<(String, String)> = items.map(|item| (text(&item[one]), text(&item[other]))).collect();
    pairs.sort();
    pairs
}

const SPEND: &str = "name = \"spend\"\nperiod = \"month\"\n\
     schema = { paid_on = \"date\", supplier = \"string\", category = \"string\", amount = \"decimal(14,2)\" }";

#[test]
#[ignore = "needs ASSAY_REAL_DATA"]
fn the_new_column_of_one_public_body_is_found_once_and_can_be_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let columns = r#"paid_on = "Date", category = "Expense Type""#;
    workspace(root, SPEND, &[provider_table("cabinetoffice", "{period}*.csv", columns, "")]);
    for file in fs::read_dir(data("council-spend/cabinetoffice/clean")).unwrap() {
        let path = file.unwrap().path();
        deliver(root, "cabinetoffice", path.file_stem().unwrap().to_str().unwrap(), &fs::read(&path).unwrap());
    }
    let program = Program { root };
    program.done("mira", &["ingest"]);
    program.done("mira", &["run"]);
    let found = drifts(&program);
    let [anomaly] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(anomaly["period"], "2022-04");
    assert_eq!(anomaly["drift"]["added"], json!(["#"]));
    assert_eq!((&anomaly["observed"], &anomaly["drift"]["missing"]), (&json!(1.0), &Value::Null));
    program.done("mira", &["anomaly", "accept", anomaly["id"].as_str().unwrap(), "--reason", "it numbers the rows"]);
    program.done("mira", &["run", "--period", "2022-04"]);
    assert_eq!(drifts(&program), Vec::<Value>::new());
}

#[test]
#[ignore = "needs ASSAY_REAL_DATA"]
fn the_two_changes_of_a_daily_table_are_found_on_their_days_and_the_grain_is_called_that() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let dataset = "name = \"cases\"\nperiod = \"day\"\nkey = [\"province\", \"country\"]\n\
         schema = { province = \"string\", country = \"string\", confirmed = \"int\", deaths = \"int\" }";
    let columns = r#"province = "Province/State", country = "Country/Region""#;
    workspace(root, dataset, &[provider_table("jhu", "{period:%m-%d-%Y}.csv", columns, "")]);
    let days = |month: u32, days: std::ops::RangeInclusive<u32>| days.map(move |day| (month, day));
    for (month, day) in days(1, 22..=31).chain(days(2, 1..=29)).chain(days(3, 1..=31)) {
        let name = format!("{month:02}-{day:02}-2020");
        deliver(root, "jhu", &name, &fs::read(data(&format!("covid-jhu-daily/{name}.csv"))).unwrap());
    }
    let program = Program { root };
    program.done("mira", &["ingest"]);
    program.done("mira", &["run"]);
    let found = drifts(&program);
    let periods: Vec<&Value> = found.iter().map(|anomaly| &anomaly["period"]).collect();
    assert_eq!(periods, ["2020-03-01", "2020-03-22"]);
    assert_eq!(found[0]["drift"]["added"], json!(["Latitude", "Longitude"]));
    assert_eq!(found[0]["drift"]["renamed"], Value::Null);
    let renamed = [
        ("Country/Region", "Country_Region"),
        ("Last Update", "Last_Update"),
        ("Latitude", "Lat"),
        ("Longitude", "Long_"),
        ("Province/State", "Province_State"),
    ];
    let drift = &found[1]["drift"];
    let renamed = renamed.map(|(was, is)| (was.to_owned(), is.to_owned()));
    assert_eq!(pairs(&drift["renamed"], "was", "is"), renamed);
    assert_eq!(drift["added"], json!(["FIPS", "Admin2", "Active", "Combined_Key"]));
    assert!(drift["grain"]["is"].as_f64() > Some(10.0 * drift["grain"]["was"].as_f64().unwrap()), "{drift:#}");
}

/// What a column is called, and what else it may be.
type Names = &'static [(&'static str, &'static str)];

/// What other people would call the columns: no word is that of the name before.
const ELSEWHERE: [(&str, &str, Names); 3] = [
    (
        "manchester",
        r#"paid_on = "Invoice Payment Date", supplier = "Supplier Name", category = "Expenses Type", amount = "Net Amount""#,
        &[
            ("Body Name", "Behörde"),
            ("Service Area", "Bereich"),
            ("Expenses Type", "Konto"),
            ("Invoice Payment Date", "Tag"),
            ("Transaction Number", "Beleg"),
            ("Net Amount", "Summe"),
            ("Supplier Name", "Kreditor"),
        ],
    ),
    (
        "networkrail",
        r#"paid_on = "Invoice GL Date", supplier = "Supplier Name", category = "Category Family", amount = "Spend""#,
        &[("Supplier Name", "Kreditor"), ("Category Family", "Konto"), ("Invoice GL Date", "Tag"), ("Spend", "Summe")],
    ),
    (
        "cabinetoffice",
        r#"paid_on = "Date", supplier = "Supplier", category = "Expense Type", amount = "Amount""#,
        &[
            ("Departmental Family", "Abteilung"),
            ("Entity", "Behörde"),
            ("Date", "Tag"),
            ("Expense Type", "Konto"),
            ("Expense Area", "Bereich"),
            ("Supplier", "Kreditor"),
            ("Transaction number", "Beleg"),
            ("Amount", "Summe"),
        ],
    ),
];

#[test]
#[ignore = "needs ASSAY_REAL_DATA"]
fn columns_under_names_that_share_no_word_are_proposed_by_their_values() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    workspace(root, SPEND, &ELSEWHERE.map(|(name, columns, _)| provider_table(name, "{period}*.csv", columns, "")));
    for (provider, _, names) in ELSEWHERE {
        let file = |period: &str| fs::read(data(&format!("council-spend/{provider}/clean/{period}.csv"))).unwrap();
        deliver(root, provider, "2019-06", &file("2019-06"));
        let next = file("2019-07");
        let end = next.iter().position(|byte| *byte == b'\n').unwrap();
        let header = String::from_utf8(next[..end].to_vec()).unwrap();
        let called = |name: &str| {
            let (_, other) = names.iter().find(|(known, _)| *known == name).expect(name);
            *other
        };
        let header =
            header.trim_end().split(',').map(|name| called(name.trim_matches('"'))).collect::<Vec<_>>().join(",");
        deliver(root, provider, "2019-07", &[header.as_bytes(), &next[end..]].concat());
    }
    let program = Program { root };
    program.done("mira", &["ingest"]);
    program.done("mira", &["run"]);
    let found = drifts(&program);
    assert_eq!(found.len(), ELSEWHERE.len(), "{found:#?}");
    for anomaly in found {
        let expected = [("amount", "Summe"), ("category", "Konto"), ("paid_on", "Tag"), ("supplier", "Kreditor")];
        let expected = expected.map(|(field, column)| (field.to_owned(), column.to_owned()));
        assert_eq!(pairs(&anomaly["drift"]["missing"], "field", "proposed"), expected, "{anomaly:#}");
    }
}
