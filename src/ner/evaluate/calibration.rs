//! How much scores can be believed: expected calibration error (Naeini et al. 2015).

use crate::base::number::rounded;

/// Parts of the range of scores.
const BINS: usize = 10;

/// Scores of one part of their range.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: f64,
    scores: f64,
    right: f64,
}

/// Scores beside whether the entity was right.
#[derive(Debug, Default)]
pub struct Calibration {
    bins: [Bin; BINS],
}

impl Calibration {
    /// Counts one entity; its score is in 0..1.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a score in 0..1 times ten"
    )]
    pub fn add(&mut self, score: f64, right: bool) {
        let bin = &mut self.bins[((score * BINS as f64) as usize).min(BINS - 1)];
        bin.count += 1.0;
        bin.scores += score;
        bin.right += f64::from(u8::from(right));
    }

    /// The mean distance between score and share of right ones, bin by bin, weighted by their counts; none without entities.
    pub fn error(&self) -> Option<f64> {
        let all: f64 = self.bins.iter().map(|bin| bin.count).sum();
        let apart: f64 = self.bins.iter().map(|bin| (bin.scores - bin.right).abs()).sum();
        (all > 0.0).then(|| rounded(apart / all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_that_keep_their_word_have_no_error_and_boasts_have() {
        let (mut honest, mut boasting) = (Calibration::default(), Calibration::default());
        assert_eq!(honest.error(), None);
        for index in 0..10 {
            honest.add(0.7, index < 7);
            boasting.add(1.0, index < 7);
        }
        assert!(honest.error().is_some_and(|error| error < 1e-9));
        assert!(boasting.error().is_some_and(|error| (error - 0.3).abs() < 1e-9));
        // Two bins, one right, one 0.3 too high: weighted by their counts.
        boasting.add(0.0, false);
        assert!(boasting.error().is_some_and(|error| (error - 3.0 / 11.0).abs() < 1e-9));
    }
}
