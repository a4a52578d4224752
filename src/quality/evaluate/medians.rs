//! Which medians of a numeric column pass, given those of the earlier periods.

use super::words::number;
use crate::base::number::rounded;
use crate::quality::robust::robust_band;

/// The medians that pass, and the formula that says so.
pub(super) struct Allowed {
    /// From and to, both included.
    pub range: (f64, f64),
    /// In words.
    pub formula: String,
}

/// Where all earlier medians have one sign: their median divided and multiplied by `factor`. Where they don't, a ratio
/// means nothing: then their median plus or minus the larger of (factor - 1) x the largest magnitude among them and
/// 3 x 1.4826 x MAD, so that after zeros alone only zero passes.
pub(super) fn allowed(values: &[f64], factor: f64) -> Option<Allowed> {
    let band = robust_band(values)?;
    let median = band.median;
    if values.iter().all(|value| *value > 0.0) || values.iter().all(|value| *value < 0.0) {
        let ends = (median / factor, median * factor);
        let range = (rounded(ends.0.min(ends.1)), rounded(ends.0.max(ends.1)));
        let formula = format!("median {} divided and multiplied by factor {}", number(median), number(factor));
        return Some(Allowed { range, formula });
    }
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let least = (factor - 1.0) * largest;
    let (lower, upper) = band.around(least);
    let formula = format!(
        "the earlier medians are not all of one sign, so: median {} plus or minus the larger of (factor {} - 1) x \
         largest magnitude {} = {} and 3 x 1.4826 x MAD {} = {}",
        number(median),
        number(factor),
        number(largest),
        number(rounded(least)),
        number(band.mad),
        number(rounded(band.spread())),
    );
    Some(Allowed { range: (rounded(lower), rounded(upper)), formula })
}
