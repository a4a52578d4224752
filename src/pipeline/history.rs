//! What history-based checks may look back at.

use std::collections::BTreeMap;

use crate::base::Result;
use crate::domain::check::HISTORY;
use crate::domain::profile::is_about_entities;
use crate::domain::{Dataset, ModelRef, Period};
use crate::journal::Snapshot;

/// The earlier periods that a person vouched for: accepted as baseline, or published and live. Each with what
/// vouches for it, so that a change there changes the inputs of what is compared with it. The judged period is never
/// among them.
pub fn eligible(snapshot: &Snapshot<'_>, dataset: &Dataset, judged: Period) -> Result<BTreeMap<Period, String>> {
    let baselines = snapshot.baselines(&dataset.name)?;
    let mut eligible = BTreeMap::new();
    for period in judged.trailing(HISTORY) {
        if let Some(live) = snapshot.live_release(&dataset.name, period)? {
            eligible.insert(period, live.name.to_string());
        } else if baselines.contains(&period) {
            eligible.insert(period, "baseline".to_owned());
        }
    }
    Ok(eligible)
}

/// The earlier values of a metric of one provider, oldest first: of the data, whichever model was run beside it; of
/// entities, under one model version.
pub fn values(
    snapshot: &Snapshot<'_>,
    dataset: &str,
    provider: &str,
    model: &ModelRef,
    metric: &str,
    eligible: &BTreeMap<Period, String>,
) -> Result<Vec<(Period, f64)>> {
    let mut values = known(snapshot, dataset, provider, model, metric)?;
    values.retain(|(period, _)| eligible.contains_key(period));
    Ok(values)
}

/// All values of a metric on record, vouched for or not, oldest first.
pub fn known(
    snapshot: &Snapshot<'_>,
    dataset: &str,
    provider: &str,
    model: &ModelRef,
    metric: &str,
) -> Result<Vec<(Period, f64)>> {
    if is_about_entities(metric) {
        snapshot.metric(dataset, provider, model, metric)
    } else {
        snapshot.metric_of_data(dataset, provider, metric)
    }
}
