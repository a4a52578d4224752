//! What the details of a thing say, item by item: what is selected, opened and drawn are the same items.

mod anomaly;
mod batch;
mod comparison;
mod event;
mod model;
mod release;
mod task;

pub use anomaly::first_to_judge;
pub use release::{changes as release_changes, still_may};

use std::collections::BTreeSet;

use super::place::{DetailContent, Place};
use super::words::{Piece, Tone};
use crate::domain::{ModelRef, Period, Reason, ReleaseName};

/// One item of a detail.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The heading it stands under.
    pub section: &'static str,
    /// What it says.
    pub body: Body,
    /// Where `Enter` leads.
    pub link: Option<Link>,
    /// The group that it is folded with, by the command that clears all of it.
    pub fold: Option<String>,
}

/// What an item says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A line of text, wrapped where it is long.
    Text(Vec<Piece>),
    /// A sample row of an anomaly, by its place.
    Sample(usize),
    /// A row that two model versions read differently, by its place.
    Changed(usize),
    /// The chart of an anomaly's metric.
    Chart,
}

/// Where an item leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Link {
    /// To another thing.
    To(Place),
    /// To the place that clears this reason of a release.
    Clear(ReleaseName, Reason),
    /// To letting a model version read a period.
    Read {
        /// The version.
        model: ModelRef,
        /// Of which dataset.
        dataset: String,
        /// The period.
        period: Period,
    },
    /// To a cell of the map of completeness.
    Cell {
        /// Of which dataset.
        dataset: String,
        /// The period.
        period: Period,
        /// The provider.
        provider: String,
    },
}

impl Item {
    fn new(section: &'static str, body: Body) -> Self {
        Self { section, body, link: None, fold: None }
    }

    fn text(section: &'static str, pieces: Vec<Piece>) -> Self {
        Self::new(section, Body::Text(pieces))
    }

    /// A name and its value.
    fn fact(section: &'static str, name: &str, value: impl Into<String>) -> Self {
        Self::text(section, vec![Piece::new(format!("{name:<12} "), Tone::Quiet), Piece::plain(value)])
    }

    fn to(mut self, link: Link) -> Self {
        self.link = Some(link);
        self
    }
}

/// The items of a thing, in the order in which its reader wants them; those of `unfolded` groups one by one.
#[must_use]
pub fn items(content: &DetailContent, unfolded: &BTreeSet<String>) -> Vec<Item> {
    match content {
        DetailContent::Batch(detail) => batch::items(detail),
        DetailContent::Model(detail) => model::items(detail),
        DetailContent::Comparison(detail) => comparison::items(detail),
        DetailContent::Anomaly(detail) => anomaly::items(detail),
        DetailContent::Release(detail) => release::items(detail, unfolded),
        DetailContent::Event(detail) => event::items(detail),
        DetailContent::Task(row) => task::items(row),
    }
}

pub(super) use crate::base::clock::minute as instant;

pub use crate::base::number::text as number;
