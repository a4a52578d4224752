//! Completeness: what is owed for a period and what has come in.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::calendar::Span;
use crate::base::text;

use super::{Batch, BatchId, BatchState, Dataset, Period, Provider, slice};

/// What is known of one provider's delivery for one period. Ordered from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// The provider owes nothing for this period.
    NotOwed,
    /// It is there.
    Delivered,
    /// It is there, as a later revision.
    Corrected,
    /// Some of it is there, and the rest is not due yet.
    Partial,
    /// It is not there yet and not due yet.
    Expected,
    /// The same of a provider of whom nothing ever came.
    NeverSeen,
    /// Something came that can't be used as it is.
    Quarantined,
    /// It is overdue.
    Late,
}

impl CellState {
    /// Every state, best first.
    pub const ALL: [Self; 8] = [
        Self::NotOwed,
        Self::Delivered,
        Self::Corrected,
        Self::Partial,
        Self::Expected,
        Self::NeverSeen,
        Self::Quarantined,
        Self::Late,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotOwed => "not_owed",
            Self::Delivered => "delivered",
            Self::Corrected => "corrected",
            Self::Partial => "partial",
            Self::Expected => "expected",
            Self::NeverSeen => "never_seen",
            Self::Quarantined => "quarantined",
            Self::Late => "late",
        }
    }

    /// Whether nothing is missing here.
    #[must_use]
    pub fn is_covered(self) -> bool {
        self <= Self::Corrected
    }
}

/// One cell of the map of periods and providers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cell {
    /// The provider.
    pub provider: String,
    /// What is known.
    pub state: CellState,
    /// When what is missing is due, or was, where one is owed: the first of it.
    pub due: Option<DateTime<Utc>>,
    /// The newest batch that the cell stands on, or the quarantined one.
    pub batch: Option<BatchId>,
    /// What is missing of what came in part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Span>,
}

impl Cell {
    /// What is missing of what came in part, in words.
    #[must_use]
    pub fn lacks(&self) -> Option<String> {
        let missing: Vec<String> = self.missing.iter().map(ToString::to_string).collect();
        (!missing.is_empty()).then(|| format!("lacks {}", missing.join(", ")))
    }
}

/// What is asked about a dataset's completeness.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The dataset.
    pub dataset: &'a Dataset,
    /// Where the workspace is.
    pub zone: Tz,
    /// The present instant: time alone can change the answer.
    pub now: DateTime<Utc>,
    /// The providers of whom anything ever came.
    pub seen: &'a BTreeSet<String>,
}

impl Asked<'_> {
    /// The cells of a period: a provider that owes it, or delivered for it all the same, has one.
    ///
    /// `batches` are the batches of this dataset and period in any order.
    #[must_use]
    pub fn cells(&self, period: Period, batches: &[Batch]) -> Vec<Cell> {
        self.dataset.providers.iter().map(|provider| self.cell(provider, period, batches)).collect()
    }

    fn cell(&self, provider: &Provider, period: Period, batches: &[Batch]) -> Cell {
        let of_slice: Vec<&Batch> = batches
            .iter()
            .filter(|batch| {
                let slice = &batch.delivery.slice;
                slice.provider == provider.name && slice.period == period
            })
            .collect();
        let of = |state: BatchState| of_slice.iter().copied().filter(move |batch| batch.state == state);
        let revision = |batch: &&Batch| batch.delivery.revision;
        let landed: Vec<&Batch> = of(BatchState::Landed).collect();
        let newest = landed.iter().copied().max_by_key(revision);
        // A quarantined revision that is newer than what landed of the same days is what the provider says now.
        let is_unusable = |quarantined: &&Batch| {
            !landed.iter().any(|landed| {
                landed.delivery.revision > quarantined.delivery.revision
                    && landed.delivery.replaces(&quarantined.delivery)
            })
        };
        let unusable = of(BatchState::Quarantined).filter(is_unusable).max_by_key(revision);
        let missing = self.missing(provider, period, &landed);
        let deadlines = |span: &Span| provider.deadlines(span.last, self.zone, &self.dataset.holidays);
        let owes = provider.owes(period);
        let is_late = missing.iter().any(|span| deadlines(span).1 <= self.now);
        let is_correction = |landed: &&Batch| {
            of_slice.iter().any(|other| {
                other.delivery.revision < landed.delivery.revision && landed.delivery.replaces(&other.delivery)
            })
        };
        let (state, batch) = match (unusable, newest) {
            (Some(batch), _) => (CellState::Quarantined, Some(batch)),
            (None, Some(batch)) if missing.is_empty() || !owes => {
                let corrected = landed.iter().any(is_correction);
                (if corrected { CellState::Corrected } else { CellState::Delivered }, Some(batch))
            }
            (None, None) if !owes => (CellState::NotOwed, None),
            (None, batch) if is_late => (CellState::Late, batch),
            (None, Some(batch)) => (CellState::Partial, Some(batch)),
            (None, None) if self.seen.contains(&provider.name) => (CellState::Expected, None),
            (None, None) => (CellState::NeverSeen, None),
        };
        let spans = if missing.is_empty() { self.dataset.spans_of(provider, period) } else { missing.clone() };
        let due = spans.first().filter(|_| owes).map(|span| deadlines(span).0);
        let missing = if batch.is_some() && owes { missing } else { Vec::new() };
        let batch = batch.map(|batch| batch.delivery.batch.clone());
        Cell { provider: provider.name.clone(), state, due, batch, missing }
    }

    /// What a provider has yet to deliver until the days of a period are covered by what landed.
    fn missing(&self, provider: &Provider, period: Period, landed: &[&Batch]) -> Vec<Span> {
        let spans = self.dataset.spans_of(provider, period);
        let are_parts = landed.iter().all(|batch| batch.delivery.part.is_some());
        if let Some(parts) = provider.parts.filter(|_| are_parts) {
            let left = u64::from(parts).saturating_sub(landed.len() as u64);
            let label = format!("{left} of {}", text::counted(u64::from(parts), "part"));
            let (first, last) = (period.first(), spans.last().map_or(period.last(), |span| span.last));
            return if left == 0 { Vec::new() } else { vec![Span { first, last, label }] };
        }
        let mut covered: Vec<(NaiveDate, NaiveDate)> = landed.iter().map(|batch| batch.delivery.covered()).collect();
        covered.sort_unstable();
        let is_missing = |span: &Span| {
            let (first, last) = slice::covered(period, Some(span));
            let reached = covered.iter().try_fold(first, |from, (begin, end)| {
                if *begin <= from && from <= *end { end.succ_opt() } else { Some(from) }
            });
            reached.is_some_and(|from| from <= last)
        };
        spans.into_iter().filter(is_missing).collect()
    }
}

/// What the whole period is: never better than its worst cell.
#[must_use]
pub fn roll_up(cells: &[Cell]) -> CellState {
    cells.iter().map(|cell| cell.state).max().unwrap_or(CellState::NotOwed)
}

#[cfg(test)]
mod tests;
