//! How results are worded, so that every number in them can be read and recomputed by a person.

pub(super) use crate::base::number::text as number;
use crate::domain::Period;

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
