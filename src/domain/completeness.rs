//! Completeness: what is owed for a period and what has come in.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Batch, BatchId, BatchState, Dataset, Period, Provider};

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
    /// It is not there yet and not due yet.
    Expected,
    /// Something came that can't be used as it is.
    Quarantined,
    /// It is overdue.
    Late,
}

impl CellState {
    /// Every state, best first.
    pub const ALL: [Self; 6] =
        [Self::NotOwed, Self::Delivered, Self::Corrected, Self::Expected, Self::Quarantined, Self::Late];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotOwed => "not_owed",
            Self::Delivered => "delivered",
            Self::Corrected => "corrected",
            Self::Expected => "expected",
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
    /// When the delivery is late, where one is owed.
    pub due: Option<DateTime<Utc>>,
    /// The batch that the cell stands on, or the quarantined one.
    pub batch: Option<BatchId>,
}

/// The cells of a period: a provider that owes it, or delivered for it all the same, has one.
///
/// `batches` are the batches of this dataset and period in any order; time alone can change the answer.
#[must_use]
pub fn cells(dataset: &Dataset, period: Period, zone: Tz, now: DateTime<Utc>, batches: &[Batch]) -> Vec<Cell> {
    dataset.providers.iter().map(|provider| cell(dataset, provider, period, zone, now, batches)).collect()
}

fn cell(
    dataset: &Dataset,
    provider: &Provider,
    period: Period,
    zone: Tz,
    now: DateTime<Utc>,
    batches: &[Batch],
) -> Cell {
    let newest = |state: BatchState| {
        batches
            .iter()
            .filter(|batch| {
                let slice = &batch.delivery.slice;
                slice.provider == provider.name && slice.period == period && batch.state == state
            })
            .max_by_key(|batch| batch.delivery.revision)
    };
    let deadlines = provider.owes(period).then(|| provider.deadlines(period, zone, &dataset.holidays));
    let (landed, quarantined) = (newest(BatchState::Landed), newest(BatchState::Quarantined));
    // A quarantined revision that is newer than the landed one is what the provider says now.
    let unusable = quarantined
        .filter(|quarantined| landed.is_none_or(|landed| landed.delivery.revision < quarantined.delivery.revision));
    let (state, batch) = match (unusable, landed, deadlines) {
        (Some(batch), _, _) => (CellState::Quarantined, Some(batch)),
        (None, Some(batch), _) if batch.delivery.revision > 1 => (CellState::Corrected, Some(batch)),
        (None, Some(batch), _) => (CellState::Delivered, Some(batch)),
        (None, None, None) => (CellState::NotOwed, None),
        (None, None, Some((_, late))) if late <= now => (CellState::Late, None),
        (None, None, Some(_)) => (CellState::Expected, None),
    };
    let due = deadlines.map(|(due, _)| due);
    Cell { provider: provider.name.clone(), state, due, batch: batch.map(|batch| batch.delivery.batch.clone()) }
}

/// What the whole period is: never better than its worst cell.
#[must_use]
pub fn roll_up(cells: &[Cell]) -> CellState {
    cells.iter().map(|cell| cell.state).max().unwrap_or(CellState::NotOwed)
}

#[cfg(test)]
mod tests;
