//! What assay.toml says, and what is said about a bad one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::*;
use crate::domain::contract::DeliveryMode;
use crate::domain::due::Due;
use crate::domain::policy::{Format, ReleasePolicy};
use crate::domain::unit::{DecimalMark, Factor, Measure, Unit};
use crate::domain::{Check, CheckRule, FieldType, Granularity, Role, Severity, Source};

const FULL: &str = r#"
[workspace]
name = "Retail slips"
timezone = "Europe/London"
today = "2026-11-20"
demo = true

[people]
mira = ["manager", "assessor"]
tomas = "viewer"
guest = []
olga = ["owner"]

[[dataset]]
name = "slips"
period = "month"
text = ["description"]
model = "slips"
key = ["slip_id", "line"]
date = "sold_on"
holidays = ["2026-12-25", 2026-12-28]
schema = { slip_id = "string", line = "int", sold_on = "date", description = "string", amount = "decimal(12,2)" }

[[dataset.provider]]
name = "northgate"
source = { kind = "inbox", pattern = "{period}*.csv", encoding = "windows-1252", every = "15m" }
columns = { description = ["Description", "Item text"], amount = "Net amount", line = [] }
dates = ["%d/%m/%Y", "%A, %B %d, %Y"]
decimal_mark = ","
nulls = ["unbekannt"]
max_rejects = 0.05
delivery = "whole"
due = "2w"
grace = "2bd"
holidays = ["2026-07-03"]
timezone = "America/New_York"
since = "2026-03"
until = "2027-02"

[[dataset.provider]]
name = "south-2"
source = { kind = "inbox", pattern = "slips_{period}.jsonl" }

[[dataset.check]]
name = "amounts stay in range"
sql = "select * from silver where amount < 0"
severity = "warning"

[[dataset.check]]
name = "null_rate"
tolerance = 0.2
off = true

[[dataset.check]]
column = "amount"
min = 0
max = 1e6

[dataset.release]
approvals = 2
separation = true
keep = 5
reprocess = 0
assess = 3
deliver = ["parquet", "xlsx"]
"#;

#[test]
fn a_full_file_becomes_the_contract_that_it_says() {
    let contract = parse(FULL, "assay.toml").unwrap();
    assert!(contract.demo);
    assert_eq!(contract.today, NaiveDate::from_ymd_opt(2026, 11, 20));
    assert_eq!(contract.workspace, "Retail slips");
    assert_eq!(contract.timezone, chrono_tz::Europe::London);
    let people = [
        ("guest", vec![]),
        ("mira", vec![Role::Manager, Role::Assessor]),
        ("olga", vec![Role::Owner]),
        ("tomas", vec![Role::Viewer]),
    ];
    assert_eq!(contract.people, BTreeMap::from(people.map(|(name, roles)| (name.to_owned(), roles))));

    let [dataset] = contract.datasets.as_slice() else { panic!("one dataset") };
    assert_eq!(
        (dataset.name.as_str(), dataset.period, dataset.model.as_deref()),
        ("slips", Granularity::Month, Some("slips"))
    );
    assert_eq!(
        (dataset.text.as_slice(), dataset.date.as_deref()),
        (["description".to_owned()].as_slice(), Some("sold_on"))
    );
    assert_eq!(dataset.key, ["slip_id", "line"]);
    let fields: Vec<(&str, FieldType)> =
        dataset.schema.iter().map(|field| (field.name.as_str(), field.field_type)).collect();
    assert_eq!(
        fields,
        [
            ("slip_id", FieldType::String),
            ("line", FieldType::Int),
            ("sold_on", FieldType::Date),
            ("description", FieldType::String),
            ("amount", FieldType::Decimal { precision: 12, scale: 2 }),
        ],
        "in the order of the file"
    );

    let [northgate, south] = dataset.providers.as_slice() else { panic!("two providers") };
    let inbox = |pattern: &str, encoding: Option<&str>, every: Option<&str>| Source::Inbox {
        pattern: pattern.into(),
        encoding: encoding.map(Into::into),
        every: every.map(|every| every.parse().unwrap()),
    };
    assert_eq!(northgate.source, inbox("{period}*.csv", Some("windows-1252"), Some("15m")));
    assert_eq!(northgate.names_of("description"), ["Description", "Item text"]);
    assert_eq!(northgate.names_of("amount"), ["Net amount"]);
    assert_eq!(northgate.names_of("line"), [""; 0]);
    assert_eq!(northgate.names_of("sold_on"), ["sold_on"]);
    assert_eq!(northgate.dates, ["%d/%m/%Y", "%A, %B %d, %Y"]);
    assert_eq!(
        (northgate.decimal_mark, &northgate.nulls[..]),
        (Some(DecimalMark::Comma), &["unbekannt".to_owned()][..])
    );
    assert_eq!((northgate.delivery, northgate.due), (DeliveryMode::Whole, Due::Days(14)));
    assert_eq!((northgate.grace, northgate.timezone), (Some(Due::BusinessDays(2)), Some(chrono_tz::America::New_York)));
    assert_eq!(northgate.holidays, Some(vec!["2026-07-03".parse().unwrap()]));
    assert_eq!(south.holidays, None);
    assert_eq!(dataset.holidays, ["2026-12-25", "2026-12-28"].map(|day| day.parse::<NaiveDate>().unwrap()));
    assert_eq!((northgate.since, northgate.until), ("2026-03".parse().ok(), "2027-02".parse().ok()));
    assert_eq!(
        (south.source.clone(), south.due, south.since),
        (inbox("slips_{period}.jsonl", None, None), Due::Days(0), None)
    );
    assert_eq!((northgate.max_rejects, south.max_rejects), (Some(500), None));
    assert_eq!((south.dates.len(), south.decimal_mark, south.nulls.len()), (0, None, 0));

    let mut checks = Check::built_in();
    checks[4] = Check { rule: CheckRule::NullRate { tolerance: 0.2 }, off: true, ..checks[4].clone() };
    let sql = "select * from silver where amount < 0".to_owned();
    let check = |name: &str, rule, severity| Check { name: name.to_owned(), rule, severity, off: false };
    checks.push(check("amounts stay in range", CheckRule::Sql { sql }, Severity::Warning));
    let (column, min, max) = (Some("amount".to_owned()), Some(0.0), Some(1e6));
    checks.push(check("range(amount)", CheckRule::NumericRange { column, min, max, factor: 5.0 }, Severity::Blocking));
    assert_eq!(dataset.checks, checks);

    let deliver = vec![Format::Parquet, Format::Xlsx];
    let policy = ReleasePolicy { approvals: 2, separation: true, keep: 5, reprocess: 0, assess: 3, deliver };
    assert_eq!(dataset.release, policy);
}

#[test]
fn a_workspace_may_start_without_datasets() {
    let contract = parse("[workspace]\nname = \"New\"\n", "assay.toml").unwrap();
    assert_eq!(contract.timezone, chrono_tz::UTC);
    assert_eq!((contract.datasets.len(), contract.people.len()), (0, 0));
    assert_eq!((contract.today, contract.demo), (None, false));
}

#[test]
fn the_template_is_valid_as_it_is_and_with_its_marks_removed() {
    let template = template("Bo's \"slips\"\\");
    assert_eq!(parse(&template, "assay.toml").unwrap().workspace, "Bo's \"slips\"\\");
    let unmarked = |line: &str| match line.strip_prefix("# ") {
        Some(rest) if rest.starts_with('[') || rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) => {
            rest.to_owned()
        }
        _ => line.to_owned(),
    };
    let filled = template.lines().map(unmarked).collect::<Vec<_>>().join("\n");
    let contract = parse(&filled, "assay.toml").unwrap();
    assert_eq!((contract.people.len(), contract.datasets.len()), (3, 1));
    let dataset = &contract.datasets[0];
    assert_eq!((dataset.providers.len(), dataset.checks.len(), dataset.schema.len()), (1, 8, 5));
    assert_eq!(dataset.release, ReleasePolicy { approvals: 2, separation: true, ..ReleasePolicy::default() });
    let registry = contract.registry.as_ref().unwrap();
    assert_eq!((registry.url.as_str(), registry.headers.len()), ("http://localhost:5000", 1));
    let [model] = contract.models.as_slice() else { panic!("{:?}", contract.models) };
    assert_eq!((model.name.as_str(), model.test.as_str(), model.tolerance), ("slips", "tests/slips.jsonl", 0.02));
}

/// Each bad file of `bad_files.txt` with the message that it must get: what a person reads when the file has a typo.
#[test]
fn every_bad_file_gets_its_message() {
    let mut count = 0;
    for case in include_str!("bad_files.txt").split("\n=== ").skip(1) {
        let (title, rest) = case.split_once('\n').unwrap();
        let (file, expected) = rest.split_once("---\n").unwrap();
        // So that a case can show one table alone.
        let file = file.replace("<workspace>\n", "[workspace]\nname = \"W\"\n").replace(
            "<dataset>\n",
            "[workspace]\nname = \"W\"\n[[dataset]]\nname = \"d\"\nperiod = \"month\"\nschema = { day = \"date\", note = \"string\", amount = \"decimal(12,2)\" }\n",
        );
        let error = parse(&file, "assay.toml").err().unwrap_or_else(|| panic!("{title}: no error"));
        let mut shown = error.one_line();
        for hint in error.hints() {
            shown = format!("{shown}\n  hint: {hint}");
        }
        assert_eq!(shown, expected.trim_end(), "{title}");
        assert_eq!(error.kind(), ErrorKind::Usage, "{title}");
        assert!(!error.hints().is_empty(), "{title}");
        count += 1;
    }
    assert!(count >= 30, "{count} cases");
}

#[test]
fn units_references_and_aggregates_are_read() {
    let file = r#"
[workspace]
name = "W"
[[dataset]]
name = "d"
period = "month"
[dataset.schema]
currency = "string"
amount = { type = "decimal(12,2)", unit_in = "currency" }
weight = { type = "float", unit = "kg" }
pounds = { type = "decimal(12,2)", unit = "GBP", sql = "amount * rate" }
[[dataset.reference]]
name = "rates"
key = ["currency"]
schema = { currency = "string", rate = "decimal(12,6)" }
columns = { rate = "Rate" }
[[dataset.aggregate]]
name = "sums"
schema = { pounds = "decimal(12,2)" }
sql = " select sum(pounds) as pounds from gold "
[[dataset.provider]]
name = "p"
source = { kind = "inbox", pattern = "{period}.csv" }
units = { amount = { unit = "USD", minor = 100 }, weight = { unit = "lb", factor = "0.45359237" } }
"#;
    let contract = parse(file, "assay.toml").unwrap();
    let dataset = &contract.datasets[0];
    let [currency, amount, weight, pounds] = &dataset.schema[..] else { panic!("{:?}", dataset.schema) };
    assert_eq!((currency.unit.clone(), currency.is_derived()), (None, false));
    assert_eq!(amount.unit, Some(Unit::In("currency".to_owned())));
    assert_eq!(weight.unit, Some(Unit::Is("kg".to_owned())));
    assert_eq!(pounds.sql.as_deref(), Some("amount * rate"));
    assert_eq!(dataset.delivered().count(), 3);
    let rates = &dataset.references[0];
    assert_eq!((rates.pattern.as_str(), rates.gives().count()), ("*", 1));
    assert_eq!(dataset.aggregates[0].sql, "select sum(pounds) as pounds from gold");
    let units = &dataset.providers[0].units;
    assert_eq!(units["amount"], Measure { unit: Some("USD".to_owned()), factor: Factor::of_minor(100) });
    assert_eq!(units["weight"].factor.unwrap().to_string(), "0.45359237");
    // What the journal keeps of it says the same.
    let kept = serde_json::from_str(&serde_json::to_string(&contract).unwrap()).unwrap();
    assert_eq!(contract, kept);
}

#[test]
fn files_that_cannot_be_read_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("assay.toml");
    let missing = read(&path).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert_eq!(missing.hints(), ["run `assay init` to make a workspace here, or name one with --workspace"]);
    std::fs::write(&path, b"[workspace]\nname = \"Caf\xe9\"\n").unwrap();
    assert!(read(&path).unwrap_err().message().ends_with("assay.toml:2: not UTF-8"));
    std::fs::write(&path, FULL).unwrap();
    assert_eq!(read(&path), parse(FULL, "assay.toml"));
}
