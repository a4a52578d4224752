//! What is wrong with an input is said by file, line and value; nothing is lost, nothing half visible.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::symlink;
use std::time::Duration;

use assay::lake::Table;
use serde_json::Value;

use super::support::{HEADER, OWNER, Outcome, PERIODS, PREPARER, Workspace, contract, delivery};

const FILE: &str = "2026-10.csv";

/// Delivers one file of alpha and takes it in: what the program printed, and the batch as listed.
fn taken_in(content: &[u8]) -> (Workspace, Value, Value) {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", FILE, content);
    let outcome = workspace.run(PREPARER, &["--json", "ingest"]);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(document[0]["file"], FILE);
    let is_quarantined = document[0]["result"] == "quarantined";
    assert_eq!(outcome.code, Some(i32::from(is_quarantined)), "{outcome:#?}");
    let batch = workspace.json(&["batch", "list"])[0].clone();
    assert_eq!(raw_files(&workspace), [content], "what was delivered is kept verbatim");
    (workspace, document[0].clone(), batch)
}

/// The delivery has to be quarantined, with these words, and to be seen in the map of periods.
fn quarantined(content: &[u8], words: &[&str]) -> Workspace {
    let (workspace, result, batch) = taken_in(content);
    assert_eq!((&result["result"], &batch["state"]), (&"quarantined".into(), &"quarantined".into()));
    let note = batch["note"].as_str().unwrap();
    for word in words.iter().chain([&FILE]) {
        assert!(note.contains(word), "`{word}` is not in: {note}");
    }
    assert_eq!(cell_of_alpha(&workspace)["state"], "quarantined");
    workspace.ok(PREPARER, &["run"]);
    assert!(workspace.rows(&Table::Silver { dataset: "slips".to_owned() }).is_none(), "half of it is visible");
    workspace.verify();
    workspace
}

fn cell_of_alpha(workspace: &Workspace) -> Value {
    let period = workspace.json(&["period", "show", PERIODS[1]]);
    let cells = period["cells"].as_array().unwrap();
    cells.iter().find(|cell| cell["provider"] == "alpha").unwrap().clone()
}

fn raw_files(workspace: &Workspace) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for folder in fs::read_dir(workspace.path("lake/raw")).unwrap().map(|entry| entry.unwrap().path()) {
        files.extend(fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()));
    }
    files
}

fn rejects(workspace: &Workspace, batch: &Value) -> Vec<(u64, String)> {
    let shown = workspace.json(&["batch", "show", batch["id"].as_str().unwrap()]);
    let rejects = shown["rejects"].as_array().unwrap().iter();
    rejects.map(|row| (row["line"].as_u64().unwrap(), row["reason"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn bytes_that_are_not_what_the_contract_says_are_named_by_offset_and_taken_once_it_says_what_they_are() {
    let mut content = format!("{HEADER}a-1,2026-10-01,Caf").into_bytes();
    let offset = content.len();
    content.extend_from_slice(b"\xe9 beans,1.00\n");
    let workspace = Workspace::with_model();
    let says = |encoding: &str| {
        let source = format!("pattern = \"{{period}}*.csv\", encoding = \"{encoding}\"");
        fs::write(workspace.path("assay.toml"), contract().replacen("pattern = \"{period}*.csv\"", &source, 1))
            .unwrap();
        workspace.ok(OWNER, &["contract", "apply", "--reason", &format!("alpha writes {encoding}")]);
    };
    says("utf-8");
    workspace.deliver("alpha", FILE, &content);
    workspace.run(PREPARER, &["ingest"]).ended(1, &["0xE9", &format!("offset {offset}"), "line 2"]);
    says("windows-1252");
    let id = workspace.json(&["batch", "list"])[0]["id"].as_str().unwrap().to_owned();
    workspace.ok(PREPARER, &["batch", "accept", &id, "--reason", "the encoding is known"]);
    assert_eq!(description(&workspace), "Café beans");
}

#[test]
fn bytes_that_are_not_utf8_are_read_as_what_they_look_like() {
    let mut content = format!("{HEADER}a-1,2026-10-01,Caf").into_bytes();
    content.extend_from_slice(b"\xe9 beans,1.00\n");
    let (workspace, _, batch) = taken_in(&content);
    assert_eq!(batch["state"], "landed");
    assert_eq!(description(&workspace), "Café beans");
}

/// The description of the first row once all of it is processed.
fn description(workspace: &Workspace) -> String {
    workspace.ok(PREPARER, &["run"]);
    let silver = workspace.rows(&Table::Silver { dataset: "slips".to_owned() }).unwrap();
    silver.column("description").unwrap().str().unwrap().get(0).unwrap().to_owned()
}

#[test]
fn an_empty_file_is_quarantined() {
    quarantined(b"", &["the file is empty"]);
}

/// A stray quote takes the rows behind it into its cell; they are rows all the same.
#[test]
fn a_quote_that_is_never_closed_costs_its_own_line() {
    let content =
        delivery("alpha", PERIODS[1], 4_000).replacen(",Heinz Beans 400g no 1000,", ",\"Heinz Beans 400g,", 1);
    let (workspace, _, batch) = taken_in(content.as_bytes());
    workspace.ok(PREPARER, &["run"]);
    let refined = workspace.json(&["batch", "list"])[0].clone();
    assert_eq!((&refined["rows"], &refined["rejected"]), (&4_000.into(), &1.into()));
    assert_eq!(rejects(&workspace, &batch), [(1_001, "a quote is opened and never closed".to_owned())]);
}

#[test]
fn a_quote_that_is_never_closed_quarantines_the_file_where_rows_can_not_be_told() {
    let notes = "a remark, and no row\n".repeat(4_000);
    let content = format!("{}a-x,2026-10-01,\"Heinz Beans,1.00\n{notes}", delivery("alpha", PERIODS[1], 4_000));
    quarantined(content.as_bytes(), &["the quote that is opened on line 4,002 is never closed"]);
}

#[test]
fn the_lines_that_a_stray_quote_takes_count_as_refused_where_they_are_no_rows() {
    let content = delivery("alpha", PERIODS[1], 4_000);
    let content = content.replacen(",Heinz Beans 400g no 1000,", ",\"Heinz Beans 400g,", 1);
    let content = content.replacen(",Heinz Beans 400g no 3001,", ",\"Heinz Beans\" 400g,", 1);
    let (workspace, _, batch) = taken_in(content.as_bytes());
    workspace.ok(PREPARER, &["run"]);
    let refined = workspace.json(&["batch", "list"])[0].clone();
    assert_eq!((&refined["rows"], &refined["rejected"]), (&4_000.into(), &2.into()));
    let behind = "there is text behind a closing quote";
    let expected = [(1_001, format!("{behind}; lines 1,001 to 3,002 ran together")), (3_002, behind.to_owned())];
    assert_eq!(rejects(&workspace, &batch), expected);
}

#[test]
fn a_file_without_its_header_is_quarantined_and_its_first_record_is_not_on_record() {
    let content = "a-1,2026-10-01,Confidential beans,1.00\na-2,2026-10-02,Beans,2.00\n";
    let workspace = quarantined(content.as_bytes(), &["none of the columns of alpha is in the header", "`Slip`"]);
    for file in ["assay.db", "assay.db-wal"] {
        let bytes = fs::read(workspace.path(file)).unwrap_or_default();
        assert!(!bytes.windows(12).any(|window| window == b"Confidential"), "{file}");
    }
    assert!(!workspace.path("lake/bronze").exists());
}

#[test]
fn a_header_alone_is_a_delivery_without_rows() {
    let (workspace, result, batch) = taken_in(HEADER.as_bytes());
    assert_eq!((&result["result"], &batch["rows"]), (&"landed".into(), &0.into()));
    workspace.ok(PREPARER, &["run"]);
    let cell = cell_of_alpha(&workspace);
    assert_eq!((&cell["provider"], &cell["state"]), (&"alpha".into(), &"delivered".into()));
    workspace.verify();
}

#[test]
fn a_missing_column_is_named_and_blocks() {
    let (workspace, landed, batch) = taken_in(b"Slip,Sold on,Item,Total\na-1,2026-10-01,Beans,1.00\n");
    assert_eq!(batch["state"], "landed");
    assert_eq!(landed["lacks"][0], "amount (looked for Amount)", "said when it comes in already");
    workspace.ok(PREPARER, &["run"]);
    let anomalies = workspace.json(&["anomaly", "list", "--provider", "alpha"]);
    let schema = anomalies.as_array().unwrap().iter().find(|row| row["check"] == "schema").unwrap();
    assert_eq!(schema["severity"], "blocking");
    let said = schema["explanation"].as_str().unwrap();
    assert!(said.contains("amount"), "{said}");
    assert!(workspace.json(&["batch", "show", batch["id"].as_str().unwrap()]).to_string().contains("Total"));
}

#[test]
fn values_that_do_not_parse_are_rejected_with_line_and_value() {
    let content = format!(
        "{HEADER}a-1,2026-10-01,Beans,1.00\na-2,yesterday,Beans,2.00\na-3,2026-02-30,Beans,3.00\n\
         a-4,2026-10-04,Beans,ten pounds\na-5,2026-10-05,\"two\nlines\",12345678901234.00\n\
         a-6,2026-10-06,Beans,1.2345\na-7,2026-10-07\na-8,2026-11-01,Beans,8.00\na-1,2026-10-09,Again,9.00\n\
         Grand Total, ,,43.00\n"
    );
    let (workspace, _, batch) = taken_in(content.as_bytes());
    workspace.ok(PREPARER, &["run"]);
    let refined = workspace.json(&["batch", "list"])[0].clone();
    assert_eq!((&refined["rows"], &refined["rejected"]), (&10.into(), &9.into()));
    let said = rejects(&workspace, &batch);
    for (line, words) in [
        (3, "yesterday"),
        (4, "2026-02-30"),
        (5, "ten pounds"),
        (6, "12345678901234.00"),
        (8, "1.2345"),
        (9, "2 fields"),
        (10, "2026-11-01"),
        (11, "a-1"),
        (12, "no date: sold_on is empty"),
    ] {
        assert!(
            said.iter().any(|(at, reason)| *at == line && reason.contains(words)),
            "line {line}, `{words}`: {said:#?}"
        );
    }
    let silver = workspace.rows(&Table::Silver { dataset: "slips".to_owned() }).unwrap();
    assert_eq!(silver.height(), 1);
}

/// Memory stays far below the length of the line.
#[test]
fn a_single_line_of_200_megabytes_is_refused_without_holding_it() {
    let workspace = Workspace::with_model();
    fs::create_dir_all(workspace.path("inbox/alpha")).unwrap();
    let mut file = BufWriter::new(File::create(workspace.path("inbox/alpha").join(FILE)).unwrap());
    file.write_all(HEADER.as_bytes()).unwrap();
    file.write_all(b"a-1,2026-10-01,").unwrap();
    let block = vec![b'x'; 1 << 20];
    for _ in 0..200 {
        file.write_all(&block).unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();

    let (outcome, peak) = workspace.run_measured(PREPARER, &["ingest"]);
    outcome.ended(1, &["quarantined", FILE, "line 2", "MiB"]);
    assert!(peak < 400 << 10, "{peak} KiB");
}

#[test]
fn a_file_that_is_being_written_waits_for_the_next_time() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", FILE, HEADER);
    let path = workspace.path("inbox/alpha").join(FILE);
    let mut child = workspace.start(PREPARER, &["ingest"]);
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    let mut row = 0;
    while child.try_wait().unwrap().is_none() {
        row += 1;
        file.write_all(format!("a-{row},2026-10-01,Beans,1.00\n").as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    Outcome::from(child.wait_with_output().unwrap()).ended(0, &["left 2026-10.csv: it is still being written"]);
    assert_eq!(workspace.json(&["batch", "list"]).as_array().unwrap().len(), 0);
    drop(file);
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(workspace.json(&["batch", "list"])[0]["rows"], row);
}

#[test]
fn a_file_that_can_not_be_read_stays_and_is_named() {
    let workspace = Workspace::with_model();
    fs::create_dir_all(workspace.path("inbox/alpha")).unwrap();
    // Reading a process's memory at address 0 fails for everybody, root too.
    symlink("/proc/self/mem", workspace.path("inbox/alpha").join(FILE)).unwrap();
    workspace.deliver("beta", FILE, delivery("beta", PERIODS[1], 3));
    workspace.run(PREPARER, &["ingest"]).ended(1, &[FILE, "alpha"]);
    assert!(workspace.path("inbox/alpha").join(FILE).is_symlink());
    let batches = workspace.json(&["batch", "list"]);
    assert_eq!(batches[0]["provider"], "beta", "one bad file kept the others out");
    workspace.run(PREPARER, &["batch", "add", "nowhere.csv"]).ended(1, &["`nowhere.csv`"]);
    workspace.verify();
}

#[test]
fn a_file_name_without_a_period_is_left_and_said() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", "2026-13.csv", delivery("alpha", PERIODS[1], 3));
    workspace.run(PREPARER, &["ingest"]).ended(0, &["left 2026-13.csv"]);
    assert!(workspace.path("inbox/alpha/2026-13.csv").exists());
}

#[test]
fn a_typo_in_the_contract_is_named_by_line_and_column() {
    let workspace = Workspace::bare();
    fs::write(workspace.path("assay.toml"), contract().replace("period = \"month\"", "perod = \"month\"")).unwrap();
    let line = contract().lines().position(|line| line.starts_with("period = ")).unwrap() + 1;
    let place = format!("assay.toml:{line}:1: ");
    workspace.run(PREPARER, &["ingest"]).ended(2, &[&place, "`perod`", "did you mean `period`?"]);
    fs::write(workspace.path("assay.toml"), contract().replace("\"5d\"", "\"5 dogs\"")).unwrap();
    workspace.run(PREPARER, &["status"]).ended(2, &["assay.toml:", "`5 dogs`"]);
}

#[test]
fn a_contract_in_the_midst_of_editing_keeps_nobody_from_working() {
    let workspace = Workspace::delivered();
    workspace.prepare();
    let file = fs::read_to_string(workspace.path("assay.toml")).unwrap();
    fs::write(workspace.path("assay.toml"), file.replace("[workspace]", "[workspace")).unwrap();
    let line = file.lines().position(|line| line == "[workspace]").unwrap() + 1;
    assert!(workspace.ok(PREPARER, &["status"]).contains(&format!("contract 1; assay.toml:{line}:")));
    workspace.deliver("alpha", FILE, delivery("alpha", PERIODS[1], 4));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let batches = workspace.json(&["batch", "list"]);
    assert_eq!(batches[0]["rows"], 4);
    let release = &workspace.json(&["release", "list"])[0];
    let codes: Vec<&str> =
        release["blocked_by"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"contract_differs"), "{codes:?}");
    workspace.run(OWNER, &["contract", "diff"]).ended(2, &["assay.toml:"]);
    workspace.run(OWNER, &["contract", "apply", "--reason", "half of it"]).ended(2, &["assay.toml:"]);
}

#[test]
fn a_state_that_there_is_not_is_a_typing_error() {
    let workspace = Workspace::bare();
    for (noun, states) in
        [("batch", "quarantined"), ("anomaly", "confirmed"), ("release", "rejected"), ("task", "stale")]
    {
        workspace.run(PREPARER, &[noun, "list", "--state", "opne"]).ended(2, &["'opne'", states]);
    }
}

#[test]
fn a_workspace_of_a_newer_version_is_refused_untouched() {
    let workspace = Workspace::with_model();
    let journal = rusqlite::Connection::open(workspace.path("assay.db")).unwrap();
    journal.pragma_update(None, "user_version", 99).unwrap();
    drop(journal);
    let before = fs::read(workspace.path("assay.db")).unwrap();
    for command in [&["status"][..], &["ingest"], &["log", "rebuild"]] {
        workspace.run(PREPARER, command).ended(1, &["newer assay", "assay.db"]);
    }
    assert_eq!(fs::read(workspace.path("assay.db")).unwrap(), before);
    fs::write(workspace.path("assay.db"), b"no database at all, but long enough to look at").unwrap();
    workspace.run(PREPARER, &["status"]).ended(1, &["assay.db"]);
}

#[test]
fn a_kill_at_any_moment_loses_nothing() {
    let start = Workspace::delivered();
    let undisturbed = start.copy();
    undisturbed.prepare();
    let expected = undisturbed.rows(&Table::Annotations { dataset: "slips".to_owned() }).unwrap();
    for moment in 0..16_u64 {
        let workspace = start.copy();
        for (verb, pause) in [("ingest", 40), ("run", 20)] {
            let mut child = workspace.start(PREPARER, &[verb]);
            std::thread::sleep(Duration::from_millis(10 + moment * pause));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        workspace.prepare();
        workspace.verify();
        let rows = workspace.rows(&Table::Annotations { dataset: "slips".to_owned() }).unwrap();
        assert!(rows.equals_missing(&expected), "killed at moment {moment}");
        assert_eq!(workspace.json(&["batch", "list"]), undisturbed.json(&["batch", "list"]), "moment {moment}");
    }
}
