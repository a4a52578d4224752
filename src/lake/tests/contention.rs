//! Several writers of one table, none of whom knows of the others.

use std::collections::BTreeMap;

use super::*;

const WRITERS: u64 = 6;
const COMMITS: u64 = 40;

/// Each writer commits to slices of its own and to one that all share; everything has to be there once.
#[test]
fn overlapping_commits_all_arrive_once() {
    let folder = tempfile::tempdir().unwrap();
    let conflicts: u64 = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || writer)).collect();
        let ids: Vec<u64> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        let root = folder.path();
        let running: Vec<_> = ids.into_iter().map(|id| scope.spawn(move || write(root, id))).collect();
        running.into_iter().map(|running| running.join().unwrap()).sum()
    });
    assert!(conflicts > 0, "no conflict was met: the test proves nothing");

    let lake = Lake::open(folder.path()).unwrap();
    let mut seen: BTreeMap<(String, i64), u32> = BTreeMap::new();
    let log = folder.path().join("lake/silver/slips/_delta_log");
    let last = lake.version(&silver()).unwrap().unwrap();
    for version in 0..=last {
        let text = std::fs::read_to_string(log.join(format!("{version:020}.json"))).unwrap();
        let actions = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        for transaction in actions.filter_map(|action| action.get("txn").cloned()) {
            let slice = transaction["appId"].as_str().unwrap().to_owned();
            *seen.entry((slice, transaction["version"].as_i64().unwrap())).or_default() += 1;
        }
    }
    assert!(seen.values().all(|times| *times == 1), "an intent was committed twice");
    let own = seen.keys().filter(|(slice, _)| !slice.contains("shared")).count();
    assert_eq!(own as u64, WRITERS * COMMITS, "a commit was lost");
    assert_eq!(seen.len() as u64, last + 1);

    for id in 0..WRITERS {
        let own = read(&lake, &silver(), None, &slice("2026-10", &format!("own{id}")));
        assert_eq!(column(&own, "n"), [i64::try_from(number(id, COMMITS - 1)).unwrap()]);
    }
    let shared = read(&lake, &silver(), None, &slice("2026-10", "shared"));
    let latest = seen.keys().filter(|(slice, _)| slice.contains("shared")).map(|(_, seq)| *seq).max();
    assert_eq!(column(&shared, "n"), [latest.unwrap()]);
}

/// The intent numbers of a writer: increasing over time as the journal's do, and nobody else's.
fn number(writer: u64, turn: u64) -> u64 {
    turn * WRITERS + writer + 1
}

fn write(root: &Path, id: u64) -> u64 {
    let lake = Lake::open(root).unwrap();
    for turn in 0..COMMITS {
        let seq = number(id, turn);
        let rows = numbers(i64::try_from(seq).unwrap(), 1);
        let own = intent(slice("2026-10", &format!("own{id}")), seq);
        assert!(!replace(&lake, &silver(), &own, rows.clone()).unwrap().repeated);
        // A later intent may have been faster here, and then this one has to give way.
        let shared = intent(slice("2026-10", "shared"), seq);
        if let Err(error) = replace(&lake, &silver(), &shared, rows) {
            assert_eq!(error.kind(), crate::base::ErrorKind::Refused, "{error}");
        }
    }
    lake.conflicts_retried()
}

#[test]
fn threads_of_one_lake_do_not_get_in_each_others_way() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    std::thread::scope(|scope| {
        for id in 0..4_u64 {
            let lake = lake.clone();
            scope.spawn(move || {
                for turn in 0..10 {
                    let commit = intent(slice("2026-10", &format!("p{id}")), number(id, turn));
                    replace(&lake, &silver(), &commit, numbers(0, 2)).unwrap();
                }
            });
        }
    });
    assert_eq!(lake.conflicts_retried(), 0);
    assert_eq!(read(&lake, &silver(), None, &[]).height(), 8);
}
