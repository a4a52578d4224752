//! The contract: what is owed, by whom, in which shape, and what may be released.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::aggregate::Aggregate;
use super::batch::Delivery;
use super::calendar::{Rhythm, Span};
use super::due::Due;
use super::policy::ReleasePolicy;
use super::promotion::PromotionPolicy;
use super::reference::Reference;
use super::registry::RegistryAccess;
use super::source::Source;
use super::unit::{DecimalMark, Measure};
use super::{Check, CheckRule, Destination, Field, FieldType, Granularity, Period, Role, Slice};
use crate::base::{Digest, Error, KeyHasher, Result, text};

mod amended;
mod columns;
mod looked_up;
mod refused;

pub use amended::Amended;

/// What one version of the contract says. It is what the journal keeps; assay.toml is how people write it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(from = "Stored")]
pub struct Contract {
    /// The name of the workspace.
    pub workspace: String,
    /// Where the workspace is: periods end and deliveries fall due by this clock.
    pub timezone: Tz,
    /// The day at which the clock stands still, for demonstrations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<NaiveDate>,
    /// Whether one person may act as each of the people, to try things out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
    /// Who may do what. Empty: everybody is owner.
    pub people: BTreeMap<String, Vec<Role>>,
    /// The data products.
    pub datasets: Vec<Dataset>,
    /// What versions of models have to show before they go into production.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<PromotionPolicy>,
    /// The model registry that is mirrored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryAccess>,
    /// What came to stand beside assay.toml since it was applied.
    #[serde(skip)]
    pub amended: Amended,
}

/// A contract as the journal has it: its datasets do not repeat where the workspace is.
#[derive(serde::Deserialize)]
struct Stored {
    workspace: String,
    timezone: Tz,
    #[serde(default)]
    today: Option<NaiveDate>,
    #[serde(default)]
    demo: bool,
    people: BTreeMap<String, Vec<Role>>,
    datasets: Vec<Dataset>,
    #[serde(default)]
    models: Vec<PromotionPolicy>,
    #[serde(default)]
    registry: Option<RegistryAccess>,
}

impl From<Stored> for Contract {
    fn from(Stored { workspace, timezone, today, demo, people, datasets, models, registry }: Stored) -> Self {
        Self { workspace, timezone, today, demo, people, datasets, models, registry, amended: Amended::default() }
            .placed()
    }
}

fn utc() -> Tz {
    Tz::UTC
}

/// One data product.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// How long its periods are.
    pub period: Granularity,
    /// Where the workspace is: a timestamp belongs to the period that its day by this clock is in.
    #[serde(skip, default = "utc")]
    pub timezone: Tz,
    /// The fields that the NER model reads; none: the dataset has no model.
    pub text: Vec<String>,
    /// The model's name, where several models have a `production` version.
    pub model: Option<String>,
    /// The fields that make a row unique within a provider and period; empty: nothing does.
    pub key: Vec<String>,
    /// The field that says when a row happened: every row has one, in the period. None: rows are not asked.
    pub date: Option<String>,
    /// The canonical columns, in order.
    pub schema: Vec<Field>,
    /// What its rows are looked up in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// What is made of the rows of each release, and given to clients beside them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aggregates: Vec<Aggregate>,
    /// Days on which nobody has to deliver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<NaiveDate>,
    /// Who delivers.
    pub providers: Vec<Provider>,
    /// The checks: the built-in ones, as overridden, then the workspace's own.
    pub checks: Vec<Check>,
    /// What a release needs.
    pub release: ReleasePolicy,
}

/// A supplier of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Provider {
    /// Its name.
    pub name: String,
    /// How its deliveries get in.
    pub source: Source,
    /// Canonical field to the names that the provider gives it, in order of preference; a field that is not
    /// listed goes by its own name, one with an empty list is not delivered.
    pub columns: BTreeMap<String, Vec<String>>,
    /// How the provider writes dates: strftime patterns, tried in order. Without any, how each column of a delivery
    /// writes them is found out over all of its rows.
    pub dates: Vec<String>,
    /// What the provider writes before decimals; found out, column by column, where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
    /// Canonical field to what its column is in, where that is not plainly the field's own unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, Measure>,
    /// What the provider writes where there is nothing, beside what everybody does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nulls: Vec<String>,
    /// How many of 10,000 records may be refused: a batch of which more are waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rejects: Option<u32>,
    /// What a second delivery for the same period means.
    pub delivery: DeliveryMode,
    /// Which rows of a delivery of changes say that a row is no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletes: Option<Deletes>,
    /// Of how many parts a period consists, where deliveries add up and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<u32>,
    /// In which periods it delivers, where these are not the dataset's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rhythm: Option<Rhythm>,
    /// Periods for which it owes nothing, between `since` and `until`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Period>,
    /// How long after the period it may deliver.
    pub due: Due,
    /// How long after that it is not called late yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Due>,
    /// The days that are no business days for it; none: those of its dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<Vec<NaiveDate>>,
    /// The time zone of its deadlines, where that is not the workspace's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Tz>,
    /// The first period it owes.
    pub since: Option<Period>,
    /// The last period it owes.
    pub until: Option<Period>,
    /// Whose place it takes from `since` on: its deliveries are compared with theirs, as long as it has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes_over: Option<String>,
    /// What people decided beside assay.toml: canonical field to the names of columns, the last decided last.
    #[serde(skip)]
    pub mapped: BTreeMap<String, Vec<String>>,
}

/// Which rows of a delivery of changes say that the row of their key is no more: those with one of these values in a column.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deletes {
    /// The column, as delivered.
    pub column: String,
    /// The values, without the blanks around them.
    pub values: Vec<String>,
}

/// What a second delivery for the same provider and period means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// It is a new revision that supersedes the one before.
    Whole,
    /// It adds to what came before; one of the same file name supersedes that one.
    Parts,
    /// Its rows take the places of those before that have their keys, or say that these are no more.
    Changes,
}

impl Contract {
    /// The same, each dataset knowing where the workspace is.
    #[must_use]
    pub fn placed(mut self) -> Self {
        for dataset in &mut self.datasets {
            dataset.timezone = self.timezone;
        }
        self
    }

    /// What identifies this contract's content.
    pub fn digest(&self) -> Result<Digest> {
        digest_of("contract/1", self)
    }

    /// The dataset of this name; the error suggests the nearest.
    pub fn dataset(&self, name: &str) -> Result<&Dataset> {
        find(&self.datasets, name, "dataset", |dataset| &dataset.name)
    }

    /// The dataset that is meant when none is named: the only one.
    pub fn only_dataset(&self) -> Result<&Dataset> {
        match self.datasets.as_slice() {
            [dataset] => Ok(dataset),
            [] => Err(Error::usage("assay.toml names no dataset").hint("add a [[dataset]] table to assay.toml")),
            several => {
                let names = several.iter().map(|dataset| dataset.name.as_str()).collect::<Vec<_>>().join(", ");
                Err(Error::usage("there are several datasets").hint(format!("say which one with --dataset: {names}")))
            }
        }
    }

    /// The providers of all datasets, or those of this dataset and name.
    pub fn providers(&self, dataset: Option<&str>, provider: Option<&str>) -> Result<Vec<(&Dataset, &Provider)>> {
        let datasets: Vec<&Dataset> = match dataset {
            Some(name) => vec![self.dataset(name)?],
            None => self.datasets.iter().collect(),
        };
        let all = datasets.iter().flat_map(|dataset| dataset.providers.iter().map(|one| (*dataset, one)));
        let meant: Vec<_> = all.filter(|(_, one)| provider.is_none_or(|name| name == one.name)).collect();
        if let Some((name, dataset)) = provider.zip(datasets.first()).filter(|_| meant.is_empty()) {
            dataset.provider(name)?;
        }
        Ok(meant)
    }

    /// The datasets whose text a model of this name reads: those that name it or none. One that no dataset is left for is tried beside
    /// those that are named, and reads all text.
    pub fn read_by(&self, model: &str) -> Vec<&Dataset> {
        let with_text = || self.datasets.iter().filter(|dataset| !dataset.text.is_empty());
        let meant: Vec<&Dataset> =
            with_text().filter(|dataset| dataset.model.as_ref().is_none_or(|name| name == model)).collect();
        if meant.is_empty() { with_text().collect() } else { meant }
    }

    /// The named dataset, or the only one.
    pub fn dataset_or_only(&self, name: Option<&str>) -> Result<&Dataset> {
        name.map_or_else(|| self.only_dataset(), |name| self.dataset(name))
    }
}

impl Dataset {
    /// The provider of this name; the error suggests the nearest.
    pub fn provider(&self, name: &str) -> Result<&Provider> {
        find(&self.providers, name, "provider", |provider| &provider.name)
    }

    /// Refuses a period of another length than the dataset has.
    pub fn check_period(&self, period: Period) -> Result<()> {
        if period.granularity() == self.period {
            return Ok(());
        }
        Err(Error::usage(format!("`{period}` is not a period of {}", self.name))
            .hint(format!("its periods are written like {}", self.period.form())))
    }

    /// In which periods a provider delivers.
    #[must_use]
    pub fn rhythm(&self, provider: &Provider) -> Rhythm {
        provider.rhythm.clone().unwrap_or(Rhythm::Every(self.period))
    }

    /// What a provider has to deliver so that a period is covered, oldest first.
    #[must_use]
    pub fn spans_of(&self, provider: &Provider, period: Period) -> Vec<Span> {
        self.rhythm(provider).spans(period.first(), period.last())
    }

    /// The periods that have a day of these dates, oldest first.
    #[must_use]
    pub fn periods_of(&self, covers: &Span) -> Vec<Period> {
        let ends = [covers.first, covers.last].map(|day| Period::containing(self.period, day));
        let [Some(from), Some(to)] = ends else { return Vec::new() };
        from.up_to(to).collect()
    }

    /// Whether several periods share a delivery.
    #[must_use]
    pub fn shares(&self, delivery: &Delivery) -> bool {
        delivery.covers.as_ref().is_some_and(|covers| self.periods_of(covers).len() > 1)
    }

    /// What a provider's delivery for these dates is for, by its file's name.
    #[must_use]
    pub fn destination(&self, provider: &Provider, covers: Span, file: &str) -> Option<Destination> {
        let period = *self.periods_of(&covers).first()?;
        let slice = Slice { dataset: self.name.clone(), period, provider: provider.name.clone() };
        let is_whole = (covers.first, covers.last) == (period.first(), period.last());
        let part = (provider.delivery == DeliveryMode::Parts).then(|| file.to_owned());
        Some(Destination { slice, covers: (!is_whole).then_some(covers), part })
    }

    /// The fields that providers deliver, in order.
    pub fn delivered(&self) -> impl Iterator<Item = &Field> + Clone {
        self.schema.iter().filter(|field| !field.is_derived())
    }

    /// The reference table of this name; the error suggests the nearest.
    pub fn reference(&self, name: &str) -> Result<&Reference> {
        find(&self.references, name, "reference table", |reference| &reference.name)
    }

    /// The type of a canonical field.
    #[must_use]
    pub fn field_type(&self, name: &str) -> Option<FieldType> {
        self.schema.iter().find(|field| field.name == name).map(|field| field.field_type)
    }

    /// What identifies what a check looks at, of one provider or of all: its rule, and how the rows come to be that it
    /// judges. How severe it is does not matter.
    pub fn rule_digest(&self, check: &str, provider: Option<&str>) -> Result<Option<Digest>> {
        let Some(check) = self.checks.iter().find(|known| known.name == check) else { return Ok(None) };
        let judged = self.providers.iter().filter(|one| provider.is_none_or(|name| one.name == name));
        let mappings = judged.map(|provider| self.mapping_rules_digest(provider)).collect::<Result<Vec<_>>>()?;
        let looked_at = (&check.rule, &self.schema, &self.key, mappings);
        match check.rule {
            CheckRule::LabelRate { .. } => digest_of("rule/2", &(looked_at, self.text_read())),
            _ => digest_of("rule/1", &looked_at),
        }
        .map(Some)
    }

    /// The fields that a model reads, in words.
    #[must_use]
    pub fn text_read(&self) -> String {
        self.text.join(", ")
    }

    /// What identifies the rules that a release is judged by.
    pub fn rules_digest(&self) -> Result<Digest> {
        match self.aggregates.as_slice() {
            [] => digest_of("rules/1", &(&self.schema, &self.key, &self.checks)),
            aggregates => digest_of("rules/2", &(&self.schema, &self.key, &self.checks, aggregates)),
        }
    }
}

impl Provider {
    /// Until when a delivery for what ends on this day is due, and from when on it is late.
    #[must_use]
    pub fn deadlines(&self, last: NaiveDate, zone: Tz, holidays: &[NaiveDate]) -> (DateTime<Utc>, DateTime<Utc>) {
        let zone = self.timezone.unwrap_or(zone);
        let holidays = self.holidays.as_deref().unwrap_or(holidays);
        let due = self.due.deadline(last, zone, holidays);
        (due, self.grace.map_or(due, |grace| grace.after(due, zone, holidays)))
    }

    /// Whether it owes a delivery for `period`.
    #[must_use]
    pub fn owes(&self, period: Period) -> bool {
        let has_begun = self.since.is_none_or(|since| since <= period);
        has_begun && self.until.is_none_or(|until| period <= until) && !self.pauses.contains(&period)
    }
}

fn digest_of(kind: &str, value: &impl serde::Serialize) -> Result<Digest> {
    Ok(KeyHasher::new(kind).part("json", serde_json::to_vec(value)?).finish())
}

fn find<'a, T>(all: &'a [T], name: &str, noun: &str, name_of: impl Fn(&T) -> &String) -> Result<&'a T> {
    all.iter().find(|one| name_of(one) == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|one| name_of(one).as_str()).collect();
        let error = Error::not_found(format!("there is no {noun} `{name}`"));
        match text::nearest(name, names.iter().copied()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("there is: {}", names.join(", "))),
        }
    })
}
