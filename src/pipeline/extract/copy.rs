//! What is known of a source: the extracts that landed.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::base::Result;
use crate::domain::source::Sql;
use crate::domain::{Batch, BatchState, Dataset, Period, Provider};
use crate::pipeline::Context;

/// The extracts of a source, and how far they go.
pub struct Known {
    /// Those that stand or wait for a person, in the order in which they landed.
    pub extracts: Vec<Batch>,
    /// Everything up to here is in them; none: all has to be read again.
    pub watermark: Option<String>,
}

impl Known {
    /// What is known of the source of a provider.
    pub fn of(context: &Context, dataset: &Dataset, provider: &Provider, source: &Sql) -> Result<Self> {
        let retrieved = context.journal.read(|snapshot| snapshot.batches_retrieved(&dataset.name, &provider.name))?;
        Ok(Self::from_batches(retrieved, source))
    }

    fn from_batches(retrieved: Vec<Batch>, source: &Sql) -> Self {
        let digest = source.digest();
        let is_of_source = |batch: &Batch| extract(batch).is_some_and(|extract| extract.source == digest);
        // What was copied of something else says nothing of how far this one was.
        let newest = retrieved.last().filter(|batch| is_of_source(batch));
        let watermark = newest.and_then(|batch| extract(batch)?.watermark.clone());
        let whole = |batch: &Batch| extract(batch).is_some_and(|extract| extract.full && extract.watermark.is_some());
        let begun = retrieved.iter().rposition(whole).unwrap_or(0);
        let has_gap = retrieved.iter().skip(begun).any(|batch| batch.state == BatchState::Withdrawn);
        let stands = |batch: &Batch| matches!(batch.state, BatchState::Landed | BatchState::Quarantined);
        let extracts = retrieved.into_iter().filter(|batch| extract(batch).is_some() && stands(batch)).collect();
        Self { extracts, watermark: watermark.filter(|_| !has_gap) }
    }

    /// The periods that are over on this day and were copied only before they were.
    pub fn cut_short(&self, today: NaiveDate) -> BTreeSet<Period> {
        let of = |batch: &Batch| batch.delivery.slice.period;
        let over = |period: &Period| period.last() < today;
        let whole: BTreeSet<Period> =
            self.extracts.iter().filter(|batch| batch.delivery.covers.is_none()).map(of).collect();
        self.extracts.iter().map(of).filter(over).filter(|period| !whole.contains(period)).collect()
    }
}

fn extract(batch: &Batch) -> Option<&crate::domain::source::Extract> {
    batch.delivery.retrieved.as_ref()?.extract()
}
