//! All that four public bodies published, from a short assay.toml: no row is lost, and no penny.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::counted::{decoded, records};
use super::program::Program;
use super::{data, stored};

const CONTRACT: &str = r#"[workspace]
name = "Public spending"
timezone = "Europe/London"

[people]
mira = ["owner"]

[[dataset]]
name = "spend"
period = "month"
date = "paid_on"
schema = { paid_on = "date", supplier = "string", category = "string", amount = "decimal(14,2)" }

[[dataset.provider]]
name = "manchester"
source = { kind = "inbox", pattern = "{period}.csv" }
columns = { paid_on = "Invoice Payment Date", supplier = "Supplier Name", category = "Expenses Type", amount = "Net Amount" }

[[dataset.provider]]
name = "networkrail"
source = { kind = "inbox", pattern = "{period}.csv" }
columns = { paid_on = "Invoice GL Date", supplier = "Supplier Name", category = "Category Family", amount = "Spend" }

[[dataset.provider]]
name = "cabinetoffice"
source = { kind = "inbox", pattern = "{period}.csv" }
columns = { paid_on = "Date", category = "Expense Type" }

[[dataset.provider]]
name = "london"
source = { kind = "inbox", pattern = "{period}.csv" }
columns = { paid_on = "Clearing Date", supplier = "Vendor Name", category = "Expenditure Account Code Description" }
periods = { pattern = "P{n}", year_starts = "04-01", per_year = 13 }

# What somebody made of the files of london, in columns of their own.
[[dataset.provider]]
name = "london-reduced"
source = { kind = "inbox", pattern = "{period}.csv" }
columns = { paid_on = "Payment Date", supplier = "Beneficiary Name", category = "Organisational Unit" }
periods = { pattern = "P{n}", year_starts = "04-01", per_year = 13 }
"#;

/// Where the files of each provider lie, and which of their columns holds the amount.
const AMOUNTS: [(&str, &str, &str); 5] = [
    ("manchester", "manchester/clean", "Net Amount"),
    ("networkrail", "networkrail/clean", "Spend"),
    ("cabinetoffice", "cabinetoffice/clean", "Amount"),
    ("london", "london/clean", "Amount"),
    ("london-reduced", "london/processed", "Amount"),
];

/// An amount as people write it, in pence; what is none counts nothing.
fn pence(text: &str) -> i128 {
    let bare: String =
        text.chars().filter(|character| !matches!(character, ',' | '£' | ' ' | '(' | ')' | '-')).collect();
    let (pounds, rest) = bare.split_once('.').unwrap_or((&bare, ""));
    let is_below_zero = text.contains('(') || text.contains('-');
    match (pounds.parse::<i128>(), format!("{rest:0<2}").parse::<i128>()) {
        (Ok(pounds), Ok(rest)) if rest < 100 => (pounds * 100 + rest) * if is_below_zero { -1 } else { 1 },
        _ => 0,
    }
}

/// The amounts of a file's records, in its order.
fn amounts(folder: &str, file: &str, column: &str) -> Vec<i128> {
    let bytes = fs::read(data(&format!("council-spend/{folder}/{file}"))).unwrap();
    let mut records = records(&decoded(&bytes)).into_iter();
    let header = records.next().unwrap();
    let place = header.iter().position(|name| name.trim() == column).unwrap();
    records.map(|record| record.get(place).map_or(0, |cell| pence(cell.trim()))).collect()
}

#[test]
#[ignore = "needs ASSAY_REAL_DATA"]
fn every_file_of_four_public_bodies_lands_without_a_row_or_a_penny_lost() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("assay.toml"), CONTRACT).unwrap();
    let mut delivered: BTreeMap<(String, String), Vec<i128>> = BTreeMap::new();
    for (provider, folder, column) in AMOUNTS {
        let inbox = root.join("inbox").join(provider);
        fs::create_dir_all(&inbox).unwrap();
        for file in fs::read_dir(data(&format!("council-spend/{folder}"))).unwrap() {
            let (path, name) = (file.as_ref().unwrap().path(), file.unwrap().file_name().into_string().unwrap());
            fs::copy(&path, inbox.join(&name)).unwrap();
            delivered.insert((provider.to_owned(), name.clone()), amounts(folder, &name, column));
        }
    }
    let program = Program { root };
    program.done("mira", &["ingest"]);
    program.done("mira", &["run"]);

    let batches = program.done("mira", &["batch", "list"]);
    let text = |batch: &Value, name: &str| batch[name].as_str().unwrap().to_owned();
    let mut files: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut rows: BTreeMap<(String, String), usize> = BTreeMap::new();
    for batch in batches.as_array().unwrap() {
        assert_eq!(batch["state"], "landed", "{batch}");
        let file = (text(batch, "provider"), text(batch, "file"));
        *rows.entry(file.clone()).or_default() += usize::try_from(batch["rows"].as_u64().unwrap()).unwrap();
        files.insert(text(batch, "id"), file);
    }
    let counted: BTreeMap<(String, String), usize> =
        delivered.iter().map(|(file, amounts)| (file.clone(), amounts.len())).collect();
    assert_eq!(rows, counted, "every record of every file is in a batch, once");

    let kept = stored::column(&root.join("lake/silver/spend"), "amount");
    let refused = stored::column(&root.join("lake/rejects/spend"), "_reason");
    assert_eq!(kept.len() + refused.len(), counted.values().sum::<usize>(), "rows in = rows landed + rejects");
    for (batch, row, reason) in &refused {
        let reason = reason.as_deref().unwrap();
        let is_due = reason.starts_with("no date") || reason.starts_with("outside the period");
        assert!(is_due, "{:?}, record {row}: {reason}", files[batch]);
    }
    for (provider, ..) in AMOUNTS {
        let of = |batch: &String| files[batch].0 == provider;
        let kept: i128 =
            kept.iter().filter(|(batch, ..)| of(batch)).map(|(.., amount)| amount.as_deref().map_or(0, pence)).sum();
        let refused: i128 = refused
            .iter()
            .filter(|(batch, ..)| of(batch))
            .map(|(batch, row, _)| delivered[&files[batch]][row - 1])
            .sum();
        let all: i128 = delivered.iter().filter(|((one, _), _)| one == provider).flat_map(|(_, amounts)| amounts).sum();
        assert_eq!(kept + refused, all, "{provider}: {kept} pence kept, {refused} refused");
        assert!(kept != 0, "{provider}");
    }
    london_is_by_its_fiscal_calendar(&program, batches.as_array().unwrap());
}

/// The first period of 2018 is in April, the second in April and May; April is covered by both.
fn london_is_by_its_fiscal_calendar(program: &Program<'_>, batches: &[Value]) {
    let periods = |file: &str| -> Vec<&str> {
        let of_file = batches.iter().filter(|batch| batch["provider"] == "london" && batch["file"] == file);
        let mut periods: Vec<&str> = of_file.map(|batch| batch["period"].as_str().unwrap()).collect();
        periods.sort_unstable();
        periods
    };
    assert_eq!(periods("2018-P01.csv"), ["2018-04"]);
    assert_eq!(periods("2018-P02.csv"), ["2018-04", "2018-05"]);
    assert_eq!(periods("2018-P13.csv"), ["2019-03"]);
    let cell = |period: &str| {
        let shown = program.done("mira", &["period", "show", period]);
        shown["cells"].as_array().unwrap().iter().find(|cell| cell["provider"] == "london").cloned().unwrap()
    };
    assert_eq!(cell("2018-04")["state"], "delivered");
    let last = cell("2020-12");
    assert_eq!(last["missing"][0]["label"], "2020-P10", "{last}");
}
