//! Notes below a table: records that are held back until it is known whether the table goes on behind them.

use std::collections::VecDeque;

use super::super::chunk::Records;
use crate::domain::understood::{RepairKind, Tally};

/// How many records may be held back.
const MOST: usize = 50;

/// A record that may be a note.
pub struct Held {
    /// The 1-based line that it starts on.
    pub line: u64,
    /// Its text.
    pub raw: String,
    /// Its cells, or why it can't be split into the columns.
    pub cells: Result<Vec<Option<String>>, String>,
}

/// The records that are held back, and those that turned out to be none and wait to be handed on.
#[derive(Default)]
pub struct Notes {
    held: VecDeque<Held>,
    released: VecDeque<Held>,
    /// Rows that look like notes stand within the table, too.
    are_rows: bool,
}

impl Notes {
    /// Whether another one may be held back; `is_row` says that it has a cell for each column.
    pub fn has_room(&self, is_row: bool) -> bool {
        self.held.len() < MOST && !(is_row && self.are_rows)
    }

    /// Holds one back.
    pub fn hold(&mut self, held: Held) {
        self.held.push_back(held);
    }

    /// The table goes on: what is held back belongs to it. Whether that was something.
    pub fn release(&mut self) -> bool {
        if self.held.is_empty() {
            return !self.released.is_empty();
        }
        self.are_rows |= self.held.iter().any(|held| held.cells.is_ok());
        self.released.append(&mut self.held);
        !self.released.is_empty()
    }

    /// Hands on one that was released, as this row.
    pub fn hand_on(&mut self, row: &mut i64, chunk: &mut Records) -> bool {
        let Some(Held { line, raw, cells }) = self.released.pop_front() else { return false };
        *row += 1;
        let line = i64::try_from(line).ok();
        match cells {
            Ok(cells) => chunk.push_good(*row, line, cells.iter().map(Option::as_deref)),
            Err(problem) => chunk.push_bad(*row, line, &problem, Some(&raw)),
        }
        true
    }

    /// The text ends: what is held back stands below the table.
    pub fn end(&mut self, repairs: &mut Tally<RepairKind>) {
        for Held { line, raw, .. } in self.held.drain(..) {
            repairs.add(RepairKind::Footer, Some(line), &raw, "it stands below the table");
        }
    }
}
