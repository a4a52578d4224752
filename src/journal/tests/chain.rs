//! The record can't be changed, and where it was changed all the same, that is found.

use rusqlite::Connection;

use super::facts::{contract, landed, slice};
use super::{Bench, origin};
use crate::base::{Cancel, ErrorKind};
use crate::journal::entry::Entry;
use crate::journal::{Verified, connection, verify};

const ENTRIES: u32 = 1000;

/// A journal with a thousand entries.
fn thousand() -> Bench {
    let bench = Bench::new();
    bench
        .journal
        .write(&origin("mira"), |transaction| {
            for number in 1..=ENTRIES {
                transaction.append(landed(&slice(u64::from(number) % 36), number))?;
            }
            Ok(())
        })
        .unwrap();
    bench
}

/// A connection that the triggers no longer stop.
pub(super) fn burglar(bench: &Bench) -> Connection {
    let connection = connection::open_writer(&bench.path()).unwrap();
    let drops = ["event_is_never_changed", "event_is_never_removed", "event_goes_to_the_end"];
    for trigger in drops {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    connection
}

fn check(connection: &Connection) -> Verified {
    verify::verify(connection, None, &Cancel::default()).unwrap()
}

/// Tampers with every entry in turn, and says where the first bad entry must be found each time.
fn tamper(with: impl Fn(u32) -> (String, u32), last: u32) {
    let bench = thousand();
    let connection = burglar(&bench);
    assert_eq!(check(&connection).first_bad, None);
    for number in 1..=last {
        let (sql, first_bad) = with(number);
        connection.execute_batch(&format!("BEGIN; {sql}")).unwrap();
        let verified = check(&connection);
        connection.execute_batch("ROLLBACK").unwrap();
        let found = verified.first_bad.map(|bad| bad.seq);
        assert_eq!((found, verified.events), (Some(u64::from(first_bad)), u64::from(first_bad) - 1), "{sql}");
    }
    assert_eq!(check(&connection).first_bad, None);
}

#[test]
fn a_flip_in_any_column_of_any_entry_is_found() {
    let columns = [
        "at",
        "actor",
        "role",
        "via",
        "host",
        "version",
        "command",
        "kind",
        "subject",
        "reason",
        "payload",
        "prev_hash",
        "hash",
    ];
    tamper(
        |number| {
            let column = columns[number as usize % columns.len()];
            (format!("UPDATE event SET {column} = {column} || ' ' WHERE seq = {number}"), number)
        },
        ENTRIES,
    );
}

/// Whoever knows how entries are sealed can seal a false one, but not without all that follow.
#[test]
fn an_entry_written_anew_with_a_fitting_seal_is_found_by_the_next() {
    let bench = thousand();
    let connection = burglar(&bench);
    for number in (1..ENTRIES).step_by(37) {
        let read = |row: &rusqlite::Row<'_>| Ok(Entry::read(row).unwrap());
        let mut entry = connection.query_row("SELECT * FROM event WHERE seq = ?1", [number], read).unwrap();
        entry.actor = "tomas".to_owned();
        connection.execute_batch("BEGIN").unwrap();
        let sealed = rusqlite::params![number, entry.actor, entry.sealed()];
        connection.execute("UPDATE event SET actor = ?2, hash = ?3 WHERE seq = ?1", sealed).unwrap();
        let bad = check(&connection).first_bad.unwrap();
        connection.execute_batch("ROLLBACK").unwrap();
        assert_eq!((bad.seq, bad.why.as_str()), (u64::from(number) + 1, "it does not follow the entry before it"));
    }
}

#[test]
fn a_reason_taken_away_is_found() {
    tamper(|number| (format!("UPDATE event SET reason = NULL WHERE seq = {number}"), number), 20);
}

#[test]
fn a_removed_entry_is_found() {
    // The last one is another matter: only a head that was kept elsewhere tells.
    tamper(|number| (format!("DELETE FROM event WHERE seq = {number}"), number), ENTRIES - 1);
}

#[test]
fn two_swapped_entries_are_found() {
    tamper(
        |number| {
            let other = number + 1 + (number * 7) % (ENTRIES - number);
            let swap = format!(
                "UPDATE event SET seq = -1 WHERE seq = {number}; UPDATE event SET seq = {number} WHERE seq = {other};
                 UPDATE event SET seq = {other} WHERE seq = -1;"
            );
            (swap, number)
        },
        ENTRIES - 1,
    );
}

#[test]
fn a_doubled_entry_is_found() {
    tamper(
        |number| {
            let double = format!(
                "UPDATE event SET seq = -seq - 1 WHERE seq > {number}; UPDATE event SET seq = -seq WHERE seq < 0;
                 INSERT INTO event SELECT {number} + 1, at, actor, role, via, host, version, command, kind, subject,
                     reason, prev_hash, hash, payload FROM event WHERE seq = {number};"
            );
            (double, number + 1)
        },
        ENTRIES,
    );
}

#[test]
fn an_entry_before_the_first_and_one_of_another_type_are_found() {
    let bench = thousand();
    let connection = burglar(&bench);
    connection.execute_batch("BEGIN; UPDATE event SET seq = -3 WHERE seq = 1000").unwrap();
    assert_eq!(check(&connection).first_bad.unwrap().seq, 1);
    connection.execute_batch("ROLLBACK; BEGIN; UPDATE event SET actor = CAST(x'ff' AS TEXT) WHERE seq = 5").unwrap();
    assert_eq!(check(&connection).first_bad.unwrap().seq, 5);
}

#[test]
fn a_cut_off_end_is_found_with_a_head_kept_elsewhere() {
    let bench = thousand();
    let cancel = Cancel::default();
    let head = bench.journal.verify(&cancel).unwrap().head;
    let connection = burglar(&bench);
    connection.execute_batch("DELETE FROM event WHERE seq > 990").unwrap();
    assert_eq!(bench.journal.verify(&cancel).unwrap().first_bad, None);
    let bad = bench.journal.verify_against(&head, &cancel).unwrap().first_bad.unwrap();
    assert_eq!(bad.seq, 991);
    assert!(bad.why.contains(&head), "{}", bad.why);
}

#[test]
fn an_older_head_is_still_part_of_a_chain_that_grew() {
    let bench = Bench::new();
    let cancel = Cancel::default();
    bench.tell("mira", vec![contract(1)]).unwrap();
    let head = bench.journal.verify(&cancel).unwrap().head;
    bench.tell("mira", vec![contract(2)]).unwrap();
    assert_eq!(bench.journal.verify_against(&head[..12], &cancel).unwrap().first_bad, None);
    assert_eq!(bench.journal.verify_against("abc", &cancel).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn the_database_itself_refuses_to_change_the_record() {
    let bench = Bench::new();
    bench.tell("mira", vec![contract(1), contract(2)]).unwrap();
    let connection = connection::open_writer(&bench.path()).unwrap();
    for sql in [
        "UPDATE event SET actor = 'tomas' WHERE seq = 1",
        "DELETE FROM event WHERE seq = 2",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 1",
        "INSERT INTO event SELECT 7, at, actor, role, via, host, version, command, kind, subject, reason, prev_hash,
             hash, payload FROM event WHERE seq = 1",
    ] {
        let error = connection.execute_batch(sql).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
    assert_eq!(check(&connection).events, 2);
}
