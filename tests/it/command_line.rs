//! The manager's whole job by the command line alone, and what it promises to scripts.

use std::collections::BTreeSet;
use std::fs;

use assay::lake::Table;
use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::{Days, NaiveDate};
use polars::prelude::{DataFrame, DataType};
use serde_json::Value;

use super::picture::contents;
use super::support::{APPROVERS, OWNER, PERIODS, PREPARER, Workspace, contract, delivery, program};

const RELEASE: &str = "slips/2026-09.1";
const AMENDMENT: &str = "slips/2026-09.2";
/// Day 0 of a workbook's dates.
const EXCEL_EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();

fn row<'a>(list: &'a Value, field: &str, value: &str) -> &'a Value {
    let found = list.as_array().unwrap().iter().find(|row| row[field] == value);
    found.unwrap_or_else(|| panic!("no {field} `{value}` in {list:#}"))
}

fn codes(release: &Value) -> BTreeSet<String> {
    let reasons = release["blocked_by"].as_array().unwrap().iter();
    reasons.map(|reason| reason["code"].as_str().unwrap().to_owned()).collect()
}

/// Text of every cell of a sheet, header first.
fn sheet(workspace: &Workspace, release: &str, name: &str) -> Vec<Vec<String>> {
    let file = format!("releases/{release}/{}.xlsx", release.replace('/', "-"));
    let mut book: Xlsx<_> = open_workbook(workspace.path(&file)).unwrap();
    let range = book.worksheet_range(name).unwrap();
    let text = |cell: &Data| match cell {
        Data::DateTime(day) => (EXCEL_EPOCH + Days::new(day.as_f64() as u64)).to_string(),
        Data::Float(number) => format!("{number:.2}"),
        other => other.to_string(),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

#[test]
fn from_an_empty_folder_to_a_rolled_back_release() {
    let workspace = Workspace::bare();
    fs::remove_file(workspace.path("assay.toml")).unwrap();
    let made = workspace.run(OWNER, &["init", "--name", "Slips"]).ended(0, &["assay ingest"]);
    assert!(made.stdout.contains("is a workspace"), "{made:#?}");
    assert!(fs::read_to_string(workspace.path("assay.toml")).unwrap().contains("name = \"Slips\""));
    fs::write(workspace.path("assay.toml"), contract()).unwrap();

    let terms = "[[term]]\ntext = \"Heinz\"\nlabel = \"BRAND\"\n";
    fs::write(workspace.path("words.toml"), terms).unwrap();
    let file = workspace.path("words.toml");
    workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", "words", "--note", "by hand"]);
    workspace.ok(OWNER, &["model", "promote", "words/1", "--reason", "the first"]);

    // One provider is missing, and keeps the release back by name.
    let first = delivery("alpha", PERIODS[0], 10);
    workspace.deliver("alpha", "2026-09.csv", &first);
    workspace.ok(PREPARER, &["ingest"]);
    let said = workspace.run(PREPARER, &["run"]).ended(0, &[]).stderr;
    for stage in ["refine", "enrich", "profile"] {
        let line =
            said.lines().find(|line| line.starts_with(&format!("{stage}: 1 task, 10 rows in "))).unwrap_or_default();
        let speed = line.split_once('(').and_then(|(_, rest)| rest.split_once(" rows/s)")).map(|(speed, _)| speed);
        let speed = speed.unwrap_or_else(|| panic!("no rows per second for {stage}: {said}")).replace(',', "");
        assert!(speed.parse::<u64>().unwrap() > 0, "{said}");
    }
    let releases = workspace.json(&["release", "list"]);
    let late = row(&releases[0]["blocked_by"], "code", "provider_late");
    assert_eq!(late["subject"], "beta");
    let refused = workspace.run(APPROVERS[0], &["release", "approve", RELEASE]).ended(3, &["beta"]);
    assert!(refused.stderr.contains("hint: "), "{refused:#?}");
    workspace.run(PREPARER, &["release", "publish", RELEASE]).ended(3, &["beta", "hint: "]);

    workspace.deliver("beta", "2026-09.csv", delivery("beta", PERIODS[0], 10));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.ok(PREPARER, &["period", "baseline", PERIODS[0], "--reason", "the first"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(codes(&workspace.json(&["release", "list"])[0]), BTreeSet::from(["approvals_missing".to_owned()]));

    // Two people, none of whom prepared it.
    workspace.run(PREPARER, &["release", "approve", RELEASE]).ended(3, &["mira may not approve"]);
    workspace.run("tomas", &["release", "approve", RELEASE]).ended(3, &["assessor"]);
    workspace.run("lena", &["release", "publish", RELEASE]).ended(3, &["viewer"]);
    workspace.ok(APPROVERS[0], &["release", "approve", RELEASE]);
    workspace.run(APPROVERS[0], &["release", "approve", RELEASE]).ended(3, &["ravi has approved"]);
    workspace.run(PREPARER, &["release", "publish", RELEASE]).ended(3, &["1 of 2 approvals"]);
    workspace.ok(APPROVERS[1], &["release", "approve", RELEASE]);
    let published = workspace.ok(PREPARER, &["release", "publish", RELEASE]);
    assert!(published.contains("20 rows, generation 1"), "{published}");
    assert!(workspace.ok(PREPARER, &["release", "publish", RELEASE]).contains("published already"));
    gold_and_workbook_hold_silver(&workspace, RELEASE);

    // The same file again changes nothing.
    let before = workspace.json(&["batch", "list"]);
    workspace.deliver("alpha", "2026-09 again.csv", &first);
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(workspace.json(&["batch", "list"]), before);
    assert!(!workspace.path("inbox/alpha/2026-09 again.csv").exists());

    // A corrected one is revision 2: an amendment opens, and what stood on revision 1 is stale.
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 11));
    workspace.ok(PREPARER, &["ingest"]);
    let batches = workspace.json(&["batch", "list", "--provider", "alpha"]);
    assert_eq!((&batches[0]["revision"], &batches[0]["state"]), (&2.into(), &"landed".into()));
    assert_eq!((&batches[1]["revision"], &batches[1]["state"]), (&1.into(), &"superseded".into()));
    let releases = workspace.json(&["release", "list"]);
    assert_eq!(row(&releases, "name", AMENDMENT)["state"], "open");
    assert!(codes(row(&releases, "name", AMENDMENT)).contains("task_stale"), "{releases:#}");
    assert_eq!(row(&releases, "name", RELEASE)["state"], "published");
    workspace.prepare();
    workspace.approve(AMENDMENT);

    // The first file once more is revision 3, and what was approved is not what stands there now.
    workspace.deliver("alpha", "2026-09.csv", &first);
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(workspace.json(&["batch", "list", "--provider", "alpha"])[0]["revision"], 3);
    assert_eq!(row(&workspace.json(&["release", "list"]), "name", AMENDMENT)["state"], "open");
    workspace.run(PREPARER, &["release", "publish", AMENDMENT]).ended(3, &["0 of 2 approvals"]);
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 11));
    workspace.prepare();

    // A changed rule has to come into force first, and whoever changed it may not approve.
    fs::write(workspace.path("assay.toml"), contract().replace("amount < 0", "amount < 0.01")).unwrap();
    workspace.run(APPROVERS[0], &["release", "approve", AMENDMENT]).ended(3, &["assay contract apply"]);
    workspace.ok(OWNER, &["contract", "apply", "--reason", "nothing is free"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.run(OWNER, &["release", "approve", AMENDMENT]).ended(3, &["olga may not approve"]);
    workspace.approve(AMENDMENT);
    workspace.ok(PREPARER, &["release", "publish", AMENDMENT]);
    gold_and_workbook_hold_silver(&workspace, AMENDMENT);

    // Back, and away.
    workspace.ok(PREPARER, &["release", "rollback", AMENDMENT, "--reason", "wrong"]);
    assert_eq!(gold_rows(&workspace), 20);
    let pointer: Value =
        serde_json::from_slice(&fs::read(workspace.path("channels/slips/latest.json")).unwrap()).unwrap();
    assert_eq!((&pointer["generation"], &pointer["periods"]["2026-09"]), (&3.into(), &RELEASE.into()));
    workspace.ok(PREPARER, &["release", "withdraw", RELEASE, "--reason", "not ours"]);
    assert_eq!(gold_rows(&workspace), 0);
    // What was published once is not published again, and its files stay as they are.
    let before = contents(&workspace.path("releases"));
    workspace.run(PREPARER, &["release", "publish", RELEASE]).ended(3, &["withdrawn"]);
    workspace.run(PREPARER, &["release", "publish", AMENDMENT]).ended(3, &["superseded"]);
    assert!(contents(&workspace.path("releases")) == before, "published bytes changed");
    let history = workspace.json(&["channel", "history"]);
    let changes: Vec<&str> = history.as_array().unwrap().iter().map(|row| row["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["withdrawn", "rolled back", "published", "published"]);
    // Gold has one version for each change: nothing was committed twice on the way.
    let logs = workspace.delta_logs();
    let (_, log) = logs.iter().find(|(table, _)| table == "lake/gold/slips").unwrap();
    assert_eq!(log.iter().filter(|action| action.get("commitInfo").is_some()).count(), changes.len());
    workspace.verify();
}

fn gold_rows(workspace: &Workspace) -> usize {
    workspace.rows(&Table::Gold { dataset: "slips".to_owned() }).map_or(0, |rows| rows.height())
}

/// Gold and the workbook have the rows of silver, value for value.
fn gold_and_workbook_hold_silver(workspace: &Workspace, release: &str) {
    let silver = workspace.rows(&Table::Silver { dataset: "slips".to_owned() }).unwrap();
    let gold = workspace.rows(&Table::Gold { dataset: "slips".to_owned() }).unwrap();
    let columns = ["_period", "_provider", "_batch", "_row", "slip", "sold_on", "description", "amount"];
    assert!(gold.select(columns).unwrap().equals_missing(&silver.select(columns).unwrap()), "{gold:?} {silver:?}");
    let named = entities(&gold);
    assert_eq!(named.len(), gold.height());
    for (description, found) in &named {
        let expected = if description.starts_with("Heinz") { vec![(0, 5, "Heinz".to_owned())] } else { vec![] };
        assert_eq!(*found, expected, "{description}");
    }
    let found = named.iter().map(|(_, found)| found.len()).sum::<usize>();
    assert_eq!(sheet(workspace, release, "Entities").len(), found + 1);

    let data = sheet(workspace, release, "Data");
    assert_eq!(data.len(), silver.height() + 1);
    for (position, name) in data[0].iter().enumerate() {
        let column = silver.column(name).unwrap().as_materialized_series().clone();
        for (line, read) in data[1..].iter().enumerate() {
            let stored = column.get(line).unwrap().str_value().into_owned();
            let read = &read[position];
            let read = if name == "_row" { read.trim_end_matches(".00") } else { read };
            assert_eq!(read, stored, "{name} of row {line}");
        }
    }
    for name in ["Summary", "Entities", "Quality"] {
        assert!(sheet(workspace, release, name).len() > 1, "{name} is empty");
    }
}

/// Start, end and text of what was found.
type Span = (u32, u32, String);

/// The description of each row, with what was found in it.
fn entities(rows: &DataFrame) -> Vec<(String, Vec<Span>)> {
    let descriptions = rows.column("description").unwrap().str().unwrap().clone();
    let lists = rows.column("entities").unwrap().list().unwrap().clone();
    let found = (0..rows.height()).map(|row| {
        let list = lists.get_as_series(row).unwrap();
        let part = |name: &str| list.struct_().unwrap().field_by_name(name).unwrap();
        let number = |name: &str| part(name).cast(&DataType::UInt32).unwrap().u32().unwrap().clone();
        let (starts, ends, texts) = (number("start"), number("end"), part("text"));
        let texts = texts.str().unwrap();
        let entity = |at: usize| (starts.get(at).unwrap(), ends.get(at).unwrap(), texts.get(at).unwrap().to_owned());
        (0..list.len()).map(entity).collect()
    });
    descriptions.iter().map(|text| text.unwrap().to_owned()).zip(found.collect::<Vec<_>>()).collect()
}

/// The names that scripts rely on; nobody renames or drops one.
#[test]
fn the_names_in_json_are_a_promise() {
    let workspace = Workspace::delivered();
    workspace.deliver("alpha", "2026-10.csv", delivery("alpha", PERIODS[1], 9) + "x,2026-10-03,Beans,-1\n");
    workspace.prepare();
    // Each name, and what may stand there: text, a number, a list, or nothing.
    let promised: [(&str, &str); 5] = [
        (
            "release",
            "name:s dataset:s period:s model:s state:s input_digest:s release_digest:s- generation:n- blocked_by:l",
        ),
        ("batch", "id:s provider:s period:s revision:n state:s rows:n rejected:n"),
        ("period", "period:s cells:l"),
        ("anomaly", "id:s check:s severity:s state:s subject:s period:s provider:s- observed:n- expected:l- samples:n"),
        ("model", "name:s version:n kind:s aliases:l labels:l f1:n-"),
    ];
    for (noun, names) in promised {
        let rows = workspace.json(&[noun, "list"]);
        assert!(!rows.as_array().unwrap().is_empty(), "there is no {noun}");
        rows.as_array().unwrap().iter().for_each(|row| promises(row, names));
    }
    let releases = workspace.json(&["release", "list"]);
    let blocked = row(&releases, "name", "slips/2026-10.1");
    assert_eq!(keys(&blocked["blocked_by"][0]), ["code", "fix", "subject", "text"]);
    let cell = &workspace.json(&["period", "list"])[0]["cells"][0];
    promises(cell, "provider:s state:s due:s- batch:s-");
    assert!(codes(blocked).contains("anomaly_open"), "{blocked:#}");
    let anomaly = &workspace.json(&["anomaly", "list"])[0];
    assert_eq!((&anomaly["check"], &anomaly["severity"]), (&"amounts are not negative".into(), &"blocking".into()));
    assert_eq!((&anomaly["state"], &anomaly["period"]), (&"open".into(), &"2026-10".into()));
}

/// Every name is there, and holds what may stand there.
fn promises(row: &Value, names: &str) {
    for (name, kinds) in names.split(' ').filter_map(|name| name.split_once(':')) {
        let value = row.get(name).unwrap_or_else(|| panic!("`{name}` is gone: {row:#}"));
        let kind = match value {
            Value::String(_) => 's',
            Value::Number(_) => 'n',
            Value::Array(_) => 'l',
            Value::Null => '-',
            Value::Bool(_) | Value::Object(_) => '?',
        };
        assert!(kinds.contains(kind), "`{name}` holds something else: {value:#}");
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn wrong_usage_is_told_from_refusal_and_failure() {
    let workspace = Workspace::with_model();
    for usage in [
        vec!["relaese", "list"],
        vec!["release", "approve"],
        vec!["release", "approve", "slips"],
        vec!["period", "baseline", PERIODS[0]],
        vec!["run", "--period", "2026-13"],
        vec!["period", "baseline", "2026-W41", "--reason", "no"],
    ] {
        let outcome = workspace.run(PREPARER, &usage);
        assert_eq!(outcome.code, Some(2), "{usage:?}: {outcome:#?}");
    }
    workspace.run(PREPARER, &["release", "why", "slips/2026-09.7"]).ended(1, &["slips/2026-09.7"]);
    workspace.run(PREPARER, &["run", "--dataset", "slip"]).ended(1, &["`slip`", "slips"]);
    workspace.run("mia", &["run"]).ended(3, &["`mia`", "mira"]);
    let nowhere = tempfile::tempdir().unwrap();
    let outcome = program().arg("status").current_dir(nowhere.path()).output().unwrap();
    assert_ne!(outcome.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&outcome.stderr).contains("hint: "));
    let refused = workspace.run(PREPARER, &["--json", "--quiet", "release", "approve", "slips/2026-09.1"]);
    let document: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(keys(&document), ["causes", "error", "hints", "kind"]);
}

#[test]
fn one_changed_byte_of_the_journal_is_found() {
    let workspace = Workspace::delivered();
    workspace.ok(PREPARER, &["ingest"]);
    workspace.verify();
    let seq = workspace.events().iter().find(|event| event["kind"] == "batch_landed").unwrap()["seq"].clone();
    // Opening it once more and closing it brings the write-ahead log home.
    let file = workspace.path("assay.db");
    let mut bytes = fs::read(&file).unwrap();
    let needle = b"\"rows\":10";
    let places: Vec<usize> =
        bytes.windows(needle.len()).enumerate().filter(|(_, part)| part == needle).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "no payload names its rows");
    for place in places {
        bytes[place + needle.len() - 1] = b'1';
    }
    fs::write(&file, bytes).unwrap();
    workspace.run("lena", &["log", "verify"]).ended(1, &[&format!("entry {seq} is the first bad one")]);
}

#[test]
fn a_rebuilt_log_gives_the_same_lists() {
    let workspace = Workspace::processed();
    workspace.approve(RELEASE);
    workspace.ok(PREPARER, &["release", "publish", RELEASE]);
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 11) + "bad,x,y,z\n");
    workspace.ok(PREPARER, &["ingest"]);
    let lists = || -> Vec<Value> {
        let nouns = ["batch", "period", "anomaly", "release", "channel", "task", "model"];
        nouns
            .iter()
            .map(|noun| workspace.json(&[noun, "list"]))
            .chain([workspace.json(&["channel", "history"])])
            .collect()
    };
    let before = lists();
    let said = workspace.ok("lena", &["log", "rebuild"]);
    assert!(said.contains("events replayed"), "{said}");
    for (one, other) in before.iter().zip(lists()) {
        assert_eq!(*one, other);
    }
    workspace.verify();
}
