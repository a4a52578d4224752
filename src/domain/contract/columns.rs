//! Which columns of a delivery are read as which fields.

use std::collections::BTreeMap;

use super::{Dataset, Deletes, DeliveryMode, Provider, digest_of};
use crate::base::{Digest, Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::source::{CHANGE, DELETE, Source};
use crate::domain::unit::Unit;
use crate::domain::{Field, FieldType, Reference};

impl Dataset {
    /// The fields that a delivery of a provider lacks, each with the names that were looked for.
    pub fn gaps(&self, provider: &Provider, columns: &[BronzeColumn]) -> Vec<String> {
        let lacks = |field: &&Field| {
            let is_asked = !provider.names_of(&field.name).is_empty() && !self.says(provider, &field.name);
            is_asked && provider.column_of(&field.name, columns).is_none()
        };
        let said = |field: &Field| format!("{} (looked for {})", field.name, provider.names_of(&field.name).join(", "));
        self.delivered().filter(lacks).map(said).collect()
    }

    /// Whether the contract itself says what a field of a provider's rows is: the unit of another one.
    #[must_use]
    pub fn says(&self, provider: &Provider, field: &str) -> bool {
        let is_said = |other: &Field| provider.units.get(&other.name).is_some_and(|measure| measure.unit.is_some());
        self.schema.iter().any(|other| matches!(&other.unit, Some(Unit::In(named)) if named == field) && is_said(other))
    }

    /// What identifies how the rows of a provider's deliveries become canonical: their mapping key. It says which columns are
    /// read, not under which names they were looked for: a further name that none of them has changes nothing.
    pub fn mapping_digest<'a>(
        &self,
        provider: &Provider,
        deliveries: impl Iterator<Item = &'a [BronzeColumn]>,
    ) -> Result<Digest> {
        let read = |columns: &'a [BronzeColumn]| -> Vec<Option<&'a str>> {
            let column =
                |field: &Field| provider.column_of(&field.name, columns).map(|column| column.delivered.as_str());
            self.delivered().map(column).collect()
        };
        let read: Vec<_> = deliveries.map(read).collect();
        let fields = (&self.schema, &self.key, &self.date, self.timezone_read());
        let written = (&provider.dates, &provider.decimal_mark, &provider.nulls);
        let changes = (provider.delivery == DeliveryMode::Changes).then_some(&provider.deletes);
        let mapping = (fields, read, written, changes);
        if provider.units.is_empty() && self.references.is_empty() {
            return digest_of("mapping/5", &mapping);
        }
        digest_of("mapping/6", &(mapping, &provider.units, self.looked_up()))
    }

    /// Reference table to its revision, and what identifies its content.
    #[must_use]
    pub fn references_in_words(&self) -> BTreeMap<String, String> {
        let words = |one: &Reference| match &one.current {
            Some(current) => format!("revision {} ({})", current.revision, current.content.short()),
            None => "never came".to_owned(),
        };
        self.references.iter().map(|one| (one.name.clone(), words(one))).collect()
    }

    /// The reference tables, and which content of each counts.
    fn looked_up(&self) -> Vec<(&Reference, Option<&Digest>)> {
        self.references.iter().map(|one| (one, one.current.as_ref().map(|current| &current.content))).collect()
    }

    /// Where the workspace is, where that decides to which day a row belongs.
    fn timezone_read(&self) -> Option<&'static str> {
        let dated = self.date.as_ref().and_then(|date| self.field_type(date));
        (dated == Some(FieldType::Timestamp)).then(|| self.timezone.name())
    }

    /// What identifies what assay.toml says about how a provider's rows become canonical.
    pub(super) fn mapping_rules_digest(&self, provider: &Provider) -> Result<Digest> {
        let mapping = (&self.schema, &self.key, &self.date, &provider.columns, &provider.dates);
        let is_told = provider.decimal_mark.is_some() || !provider.nulls.is_empty();
        match self.timezone_read() {
            timezone if !provider.units.is_empty() || !self.references.is_empty() => {
                let written = (&provider.decimal_mark, &provider.nulls, &provider.units);
                digest_of("mapping/4", &(mapping, timezone, written, &self.references))
            }
            timezone if is_told => {
                digest_of("mapping/3", &(mapping, timezone, &provider.decimal_mark, &provider.nulls))
            }
            Some(timezone) => digest_of("mapping/2", &(mapping, timezone)),
            None => digest_of("mapping/1", &mapping),
        }
    }
}

impl Provider {
    /// The names that the provider may give `field`, in order of preference: what somebody decided goes before what assay.toml
    /// says.
    #[must_use]
    pub fn names_of<'a>(&'a self, field: &'a str) -> Vec<&'a str> {
        let own = match self.columns.get(field) {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => vec![field],
        };
        self.mapped.get(field).into_iter().flatten().rev().map(String::as_str).chain(own).collect()
    }

    /// The column of a delivery that holds `field`: by exact name, else ignoring case and the blanks around it, else the
    /// only one whose letters and digits are the same.
    #[must_use]
    pub fn column_of<'a>(&self, field: &str, columns: &'a [BronzeColumn]) -> Option<&'a BronzeColumn> {
        let names = self.names_of(field);
        let find = |same: &dyn Fn(&str, &str) -> bool| {
            names.iter().find_map(|name| columns.iter().find(|column| same(&column.delivered, name)))
        };
        find(&|delivered, name| delivered == name)
            .or_else(|| find(&|delivered, name| delivered.trim().to_lowercase() == name.trim().to_lowercase()))
            .or_else(|| {
                let bare = names.iter().map(|name| letters_and_digits(name)).filter(|name| !name.is_empty());
                bare.into_iter().find_map(|name| {
                    let mut alike = columns.iter().filter(|column| letters_and_digits(&column.delivered) == name);
                    alike.next().filter(|_| alike.next().is_none())
                })
            })
    }

    /// How many fields of the dataset a delivery with these columns brings.
    #[must_use]
    pub fn fields_in(&self, dataset: &Dataset, columns: &[BronzeColumn]) -> usize {
        dataset.delivered().filter(|field| self.column_of(&field.name, columns).is_some()).count()
    }

    /// By which columns of a delivery of changes, and which values in them, a row says that it is no more. Refused where the
    /// provider is to say so and the delivery lacks the column.
    pub fn deletions<'a>(&'a self, columns: &'a [BronzeColumn]) -> Result<Vec<(&'a BronzeColumn, Vec<&'a str>)>> {
        let named = |name: &str| {
            let wanted = name.trim().to_lowercase();
            columns.iter().find(|column| column.delivered.trim().to_lowercase() == wanted)
        };
        let mut deletions = Vec::new();
        if let Some(Deletes { column, values }) = &self.deletes {
            let found = named(column).ok_or_else(|| {
                Error::bad_data(format!(
                    "a delivery of {} lacks the column `{column}` that says which rows are no more",
                    self.name
                ))
                .hint("take that delivery back, and ask the provider for one that has it: assay batch withdraw")
            })?;
            deletions.push((found, values.iter().map(String::as_str).collect()));
        }
        if matches!(self.source, Source::Sql(_)) {
            deletions.extend(named(CHANGE).map(|column| (column, vec![DELETE])));
        }
        Ok(deletions)
    }
}

fn letters_and_digits(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
