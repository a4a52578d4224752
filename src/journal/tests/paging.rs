//! Walking a list page by page, from either end and from any row, gives the list.

use std::fmt::Debug;

use super::Bench;
use super::story::{live, long};
use crate::base::Result;
use crate::domain::Slice;
use crate::domain::listing::{Fetch, Page, Query};
use crate::journal::Snapshot;

/// Checks every way through a list under a filter; answers its rows.
fn walk<K: Clone, T: Clone + PartialEq + Debug>(
    bench: &Bench,
    filter: &Query<K>,
    list: impl Fn(&Snapshot<'_>, &Query<K>) -> Result<Page<T>>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let ask = |fetch: Fetch<K>, limit: u32| {
        let query = Query { fetch, limit, ..filter.clone() };
        bench.journal.read(|snapshot| list(snapshot, &query)).unwrap()
    };
    let all = ask(Fetch::First, 10_000);
    let total = all.rows.len();
    assert_eq!((all.offset, all.total), (0, total as u64));
    let check = |page: &Page<T>, from: usize, to: usize| {
        assert_eq!((page.offset, page.total), (from as u64, total as u64));
        assert_eq!(page.rows, all.rows[from..to]);
    };
    let (mut page, mut from) = (ask(Fetch::First, 7), 0);
    while let Some(last) = page.rows.last() {
        check(&page, from, (from + 7).min(total));
        (from, page) = (from + page.rows.len(), ask(Fetch::After(key(last)), 7));
    }
    check(&page, total, total);
    let (mut page, mut to) = (ask(Fetch::Last, 7), total);
    while let Some(first) = page.rows.first() {
        check(&page, to.saturating_sub(7), to);
        (to, page) = (to - page.rows.len(), ask(Fetch::Before(key(first)), 7));
    }
    check(&page, 0, 0);
    for (index, row) in all.rows.iter().enumerate() {
        check(&ask(Fetch::At(key(row)), 3), index, (index + 3).min(total));
    }
    all.rows
}

fn told() -> Bench {
    let bench = Bench::new();
    live(&bench, &long(2500));
    bench
}

#[test]
fn every_list_is_walked_whole() {
    let bench = &told();
    let batches = walk(bench, &Query::default(), |snapshot, query| snapshot.batch_page(query), |row| row.id.clone());
    assert!(batches.len() > 50 && batches.is_sorted_by(|a, b| a.at >= b.at), "{}", batches.len());
    let releases =
        walk(bench, &Query::default(), |snapshot, query| snapshot.release_page(query), |row| row.name.clone());
    assert!(releases.is_sorted_by_key(|row| (std::cmp::Reverse(row.name.period), std::cmp::Reverse(row.name.n))));
    let anomalies =
        walk(bench, &Query::default(), |snapshot, query| snapshot.anomaly_page(query), |row| row.id.clone());
    assert!(anomalies.is_sorted_by_key(|row| row.state != crate::domain::AnomalyState::Open));
    let models = walk(bench, &Query::default(), |snapshot, query| snapshot.model_page(query), |row| row.model.clone());
    assert!(models.is_sorted_by_key(|row| std::cmp::Reverse(row.model.version)));
    let moves = walk(bench, &Query::default(), |snapshot, query| snapshot.channel_page(query), |row| row.generation);
    assert!(moves.is_sorted_by_key(|row| std::cmp::Reverse(row.generation)));
    let log = walk(bench, &Query::default(), |snapshot, query| snapshot.log_page(query), |row| row.seq);
    assert!(log.iter().map(|row| row.seq).eq(1..=log.len() as u64));
    let counts = [releases.len(), anomalies.len(), models.len(), moves.len()];
    assert!(counts.iter().all(|count| *count > 2), "{counts:?}");
}

#[test]
fn filters_keep_exactly_what_they_name() {
    let bench = &told();
    let all = walk(bench, &Query::default(), |snapshot, query| snapshot.batch_page(query), |row| row.id.clone());
    let one = all[all.len() / 2].clone();
    let filter = Query { provider: Some(one.provider.clone()), ..Query::default() };
    let kept = walk(bench, &filter, |snapshot, query| snapshot.batch_page(query), |row| row.id.clone());
    assert!(kept.iter().eq(all.iter().filter(|row| row.provider == one.provider)));
    let filter = Query { period: Some(one.period), state: Some("superseded".to_owned()), ..Query::default() };
    let kept = walk(bench, &filter, |snapshot, query| snapshot.batch_page(query), |row| row.id.clone());
    let wanted =
        |row: &&crate::domain::listing::BatchRow| row.period == one.period && row.state.as_str() == "superseded";
    assert!(kept.iter().eq(all.iter().filter(wanted)) && !kept.is_empty());
    let filter = Query { dataset: Some("other".to_owned()), ..Query::default() };
    assert!(walk(bench, &filter, |snapshot, query| snapshot.batch_page(query), |row| row.id.clone()).is_empty());

    let filter = Query { state: Some("published".to_owned()), ..Query::default() };
    let log = walk(bench, &filter, |snapshot, query| snapshot.log_page(query), |row| row.seq);
    assert!(!log.is_empty() && log.iter().all(|row| row.kind == "published"));
    let slice = super::facts::slice(1);
    let filter = Query {
        dataset: Some(slice.dataset.clone()),
        period: Some(slice.period),
        provider: Some(slice.provider.clone()),
        ..Query::default()
    };
    let log = walk(bench, &filter, |snapshot, query| snapshot.log_page(query), |row| row.seq);
    assert!(!log.is_empty() && log.iter().all(|row| row.subject.contains(&slice.to_string())));
}

#[test]
fn text_is_found_in_any_case() {
    let bench = &told();
    let look = |text: &str| {
        let query = Query { text: Some(text.to_owned()), ..Query::default() };
        walk(bench, &query, |snapshot, query| snapshot.batch_page(query), |row| row.id.clone())
    };
    let found = look("ÜBER-markt");
    assert!(!found.is_empty() && found.iter().all(|row| row.provider == "Über-Markt"));
    assert!(look("no such thing").is_empty());
    let state = look("Withdrawn");
    assert!(!state.is_empty() && state.iter().all(|row| row.state.as_str() == "withdrawn"));
    let query = Query { text: Some("100%_".to_owned()), ..Query::default() };
    assert!(
        walk(bench, &query, |snapshot, query| snapshot.log_page(query), |row| row.seq).is_empty(),
        "taken literally"
    );
    let query = Query { text: Some("TOMAS".to_owned()), ..Query::default() };
    assert!(
        walk(bench, &query, |snapshot, query| snapshot.log_page(query), |row| row.seq)
            .iter()
            .all(|row| row.actor == "tomas")
    );
}

#[test]
fn a_row_that_is_gone_means_the_start() {
    let bench = &told();
    let gone = crate::domain::BatchId::from_text("gone");
    let ask =
        |fetch| bench.journal.read(|snapshot| snapshot.batch_page(&Query { fetch, limit: 5, ..Query::default() }));
    assert_eq!(ask(Fetch::After(gone)).unwrap(), ask(Fetch::First).unwrap());
}

#[test]
fn a_prefix_stands_for_one_row_or_the_candidates_are_named() {
    let bench = &told();
    let all = walk(bench, &Query::default(), |snapshot, query| snapshot.batch_page(query), |row| row.id.clone());
    let id = all[0].id.as_str();
    let find = |text: &str| bench.journal.read(|snapshot| snapshot.batch_by_prefix(text));
    assert_eq!(find(id).unwrap().delivery.batch.as_str(), id);
    assert_eq!(find(&id[..10]).unwrap().delivery.batch.as_str(), id);
    let ambiguous = find("").unwrap_err();
    assert!(ambiguous.hints()[0].contains(", "), "{:?}", ambiguous.hints());
    assert_eq!(find("zz").unwrap_err().kind(), crate::base::ErrorKind::NotFound);
    let slices: Vec<Slice> = all
        .iter()
        .map(|row| Slice { dataset: row.dataset.clone(), period: row.period, provider: row.provider.clone() })
        .collect();
    assert!(slices.iter().all(|slice| bench.journal.read(|snapshot| snapshot.newest_revision(slice)).unwrap() > 0));
}
