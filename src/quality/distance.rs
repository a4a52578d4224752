//! How far two distributions lie apart.
//!
//! All take counts of the same bins, `[before, after]` each. Where a measure needs the logarithm of a share, half a cell is
//! added to every bin, so that an empty one is rare rather than impossible.

use super::count;

/// What is added to the count of every bin before its logarithm is taken.
pub const SMOOTHING: f64 = 0.5;

/// Shares of all cells, `[before, after]`, of bins to whose counts `smoothing` is added. None where one side has no cells.
fn shares(bins: &[[u64; 2]], smoothing: f64) -> Option<Vec<[f64; 2]>> {
    let all = [0, 1].map(|side| bins.iter().map(|bin| bin[side]).sum::<u64>());
    if all.contains(&0) {
        return None;
    }
    let width = count(bins.len() as u64);
    let share = |bin: &[u64; 2], side: usize| (count(bin[side]) + smoothing) / (count(all[side]) + smoothing * width);
    Some(bins.iter().map(|bin| [share(bin, 0), share(bin, 1)]).collect())
}

/// The population stability index: the sum over bins of (after - before) x ln(after / before), of smoothed shares. 0 where
/// they are equal; by convention up to 0.1 is no shift and from 0.25 on a large one (Siddiqi 2006, Credit Risk Scorecards).
#[must_use]
pub fn population_stability(bins: &[[u64; 2]]) -> Option<f64> {
    let shares = shares(bins, SMOOTHING)?;
    Some(shares.iter().map(|[before, after]| (after - before) * (after / before).ln()).sum())
}

/// The Jensen-Shannon divergence in bits, from 0 for equal to 1 for disjoint distributions: half of the sum over bins of
/// before x log2(before / mean) + after x log2(after / mean) (Lin 1991).
#[must_use]
pub fn jensen_shannon(bins: &[[u64; 2]]) -> Option<f64> {
    let part = |share: f64, mean: f64| if share > 0.0 { share * (share / mean).log2() } else { 0.0 };
    let of = |[before, after]: &[f64; 2]| {
        let mean = f64::midpoint(*before, *after);
        f64::midpoint(part(*before, mean), part(*after, mean))
    };
    Some(shares(bins, 0.0)?.iter().map(of).sum::<f64>().clamp(0.0, 1.0))
}

/// The two-sample statistic of Kolmogorov and Smirnov over ordered bins: the largest difference between the shares of cells
/// up to the end of a bin.
#[must_use]
pub fn kolmogorov_smirnov(bins: &[[u64; 2]]) -> Option<f64> {
    let (mut gap, mut largest) = (0.0_f64, 0.0_f64);
    for [before, after] in shares(bins, 0.0)? {
        gap += after - before;
        largest = largest.max(gap.abs());
    }
    Some(largest)
}

/// The largest difference between the shares of a bin, and which bin that is.
#[must_use]
pub fn largest_difference(bins: &[[u64; 2]]) -> Option<(usize, f64)> {
    let differences = shares(bins, 0.0)?.into_iter().map(|[before, after]| after - before).enumerate();
    differences.max_by(|(_, one), (_, other)| one.abs().total_cmp(&other.abs()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn by_hand() {
        // 0.5, 0.5 became 0.8, 0.2.
        let bins = [[500, 800], [500, 200]];
        let index = population_stability(&bins).unwrap();
        let expected = 0.3 * (0.8_f64 / 0.5).ln() - 0.3 * (0.2_f64 / 0.5).ln();
        assert!((index - expected).abs() < 2e-3, "{index} for {expected}");
        let term = |share: f64, mean: f64| share * (share / mean).log2() / 2.0;
        let expected = term(0.5, 0.65) + term(0.8, 0.65) + term(0.5, 0.35) + term(0.2, 0.35);
        assert!((jensen_shannon(&bins).unwrap() - expected).abs() < 1e-12);
        assert!((kolmogorov_smirnov(&bins).unwrap() - 0.3).abs() < 1e-12);
        assert_eq!(largest_difference(&[[5, 6], [5, 1], [0, 3]]), Some((1, -0.4)));
        assert_eq!(jensen_shannon(&[[7, 0], [0, 9]]), Some(1.0));
        assert_eq!((population_stability(&[[0, 3]]), kolmogorov_smirnov(&[])), (None, None));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn equal_is_zero_and_nothing_leaves_its_range(bins in prop::collection::vec(any::<[u16; 2]>(), 1..40)) {
            let bins: Vec<[u64; 2]> = bins.iter().map(|bin| bin.map(u64::from)).collect();
            let same: Vec<[u64; 2]> = bins.iter().map(|bin| [bin[0], bin[0]]).collect();
            for (of, most) in [
                (population_stability as fn(&[[u64; 2]]) -> Option<f64>, f64::INFINITY),
                (jensen_shannon, 1.0),
                (kolmogorov_smirnov, 1.0 + 1e-9),
            ] {
                prop_assert!(of(&same).is_none_or(|distance| distance.abs() < 1e-9));
                prop_assert!(of(&bins).is_none_or(|distance| (-1e-12..=most).contains(&distance)));
            }
        }
    }
}
