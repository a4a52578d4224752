//! A till: one provider's sales of one period, line by line.

use chrono::{Datelike, Days, NaiveDate};

use super::item::sell;
use super::phrase::Phrase;
use super::providers::{Content, Habits};
use super::random::Random;
use crate::domain::Period;

/// One line of a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// The slip.
    pub slip: String,
    /// The line, from 1.
    pub line: u64,
    /// The day.
    pub date: NaiveDate,
    /// What was sold.
    pub phrase: Phrase,
    /// How many; unknown now and then.
    pub quantity: Option<u64>,
    /// What was paid, in pence.
    pub pence: u64,
    /// What stands in the columns that the dataset has no use for, in their order.
    pub other: Vec<&'static str>,
    /// What the export did to it.
    pub damage: Option<Damage>,
}

/// What goes wrong with single lines in every provider's exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Something that is no amount.
    Amount(&'static str),
    /// Something that is no day.
    Date(&'static str),
    /// The line breaks off.
    Torn,
}

/// One line in so many is damaged.
pub(super) const DAMAGED_ONE_IN: u64 = 230;

const DAMAGES: &[Damage] = &[
    Damage::Amount("n/a"),
    Damage::Amount("4.9O"),
    Damage::Amount("TBC"),
    Damage::Date("00/00/0000"),
    Damage::Date("yesterday"),
    Damage::Torn,
];

/// How many lines the provider sells in the period that is `place` periods after the first.
pub fn usual_rows(seed: u64, habits: &Habits, period: Period, place: usize) -> u64 {
    let mut random = Random::named(seed, &["rows", habits.name, &period.to_string()]);
    let season = habits.season.get(place).copied().unwrap_or(100);
    habits.rows * season / 100 + random.below(habits.rows / 20)
}

/// The sales of one provider and period: `rows` lines in the order of their slips.
#[derive(Debug)]
pub struct Till {
    habits: &'static Habits,
    period: Period,
    random: Random,
    rows: u64,
    sold: u64,
    slip: Slip,
}

/// The slip that is being printed.
#[derive(Debug, Default)]
struct Slip {
    number: u64,
    id: String,
    date: NaiveDate,
    lines: u64,
    printed: u64,
}

impl Till {
    /// A till that will sell `rows` lines.
    #[must_use]
    pub fn open(seed: u64, habits: &'static Habits, period: Period, rows: u64) -> Self {
        let random = Random::named(seed, &["sales", habits.name, &period.to_string()]);
        Self { habits, period, random, rows, sold: 0, slip: Slip::default() }
    }

    /// Starts the next slip: later than the one before, on a day as far into the period as the sales are.
    fn next_slip(&mut self) {
        let first = self.period.first();
        let day = u64::from(self.period.last().day()) * self.sold / self.rows;
        let number = self.slip.number + 1 + self.random.below(3);
        let month = first.format("%y%m").to_string();
        self.slip = Slip {
            number,
            id: self.habits.slips.replace("{month}", &month).replace("{number}", &format!("{number:05}")),
            date: first.checked_add_days(Days::new(day)).unwrap_or(first),
            lines: 1 + self.random.below(6),
            printed: 0,
        };
    }
}

impl Iterator for Till {
    type Item = Sale;

    fn next(&mut self) -> Option<Sale> {
        if self.sold == self.rows {
            return None;
        }
        if self.slip.printed == self.slip.lines {
            self.next_slip();
        }
        self.sold += 1;
        self.slip.printed += 1;
        let random = &mut self.random;
        let item = sell(random, &self.habits.style, self.period.first().month());
        let quantity = *random.pick(self.habits.quantities);
        let other = self.habits.columns.iter().filter_map(|(_, content)| match content {
            Content::Other(values) => Some(*random.pick(values)),
            _ => None,
        });
        Some(Sale {
            slip: self.slip.id.clone(),
            line: self.slip.printed,
            date: self.slip.date,
            phrase: item.phrase,
            pence: item.pence * quantity,
            other: other.collect(),
            quantity: (!random.percent(3)).then_some(quantity),
            damage: (random.below(DAMAGED_ONE_IN) == 0).then(|| *random.pick(DAMAGES)),
        })
    }
}
