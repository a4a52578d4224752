//! Refused rows that wait to be written while the kept ones are.

use polars::prelude::DataFrame;

/// The most bytes of refused rows that are held.
const MOST: usize = 32 << 20;

/// The refused rows of a slice, as long as they are few: nearly always they are, and then no row is refined a second time
/// for them.
pub struct Held {
    rows: Vec<DataFrame>,
    bytes: usize,
}

impl Held {
    /// None yet.
    pub fn new() -> Self {
        Self { rows: Vec::new(), bytes: 0 }
    }

    /// Holds more, if all that there are by now are few.
    pub fn add(&mut self, rows: DataFrame) {
        self.bytes = self.bytes.saturating_add(rows.estimated_size());
        if self.bytes <= MOST {
            self.rows.push(rows);
        } else {
            self.rows = Vec::new();
        }
    }

    /// All of them, if they were few.
    pub fn all(self) -> Option<Vec<DataFrame>> {
        (self.bytes <= MOST).then_some(self.rows)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use polars::prelude::df;

    use super::*;

    #[test]
    fn what_is_few_is_held_whole_and_what_is_not_not_at_all() {
        let rows = df!("_raw" => ["x".repeat(MOST / 3)]).unwrap();
        let held = |times: usize| {
            let mut held = Held::new();
            (0..times).for_each(|_| held.add(rows.clone()));
            held.all().map(|rows| rows.len())
        };
        assert_eq!([0, 2, 4].map(held), [Some(0), Some(2), None]);
    }
}
