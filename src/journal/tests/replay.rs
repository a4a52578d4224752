//! The projections are a function of the events alone.

use std::collections::BTreeSet;

use chrono::{TimeZone, Utc};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

use super::chain::burglar;
use super::facts::{
    anomaly_id, approved, covered, delivery, digest, found, numbered, opened, period, release, slice, task, whole_life,
};
use super::story::{live, long};
use super::{Bench, projections};
use crate::base::number::{kept, rounded};
use crate::base::{Cancel, Clock, Digest, ErrorKind};
use crate::domain::listing::Query;
use crate::domain::{Fact, TaskKind};
use crate::journal::{Journal, project};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_replays_to_the_same_rows(tries in vec(any::<(u8, u8, u8)>(), 1..120)) {
        let bench = Bench::new();
        live(&bench, &tries);
        replays_to_the_same_rows(&bench);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbers_in_facts_are_read_back_bit_for_bit(bits in vec(any::<u64>(), 12), near_one in vec(-1e4_f64..1e4, 12)) {
        let any = bits.into_iter().map(f64::from_bits).filter(|number| number.is_finite());
        let numbers: Vec<f64> = any.chain(near_one).map(kept).chain([0.1 + 0.2, 2.0 / 3.0].map(rounded)).collect();
        let bench = Bench::new();
        for fact in numbered(&numbers) {
            let seq = bench.tell("mira", vec![fact.clone()]).unwrap();
            let read = bench.journal.read(|snapshot| snapshot.event(seq)).unwrap().unwrap().fact;
            // Debug tells 0 from -0, and shows every bit of the others.
            prop_assert_eq!(format!("{read:?}"), format!("{fact:?}"));
        }
    }
}

/// Replays with another clock than the one the history was lived by.
fn replays_to_the_same_rows(bench: &Bench) {
    let before = projections(&bench.path());
    let later = Clock::Fixed(Utc.with_ymd_and_hms(2031, 1, 1, 0, 0, 0).unwrap());
    let other = Journal::open(&bench.path(), later).unwrap();
    let events = other.rebuild(&Cancel::default(), &|_, _| ()).unwrap();
    let verified = other.verify(&Cancel::default()).unwrap();
    assert_eq!((verified.events, verified.first_bad), (events, None));
    for (live, replayed) in before.iter().zip(projections(&bench.path())) {
        assert_eq!(live, &replayed);
    }
}

#[test]
fn a_long_history_leaves_no_fact_and_no_table_out_and_replays() {
    let bench = Bench::new();
    live(&bench, &long(4000));
    let generation = bench.journal.read(|snapshot| snapshot.generation()).unwrap();
    let (first, second) = (release(period(9), 1), release(period(9), 2));
    bench.tell("mira", whole_life(&first, None, generation + 1)).unwrap();
    bench.tell("mira", whole_life(&second, Some(first.clone()), generation + 2)).unwrap();
    let (started, number) = (Fact::RollbackStarted { from: second.clone(), to: first.clone() }, generation + 3);
    let back = Fact::RolledBack { from: second, to: first, delta_version: number, generation: number };
    bench.tell("mira", vec![started, back]).unwrap();
    let third = release(period(11), 1);
    let assembled = Fact::ReleaseAssembled { release: third.clone(), release_digest: digest(7) };
    let revoked = Fact::ApprovalRevoked { release: third.clone() };
    bench.tell("mira", vec![opened(&third, 1), assembled, approved(&third, 7, true), revoked]).unwrap();
    let lost = delivery(&slice(8), 99);
    let begun = Fact::LandingStarted { delivery: lost.clone(), encoding: None, claimed_at: None };
    bench.tell("mira", vec![begun, Fact::LandingGivenUp { delivery: lost, note: "gone".to_owned() }]).unwrap();
    bench.tell("mira", vec![Fact::TaskStarted { task: task(TaskKind::Refine, &slice(8), 1) }]).unwrap();
    let (one, next) = (slice(27), slice(30));
    let waived = Fact::AnomalyWaived { id: anomaly_id(&one), until: Some(next.period) };
    bench.tell("mira", vec![found(&one, 3), waived, found(&next, 3), covered(&next, &one)]).unwrap();
    let query = Query { limit: 10_000, ..Query::default() };
    let log = bench.journal.read(|snapshot| snapshot.log_page(&query)).unwrap();
    let kinds: BTreeSet<String> = log.rows.into_iter().map(|row| row.kind).collect();
    assert_eq!(kinds.len(), 44, "{kinds:?}");
    for (table, rows) in projections(&bench.path()) {
        assert!(!rows.is_empty(), "{table} is empty");
    }
    replays_to_the_same_rows(&bench);
}

#[test]
fn a_cancelled_rebuild_leaves_everything_as_it_was() {
    let bench = Bench::new();
    live(&bench, &long(100));
    let before = projections(&bench.path());
    let cancel = Cancel::default();
    cancel.cancel();
    let error = bench.journal.rebuild(&cancel, &|_, _| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(before, projections(&bench.path()));
}

#[test]
fn what_nobody_wrote_is_not_replayed() {
    let bench = Bench::new();
    live(&bench, &long(100));
    let before = projections(&bench.path());
    let connection = burglar(&bench);
    for (tampering, seq) in [
        ("UPDATE event SET actor = 'zed' WHERE seq = 7", 7),
        ("UPDATE event SET reason = NULL WHERE seq = 1", 1),
        ("DELETE FROM event WHERE seq = 40", 40),
        ("UPDATE event SET prev_hash = hash WHERE seq = 12", 12),
    ] {
        connection.execute_batch(&format!("CREATE TABLE aside AS SELECT * FROM event; {tampering}")).unwrap();
        let error = bench.journal.rebuild(&Cancel::default(), &|_, _| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{tampering}: {error}");
        assert!(error.one_line().contains(&format!("entry {seq} of the journal")), "{tampering}: {error}");
        assert_eq!(before, projections(&bench.path()), "{tampering}");
        connection.execute_batch("DELETE FROM event; INSERT INTO event SELECT * FROM aside; DROP TABLE aside").unwrap();
    }
    replays_to_the_same_rows(&bench);
}

#[test]
fn one_history_gives_one_file_whatever_leases_came_between() {
    let copies: Vec<Vec<u8>> = [0, 5]
        .into_iter()
        .map(|leases| {
            let bench = Bench::new();
            for lease in 0..leases {
                assert!(bench.journal.lease(&format!("task {lease}"), "me", 60).unwrap());
            }
            live(&bench, &long(60));
            for lease in 0..leases {
                bench.journal.release_lease(&format!("task {lease}"), "me").unwrap();
            }
            let copy = bench.folder.path().join("copy.db");
            bench.journal.copy_to(&copy).unwrap();
            std::fs::read(copy).unwrap()
        })
        .collect();
    assert!(copies[0] == copies[1]);
}

/// Whoever changes a projection's tables adds a step `Replay` to `version::STEPS`, and then this digest.
#[test]
fn a_change_of_the_projections_takes_a_new_step() {
    let steps = crate::journal::version::STEPS.len();
    let digest = Digest::of((project::fresh_tables() + &project::indexes()).as_bytes());
    assert_eq!((steps, digest.short()), (15, "5b386aa4918f"));
}
