//! Several processes at once: on one workspace, and on one table of the lake.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use assay::base::Cancel;
use assay::lake::{Commit, Lake, Table};
use chrono::{DateTime, Utc};
use polars::prelude::df;
use serde_json::Value;

use super::support::{APPROVERS, Outcome, PERIODS, PREPARER, PROVIDERS, Workspace, delivery};

/// How long the workspace is worked on, on the clock of the wall.
const SPELL: Duration = Duration::from_mins(1);
/// How long a run is given to end.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the one is told of what the other did meanwhile. Nothing else may refuse them.
const FORESEEN: &[&str] = &[
    "is a baseline of slips already",
    "was not processed as it stands",
    "is being landed",
    "is stale",
    "is unknown",
    "is being made anew while",
    "changed while it was being published",
    "is not what was approved any more",
    // An approval is of what there was when it was given.
    "changed since you looked at it",
    "of 2 approvals given",
    // Nobody approves what the other terminal publishes just then.
    "is publishing, not open",
    "is published, not open",
    // Either terminal approves as both people, one after the other.
    "one person counts once",
];

/// Two people at two terminals take deliveries in, run, approve and publish the same releases at the same time.
#[test]
fn two_terminals_work_on_one_workspace_for_a_minute() {
    let workspace = Workspace::processed();
    let before = workspace.events_of("task_done").len() as u64;
    workspace.ok(PREPARER, &["period", "baseline", PERIODS[1], "--reason", "too little history"]);
    let began = Instant::now();
    let deadline = began + SPELL;
    let refusals = Mutex::new(Vec::new());
    let ran = AtomicU64::new(0);
    let counts: Vec<BTreeMap<&str, u32>> = std::thread::scope(|scope| {
        let terminals: Vec<_> = (0..PROVIDERS.len())
            .map(|terminal| {
                let (workspace, refusals, ran) = (&workspace, &refusals, &ran);
                scope.spawn(move || sit_at(terminal, workspace, deadline, refusals, ran))
            })
            .collect();
        terminals.into_iter().map(|terminal| terminal.join().unwrap()).collect()
    });
    assert!(began.elapsed() >= SPELL);
    let times = |verb: &str| counts.iter().filter_map(|count| count.get(verb)).sum::<u32>();
    assert!(counts.iter().all(|count| count["ingest"] > 3 && count["run"] > 3), "{counts:?}");
    assert!(
        times("approve") > 3 && times("publish") > 1,
        "{counts:?}: {:?}",
        refusals.lock().unwrap().iter().next_back()
    );

    workspace.ok(PREPARER, &["ingest"]);
    ran.fetch_add(tasks(&workspace.run(PREPARER, &["--json", "run"])), Ordering::Relaxed);
    workspace.verify();
    assert_eq!(workspace.events_of("published").len() as u32, times("publish"));
    assert_eq!(workspace.events_of("task_failed"), Vec::<String>::new());
    let rows = workspace.rows(&Table::Silver { dataset: "slips".to_owned() }).unwrap();
    assert_eq!(rows.select(["_batch", "_row"]).unwrap().is_duplicated().unwrap().sum(), Some(0));
    workspace.stands_on_its_batches();
    let done = workspace.events_of("task_done").len() as u64 - before;
    each_task_ran_once(done, ran.into_inner());
    no_task_was_begun_twice(&workspace);
    let refusals = refusals.into_inner().unwrap();
    for refusal in &refusals {
        assert!(FORESEEN.iter().any(|words| refusal.contains(words)), "nobody foresaw {refusal}");
    }
    let batches = workspace.json(&["batch", "list"]);
    let standing = batches.as_array().unwrap().iter().filter(|batch| batch["state"] == "landed").count();
    assert_eq!(standing, PROVIDERS.len() * PERIODS.len());
}

fn sit_at<'a>(
    terminal: usize,
    workspace: &Workspace,
    deadline: Instant,
    refusals: &Mutex<Vec<String>>,
    ran: &AtomicU64,
) -> BTreeMap<&'a str, u32> {
    let mut counts = BTreeMap::new();
    let mut round = 0;
    while Instant::now() < deadline {
        round += 1;
        // Both deliver, now for the same slice, now for different ones, and leave each other time to approve.
        if round % 4 == 1 {
            let provider = if round % 8 == 1 { PROVIDERS[terminal] } else { PROVIDERS[0] };
            let period = PERIODS[round as usize / 8 % PERIODS.len()];
            let name = format!("{period} terminal {terminal} round {round}.csv");
            workspace.deliver(provider, &name, delivery(provider, period, 10 + round / 4 % 2));
        }
        finished(workspace, PREPARER, &["ingest"]).ended(0, &[]);
        *counts.entry("ingest").or_default() += 1;
        let run = finished(workspace, PREPARER, &["--json", "run"]).ended(0, &[]);
        *counts.entry("run").or_default() += 1;
        ran.fetch_add(tasks(&run), Ordering::Relaxed);
        // Two months are no history, for each revision anew.
        for period in PERIODS {
            let baseline = ["period", "baseline", period, "--reason", "looked through by hand"];
            told(finished(workspace, PREPARER, &baseline), refusals);
        }
        let run = finished(workspace, PREPARER, &["--json", "run"]).ended(0, &[]);
        ran.fetch_add(tasks(&run), Ordering::Relaxed);
        // What the other one changed meanwhile may refuse these; it may not break them.
        let open = workspace.json(&["release", "list", "--state", "open"]);
        for release in open.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()) {
            for (verb, who) in
                [("approve", APPROVERS[terminal]), ("approve", APPROVERS[1 - terminal]), ("publish", PREPARER)]
            {
                let outcome = finished(workspace, who, &["release", verb, release]);
                let is_first = !outcome.stdout.contains("is published already");
                if told(outcome, refusals) && is_first {
                    *counts.entry(verb).or_default() += 1;
                }
            }
        }
    }
    counts
}

/// Whether it was done; if not, it was refused.
fn told(outcome: Outcome, refusals: &Mutex<Vec<String>>) -> bool {
    if outcome.code == Some(3) {
        refusals.lock().unwrap().push(outcome.stderr);
        return false;
    }
    outcome.ended(0, &[]);
    true
}

/// Runs the program, which must not hang.
fn finished(workspace: &Workspace, who: &str, arguments: &[&str]) -> Outcome {
    let started = Instant::now();
    let outcome = workspace.run(who, arguments);
    assert!(started.elapsed() < PATIENCE, "{arguments:?} took {:?}", started.elapsed());
    outcome
}

/// How many tasks a run says that it ran to their end.
fn tasks(run: &Outcome) -> u64 {
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:#?}"));
    document["tasks"].as_u64().unwrap_or_else(|| panic!("{run:#?}"))
}

/// The journal keeps one outcome of what two processes did both, so it alone could not tell: each run that brought a task
/// to its end says so, and there have to be as many outcomes.
fn each_task_ran_once(done: u64, ran: u64) {
    assert!(done > 20, "{done} tasks prove nothing");
    assert_eq!(ran, done, "tasks that ran, and their outcomes on record");
}

/// What was overtaken while it ran left no outcome, but was begun: by one of the two, and again only after its place was
/// taken by something else. To assemble is no work that could be done twice: it binds a release to what it stands for, in
/// one transaction, and what a person settles meanwhile binds it too.
fn no_task_was_begun_twice(workspace: &Workspace) {
    let intents = workspace.payloads_of("task_started");
    let mut newest = BTreeMap::<String, &Value>::new();
    for task in intents.iter().map(|intent| &intent["task"]).filter(|task| task["kind"] != "assemble") {
        let before = newest.insert(format!("{} {}", task["kind"], task["subject"]), &task["key"]);
        assert!(before != Some(&task["key"]), "begun twice: {task:#?}");
    }
    assert!(newest.len() > 10, "{newest:#?}");
}

const WRITERS: u64 = 5;
const COMMITS: u64 = 50;
/// Names the folder to a writer.
const FOLDER: &str = "ASSAY_TEST_FOLDER";
/// Names itself to a writer.
const NUMBER: &str = "ASSAY_TEST_NUMBER";

/// Processes that know nothing of each other commit to one table, each to a slice of its own.
#[test]
fn overlapping_commits_of_processes_all_arrive_once() {
    let folder = tempfile::tempdir().unwrap();
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "processes::one_writer_of_many", "--ignored", "--nocapture"])
                .env(FOLDER, folder.path())
                .env(NUMBER, number.to_string())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut conflicts = 0;
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
        let count =
            said.lines().find_map(|line| line.split("conflicts retried: ").nth(1)).unwrap_or_else(|| panic!("{said}"));
        conflicts += count.trim().parse::<u64>().unwrap();
    }
    assert!(conflicts > 0, "no conflict was met: the test proves nothing");

    let lake = Lake::open(folder.path()).unwrap();
    let commits = WRITERS * COMMITS;
    assert!(commits >= 200);
    assert_eq!(lake.version(&table()).unwrap(), Some(commits - 1));
    let rows = lake.scan(&table(), None, &[]).unwrap().unwrap().collect().unwrap();
    assert_eq!(rows.height() as u64, WRITERS);
    assert_eq!(rows.column("n").unwrap().i64().unwrap().iter().flatten().min(), i64::try_from(COMMITS).ok());
}

#[test]
#[ignore = "a part of overlapping_commits_of_processes_all_arrive_once"]
fn one_writer_of_many() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let number: u64 = std::env::var(NUMBER).unwrap().parse().unwrap();
    let lake = Lake::open(Path::new(&folder)).unwrap();
    for turn in 1..=COMMITS {
        let frame = df!("n" => [i64::try_from(turn).unwrap()]).unwrap();
        let schema = frame.schema().clone();
        let partition =
            vec![("_period".to_owned(), "2026-10".to_owned()), ("_provider".to_owned(), format!("provider{number}"))];
        let seq = turn * WRITERS + number;
        let commit = Commit::new(partition, seq, "refine", "test".to_owned(), DateTime::<Utc>::UNIX_EPOCH);
        let mut rows = std::iter::once(Ok(frame));
        let committed = lake.replace(&table(), &schema, &commit, &mut rows, &Cancel::default()).unwrap();
        assert!(!committed.repeated);
    }
    println!("conflicts retried: {}", lake.conflicts_retried());
}

fn table() -> Table {
    Table::Silver { dataset: "slips".to_owned() }
}
