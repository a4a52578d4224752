//! Retail sale slips of five invented providers: all that the demo workspace is made from.
//!
//! ```text
//! random                     one seed, one stream of numbers per file
//! brands, goods, short_forms the words on the shelves
//! style, phrase, item        how a till writes one thing, with its gold spans
//! providers, till            five habits; the sales of one provider and period
//! file, trouble              sales as bytes; what goes wrong with some files
//! training, lexicon          what the three model versions are made from
//! contract, plan, diary      assay.toml; who did what before today
//! calendar, bulk             the eight months; slips without number for benchmarks
//! ```
//! Descriptions are composed from labelled pieces, so that what a model should find in them is known, not guessed.
//! Everything is computed in whole numbers: the same seed gives the same bytes on every machine.

pub mod act;
mod brands;
mod bulk;
mod calendar;
mod contract;
mod diary;
mod file;
mod goods;
mod item;
mod lexicon;
mod phrase;
mod plan;
mod providers;
mod random;
mod short_forms;
mod style;
mod till;
mod training;
pub mod trouble;

use chrono::{Datelike, NaiveDate};

pub use bulk::write_slips;
pub use calendar::periods;
pub use plan::Plan;
pub use training::{TEST, TrainingFile};

use crate::base::Result;
use crate::domain::{Granularity, Period};
use file::Form;
use providers::{Habits, PROVIDERS, SHOP};
use till::{Sale, Till, usual_rows};
use trouble::Trouble;

/// The seed of the demo that is shipped.
pub const SEED: u64 = 2026;

/// Everything that the demo workspace is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// What the providers deliver, by provider and period.
    pub files: Vec<RawFile>,
    /// What the trained model versions learn from and are measured on.
    pub training: Vec<TrainingFile>,
    /// The name and content of the lexicon.
    pub lexicon: (&'static str, Vec<u8>),
    /// The contract.
    pub assay_toml: String,
    /// What happened before today.
    pub plan: Plan,
}

/// A file as a provider delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFile {
    /// Who.
    pub provider: &'static str,
    /// For when.
    pub period: Period,
    /// The file name, as the contract's pattern wants it.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// What it is there for.
    pub purpose: Purpose,
}

/// What a file is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// It comes in in time.
    Delivery,
    /// It replaces a delivery. The plan uses some of these; the others make good the seeded troubles that stand open.
    Corrected,
    /// It never came: `assay demo deliver` brings it.
    HeldBack,
}

/// The material that `seed` gives.
pub fn material(seed: u64) -> Result<Material> {
    let periods = periods()?;
    let slices = PROVIDERS.iter().flat_map(|habits| periods.iter().enumerate().map(move |slice| (habits, slice)));
    let files = slices.flat_map(|(habits, (place, period))| deliveries(seed, habits, *period, place)).collect();
    Ok(Material {
        files,
        training: training::files(seed),
        lexicon: (lexicon::FIRST, lexicon::toml().into_bytes()),
        assay_toml: contract::assay_toml(),
        plan: plan::plan()?,
    })
}

/// A sale of the shop whose sales lie in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// The slip.
    pub slip: String,
    /// The line, from 1.
    pub line: i64,
    /// The day.
    pub date: NaiveDate,
    /// What was sold.
    pub text: String,
    /// How many; unknown now and then.
    pub quantity: Option<i64>,
    /// What was paid, in pence.
    pub pence: u64,
}

/// The first day of that shop: that of the month that the demo's clock stands in.
pub fn shop_opens() -> Result<NaiveDate> {
    calendar::day(11, 1)
}

/// What that shop sells on the days of a period, always the same.
pub fn shop_sales(period: Period) -> Result<Vec<Sold>> {
    let ends =
        [period.first().max(shop_opens()?), period.last()].map(|day| Period::containing(Granularity::Month, day));
    let [Some(from), Some(to)] = ends else { return Ok(Vec::new()) };
    let months = from.up_to(to).flat_map(|month| Till::open(SEED, &SHOP, month, SHOP.rows));
    let sold = months.filter(|sale| period.contains(sale.date)).map(|sale| Sold {
        slip: sale.slip,
        line: sale.line.cast_signed(),
        date: sale.date,
        text: sale.phrase.text,
        quantity: sale.quantity.map(u64::cast_signed),
        pence: sale.pence,
    });
    Ok(sold.collect())
}

/// All files of one provider for one period.
fn deliveries(seed: u64, habits: &'static Habits, period: Period, place: usize) -> Vec<RawFile> {
    let rows = usual_rows(seed, habits, period, place);
    let sales: Vec<Sale> = Till::open(seed, habits, period, rows).collect();
    let month = period.first().month();
    let trouble = trouble::of(habits.name, month);
    let raw = |form: Form, sales: &[Sale], purpose, suffix: &str| RawFile {
        provider: habits.name,
        period,
        name: habits.pattern.replace("{period}", &period.to_string()).replace('*', suffix),
        bytes: form.bytes(sales),
        purpose,
    };
    let usual = Form::usual(habits);
    let again = |sales: &[Sale]| raw(usual, sales, Purpose::Corrected, "_corrected");
    match trouble {
        Some(Trouble::Late) => vec![raw(usual, &sales, Purpose::HeldBack, "")],
        Some(trouble) => vec![raw(trouble.form(habits), &sales, Purpose::Delivery, ""), again(&sales)],
        None if trouble::CORRECTIONS.contains(&(habits.name, month)) => {
            vec![raw(usual, &sales, Purpose::Delivery, ""), again(&trouble::corrected(&sales))]
        }
        None => vec![raw(usual, &sales, Purpose::Delivery, "")],
    }
}

#[cfg(test)]
mod tests;
