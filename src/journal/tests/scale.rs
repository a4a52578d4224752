//! How the journal behaves at the size it is made for. Ignored: it takes minutes.

use std::time::{Duration, Instant};

use super::facts::{anomaly_id, done, evaluation, found, landed, slice, task};
use super::{Bench, origin};
use crate::base::Cancel;
use crate::domain::listing::{Fetch, Query};
use crate::domain::{Fact, Slice, TaskKind};

const EVENTS: u64 = 1_000_000;
const PER_CHANGE: u64 = 10_000;

/// The events about one of 100,000 slices: landed, refined, profiled, and now and then an anomaly.
fn facts(number: u64) -> Vec<Fact> {
    let slice = Slice { dataset: format!("slips{}", number / 36), ..slice(number % 36) };
    let (refine, profile) = (task(TaskKind::Refine, &slice, 1), task(TaskKind::Profile, &slice, 1));
    let seen =
        Fact::AnomalySeen { id: anomaly_id(&slice), evaluation: Box::new(evaluation(&slice, number)), rule: None };
    vec![
        landed(&slice, 1),
        Fact::TaskStarted { task: refine.clone() },
        done(refine, number),
        Fact::TaskStarted { task: profile.clone() },
        done(profile.clone(), number),
        found(&slice, number),
        seen,
        Fact::TaskStarted { task: profile.clone() },
        Fact::TaskFailed { task: profile.clone(), error: "disk".to_owned(), attempt: 1 },
        done(profile, number),
    ]
}

#[test]
#[ignore = "takes minutes; run it by name"]
#[allow(clippy::print_stderr, reason = "the figures are what it is run for")]
fn a_million_events_replay_within_a_minute_and_pages_stay_quick() {
    let bench = Bench::new();
    let timed = |what: &str, limit: Duration, work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        let took = start.elapsed();
        eprintln!("{what}: {took:?}");
        assert!(took < limit, "{what} took {took:?}");
    };
    timed("append 1,000,000 events", Duration::from_mins(15), &mut || {
        for change in 0..EVENTS / PER_CHANGE {
            let appended = bench.journal.write(&origin("mira"), move |transaction| {
                for number in change * PER_CHANGE / 10..(change + 1) * PER_CHANGE / 10 {
                    for fact in facts(number) {
                        transaction.append(fact)?;
                    }
                }
                Ok(())
            });
            appended.unwrap();
        }
    });
    let cancel = Cancel::default();
    timed("rebuild", Duration::from_mins(1), &mut || {
        assert_eq!(bench.journal.rebuild(&cancel, &|_, _| ()).unwrap(), EVENTS);
    });
    timed("verify", Duration::from_mins(1), &mut || {
        assert_eq!(bench.journal.verify(&cancel).unwrap().events, EVENTS);
    });
    let quick = Duration::from_millis(250);
    for fetch in [Fetch::First, Fetch::Last] {
        timed("page of batches", quick, &mut || {
            let query = Query { fetch: fetch.clone(), ..Query::default() };
            assert_eq!(bench.journal.read(|snapshot| snapshot.batch_page(&query)).unwrap().total, EVENTS / 10);
        });
    }
    timed("page of one provider's batches", quick, &mut || {
        let query = Query { provider: Some("northgate".to_owned()), fetch: Fetch::Last, ..Query::default() };
        assert!(bench.journal.read(|snapshot| snapshot.batch_page(&query)).unwrap().total > 30_000);
    });
    timed("page of batches that hold a text", Duration::from_secs(1), &mut || {
        let query = Query { text: Some("slips77".to_owned()), ..Query::default() };
        assert!(bench.journal.read(|snapshot| snapshot.batch_page(&query)).unwrap().total > 36);
    });
    timed("page of open anomalies", quick, &mut || {
        let query = Query { state: Some("open".to_owned()), fetch: Fetch::Last, ..Query::default() };
        assert_eq!(bench.journal.read(|snapshot| snapshot.anomaly_page(&query)).unwrap().total, EVENTS / 10);
    });
    timed("page of the log, from the middle", Duration::from_millis(20), &mut || {
        let query = Query { fetch: Fetch::At(500_000), ..Query::default() };
        assert_eq!(bench.journal.read(|snapshot| snapshot.log_page(&query)).unwrap().offset, 499_999);
    });
    timed("page of the log, one kind", quick, &mut || {
        let query = Query { state: Some("batch_landed".to_owned()), fetch: Fetch::Last, ..Query::default() };
        assert_eq!(bench.journal.read(|snapshot| snapshot.log_page(&query)).unwrap().total, EVENTS / 10);
    });
    timed("log that holds a text", Duration::from_secs(5), &mut || {
        let query = Query { text: Some("slips77/2026-01".to_owned()), ..Query::default() };
        assert!(bench.journal.read(|snapshot| snapshot.log_page(&query)).unwrap().total >= 10);
    });
    timed("one change", quick, &mut || {
        bench.tell("mira", vec![landed(&slice(1), 7)]).unwrap();
    });
}
