//! The troubles that are seeded into the deliveries. The fifth, a model that loses brands, is in its training data.

use super::file::Form;
use super::providers::Habits;
use super::till::Sale;

/// What a provider does wrong with a whole delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It does not deliver in time.
    Late,
    /// A column that the contract maps goes by a new name.
    SchemaChange {
        /// As the contract knows it.
        from: &'static str,
        /// As it is called now.
        to: &'static str,
    },
    /// Amounts are in pence: a hundred times too high.
    MinorUnits,
    /// Every row is in the file twice.
    Doubled,
}

/// A trouble with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeded {
    /// What happens.
    pub trouble: Trouble,
    /// To whom.
    pub provider: &'static str,
    /// In which month of the demo's year.
    pub month: u32,
}

/// Every seeded trouble. They lie in the newest periods, so that the ones before are published clean.
pub const SEEDED: [Seeded; 4] = [
    Seeded { trouble: Trouble::Doubled, provider: "northgate", month: 9 },
    Seeded { trouble: Trouble::MinorUnits, provider: "harbourline", month: 9 },
    Seeded {
        trouble: Trouble::SchemaChange { from: "Net amount", to: "Line total" },
        provider: "cobbleton",
        month: 10,
    },
    Seeded { trouble: Trouble::Late, provider: "quaystone", month: 10 },
];

/// What is wrong with the provider's delivery for the month, if anything.
#[must_use]
pub fn of(provider: &str, month: u32) -> Option<Trouble> {
    SEEDED.iter().find(|seeded| seeded.provider == provider && seeded.month == month).map(|seeded| seeded.trouble)
}

impl Trouble {
    /// The form of a delivery that this happened to.
    #[must_use]
    pub fn form(self, habits: &'static Habits) -> Form {
        let usual = Form::usual(habits);
        match self {
            Self::Late => usual,
            Self::SchemaChange { from, to } => Form { renamed: Some((from, to)), ..usual },
            Self::MinorUnits => Form { in_pence: true, ..usual },
            Self::Doubled => Form { doubled: true, ..usual },
        }
    }
}

/// Corrections that come long after a good delivery: the provider found mistakes of its own.
pub const CORRECTIONS: [(&str, u32); 3] = [("cobbleton", 5), ("northgate", 7), ("harbourline", 8)];

/// One amount in so many was wrong.
pub(super) const CORRECTED_ONE_IN: usize = 29;

/// The sales as the provider delivers them again: damaged lines whole, some amounts a tenth lower.
#[must_use]
pub fn corrected(sales: &[Sale]) -> Vec<Sale> {
    let correct = |(place, sale): (usize, &Sale)| {
        let overcharged = if place % CORRECTED_ONE_IN == 0 { sale.pence / 10 } else { 0 };
        Sale { pence: sale.pence - overcharged, damage: None, ..sale.clone() }
    };
    sales.iter().enumerate().map(correct).collect()
}
