//! The level of a metric over earlier periods, unmoved by single outliers.

/// Makes the median absolute deviation of normal data estimate its standard deviation: 1 / the normal 75 % quantile.
pub const MAD_TO_DEVIATION: f64 = 1.4826;

/// How many robust standard deviations from the median are still as usual.
pub const DEVIATIONS: f64 = 3.0;

/// Median and median absolute deviation of a history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The median.
    pub median: f64,
    /// The median of the distances from the median; 0 where more than half of the history is one value.
    pub mad: f64,
}

impl Band {
    /// How far from the median is still as usual: [`DEVIATIONS`] x [`MAD_TO_DEVIATION`] x MAD.
    #[must_use]
    pub fn spread(&self) -> f64 {
        DEVIATIONS * MAD_TO_DEVIATION * self.mad
    }

    /// The usual values: the median and [`Band::spread`] on both sides, or `least` where that is more.
    #[must_use]
    pub fn around(&self, least: f64) -> (f64, f64) {
        let distance = least.max(self.spread());
        (self.median - distance, self.median + distance)
    }
}

/// The band of a history in any order; numbers that are not finite are left out. None of nothing.
#[must_use]
pub fn robust_band(history: &[f64]) -> Option<Band> {
    let mut values: Vec<f64> = history.iter().copied().filter(|value| value.is_finite()).collect();
    let median = median(&mut values)?;
    let mut distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
    let mad = self::median(&mut distances)?;
    (median.is_finite() && mad.is_finite()).then_some(Band { median, mad })
}

/// The middle value, or the mean of the two middle ones.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
    use super::*;

    #[test]
    fn one_wild_period_does_not_move_the_band() {
        let band = robust_band(&[520.0, 480.0, 500.0, 90_000.0, 490.0]).unwrap();
        assert_eq!((band.median, band.mad), (500.0, 20.0));
        assert!((band.spread() - 88.956).abs() < 1e-9);
        assert_eq!(band.around(250.0), (250.0, 750.0));
        let (lower, upper) = band.around(1.0);
        assert!((lower - 411.044).abs() < 1e-9 && (upper - 588.956).abs() < 1e-9);
    }

    #[test]
    fn even_constant_and_empty_histories() {
        assert_eq!(robust_band(&[1.0, 3.0]), Some(Band { median: 2.0, mad: 1.0 }));
        assert_eq!(robust_band(&[7.0; 4]).unwrap().around(0.0), (7.0, 7.0));
        assert_eq!(robust_band(&[f64::NAN, f64::INFINITY]), None);
        assert_eq!(robust_band(&[]), None);
    }
}
