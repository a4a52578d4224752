//! A table as detectors read it: each column's different values once, and which of them each row has.

use polars::prelude::{DataFrame, PlHashMap};

use crate::base::{Error, Result};
use crate::domain::lineage::ROW;
use crate::frames::{ints, text};

/// What stands for an empty cell.
pub const EMPTY: u32 = u32::MAX;

/// The columns of a table.
#[derive(Debug, Default)]
pub struct Cells {
    /// How many rows there are.
    pub rows: usize,
    /// Row by row its number in the file, counted from 0 below the header: records that are no rows have one, too.
    pub numbers: Vec<u64>,
    /// The columns, in order.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Debug, Default)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its different values, as they came.
    pub values: Vec<String>,
    /// How often each occurs.
    pub counts: Vec<u64>,
    /// Row by row the value, or [`EMPTY`].
    pub codes: Vec<u32>,
    known: PlHashMap<String, u32>,
}

impl Cells {
    /// Columns of these names, without rows.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let column = |name| Column { name, ..Column::default() };
        Self { rows: 0, numbers: Vec::new(), columns: names.into_iter().map(column).collect() }
    }

    /// Adds the rows of a chunk, all columns of which are text.
    pub fn add(&mut self, chunk: &DataFrame) -> Result<()> {
        for column in &mut self.columns {
            for cell in text(chunk, &column.name.clone())?.iter() {
                column.push(cell)?;
            }
        }
        let next = self.rows as u64;
        match chunk.column(ROW) {
            Ok(_) => {
                let numbers =
                    ints(chunk, ROW)?.iter().map(|number| number.and_then(|number| u64::try_from(number - 1).ok()));
                self.numbers.extend(numbers.map(Option::unwrap_or_default));
            }
            Err(_) => self.numbers.extend(next..next + chunk.height() as u64),
        }
        self.rows += chunk.height();
        Ok(())
    }
}

impl Column {
    fn push(&mut self, cell: Option<&str>) -> Result<()> {
        let Some(text) = cell.filter(|cell| !cell.trim().is_empty()) else {
            self.codes.push(EMPTY);
            return Ok(());
        };
        let code = if let Some(code) = self.known.get(text) {
            *code
        } else {
            let code = u32::try_from(self.values.len()).ok().filter(|code| *code != EMPTY);
            let code = code.ok_or_else(|| Error::bad_data(format!("`{}` has too many different values", self.name)))?;
            self.known.insert(text.to_owned(), code);
            self.values.push(text.to_owned());
            self.counts.push(0);
            code
        };
        self.counts[code as usize] += 1;
        self.codes.push(code);
        Ok(())
    }

    /// The value with a code; none of [`EMPTY`].
    pub fn value(&self, code: u32) -> Option<&str> {
        self.values.get(code as usize).map(String::as_str)
    }

    /// How many cells have a value.
    pub fn filled(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The rows that have one of these codes, ascending.
    pub fn rows_with(&self, is_meant: impl Fn(u32) -> bool) -> impl Iterator<Item = (usize, u32)> {
        self.codes.iter().copied().enumerate().filter(move |(_, code)| *code != EMPTY && is_meant(*code))
    }
}
