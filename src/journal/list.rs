//! Keyset paging: every list has one column that orders it, unique and indexed, and pages start at a place in it.

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::snapshot::Snapshot;
use crate::base::Result;
use crate::domain::listing::{Fetch, Page};

/// The most rows that one page holds, whatever was asked for.
const MOST: u32 = 10_000;

/// A list under a filter.
pub(super) struct List {
    table: &'static str,
    order: &'static str,
    clauses: Vec<&'static str>,
    values: Vec<Value>,
}

impl List {
    /// All rows of `table`, ordered by its column `order`.
    pub(super) fn of(table: &'static str, order: &'static str) -> Self {
        Self { table, order, clauses: Vec::new(), values: Vec::new() }
    }

    /// Keeps the rows for which `clause` holds; its one `?` stands for `value`. Without a value, keeps all.
    pub(super) fn only(mut self, clause: &'static str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.clauses.push(clause);
            self.values.push(value.into());
        }
        self
    }

    /// Keeps the rows for which `clause` holds, which takes no value.
    pub(super) fn with(mut self, clause: &'static str) -> Self {
        self.clauses.push(clause);
        self
    }

    /// Keeps the rows whose column `search` holds each of the words, which are in small letters as it is.
    pub(super) fn holding(self, words: impl Iterator<Item = String>) -> Self {
        words.fold(self, |list, word| list.only("instr(search, ?) > 0", Some(word)))
    }

    /// Whether nothing is filtered out.
    pub(super) fn is_whole(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The page that `fetch` asks for: its keys are values of the ordering column.
    pub(super) fn page<T>(
        &self,
        snapshot: &Snapshot<'_>,
        fetch: &Fetch<Value>,
        limit: u32,
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Page<T>> {
        let total = self.count(snapshot, None)?;
        let (rows, offset) = self.rows(snapshot, fetch, limit, map)?;
        let offset = match offset {
            Some(first) => self.count(snapshot, Some(("<", first)))?,
            None if matches!(fetch, Fetch::After(_) | Fetch::At(_)) => total,
            None => 0,
        };
        Ok(Page { rows, offset, total })
    }

    /// The rows of a page, and the place of the first.
    pub(super) fn rows<T>(
        &self,
        snapshot: &Snapshot<'_>,
        fetch: &Fetch<Value>,
        limit: u32,
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<(Vec<T>, Option<Value>)> {
        let (bound, backwards) = match fetch {
            Fetch::First => (None, false),
            Fetch::Last => (None, true),
            Fetch::After(place) => (Some((">", place.clone())), false),
            Fetch::Before(place) => (Some(("<", place.clone())), true),
            Fetch::At(place) => (Some((">=", place.clone())), false),
        };
        let direction = if backwards { "DESC" } else { "ASC" };
        let (table, order) = (self.table, self.order);
        let (filter, values) = self.filter(bound);
        let sql = format!("SELECT * FROM {table}{filter} ORDER BY {order} {direction} LIMIT {}", limit.clamp(1, MOST));
        let mut rows = snapshot.all(&sql, params_from_iter(values), |row| {
            let place: Value = row.get(order)?;
            Ok((place, map(row)?))
        })?;
        if backwards {
            rows.reverse();
        }
        let first = rows.first().map(|(place, _)| place.clone());
        Ok((rows.into_iter().map(|(_, row)| row).collect(), first))
    }

    /// How many rows there are; with a bound, how many on that side of it.
    pub(super) fn count(&self, snapshot: &Snapshot<'_>, bound: Option<(&str, Value)>) -> Result<u64> {
        let (filter, values) = self.filter(bound);
        let sql = format!("SELECT count(*) AS number FROM {}{filter}", self.table);
        snapshot.number(&sql, params_from_iter(values))
    }

    fn filter(&self, bound: Option<(&str, Value)>) -> (String, Vec<Value>) {
        let mut clauses: Vec<String> = self.clauses.iter().map(|clause| (*clause).to_owned()).collect();
        let mut values = self.values.clone();
        if let Some((comparison, place)) = bound {
            clauses.push(format!("{} {comparison} ?", self.order));
            values.push(place);
        }
        let filter = if clauses.is_empty() { String::new() } else { format!(" WHERE {}", clauses.join(" AND ")) };
        (filter, values)
    }
}

/// `fetch` with places in a list instead of keys. A key that the list does not know means the start of it.
pub(super) fn placed<K>(fetch: &Fetch<K>, place: impl Fn(&K) -> Result<Option<Value>>) -> Result<Fetch<Value>> {
    let known = |key: &K, make: fn(Value) -> Fetch<Value>| Ok(place(key)?.map_or(Fetch::First, make));
    match fetch {
        Fetch::First => Ok(Fetch::First),
        Fetch::Last => Ok(Fetch::Last),
        Fetch::After(key) => known(key, Fetch::After),
        Fetch::Before(key) => known(key, Fetch::Before),
        Fetch::At(key) => known(key, Fetch::At),
    }
}

/// The place of a row in a list, by its key.
pub(super) fn place_of(snapshot: &Snapshot<'_>, sql: &str, key: &str) -> Result<Option<Value>> {
    snapshot.first(sql, [key], |row| Ok(row.get(0)?))
}
