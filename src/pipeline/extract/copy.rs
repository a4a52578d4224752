//! What is known of a source: the extracts that landed.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::base::Result;
use crate::domain::source::{Extract, Sql};
use crate::domain::{Batch, BatchState, Dataset, Period, Provider};
use crate::pipeline::Context;

/// The extracts of a source, and how far they go.
pub struct Known {
    /// All of them, in the order in which they landed; also those that somebody took back.
    extracts: Vec<Batch>,
    /// Everything up to here is in them; none: all has to be read.
    pub watermark: Option<String>,
    /// Whether rows that were of a period to come may belong to one that has begun since: then all are read, too, but none
    /// is gone that is there no more.
    pub has_turned: bool,
    /// The day on which the source was looked at for each extract, where the provider is.
    looked: Vec<NaiveDate>,
}

impl Known {
    /// What is known of the source of a provider.
    pub fn of(context: &Context, dataset: &Dataset, provider: &Provider, source: &Sql) -> Result<Self> {
        let retrieved = context.journal.read(|snapshot| snapshot.batches_retrieved(&dataset.name, &provider.name))?;
        let extracts: Vec<Batch> = retrieved.into_iter().filter(|batch| extract(batch).is_some()).collect();
        let digest = source.digest();
        // What was copied of something else says nothing of how far this one was.
        let newest = extracts.last().and_then(extract).filter(|newest| newest.source == digest);
        let watermark = newest.and_then(|newest| newest.watermark.clone());
        let day_of = |batch: &Batch| {
            let looked = extract(batch).and_then(|extract| extract.looked).unwrap_or(batch.at);
            context.day_of(provider, looked)
        };
        let looked: Vec<NaiveDate> = extracts.iter().map(day_of).collect();
        let period_of = |day: NaiveDate| Period::containing(dataset.period, day);
        let then = looked.last().copied().and_then(period_of);
        // What is of a period to come is refused in the one that goes on, and belongs to its own once that has begun.
        let was_refused = |batch: &&Batch| then == Some(batch.delivery.slice.period) && batch.rejected > 0;
        let has_turned =
            then != period_of(context.today_of(provider)) && extracts.iter().filter(was_refused).any(stands);
        Ok(Self { extracts, watermark, has_turned, looked })
    }

    /// Those that rows are compared with. What somebody took back stays away as long as it is what it was; where it is to
    /// come `again`, it is as if it had never come.
    pub fn compared(&self, again: bool) -> impl Iterator<Item = &Batch> {
        self.extracts.iter().filter(move |batch| !again || stands(batch))
    }

    /// The periods that are over on this day and were copied only before they were.
    pub fn cut_short(&self, today: NaiveDate) -> BTreeSet<Period> {
        let of = |(batch, _): &(&Batch, &NaiveDate)| batch.delivery.slice.period;
        let standing = || self.extracts.iter().zip(&self.looked).filter(|(batch, _)| stands(batch));
        let whole: BTreeSet<Period> = standing().filter(|one| of(one).last() < *one.1).map(|one| of(&one)).collect();
        let over = standing().map(|one| of(&one)).filter(|period| period.last() < today);
        over.filter(|period| !whole.contains(period)).collect()
    }
}

fn stands(batch: &Batch) -> bool {
    matches!(batch.state, BatchState::Landed | BatchState::Quarantined)
}

fn extract(batch: &Batch) -> Option<&Extract> {
    batch.delivery.retrieved.as_ref()?.extract()
}
