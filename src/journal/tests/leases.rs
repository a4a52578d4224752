//! Leases and requests to stop.

use super::{Bench, noon};
use crate::journal::Journal;

#[test]
fn one_holds_a_key_at_a_time_whatever_the_journals_clock_says() {
    let bench = Bench::new();
    let other = Journal::open(&bench.path(), noon()).unwrap();
    assert!(bench.journal.lease("refine a", "one", 60).unwrap());
    assert!(!other.lease("refine a", "two", 60).unwrap());
    assert!(bench.journal.renew("refine a", "one", 60).unwrap());
    assert!(!other.renew("refine a", "two", 60).unwrap());
    other.release_lease("refine a", "two").unwrap();
    let leases = other.leases().unwrap();
    assert_eq!(leases.iter().map(|lease| lease.owner.as_str()).collect::<Vec<_>>(), ["one"]);
    bench.journal.release_lease("refine a", "one").unwrap();
    assert!(other.lease("refine a", "two", 60).unwrap());
}

#[test]
fn a_lease_that_ran_out_is_free_though_the_clock_stands_still() {
    let bench = Bench::new();
    assert!(bench.journal.lease("refine a", "dead", 0).unwrap());
    assert!(bench.journal.leases().unwrap().is_empty());
    assert!(bench.journal.lease("refine a", "alive", 60).unwrap());
    assert!(!bench.journal.renew("refine a", "dead", 60).unwrap());
}

#[test]
fn a_request_to_stop_reaches_the_other_process_and_ends_with_the_lease() {
    let bench = Bench::new();
    let other = Journal::open(&bench.path(), noon()).unwrap();
    assert!(bench.journal.lease("enrich a", "one", 60).unwrap());
    other.request_cancel("enrich a").unwrap();
    other.request_cancel("enrich a").unwrap();
    assert!(bench.journal.cancel_requested("enrich a").unwrap());
    assert!(bench.journal.lease("enrich a", "one", 60).unwrap(), "renewed");
    assert!(bench.journal.cancel_requested("enrich a").unwrap());
    bench.journal.release_lease("enrich a", "one").unwrap();
    assert!(!bench.journal.cancel_requested("enrich a").unwrap());
}

#[test]
fn nobody_stops_for_a_request_to_one_who_died() {
    let bench = Bench::new();
    assert!(bench.journal.lease("enrich a", "dead", 0).unwrap());
    bench.journal.request_cancel("enrich a").unwrap();
    assert!(bench.journal.lease("enrich a", "alive", 60).unwrap());
    assert!(!bench.journal.cancel_requested("enrich a").unwrap());
}

#[test]
fn leases_are_no_part_of_the_record() {
    let bench = Bench::new();
    bench.journal.lease("refine a", "one", 60).unwrap();
    assert_eq!(bench.journal.read(|snapshot| snapshot.head()).unwrap().0, 0);
}
