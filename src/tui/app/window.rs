//! A window over a long list: some hundred rows of it, moved by keyset pages.

use super::filter::Filter;
use super::list::{AnyList, Status};
use super::message::Load;
use crate::base::Error;
use crate::domain::listing::{Fetch, Page, Query};

/// Rows fetched at a time: several screens.
pub const PAGE: u32 = 200;
/// Rows kept at the most.
const KEPT: usize = 600;
/// How near to the edge of the window the selection may come before the next page is asked for.
const MARGIN: u64 = 80;

/// A row of a list: what identifies it and how to ask for more of its kind.
pub trait Row: Clone {
    /// What identifies it.
    type Key: Clone + PartialEq;
    /// Whether the newest rows stand at the end, where the list then opens.
    const NEWEST_LAST: bool = false;
    /// Whether a list that is shown for the first time may open on it.
    fn is_worth_opening_on(&self) -> bool {
        true
    }
    /// Its key.
    fn key(&self) -> Self::Key;
    /// The load that answers `query`.
    fn load(query: Query<Self::Key>) -> Load;
}

/// A page that is wanted or on its way.
#[derive(Debug, Clone, PartialEq)]
enum Wanted<K> {
    /// For the first time: the selection goes to the first row that is worth it.
    Opening,
    /// Take the place of all rows; the selection goes to the first row.
    First,
    /// Take the place of all rows; the selection goes to the last row.
    Last,
    /// Take the place of all rows; the selection goes to this row, which comes first.
    At(K),
    /// The same rows again, from this one on; the selection stays.
    Again(Fetch<K>),
    /// Behind this last row.
    After(K),
    /// Before this first row.
    Before(K),
}

/// Part of a list, the selected row, and what is on its way.
#[derive(Debug, Clone)]
pub struct Window<R: Row> {
    rows: Vec<R>,
    /// The place of `rows[0]` in the whole list.
    offset: u64,
    total: u64,
    cursor: u64,
    top: u64,
    status: Status,
    filter: Filter,
    /// The row that the selection does not follow when it moves.
    left: Option<R::Key>,
    wanted: Option<Wanted<R::Key>>,
    awaited: Option<(u64, Wanted<R::Key>)>,
    /// The steps that were taken since a row was asked for: they lead on from there.
    stepped: i64,
}

impl<R: Row> Default for Window<R> {
    fn default() -> Self {
        let wanted = Some(if R::NEWEST_LAST { Wanted::Last } else { Wanted::Opening });
        Self {
            rows: Vec::new(),
            offset: 0,
            total: 0,
            cursor: 0,
            top: 0,
            status: Status::Loading,
            filter: Filter::default(),
            left: None,
            wanted,
            awaited: None,
            stepped: 0,
        }
    }
}

impl<R: Row> Window<R> {
    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&R> {
        self.at(self.cursor)
    }

    /// The row at a place of the whole list, if it is at hand.
    #[must_use]
    pub fn at(&self, place: u64) -> Option<&R> {
        let index = usize::try_from(place.checked_sub(self.offset)?).ok()?;
        self.rows.get(index)
    }

    /// Every row at hand.
    pub fn rows(&self) -> impl Iterator<Item = &R> {
        self.rows.iter()
    }

    /// Goes to a row, wherever it is; the filter is lifted, it might hide it.
    pub fn go_to(&mut self, key: R::Key) {
        let place = self.rows.iter().position(|row| row.key() == key);
        match place {
            Some(index) if self.filter.is_empty() => self.cursor = self.offset + index as u64,
            _ => {
                self.filter = Filter::default();
                self.wanted = Some(Wanted::At(key));
            }
        }
    }

    /// Lets the selection stay at its place when the selected row moves away: whoever settles one thing after the other
    /// goes on with the next.
    pub fn keep_place(&mut self) {
        self.left = self.selected().map(R::key);
    }

    /// Takes the answer to the load of this generation; false where it isn't awaited any more.
    pub fn arrive(&mut self, generation: u64, page: Page<R>) -> bool {
        let Some((_, wanted)) = self.awaited.take_if(|(awaited, _)| *awaited == generation) else { return false };
        self.status = Status::Ready;
        match wanted {
            Wanted::After(_) => self.append(page),
            Wanted::Before(_) => self.prepend(page),
            Wanted::Opening => {
                self.replace(page, |window| window.rows.iter().position(R::is_worth_opening_on).unwrap_or(0) as u64);
            }
            Wanted::First => self.replace(page, |_| 0),
            Wanted::Last => self.replace(page, |window| window.total.saturating_sub(1)),
            Wanted::At(_) if page.rows.is_empty() => self.wanted = Some(Wanted::First),
            Wanted::At(_) => self.replace(page, |window| window.offset.saturating_add_signed(window.stepped)),
            Wanted::Again(_) => self.replace_again(page),
        }
        self.settle();
        true
    }

    fn replace(&mut self, page: Page<R>, land: impl Fn(&Self) -> u64) {
        self.offset = if page.rows.is_empty() { 0 } else { page.offset };
        self.total = if page.rows.is_empty() { 0 } else { page.total };
        self.rows = page.rows;
        self.total = self.total.max(self.end());
        self.cursor = land(self);
    }

    /// The selection follows its row; where that is gone, or left on purpose, it stays at its place.
    fn replace_again(&mut self, page: Page<R>) {
        let selected = self.selected().map(R::key);
        let cursor = self.cursor;
        if page.rows.is_empty() && page.total > 0 {
            self.wanted = Some(Wanted::First);
            return;
        }
        self.replace(page, |_| cursor);
        let Some(key) = selected else { return };
        match self.rows.iter().position(|row| row.key() == key) {
            Some(index) if self.left.as_ref() == Some(&key) => {
                self.left.take_if(|_| self.offset + index as u64 != cursor);
            }
            Some(index) => self.cursor = self.offset + index as u64,
            None if cursor < self.offset || cursor >= self.end() => self.wanted = Some(Wanted::At(key)),
            None => {}
        }
    }

    fn append(&mut self, page: Page<R>) {
        if page.rows.is_empty() {
            self.total = self.end();
        } else if page.offset == self.end() {
            self.rows.extend(page.rows);
            self.total = page.total.max(self.end());
            let surplus = self.rows.len().saturating_sub(KEPT);
            self.rows.drain(..surplus);
            self.offset += surplus as u64;
        } else {
            self.refresh();
        }
    }

    fn prepend(&mut self, page: Page<R>) {
        let count = page.rows.len() as u64;
        if page.rows.is_empty() {
            self.cursor = self.cursor.saturating_sub(self.offset);
            self.top = self.top.saturating_sub(self.offset);
            self.total = self.total.saturating_sub(self.offset);
            self.offset = 0;
        } else if page.offset + count == self.offset {
            self.offset = page.offset;
            self.total = page.total.max(self.total);
            self.rows.splice(0..0, page.rows);
            self.rows.truncate(KEPT);
        } else {
            self.refresh();
        }
    }

    /// The place behind the last row at hand.
    fn end(&self) -> u64 {
        self.offset + self.rows.len() as u64
    }

    /// Brings the selection back among the rows at hand, and asks for the next page where it is near an edge.
    fn settle(&mut self) {
        self.cursor = self.cursor.clamp(self.offset, self.end().saturating_sub(1).max(self.offset));
        if self.wanted.is_some() || self.awaited.is_some() || self.status != Status::Ready {
            return;
        }
        if self.end() < self.total && self.cursor + MARGIN >= self.end() {
            self.wanted = self.rows.last().map(|row| Wanted::After(row.key()));
        } else if self.offset > 0 && self.cursor < self.offset + MARGIN {
            self.wanted = self.rows.first().map(|row| Wanted::Before(row.key()));
        }
    }
}

impl<R: Row> AnyList for Window<R> {
    fn total(&self) -> u64 {
        self.total
    }

    fn cursor(&self) -> u64 {
        self.cursor
    }

    fn top(&self) -> u64 {
        self.top
    }

    fn status(&self) -> &Status {
        &self.status
    }

    fn filter(&self) -> &Filter {
        &self.filter
    }

    fn set_filter(&mut self, filter: Filter) {
        if filter != self.filter {
            // What was found among few is what one wants to see among all.
            let kept = self.selected().map(R::key).filter(|_| filter.is_empty());
            self.filter = filter;
            let start = if R::NEWEST_LAST { Wanted::Last } else { Wanted::First };
            self.wanted = Some(kept.map_or(start, Wanted::At));
        }
    }

    fn step(&mut self, by: i64) {
        self.cursor = self.cursor.saturating_add_signed(by).min(self.total.saturating_sub(1));
        self.stepped = self.stepped.saturating_add(by);
        self.settle();
    }

    fn to_first(&mut self) {
        if self.offset == 0 {
            self.cursor = 0;
        } else {
            self.wanted = Some(Wanted::First);
        }
    }

    fn to_last(&mut self) {
        if self.end() == self.total {
            self.cursor = self.total.saturating_sub(1);
            self.settle();
        } else {
            self.wanted = Some(Wanted::Last);
        }
    }

    fn select(&mut self, place: u64) {
        if self.at(place).is_some() {
            self.cursor = place;
            self.settle();
        }
    }

    fn refresh(&mut self) {
        let at_end = R::NEWEST_LAST && self.cursor + 1 >= self.total;
        let fetch = match self.at(self.top.max(self.offset)) {
            _ if at_end => Fetch::Last,
            Some(row) if self.top > 0 => Fetch::At(row.key()),
            _ => Fetch::First,
        };
        self.wanted = Some(match (at_end, &self.status) {
            (true, _) => Wanted::Last,
            (false, Status::Loading) => Wanted::Opening,
            (false, _) => Wanted::Again(fetch),
        });
    }

    fn follow(&mut self, height: u64) {
        let height = height.max(1);
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(height));
        self.top = self.top.min(self.total.saturating_sub(height));
    }

    fn issue(&mut self, generation: u64) -> Option<Load> {
        let wanted = self.wanted.take()?;
        self.stepped = 0;
        let fetch = match wanted.clone() {
            Wanted::First | Wanted::Opening => Fetch::First,
            Wanted::Last => Fetch::Last,
            Wanted::At(key) => Fetch::At(key),
            Wanted::Again(fetch) => fetch,
            Wanted::After(key) => Fetch::After(key),
            Wanted::Before(key) => Fetch::Before(key),
        };
        self.awaited = Some((generation, wanted));
        Some(R::load(self.filter.query(fetch, PAGE)))
    }

    fn wants(&self) -> bool {
        self.wanted.is_some()
    }

    fn fail(&mut self, generation: u64, error: &Error) -> bool {
        let awaited = self.awaited.take_if(|(awaited, _)| *awaited == generation).is_some();
        if awaited {
            self.status = Status::Failed(error.clone());
        }
        awaited
    }
}
