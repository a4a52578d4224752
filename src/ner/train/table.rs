//! Weights while they are learned, with what their average over all moments needs.

use crate::base::text::grouped;
use crate::base::{Error, Result};

/// The most weights held while training, the room behind rows not counted: with what averaging needs, 16 bytes each.
const MOST_WEIGHTS: usize = 40_000_000;
/// The weights of a row are added up in blocks of this many, which the processor does at once.
const BLOCK: usize = 8;

/// How many rows of so many columns may be learned.
pub const fn most_rows(columns: usize) -> usize {
    MOST_WEIGHTS / columns
}

/// Rows of weights. The average is taken lazily: beside each weight stands the sum of its changes, each times the moment it happened at;
/// only weights that change cost anything (Daumé 2006, figure 2.3).
pub struct Table {
    weights: Vec<f32>,
    timed: Vec<f64>,
    /// Weights of a row.
    width: usize,
}

impl Table {
    /// Nothing but zeros.
    pub fn new(rows: usize, columns: usize) -> Result<Self> {
        Self::wide(rows, columns, columns)
    }

    /// The same with room behind the columns of each row, so that [`Self::sum`] can be asked for.
    pub fn in_blocks(rows: usize, columns: usize) -> Result<Self> {
        Self::wide(rows, columns, columns.next_multiple_of(BLOCK))
    }

    fn wide(rows: usize, columns: usize, width: usize) -> Result<Self> {
        if rows * columns > MOST_WEIGHTS {
            let most = grouped(MOST_WEIGHTS as u64);
            return Err(Error::bad_data(format!(
                "`{rows}` features for `{columns}` tags are more than {most} weights"
            ))
            .hint("train on fewer labels, or on less text"));
        }
        let weights = rows * width;
        Ok(Self { weights: vec![0.0; weights], timed: vec![0.0; weights], width })
    }

    /// All weights, row by row.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The same to be set before anything is learned.
    pub fn weights_mut(&mut self) -> &mut [f32] {
        &mut self.weights
    }

    /// Adds to a weight, at this moment.
    #[inline]
    pub fn change(&mut self, row: usize, column: usize, by: f32, moment: f64) {
        let index = row * self.width + column;
        self.weights[index] += by;
        self.timed[index] += f64::from(by) * moment;
    }

    /// Each weight's average over so many moments, row by row.
    #[expect(clippy::cast_possible_truncation, reason = "weights are stored as f32")]
    pub fn averages(&self, moments: f64) -> impl Iterator<Item = f32> {
        let average = move |(weight, timed): (&f32, &f64)| (f64::from(*weight) - timed / moments) as f32;
        self.weights.iter().zip(&self.timed).map(average)
    }

    /// The sum of these rows, in the order given. Nearly all time of training goes here: one tight loop, in every build.
    #[inline]
    pub fn sum(&self, rows: &[u32], sums: &mut [f32]) {
        for (block, sums) in sums.chunks_mut(BLOCK).enumerate() {
            let mut total = [0.0_f32; BLOCK];
            for row in rows {
                let from = *row as usize * self.width + block * BLOCK;
                if let Some(weights) = self.weights[from..].first_chunk::<BLOCK>() {
                    for column in 0..BLOCK {
                        total[column] += weights[column];
                    }
                }
            }
            sums.copy_from_slice(&total[..sums.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_summed_whatever_their_width() {
        for columns in [1, 8, 13] {
            let mut table = Table::in_blocks(3, columns).unwrap();
            for column in 0..columns {
                table.change(1, column, column as f32, 1.0);
                table.change(2, column, 0.5, 1.0);
            }
            let mut sums = vec![9.0; columns];
            table.sum(&[1, 0, 2, 1], &mut sums);
            let wanted: Vec<f32> = (0..columns).map(|column| 2.0 * column as f32 + 0.5).collect();
            assert_eq!(sums, wanted);
        }
    }

    #[test]
    fn an_average_counts_every_moment() {
        let mut table = Table::new(1, 2).unwrap();
        table.change(0, 1, 4.0, 1.0);
        table.change(0, 1, -2.0, 3.0);
        // 0 before the first moment, then 4, 4 and 2.
        assert_eq!(table.averages(4.0).collect::<Vec<_>>(), [0.0, 2.5]);
    }

    #[test]
    fn more_weights_than_memory_allows_are_refused() {
        let refusal = Table::in_blocks(5_000_000, 9).err().unwrap().to_string();
        assert_eq!(refusal, "`5000000` features for `9` tags are more than 40,000,000 weights");
    }
}
