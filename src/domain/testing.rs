//! Small values that the tests of the rules begin with.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::batch::Delivery;
use super::contract::DeliveryMode;
use super::due::Due;
use super::policy::ReleasePolicy;
use super::source::Source;
use super::{
    Batch, BatchId, BatchState, Check, Dataset, Field, FieldType, Granularity, ModelRef, Period, Provider, Release,
    ReleaseName, ReleaseState, Slice,
};
use crate::base::Digest;

pub(crate) fn period(text: &str) -> Period {
    text.parse().unwrap()
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub(crate) fn provider(name: &str, due: &str) -> Provider {
    Provider {
        name: name.to_owned(),
        source: Source::Inbox { pattern: "{period}*.csv".to_owned(), encoding: None, every: None },
        columns: BTreeMap::new(),
        dates: Vec::new(),
        units: [].into(),
        decimal_mark: None,
        nulls: Vec::new(),
        max_rejects: None,
        delivery: DeliveryMode::Whole,
        deletes: None,
        parts: None,
        rhythm: None,
        pauses: Vec::new(),
        due: due.parse::<Due>().unwrap(),
        grace: None,
        holidays: None,
        timezone: None,
        since: None,
        until: None,
        takes_over: None,
        mapped: BTreeMap::new(),
    }
}

/// A monthly dataset with one text field.
pub(crate) fn dataset(providers: Vec<Provider>) -> Dataset {
    Dataset {
        timezone: chrono_tz::UTC,
        name: "slips".to_owned(),
        period: Granularity::Month,
        text: vec!["description".to_owned()],
        model: None,
        key: vec!["slip".to_owned()],
        date: None,
        schema: vec![
            Field::new("slip".to_owned(), FieldType::String),
            Field::new("description".to_owned(), FieldType::String),
        ],
        references: Vec::new(),
        aggregates: Vec::new(),
        holidays: Vec::new(),
        providers,
        checks: Check::built_in(),
        release: ReleasePolicy::default(),
    }
}

/// A batch of dataset `slips`.
pub(crate) fn batch(provider: &str, period: Period, revision: u32, state: BatchState) -> Batch {
    let slice = Slice { dataset: "slips".to_owned(), period, provider: provider.to_owned() };
    let content = digest(&format!("{provider} {period} {revision}"));
    Batch {
        delivery: Delivery {
            batch: BatchId::of(&slice, revision, &content),
            slice,
            revision,
            content,
            extension: "csv".to_owned(),
            file: "file.csv".to_owned(),
            bytes: 1,
            covers: None,
            part: None,
            held_by: None,
            retrieved: None,
        },
        state,
        columns: Vec::new(),
        encoding: None,
        rows: 10,
        rejected: 0,
        at: instant("2026-11-01T09:00:00Z"),
        by: "mira".to_owned(),
        note: None,
        landing: None,
        refining: None,
        doubted: false,
    }
}

/// `slips/2026-10.1`, open and assembled as `content`.
pub(crate) fn release() -> Release {
    Release {
        name: ReleaseName { dataset: "slips".to_owned(), period: period("2026-10"), n: 1 },
        model: ModelRef::new("words", 2),
        state: ReleaseState::Open,
        cause: "northgate delivered 2026-10".to_owned(),
        at: instant("2026-11-01T09:00:00Z"),
        opened: 7,
        changed: None,
        input_digest: digest("inputs"),
        release_digest: Some(digest("content")),
        asked_under: Some(1),
        approvals: Vec::new(),
        generation: None,
        delta_version: None,
    }
}
