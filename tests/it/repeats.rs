//! What is recognised as done before is recorded as what it was.

use assay::base::Clock;
use assay::domain::TaskKind;
use assay::domain::task::TaskOutput;
use assay::journal::Journal;
use assay::lake::Table;

use super::support::{PERIODS, PREPARER, PROVIDERS, Workspace, delivery};

/// The recorded outputs of `refine`, with the slots that they are of.
fn refined(workspace: &Workspace) -> Vec<(String, TaskOutput)> {
    let journal = Journal::open(&workspace.path("assay.db"), Clock::System).unwrap();
    let of_period = |period: &str| {
        let period = period.parse().unwrap();
        journal.read(|snapshot| snapshot.outputs_of("slips", period)).unwrap()
    };
    let all = PERIODS.into_iter().flat_map(of_period).filter(|one| one.task.kind == TaskKind::Refine);
    all.map(|one| (one.task.slot(), one.output)).collect()
}

fn commits(workspace: &Workspace) -> usize {
    let logs = workspace.delta_logs();
    let silver = logs.iter().filter(|(table, _)| table == "lake/silver/slips");
    silver.flat_map(|(_, actions)| actions).filter(|action| action.get("commitInfo").is_some()).count()
}

#[test]
fn a_repeat_after_a_crash_records_the_true_numbers_of_rows() {
    let start = Workspace::with_model();
    for (provider, bad) in PROVIDERS.into_iter().zip([1, 3]) {
        for period in PERIODS {
            let refused = "bad,yesterday,Beans,1.00\n".repeat(bad);
            start.deliver(provider, &format!("{period}.csv"), delivery(provider, period, 10) + &refused);
        }
    }
    start.ok(PREPARER, &["ingest"]);
    let undisturbed = start.copy();
    undisturbed.ok(PREPARER, &["run"]);
    let expected = refined(&undisturbed);
    let numbers = |(_, output): &(String, TaskOutput)| (output.rows_in, output.rows_out, output.rejected);
    let mut counted: Vec<_> = expected.iter().map(numbers).collect();
    counted.sort_unstable();
    assert_eq!(counted, [(11, 10, 1), (11, 10, 1), (13, 10, 3), (13, 10, 3)]);

    // Both tables are written and the outcome is not: the next run finds its own commits.
    for point in ["task.before_outcome", "delta.log_synced"] {
        let workspace = start.copy();
        let died = workspace.run_armed(PREPARER, &["run"], point);
        assert_eq!(died.signal, Some(6), "{point}: {died:#?}");
        assert!(refined(&workspace).len() < expected.len(), "{point} came too late");
        let before = commits(&workspace);
        assert!(before > 0, "{point} came before any commit");
        workspace.ok(PREPARER, &["run"]);
        assert_eq!(refined(&workspace), expected, "{point}");
        assert_eq!(commits(&workspace), commits(&undisturbed), "{point}: something was written twice");
        assert_eq!(workspace.json(&["batch", "list"]), undisturbed.json(&["batch", "list"]), "{point}");
        let rejects = Table::Rejects { dataset: "slips".to_owned() };
        assert!(workspace.rows(&rejects).unwrap().equals_missing(&undisturbed.rows(&rejects).unwrap()), "{point}");
    }
}
