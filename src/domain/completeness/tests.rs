//! What is owed, what came, and what time alone changes.

use chrono::{TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::{Calendar, Rhythm};
use crate::domain::testing::{batch, dataset, instant, period, provider};
use crate::domain::{BatchState, Granularity};

const OCTOBER: &str = "2026-10";

/// The cells of providers who all have delivered before.
fn cells(dataset: &Dataset, period: Period, zone: Tz, now: DateTime<Utc>, batches: &[Batch]) -> Vec<Cell> {
    let seen = &dataset.providers.iter().map(|provider| provider.name.clone()).collect();
    Asked { dataset, zone, now, seen }.cells(period, batches)
}

fn state_of(batches: &[Batch], now: &str) -> CellState {
    let dataset = dataset(vec![provider("a", "5d")]);
    cells(&dataset, period(OCTOBER), Tz::UTC, instant(now), batches)[0].state
}

fn came(revision: u32, state: BatchState) -> Batch {
    batch("a", period(OCTOBER), revision, state)
}

#[test]
fn a_batch_makes_a_cell_and_silence_does_not() {
    use BatchState::{Landed, Quarantined, Superseded, Withdrawn};
    let early = "2026-11-02T00:00:00Z";
    for (batches, expected) in [
        (vec![], CellState::Expected),
        (vec![came(1, Landed)], CellState::Delivered),
        (vec![came(1, Superseded), came(2, Landed)], CellState::Corrected),
        // A quarantined one is what the provider says now, unless what landed is newer.
        (vec![came(1, Quarantined)], CellState::Quarantined),
        (vec![came(1, Landed), came(2, Quarantined)], CellState::Quarantined),
        (vec![came(1, Quarantined), came(2, Landed)], CellState::Corrected),
        (vec![came(1, Quarantined), came(2, Quarantined)], CellState::Quarantined),
        // What was taken back, or replaced, is not there.
        (vec![came(1, Withdrawn)], CellState::Expected),
        (vec![came(1, Landed), came(2, Withdrawn)], CellState::Delivered),
        (vec![came(1, Superseded)], CellState::Expected),
        // Somebody else's, or another period's.
        (vec![batch("b", period(OCTOBER), 1, Landed)], CellState::Expected),
        (vec![batch("a", period("2026-09"), 1, Landed)], CellState::Expected),
    ] {
        let batches: Vec<Batch> = batches;
        assert_eq!(state_of(&batches, early), expected, "{batches:#?}");
    }
}

#[test]
fn the_cell_names_the_batch_that_it_stands_on() {
    let batches = [came(1, BatchState::Superseded), came(2, BatchState::Landed), came(3, BatchState::Quarantined)];
    let dataset = dataset(vec![provider("a", "5d")]);
    let now = instant("2026-11-02T00:00:00Z");
    let cell = &cells(&dataset, period(OCTOBER), Tz::UTC, now, &batches)[0];
    assert_eq!(cell.batch.as_ref(), Some(&batches[2].delivery.batch));
    let cell = &cells(&dataset, period(OCTOBER), Tz::UTC, now, &batches[..2])[0];
    assert_eq!(cell.batch.as_ref(), Some(&batches[1].delivery.batch));
}

#[test]
fn time_alone_makes_it_late_at_its_deadline_and_only_what_is_missing() {
    let zone = chrono_tz::Europe::London;
    let providers = vec![provider("a", "0d"), provider("b", "36h"), provider("c", "5d"), provider("d", "1w")];
    let dataset = dataset(providers);
    let delivered = [batch("c", period(OCTOBER), 1, BatchState::Landed)];
    let mut deadlines: Vec<_> =
        dataset.providers.iter().map(|provider| provider.due.deadline(period(OCTOBER).last(), zone, &[])).collect();
    deadlines.sort();
    for deadline in deadlines {
        for now in [deadline - TimeDelta::nanoseconds(1), deadline, deadline + TimeDelta::nanoseconds(1)] {
            for (cell, provider) in
                cells(&dataset, period(OCTOBER), zone, now, &delivered).iter().zip(&dataset.providers)
            {
                let due = provider.due.deadline(period(OCTOBER).last(), zone, &[]);
                let missing = if due <= now { CellState::Late } else { CellState::Expected };
                let expected = if provider.name == "c" { CellState::Delivered } else { missing };
                assert_eq!((cell.state, cell.due), (expected, Some(due)), "{} at {now}", provider.name);
            }
        }
    }
}

#[test]
fn grace_puts_off_being_late_and_a_provider_has_its_own_clock_and_holidays() {
    let somewhere_else = Provider {
        grace: Some("1bd".parse().unwrap()),
        timezone: Some(chrono_tz::America::New_York),
        ..provider("a", "2bd")
    };
    let mut dataset = dataset(vec![somewhere_else]);
    dataset.holidays = vec!["2026-11-03".parse().unwrap()];
    // October ends on a Saturday: Monday and Wednesday are the two business days, Thursday is the grace.
    let due = instant("2026-11-05T05:00:00Z");
    for (now, expected) in [("2026-11-06T04:59:59Z", CellState::Expected), ("2026-11-06T05:00:00Z", CellState::Late)] {
        let cell = &cells(&dataset, period(OCTOBER), chrono_tz::Europe::London, instant(now), &[])[0];
        assert_eq!((cell.state, cell.due), (expected, Some(due)), "{now}");
    }
}

#[test]
fn a_provider_of_another_country_has_holidays_of_its_own() {
    let elsewhere = Provider { holidays: Some(vec!["2026-11-02".parse().unwrap()]), ..provider("a", "1bd") };
    let mut dataset = dataset(vec![elsewhere, provider("b", "1bd")]);
    dataset.holidays = vec!["2026-11-03".parse().unwrap()];
    // October ends on a Saturday: for the one Tuesday is the first business day, for the other Monday.
    let cells = cells(&dataset, period(OCTOBER), Tz::UTC, instant("2026-11-01T00:00:00Z"), &[]);
    let due: Vec<_> = cells.iter().map(|cell| cell.due).collect();
    assert_eq!(due, ["2026-11-04T00:00:00Z", "2026-11-03T00:00:00Z"].map(|due| Some(instant(due))));
}

#[test]
fn nothing_is_owed_before_since_and_after_until() {
    let one = Provider { since: Some(period("2026-03")), until: Some(period("2026-10")), ..provider("a", "5d") };
    let dataset = dataset(vec![one]);
    let late = instant("2027-06-01T00:00:00Z");
    for (text, expected) in [
        ("2026-02", CellState::NotOwed),
        ("2026-03", CellState::Late),
        ("2026-10", CellState::Late),
        ("2026-11", CellState::NotOwed),
    ] {
        let cell = &cells(&dataset, period(text), Tz::UTC, late, &[])[0];
        assert_eq!((cell.state, cell.due.is_some()), (expected, expected == CellState::Late), "{text}");
    }
    // What comes all the same is there.
    let extra = [batch("a", period("2026-11"), 1, BatchState::Landed)];
    let cell = &cells(&dataset, period("2026-11"), Tz::UTC, late, &extra)[0];
    assert_eq!((cell.state, cell.due), (CellState::Delivered, None));
}

/// Every subset of four providers: the period is covered exactly when all that owe it have delivered.
#[test]
fn every_subset_of_providers() {
    let names = ["a", "b", "c", "d"];
    let dataset = dataset(names.map(|name| provider(name, "5d")).into());
    for (now, missing) in [("2026-11-02T00:00:00Z", CellState::Expected), ("2026-12-01T00:00:00Z", CellState::Late)] {
        for subset in 0_u32..16 {
            let has = |index: usize| subset & (1 << index) != 0;
            let delivered = names.iter().enumerate().filter(|(index, _)| has(*index));
            let batches: Vec<Batch> =
                delivered.map(|(_, name)| batch(name, period(OCTOBER), 1, BatchState::Landed)).collect();
            let cells = cells(&dataset, period(OCTOBER), Tz::UTC, instant(now), &batches);
            for (index, cell) in cells.iter().enumerate() {
                assert_eq!(cell.state, if has(index) { CellState::Delivered } else { missing }, "{subset:04b}");
            }
            assert_eq!(roll_up(&cells).is_covered(), subset == 15, "{subset:04b}");
            assert_eq!(roll_up(&cells), if subset == 15 { CellState::Delivered } else { missing }, "{subset:04b}");
        }
    }
}

fn any_batch() -> impl Strategy<Value = Batch> {
    let states = [BatchState::Landed, BatchState::Quarantined, BatchState::Superseded, BatchState::Withdrawn];
    (prop::sample::select(&["a", "b", "c"][..]), prop::sample::select(states.to_vec()), 0_u32..3).prop_map(
        |(provider, state, month)| batch(provider, period(["2026-09", "2026-10", "2026-11"][month as usize]), 1, state),
    )
}

/// Revisions count up slice by slice, as they do in the journal.
fn numbered(mut batches: Vec<Batch>) -> Vec<Batch> {
    for index in 0..batches.len() {
        let (earlier, rest) = batches.split_at_mut(index);
        let slice = rest[0].delivery.slice.clone();
        let before = earlier.iter().filter(|batch| batch.delivery.slice == slice).count();
        let state = rest[0].state;
        rest[0] = batch(&slice.provider, slice.period, u32::try_from(before).unwrap() + 1, state);
    }
    batches
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_changes_nothing(
        (batches, shuffled) in prop::collection::vec(any_batch(), 0..10)
            .prop_map(numbered).prop_flat_map(|batches| (Just(batches.clone()), Just(batches).prop_shuffle())),
        hours in 0_i64..1000,
    ) {
        let dataset = dataset(["a", "b", "c"].map(|name| provider(name, "5d")).into());
        let now = instant("2026-10-20T00:00:00Z") + TimeDelta::hours(hours);
        let look = |batches: &[Batch]| cells(&dataset, period(OCTOBER), Tz::UTC, now, batches);
        prop_assert_eq!(look(&batches), look(&shuffled));
        let twice: Vec<Batch> = batches.iter().chain(&batches).cloned().collect();
        prop_assert_eq!(look(&batches), look(&twice));
    }

    #[test]
    fn the_period_is_never_better_than_its_worst_cell_nor_worse_than_all(
        batches in prop::collection::vec(any_batch(), 0..10).prop_map(numbered), hours in 0_i64..1000,
    ) {
        let dataset = dataset(["a", "b", "c"].map(|name| provider(name, "5d")).into());
        let now = instant("2026-10-20T00:00:00Z") + TimeDelta::hours(hours);
        let cells = cells(&dataset, period(OCTOBER), Tz::UTC, now, &batches);
        let whole = roll_up(&cells);
        prop_assert!(cells.iter().all(|cell| cell.state <= whole));
        prop_assert!(cells.iter().any(|cell| cell.state == whole));
        prop_assert_eq!(whole.is_covered(), cells.iter().all(|cell| cell.state.is_covered()));
    }

    #[test]
    fn time_only_ever_turns_expected_into_late(
        batches in prop::collection::vec(any_batch(), 0..10).prop_map(numbered), one in 0_i64..1000, more in 0_i64..1000,
    ) {
        let dataset = dataset(["a", "b", "c"].map(|name| provider(name, "5d")).into());
        let start = instant("2026-10-20T00:00:00Z");
        let look = |hours| cells(&dataset, period(OCTOBER), Tz::UTC, start + TimeDelta::hours(hours), &batches);
        for (before, after) in look(one).iter().zip(look(one + more)) {
            let same = before.state == after.state;
            prop_assert!(same || (before.state, after.state) == (CellState::Expected, CellState::Late));
        }
    }
}

#[test]
fn a_period_without_providers_owes_nothing() {
    assert_eq!(roll_up(&[]), CellState::NotOwed);
    let nobody = dataset(Vec::new());
    assert_eq!(nobody.period, Granularity::Month);
    assert!(cells(&nobody, period(OCTOBER), Tz::UTC, Utc::now(), &[]).is_empty());
}

/// A month of a provider that delivers in thirteen periods of a year from April on.
fn fiscal(batches: &[(&str, BatchState)], now: &str) -> (CellState, Vec<String>) {
    let calendar = Calendar {
        pattern: "P{n}".to_owned(),
        year_starts: (4, 1),
        division: crate::domain::calendar::Division::equal(13).unwrap(),
    };
    let provider = Provider { rhythm: Some(Rhythm::Own(calendar.clone())), ..provider("a", "5d") };
    let dataset = dataset(vec![provider]);
    let october = period(OCTOBER);
    let batches: Vec<Batch> = batches
        .iter()
        .zip(1..)
        .map(|((label, state), revision)| {
            let mut batch = batch("a", october, revision, *state);
            batch.delivery.covers = calendar.parse(label);
            batch
        })
        .collect();
    let cell = cells(&dataset, october, Tz::UTC, instant(now), &batches).remove(0);
    (cell.state, cell.missing.iter().map(ToString::to_string).collect())
}

/// October 2026 has days of P07 (2026-09-16 to 2026-10-13) and P08 (2026-10-14 to 2026-11-10).
#[test]
fn a_cell_is_covered_when_the_union_of_its_deliveries_covers_it() {
    use BatchState::{Landed, Quarantined, Superseded};
    let (first, last) = ("2026-P07", "2026-P08");
    let early = "2026-11-12T00:00:00Z";
    let late = "2026-11-16T00:00:00Z";
    for (batches, now, expected, missing) in [
        (vec![], early, CellState::Late, vec![]),
        (vec![(first, Landed)], early, CellState::Partial, vec![last]),
        (vec![(first, Landed)], late, CellState::Late, vec![last]),
        (vec![(last, Landed)], early, CellState::Late, vec![first]),
        (vec![(last, Landed), (first, Landed)], late, CellState::Delivered, vec![]),
        (vec![(first, Superseded), (last, Landed), (first, Landed)], late, CellState::Corrected, vec![]),
        (vec![(first, Landed), (last, Quarantined)], late, CellState::Quarantined, vec![last]),
        (vec![(first, Quarantined), (last, Landed), (first, Landed)], late, CellState::Corrected, vec![]),
    ] {
        let missing: Vec<String> = missing.into_iter().map(str::to_owned).collect();
        assert_eq!(fiscal(&batches, now), (expected, missing), "{batches:?} at {now}");
    }
}

#[test]
fn nobody_expects_what_a_pause_is_about_and_who_never_delivered_is_told_apart() {
    let paused = Provider { pauses: vec![period(OCTOBER)], ..provider("a", "5d") };
    let early = instant("2026-11-02T00:00:00Z");
    let of = |provider: Provider, seen: &BTreeSet<String>| {
        let dataset = &dataset(vec![provider]);
        Asked { dataset, zone: Tz::UTC, now: early, seen }.cells(period(OCTOBER), &[])[0].state
    };
    let seen = BTreeSet::from(["a".to_owned()]);
    assert_eq!(of(paused, &seen), CellState::NotOwed);
    assert_eq!(of(provider("a", "5d"), &seen), CellState::Expected);
    assert_eq!(of(provider("a", "5d"), &BTreeSet::new()), CellState::NeverSeen);
}
