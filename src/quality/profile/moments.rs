//! Mean and deviation of numbers that come one after the other.

use super::super::count;

/// Mean and sum of squared distances from it, updated with each number (Welford 1962; West 1979 for weights).
#[derive(Debug, Default)]
pub(super) struct Moments {
    cells: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// One more number, so many times.
    pub(super) fn add(&mut self, number: f64, times: u64) {
        let times = count(times);
        self.cells += times;
        let distance = number - self.mean;
        self.mean += distance * (times / self.cells);
        self.squares += times * distance * (number - self.mean);
    }

    /// Mean and sample standard deviation.
    pub(super) fn finish(&self) -> (f64, f64) {
        let variance = if self.cells < 2.0 { 0.0 } else { self.squares / (self.cells - 1.0) };
        (self.mean, variance.sqrt().min(f64::MAX))
    }
}
