//! How results are worded, so that every number in them can be read and recomputed by a person.

use crate::base::number::shown;
use crate::domain::Period;

/// A number as people write it: `0.3`, `500`, `1027.61`, `1e300`.
pub(super) fn number(number: f64) -> String {
    let text = format!("{:?}", shown(number));
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A history with its periods: `2026-08 = 480, 2026-09 = 500`.
pub(super) fn history(history: &[(Period, f64)]) -> String {
    if history.is_empty() {
        return "none".to_owned();
    }
    history.iter().map(|(period, value)| format!("{period} = {}", number(*value))).collect::<Vec<_>>().join(", ")
}

/// The end of an explanation that rests on earlier periods.
pub(super) fn baseline(values: &[(Period, f64)]) -> String {
    format!("baseline: {} earlier periods ({})", values.len(), history(values))
}
