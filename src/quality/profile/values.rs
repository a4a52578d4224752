//! The cells of a column that is no text, counted and described, with bounded memory.

use std::hash::{BuildHasher, Hash};

use chrono::{DateTime, SecondsFormat};
use foldhash::quality::FixedState;
use polars::prelude::PlHashMap;

use super::dates::DateTally;
use super::distinct::{Distinct, MOST_DISTINCT};
use super::frequent::{Frequent, most_frequent};
use super::moments::Moments;
use super::numbers::{NumberTally, of_key};
use crate::domain::FieldType;
use crate::domain::profile::{ColumnProfile, NumberProfile};
use crate::domain::value::decimal;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// A cell as an integer that orders as the value does.
pub(super) trait Key: Copy + Ord + Hash {
    /// All of it.
    fn wide(self) -> i128;

    /// Its 64 low bits, of types that have no more.
    fn narrow(self) -> i64;

    /// About as much.
    fn number(self) -> f64;
}

impl Key for i64 {
    fn wide(self) -> i128 {
        self.into()
    }

    fn narrow(self) -> i64 {
        self
    }

    #[allow(clippy::cast_precision_loss, reason = "a profile measures whole numbers as floats")]
    fn number(self) -> f64 {
        self as f64
    }
}

impl Key for i128 {
    fn wide(self) -> i128 {
        self
    }

    #[allow(clippy::cast_possible_truncation, reason = "only decimals are wider")]
    fn narrow(self) -> i64 {
        self as i64
    }

    #[allow(clippy::cast_precision_loss, reason = "a profile measures decimals as floats")]
    fn number(self) -> f64 {
        self as f64
    }
}

/// What the integers of a column mean.
#[derive(Debug, Clone, Copy)]
struct Meaning {
    field_type: FieldType,
    /// Of decimals: how many units make one.
    unit: f64,
}

impl Meaning {
    fn of(field_type: FieldType) -> Self {
        let scale = if let FieldType::Decimal { scale, .. } = field_type { scale } else { 0 };
        Self { field_type, unit: 10_f64.powi(scale.into()) }
    }

    /// The number, of numeric columns.
    fn number(self, key: impl Key) -> Option<f64> {
        match self.field_type {
            FieldType::Int => Some(key.number()),
            FieldType::Decimal { .. } => Some(key.number() / self.unit),
            FieldType::Float => Some(of_key(key.narrow())),
            _ => None,
        }
    }

    /// The day since 1970-01-01, of dates and instants.
    fn day(self, key: impl Key) -> Option<i64> {
        match self.field_type {
            FieldType::Date => Some(key.narrow()),
            FieldType::Timestamp => Some(key.narrow().div_euclid(DAY)),
            _ => None,
        }
    }

    /// The value as people write it.
    fn shown(self, key: impl Key) -> String {
        let cell = key.narrow();
        match self.field_type {
            FieldType::Bool => (cell != 0).to_string(),
            FieldType::Float => format!("{:?}", of_key(cell)),
            FieldType::Decimal { scale, .. } => decimal(key.wide(), scale),
            FieldType::Date => cell
                .checked_mul(DAY / 1_000_000)
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
                .map_or_else(|| format!("day {cell}"), |instant| instant.date_naive().to_string()),
            FieldType::Timestamp => DateTime::from_timestamp_micros(cell).map_or_else(
                || format!("microsecond {cell}"),
                |instant| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            ),
            FieldType::Int | FieldType::String => cell.to_string(),
        }
    }
}

/// Counts values: each, as long as there are few different ones.
#[derive(Debug)]
pub(super) struct ValueTally<K> {
    meaning: Meaning,
    counts: PlHashMap<K, u64>,
    many: Option<Box<Many<K>>>,
}

/// What is known where not each value is counted.
#[derive(Debug)]
struct Many<K> {
    distinct: Distinct,
    frequent: Frequent<K>,
    measures: Measures<K>,
    moments: Moments,
    hasher: FixedState,
}

/// What is measured of values, in whatever order they come.
#[derive(Debug)]
struct Measures<K> {
    meaning: Meaning,
    numbers: NumberTally,
    dates: DateTally,
    ends: Option<(K, K)>,
}

impl<K: Key> Measures<K> {
    fn new(meaning: Meaning) -> Self {
        Self { meaning, numbers: NumberTally::default(), dates: DateTally::default(), ends: None }
    }

    /// One more value, so many times: the number that it is, if it is one.
    fn add(&mut self, key: K, times: u64) -> Option<f64> {
        let number = self.meaning.number(key);
        if number.is_some_and(|number| !self.numbers.add(number, times)) {
            return None;
        }
        if let Some(day) = self.meaning.day(key) {
            self.dates.add(day, times);
        }
        self.ends = Some(self.ends.map_or((key, key), |(first, last)| (first.min(key), last.max(key))));
        number
    }

    /// A profile of what is the same for few and for many values. NaN and infinite cells are no ends.
    fn profile(self, numbers: impl FnOnce(NumberTally) -> Option<NumberProfile>) -> ColumnProfile {
        let Self { meaning, numbers: tally, dates, ends } = self;
        let (min, max) = ends.map(|(first, last)| (meaning.shown(first), meaning.shown(last))).unzip();
        ColumnProfile { min, max, numbers: numbers(tally), dates: dates.finish(), ..ColumnProfile::default() }
    }
}

impl<K: Key> ValueTally<K> {
    /// Nothing counted yet.
    pub(super) fn new(field_type: FieldType) -> Self {
        Self { meaning: Meaning::of(field_type), counts: PlHashMap::default(), many: None }
    }

    /// Counts one more value.
    pub(super) fn add(&mut self, key: K) {
        if let Some(many) = &mut self.many {
            return many.add(key);
        }
        *self.counts.entry(key).or_insert(0) += 1;
        if self.counts.len() > MOST_DISTINCT {
            self.many = Some(Box::new(Many::of(self.meaning, std::mem::take(&mut self.counts))));
        }
    }

    /// What was counted.
    pub(super) fn finish(self) -> ColumnProfile {
        let Self { meaning, counts, many } = self;
        if let Some(many) = many {
            return many.finish();
        }
        let mut sorted: Vec<(K, u64)> = counts.into_iter().collect();
        sorted.sort_unstable();
        let mut measures = Measures::new(meaning);
        let numbers: Vec<(f64, u64)> =
            sorted.iter().filter_map(|(key, times)| Some((measures.add(*key, *times)?, *times))).collect();
        let top = most_frequent(sorted.iter().copied());
        ColumnProfile {
            distinct: sorted.len() as u64,
            top: top.into_iter().map(|(key, times)| (meaning.shown(key), times)).collect(),
            ..measures.profile(|tally| tally.describe(&numbers))
        }
    }
}

impl<K: Key> Many<K> {
    fn of(meaning: Meaning, counts: PlHashMap<K, u64>) -> Self {
        let hasher = FixedState::default();
        let mut sorted: Vec<(K, u64)> = counts.into_iter().collect();
        // For the sums of floats, whose last digits depend on the order.
        sorted.sort_unstable();
        let hashed = sorted.iter().map(|(key, times)| (hasher.hash_one(key), *key, *times));
        let distinct = Distinct::of(hashed.clone().map(|(hash, _, _)| hash));
        let frequent = Frequent::of(hashed);
        let (mut measures, mut moments) = (Measures::new(meaning), Moments::default());
        for (key, times) in sorted {
            if let Some(number) = measures.add(key, times) {
                moments.add(number, times);
            }
        }
        Self { distinct, frequent, measures, moments, hasher }
    }

    fn add(&mut self, key: K) {
        let hash = self.hasher.hash_one(key);
        self.distinct.add(hash);
        self.frequent.add(hash, key);
        if let Some(number) = self.measures.add(key, 1) {
            self.moments.add(number, 1);
        }
    }

    fn finish(self) -> ColumnProfile {
        let Self { distinct, frequent, measures, moments, .. } = self;
        let meaning = measures.meaning;
        let ends = measures.ends.and_then(|(first, last)| Some((meaning.number(first)?, meaning.number(last)?)));
        ColumnProfile {
            distinct: distinct.count(),
            estimated: true,
            top: frequent.top().into_iter().map(|(key, times)| (meaning.shown(key), times)).collect(),
            top_missed: frequent.missed(),
            ..measures.profile(|tally| ends.map(|ends| tally.estimate(ends, &moments)))
        }
    }
}
