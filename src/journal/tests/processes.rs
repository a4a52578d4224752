//! Several writers, in threads and in processes, and those that die.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::facts::{landed, slice};
use super::{Bench, noon, origin};
use crate::base::{Cancel, Error};
use crate::journal::Journal;

const FOLDER: &str = "ASSAY_TEST_JOURNAL";
const WRITES: &str = "ASSAY_TEST_WRITES";

/// Writes what comes next to some slice, `count` times, two entries at a time.
fn hammer(path: &Path, who: &str, count: u64) {
    let journal = Journal::open(path, noon()).unwrap();
    for number in 0..count {
        journal
            .write(&origin(who), move |transaction| {
                let slice = slice(number % 9);
                let next = transaction.newest_revision(&slice)? + 1;
                transaction.append(landed(&slice, next))?;
                transaction.append(landed(&slice, next + 1))
            })
            .unwrap();
    }
}

/// Not a test by itself: what the tests below start as a process of its own.
#[test]
fn another_process() {
    let (Ok(path), Ok(count)) = (std::env::var(FOLDER), std::env::var(WRITES)) else { return };
    hammer(Path::new(&path), "another", count.parse().unwrap());
}

fn start(path: &Path, count: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "journal::tests::processes::another_process"])
        .env(FOLDER, path)
        .env(WRITES, count.to_string())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn processes_and_threads_write_one_gapless_chain_without_an_error() {
    let bench = Bench::new();
    let path = bench.path();
    let mut children = [start(&path, 150), start(&path, 150)];
    std::thread::scope(|scope| {
        for who in ["one", "two"] {
            let path = &path;
            scope.spawn(move || hammer(path, who, 150));
        }
    });
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let verified = bench.journal.verify(&Cancel::default()).unwrap();
    assert_eq!((verified.events, verified.first_bad), (4 * 150 * 2, None));
}

#[test]
fn a_killed_writer_leaves_whole_changes_only() {
    let bench = Bench::new();
    for round in 1..=4 {
        let (before, _) = bench.journal.read(|snapshot| snapshot.head()).unwrap();
        let mut child = start(&bench.path(), 1_000_000);
        let deadline = Instant::now() + Duration::from_mins(1);
        while bench.journal.read(|snapshot| snapshot.head()).unwrap().0 < before + 20 {
            assert!(Instant::now() < deadline, "the other process does not write");
            std::thread::sleep(Duration::from_millis(1 + round));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let verified = bench.journal.verify(&Cancel::default()).unwrap();
        assert_eq!((verified.events % 2, verified.first_bad), (0, None));
        hammer(&bench.path(), "survivor", 1);
    }
    let counted = bench.journal.rebuild(&Cancel::default(), &|_, _| ()).unwrap();
    assert_eq!(counted % 2, 0);
}

#[test]
fn the_data_version_tells_of_every_commit() {
    let bench = Bench::new();
    let other = Journal::open(&bench.path(), noon()).unwrap();
    let mut seen = vec![bench.journal.data_version().unwrap()];
    assert_eq!(seen, [bench.journal.data_version().unwrap()], "nothing happened");
    for journal in [&bench.journal, &other] {
        let revision = seen.len() as u32;
        journal.write(&origin("mira"), move |transaction| transaction.append(landed(&slice(1), revision))).unwrap();
        seen.push(bench.journal.data_version().unwrap());
    }
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[test]
fn a_change_that_fails_is_gone_even_where_its_error_was_swallowed() {
    let bench = Bench::new();
    let failed = bench.journal.write(&origin("mira"), |transaction| {
        transaction.append(landed(&slice(1), 1))?;
        Err::<(), _>(Error::refused("no"))
    });
    assert_eq!(failed.unwrap_err().message(), "no");
    let swallowed = bench.journal.write(&origin("mira"), |transaction| {
        transaction.append(landed(&slice(1), 1))?;
        let _ = transaction.append(landed(&slice(1), 1));
        Ok(())
    });
    assert!(swallowed.unwrap_err().message().contains("landed already"));
    assert_eq!(bench.journal.read(|snapshot| snapshot.head()).unwrap().0, 0);
    assert!(bench.tell(" ", vec![landed(&slice(1), 1)]).is_err(), "nobody did it");
}

#[test]
fn a_change_inside_a_change_and_a_panic_do_no_harm() {
    let bench = Bench::new();
    let inner = bench.journal.clone();
    let nested = bench.journal.write(&origin("mira"), move |_| inner.write(&origin("mira"), |_| Ok(())));
    assert!(nested.unwrap_err().message().contains("inside itself"));
    let panicked = bench.journal.write(&origin("mira"), |transaction| {
        transaction.append(landed(&slice(1), 1))?;
        let empty: [u8; 0] = [];
        Ok(empty[transaction.head()?.0 as usize])
    });
    assert!(panicked.is_err());
    assert_eq!(bench.tell("mira", vec![landed(&slice(1), 1)]).unwrap(), 1);
}

#[test]
fn a_reader_sees_one_state_while_others_write() {
    let bench = Bench::new();
    bench.tell("mira", vec![landed(&slice(1), 1)]).unwrap();
    bench
        .journal
        .read(|snapshot| {
            let before = snapshot.head()?;
            bench.tell("mira", vec![landed(&slice(1), 2)])?;
            assert_eq!(before, snapshot.head()?);
            Ok(())
        })
        .unwrap();
}
