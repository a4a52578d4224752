//! How the columns of a delivery write their values is found out over all of its rows, before the first is read.

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::dates::Orders;
use super::numbers::{Mark, Marks, Numbers};
use super::style::{Dates, Style};
use crate::base::Result;
use crate::domain::batch::{BronzeColumn, Typed};
use crate::domain::{Dataset, FieldType, Provider};
use crate::frames::text;

/// Canonical field by field: the bronze column that holds it, `None` where the delivery has none.
pub type Mapping = Vec<Option<BronzeColumn>>;

/// What the cells seen so far tell of how their columns are written.
pub struct Finder {
    /// Canonical field by field.
    columns: Vec<Told>,
    mapping: Mapping,
    days: Option<(NaiveDate, NaiveDate)>,
    mark: Option<Mark>,
}

/// What is known of a column.
enum Told {
    Already(Style),
    Numbers {
        marks: Marks,
        is_whole: bool,
        has_typed: bool,
        /// Whether three decimals would be more than the field has.
        is_short: bool,
    },
    Dates {
        orders: Orders,
        is_of_period: bool,
    },
}

impl Finder {
    /// Nothing was seen yet of a delivery, for these days where they are known.
    pub fn new(
        dataset: &Dataset,
        provider: &Provider,
        days: Option<(NaiveDate, NaiveDate)>,
        mapping: &Mapping,
    ) -> Self {
        let told = dataset.schema.iter().zip(mapping).map(|(field, column)| match field.field_type {
            FieldType::String | FieldType::Bool => Told::Already(Style::Plain),
            FieldType::Int | FieldType::Float | FieldType::Decimal { .. }
                if column.as_ref().is_some_and(|column| column.typed_numbers == Some(Typed::All)) =>
            {
                Told::Already(Style::Numbers(Numbers::PLAIN))
            }
            FieldType::Int | FieldType::Float | FieldType::Decimal { .. } => Told::Numbers {
                marks: Marks::default(),
                is_whole: field.field_type == FieldType::Int,
                has_typed: column.as_ref().is_some_and(|column| column.typed_numbers.is_some()),
                is_short: matches!(field.field_type, FieldType::Decimal { scale: ..3, .. })
                    && provider.units.get(&field.name).is_none_or(|measure| measure.factor.is_none()),
            },
            FieldType::Date if !provider.dates.is_empty() => {
                let or_iso = column.as_ref().is_some_and(|column| column.iso_dates);
                Told::Already(Style::Dates(Dates::Patterns { patterns: provider.dates.clone(), or_iso }))
            }
            FieldType::Date | FieldType::Timestamp => {
                let is_of_period = dataset.date.as_ref() == Some(&field.name);
                Told::Dates { orders: Orders::default(), is_of_period }
            }
        });
        Self { columns: told.collect(), mapping: mapping.clone(), days, mark: provider.decimal_mark }
    }

    /// The names of the columns whose cells tell something.
    pub fn asks(&self) -> Vec<String> {
        let asked = self.columns.iter().zip(&self.mapping).filter(|(told, _)| !matches!(told, Told::Already(_)));
        asked.filter_map(|(_, column)| column.as_ref().map(|column| column.name.clone())).collect()
    }

    /// Takes note of more rows.
    pub fn add(&mut self, rows: &DataFrame) -> Result<()> {
        let days = self.days;
        for (told, column) in self.columns.iter_mut().zip(&self.mapping) {
            let Some(column) = column else { continue };
            match told {
                Told::Already(_) => {}
                Told::Numbers { marks, is_whole, .. } => {
                    text(rows, &column.name)?.iter().flatten().for_each(|cell| marks.add(cell, *is_whole));
                }
                Told::Dates { orders, is_of_period } => {
                    let is_expected =
                        |day| *is_of_period && days.is_some_and(|(first, last)| first <= day && day <= last);
                    text(rows, &column.name)?.iter().flatten().for_each(|cell| orders.add(cell, is_expected));
                }
            }
        }
        Ok(())
    }

    /// The style of each field's column. A column whose own cells fit more than one is written as the others of its kind
    /// are; a careful reader would not think otherwise of one file.
    pub fn styles(self) -> Vec<Style> {
        let marks = self.columns.iter().filter_map(|told| match told {
            Told::Numbers { marks, .. } => marks.mark(),
            _ => None,
        });
        let orders = self.columns.iter().filter_map(|told| match told {
            Told::Dates { orders, .. } => orders.told(),
            _ => None,
        });
        let (usual_mark, usual_order) = (only(marks), only(orders));
        let style = |told: &Told| match told {
            Told::Already(style) => style.clone(),
            Told::Numbers { marks, has_typed, is_short, .. } => {
                // Numbers that may have a type of their own don't go by how texts elsewhere are written.
                let usual_mark = if *has_typed { Some(Mark::Point) } else { usual_mark };
                let is_open = *is_short && marks.is_open() && usual_mark.is_none();
                Style::Numbers(Numbers {
                    mark: self.mark.or_else(|| marks.mark()).or(usual_mark).unwrap_or(Mark::Point),
                    is_contested: self.mark.is_none() && (is_open || marks.is_contested()),
                    has_typed: *has_typed,
                    currency: marks.currency(),
                    is_in_several: false,
                })
            }
            Told::Dates { orders, .. } if orders.is_contested() => Style::Dates(Dates::Found(None)),
            Told::Dates { orders, .. } => Style::Dates(Dates::Found(orders.told().or(usual_order))),
        };
        self.columns.iter().map(style).collect()
    }
}

/// What all of them are, where they are one.
fn only<T: PartialEq>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}
