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
    /// Every score, and whether it was right.
    scored: Vec<(f64, bool)>,
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
        self.scored.push((score, right));
    }

    /// The share of right ones in each fifth of the entities by their scores, the lowest first; none with fewer than five.
    #[expect(clippy::cast_precision_loss, reason = "counts of entities stay far below 2^52")]
    pub fn precision_by_fifth(mut self) -> Option<[f64; 5]> {
        let all = self.scored.len();
        self.scored.sort_by(|one, other| one.0.total_cmp(&other.0));
        let fifth = |index: usize| {
            let part = &self.scored[all * index / 5..all * (index + 1) / 5];
            rounded(part.iter().filter(|(_, right)| *right).count() as f64 / part.len() as f64)
        };
        (all >= 5).then(|| std::array::from_fn(fifth))
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
        assert_eq!(Calibration::default().precision_by_fifth(), None);
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

    #[test]
    fn fifths_go_from_the_lowest_scores_to_the_highest() {
        let mut rising = Calibration::default();
        for index in (0..20_u32).rev() {
            // Of the lowest four one is right, of the next two, of the others all.
            rising.add(f64::from(index) / 20.0, [0, 4, 5].contains(&index) || index >= 8);
        }
        assert_eq!(rising.precision_by_fifth(), Some([0.25, 0.5, 1.0, 1.0, 1.0]));
    }
}
