//! Which rows of a delivery are those of a slice.

use chrono::NaiveDate;

use crate::domain::batch::Delivery;
use crate::domain::calendar::{Rhythm, Span};
use crate::domain::{Batch, Dataset, Period, Provider};

/// Which rows of a delivery are meant.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The days that its rows should be of, where that is known.
    days: Option<(NaiveDate, NaiveDate)>,
    /// The period that is refined, and all that have a part of the rows; none where all rows are of one.
    shared: Option<(Period, Vec<Period>)>,
    /// Days that a later delivery of the slice stands for.
    replaced: Vec<(NaiveDate, NaiveDate)>,
    /// The one of the provider's own periods that it is for, where it has such: rows of other days are none of it.
    own: Option<Span>,
}

impl Scope {
    /// Those of one of the batches that a slice stands on.
    pub fn of(dataset: &Dataset, delivery: &Delivery, standing: &[Batch]) -> Self {
        let own = delivery.covered();
        let later = standing
            .iter()
            .map(|batch| &batch.delivery)
            .filter(|other| other.revision > delivery.revision && other.part.is_none() && delivery.part.is_none());
        let both = later.map(|other| (other.covered().0.max(own.0), other.covered().1.min(own.1)));
        let replaced = both.filter(|(first, last)| first <= last).collect();
        let covers = delivery.covers.as_ref();
        let periods = covers.map_or_else(Vec::new, |covers| dataset.periods_of(covers));
        let shared = (periods.len() > 1).then_some((delivery.slice.period, periods));
        let days = Some(covers.map_or(own, |covers| (covers.first, covers.last)));
        let scope = Self { days, shared, replaced, own: None };
        match dataset.provider(&delivery.slice.provider) {
            Ok(provider) => scope.by_calendar(provider, covers),
            Err(_) => scope,
        }
    }

    /// The same of a delivery for these days, where the provider has a calendar of its own that says which they are.
    pub fn by_calendar(self, provider: &Provider, covers: Option<&Span>) -> Self {
        let has_own = matches!(provider.rhythm, Some(Rhythm::Own(_)));
        Self { own: covers.filter(|_| has_own).cloned(), ..self }
    }

    /// All rows of what covers these days, or any.
    pub fn all(covers: Option<&Span>) -> Self {
        Self { days: covers.map(|covers| (covers.first, covers.last)), ..Self::default() }
    }

    /// The days that its rows should be of, where that is known.
    pub fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.days
    }

    /// The one of the provider's own periods that it is for.
    pub fn own(&self) -> Option<&Span> {
        self.own.as_ref()
    }

    /// Whether some of its rows may be none of the slice.
    pub fn is_partial(&self) -> bool {
        self.shared.is_some() || !self.replaced.is_empty()
    }

    /// Of which of the periods that share it a row of this day is. What is of none of them, or has no day, goes with the
    /// first: there it is refused.
    pub fn owner(&self, dataset: &Dataset, day: Option<NaiveDate>) -> Option<Period> {
        let (_, periods) = self.shared.as_ref()?;
        let period = day.and_then(|day| Period::containing(dataset.period, day));
        period.filter(|period| periods.contains(period)).or_else(|| periods.first().copied())
    }

    /// Whether a row of this day is one of the slice.
    pub fn is_own(&self, dataset: &Dataset, day: Option<NaiveDate>) -> bool {
        let is_here = self.shared.as_ref().is_none_or(|(here, _)| self.owner(dataset, day) == Some(*here));
        let is_replaced = |(first, last): &(NaiveDate, NaiveDate)| day.is_some_and(|day| *first <= day && day <= *last);
        is_here && !self.replaced.iter().any(is_replaced)
    }
}
