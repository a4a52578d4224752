//! One thing in full, opened over its list.

use std::collections::BTreeSet;

use super::items::{Body, Item, first_to_judge, items};
use super::judging::Judging;
use super::message::{Answer, Load};
use super::place::{DetailContent, Place};
use crate::base::{Error, Result};
use crate::domain::Sample;

/// A thing that is open.
#[derive(Debug, Clone)]
pub struct Detail {
    /// Which one.
    pub place: Place,
    /// What there is to say, once it came.
    pub content: Option<DetailContent>,
    /// Why it could not be had.
    pub error: Option<Error>,
    /// The selected item.
    pub cursor: usize,
    /// What many items were folded into one for, and is open now: the command that clears them all.
    unfolded: BTreeSet<String>,
    /// What was said of its rows and is on its way to the record.
    pub judging: Judging,
    wanted: bool,
    awaited: Option<u64>,
}

impl Detail {
    /// Opens a thing; its content is to be fetched.
    #[must_use]
    pub fn of(place: Place) -> Self {
        let content = match &place {
            Place::Task(row) => Some(DetailContent::Task((**row).clone())),
            _ => None,
        };
        Self {
            wanted: content.is_none(),
            place,
            content,
            error: None,
            cursor: 0,
            unfolded: BTreeSet::new(),
            judging: Judging::default(),
            awaited: None,
        }
    }

    /// What it says, item by item.
    #[must_use]
    pub fn items(&self) -> Vec<Item> {
        self.content.as_ref().map(|content| items(content, &self.unfolded)).unwrap_or_default()
    }

    /// The selected item.
    #[must_use]
    pub fn selected(&self) -> Option<Item> {
        self.items().into_iter().nth(self.cursor)
    }

    /// Shows what was folded into the selected item, or folds it again; false where nothing was.
    pub fn fold(&mut self) -> bool {
        let Some(group) = self.selected().and_then(|item| item.fold) else { return false };
        if !self.unfolded.remove(&group) {
            self.unfolded.insert(group.clone());
        }
        // From within, back to the line that stands for all of them.
        let stands_for_all = self.items().iter().position(|item| item.fold.as_ref() == Some(&group));
        self.cursor = stands_for_all.unwrap_or(self.cursor);
        true
    }

    /// Selects the next row that nobody judged; the line below where all that follow are. It never goes back up: whoever
    /// types ahead would judge a row that they don't look at.
    pub fn to_next_sample(&mut self) {
        let items = self.items();
        let next = (self.cursor + 1..items.len()).find(|index| self.is_to_judge(&items[*index]));
        match next {
            Some(next) => self.cursor = next,
            None => self.step(1),
        }
    }

    fn is_to_judge(&self, item: &Item) -> bool {
        match (&item.body, &self.content) {
            (Body::Sample(index), Some(DetailContent::Anomaly(anomaly))) => {
                anomaly.samples.get(*index).is_some_and(|sample| self.waits(sample))
            }
            (Body::Changed(index), Some(DetailContent::Comparison(comparison))) => {
                comparison.samples.get(*index).is_some_and(|changed| changed.verdict.is_none())
            }
            _ => false,
        }
    }

    fn waits(&self, sample: &Sample) -> bool {
        sample.verdict.is_none() && self.judging.of(sample).is_none()
    }

    /// Whether a row waits to be judged at the selection or below it.
    #[must_use]
    pub fn has_more_to_judge(&self) -> bool {
        self.items().iter().skip(self.cursor).any(|item| self.is_to_judge(item))
    }

    /// The rows to judge, and how many of them nobody judged; `None` where it is about something else.
    #[must_use]
    pub fn judged(&self) -> Option<(usize, usize)> {
        let Some(DetailContent::Anomaly(anomaly)) = &self.content else { return None };
        let open = anomaly.samples.iter().filter(|sample| self.waits(sample)).count();
        Some((anomaly.samples.len(), open))
    }

    /// Asks again for the content.
    pub fn refresh(&mut self) {
        self.wanted = self.place.load().is_some();
    }

    /// Whether something is wanted.
    #[must_use]
    pub fn wants(&self) -> bool {
        self.wanted
    }

    /// Turns what is wanted, if anything, into a load of this generation.
    pub fn issue(&mut self, generation: u64) -> Option<Load> {
        if !std::mem::take(&mut self.wanted) {
            return None;
        }
        self.awaited = Some(generation);
        self.place.load()
    }

    /// Whether the load of this generation is for it.
    #[must_use]
    pub fn awaits(&self, generation: u64) -> bool {
        self.awaited == Some(generation)
    }

    /// Takes what came; false where it isn't awaited any more.
    pub fn arrive(&mut self, generation: u64, answer: Result<Answer>) -> bool {
        if self.awaited.take_if(|awaited| *awaited == generation).is_none() {
            return false;
        }
        let answer = answer.map(|answer| match answer {
            Answer::Batch(detail) => Some(DetailContent::Batch(detail)),
            Answer::Model(detail) => Some(DetailContent::Model(detail)),
            Answer::Comparison(detail) => Some(DetailContent::Comparison(detail)),
            Answer::Anomaly(detail) => Some(DetailContent::Anomaly(detail)),
            Answer::Release(detail) => Some(DetailContent::Release(detail)),
            Answer::Event(detail) => Some(DetailContent::Event(detail)),
            _ => None,
        });
        match answer {
            Ok(content) => {
                if let (None, Some(DetailContent::Anomaly(anomaly))) = (&self.content, &content) {
                    self.cursor = first_to_judge(anomaly);
                }
                (self.content, self.error) = (content, None);
                self.judging.read_back();
            }
            Err(error) => self.error = Some(error),
        }
        self.step(0);
        true
    }

    /// Moves the selection among the items.
    pub fn step(&mut self, by: i64) {
        let count = self.items().len();
        let by = isize::try_from(by).unwrap_or(if by < 0 { isize::MIN } else { isize::MAX });
        self.cursor = self.cursor.saturating_add_signed(by).min(count.saturating_sub(1));
    }
}
