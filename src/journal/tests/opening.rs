//! New, older, newer and foreign files.

use super::facts::contract;
use super::story::{live, long};
use super::{Bench, Tables, noon, projections};
use crate::base::ErrorKind;
use crate::journal::migrate;
use crate::journal::version::{STEPS, Step};
use crate::journal::{Journal, connection};

#[test]
fn an_older_journal_is_backed_up_and_brought_up_to_date() {
    let (bench, before) = older();
    let journal = Journal::open(&bench.path(), noon()).unwrap();
    assert_eq!(before, projections(&bench.path()));
    let backup = bench.folder.path().join("assay.db.backup-v1");
    let old = rusqlite::Connection::open(backup).unwrap();
    let events: i64 = old.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap();
    let version: i64 = old.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    let (head, _) = journal.read(|snapshot| snapshot.head()).unwrap();
    assert_eq!((events.unsigned_abs(), version), (head, 1));
    let tables: i64 =
        old.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'batch'", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 0, "the backup is of what was there before");
}

/// A journal as a program before the projections left it, and the rows that those had.
fn older() -> (Bench, Tables) {
    let bench = Bench::new();
    live(&bench, &long(200));
    let before = projections(&bench.path());
    let connection = connection::open_writer(&bench.path()).unwrap();
    for (table, _) in &before {
        connection.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }
    connection.pragma_update(None, "user_version", 1).unwrap();
    (bench, before)
}

#[test]
fn a_backup_is_never_written_over() {
    let (bench, _) = older();
    let backup = bench.folder.path().join("assay.db.backup-v1");
    let kept = "kept when an upgrade failed";
    std::fs::write(&backup, kept).unwrap();
    Journal::open(&bench.path(), noon()).unwrap();
    assert!(std::fs::read_to_string(backup).is_ok_and(|text| text == kept), "the backup was written over");
    let next = rusqlite::Connection::open(bench.folder.path().join("assay.db.backup-v1-2")).unwrap();
    let version: i64 = next.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
}

#[test]
fn many_upgrade_a_journal_at_once_and_one_backs_it_up() {
    let (bench, _) = older();
    std::thread::scope(|scope| {
        let open = || Journal::open(&bench.path(), noon()).map(drop);
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
    let names = std::fs::read_dir(bench.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let backups: Vec<_> = names.filter(|name| name.to_string_lossy().contains("backup")).collect();
    assert_eq!(backups, ["assay.db.backup-v1"]);
    let backup = rusqlite::Connection::open(bench.folder.path().join("assay.db.backup-v1")).unwrap();
    let version: i64 = backup.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
}

#[test]
fn a_step_that_fails_changes_nothing() {
    let bench = Bench::new();
    bench.tell("mira", vec![contract(1)]).unwrap();
    let connection = connection::open_writer(&bench.path()).unwrap();
    let steps = [STEPS, &[Step::Sql("CREATE TABLE novelty (x)"), Step::Sql("nonsense")]].concat();
    migrate::migrate(&connection, &bench.path(), &steps).unwrap_err();
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'novelty'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 0);
    Journal::open(&bench.path(), noon()).unwrap();
}

#[test]
fn a_newer_journal_is_refused_and_left_alone() {
    let bench = Bench::new();
    let connection = connection::open_writer(&bench.path()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = Journal::open(&bench.path(), noon()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::BadData);
    assert!(error.one_line().contains("newer assay") && error.one_line().contains("99"), "{error}");
    assert!(!bench.folder.path().join("assay.db.backup-v99").exists());
}

#[test]
fn other_files_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("assay.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE recipe (x)").unwrap();
    let error = Journal::open(&path, noon()).err().unwrap();
    assert!(error.one_line().contains("not a journal"), "{error}");

    let path = folder.path().join("text.db");
    std::fs::write(&path, "this is no database at all, but long enough to look at".repeat(40)).unwrap();
    let error = Journal::open(&path, noon()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Corrupt);

    let error = Journal::open(&folder.path().join("nowhere/assay.db"), noon()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[test]
fn many_open_a_new_journal_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("assay.db");
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| Journal::open(&path, noon()).map(drop))).collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
}
