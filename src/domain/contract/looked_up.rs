//! Reference tables as the contract has them read.

use std::collections::BTreeMap;

use super::{Dataset, DeliveryMode, Provider};
use crate::domain::due::Due;
use crate::domain::policy::ReleasePolicy;
use crate::domain::{Granularity, Reference, Source};

impl Reference {
    /// It as a dataset of its own with one provider, so that its files are read as deliveries are.
    #[must_use]
    pub fn as_delivery(&self) -> (Dataset, Provider) {
        let dataset = Dataset {
            name: self.name.clone(),
            period: Granularity::Year,
            timezone: super::utc(),
            text: Vec::new(),
            model: None,
            key: self.key.clone(),
            date: None,
            schema: self.schema.clone(),
            references: Vec::new(),
            aggregates: Vec::new(),
            holidays: Vec::new(),
            providers: Vec::new(),
            checks: Vec::new(),
            release: ReleasePolicy::default(),
        };
        let provider = Provider {
            name: self.name.clone(),
            source: Source::Inbox { pattern: self.pattern.clone(), encoding: self.encoding.clone(), every: None },
            columns: self.columns.clone(),
            dates: self.dates.clone(),
            decimal_mark: self.decimal_mark,
            units: BTreeMap::new(),
            nulls: self.nulls.clone(),
            max_rejects: None,
            delivery: DeliveryMode::Whole,
            deletes: None,
            parts: None,
            rhythm: None,
            pauses: Vec::new(),
            due: Due::Days(0),
            grace: None,
            holidays: None,
            timezone: None,
            since: None,
            until: None,
            takes_over: None,
            mapped: BTreeMap::new(),
        };
        (dataset, provider)
    }
}
