//! Whether a model version may take the place of the one in production: no label may be found much worse than before.

use std::collections::{BTreeMap, BTreeSet};

use super::ModelRef;
use super::model::ModelMetrics;
use crate::base::Digest;

/// What a `[[model]]` table asks of a version before it goes into production.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PromotionPolicy {
    /// The model's name.
    pub name: String,
    /// The labelled file that versions are measured on, from the workspace's folder.
    pub test: String,
    /// By how much the F1 of a label may be below that of the version in production, in 0..1.
    pub tolerance: f64,
}

/// How one label was found on the test set.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LabelTrial {
    /// F1 of the version in production; none where it does not know the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// F1 of the candidate.
    pub after: f64,
    /// True entities of the test set.
    pub support: u64,
}

/// A candidate measured beside the version in production.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Trial {
    /// The test set, as the contract names it.
    pub test: String,
    /// The digest of what it held.
    pub data: Digest,
    /// By how much the F1 of a label may be less than before.
    pub tolerance: f64,
    /// The version in production; none where the candidate is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incumbent: Option<ModelRef>,
    /// Why the version in production could not be measured, if it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmeasured: Option<String>,
    /// By label.
    pub labels: BTreeMap<String, LabelTrial>,
    /// Whether somebody let it pass although labels are worse; the reason is that of the promotion.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
}

impl Trial {
    /// Of a candidate's metrics beside those of the version in production, both on the same test set.
    #[must_use]
    pub fn new(
        policy: &PromotionPolicy,
        data: Digest,
        incumbent: Option<(ModelRef, &[String], &ModelMetrics)>,
        candidate: &ModelMetrics,
    ) -> Self {
        let (incumbent, before) = match incumbent {
            Some((model, labels, metrics)) => (Some(model), Some((labels, metrics))),
            None => (None, None),
        };
        let known = before.iter().flat_map(|(labels, _)| labels.iter());
        let named: BTreeSet<&String> = candidate.labels.keys().chain(known).collect();
        let label = |name: &String| {
            let after = candidate.labels.get(name).copied().unwrap_or_default();
            let before = before.filter(|(labels, _)| labels.contains(name));
            let before = before.map(|(_, metrics)| metrics.labels.get(name).copied().unwrap_or_default().f1);
            (name.clone(), LabelTrial { before, after: after.f1, support: after.support })
        };
        Self {
            test: policy.test.clone(),
            data,
            tolerance: policy.tolerance,
            incumbent,
            unmeasured: None,
            labels: named.into_iter().map(label).collect(),
            waived: false,
        }
    }

    /// Why the candidate may not go into production, in sentences; none: it may. What the test set can't tell is no pass.
    #[must_use]
    pub fn objections(&self) -> Vec<String> {
        let Some(incumbent) = &self.incumbent else { return Vec::new() };
        let objection = |(label, trial): (&String, &LabelTrial)| {
            let LabelTrial { before, after, support } = *trial;
            let before = before?;
            if support == 0 {
                return Some(format!("{} marks no {label}, so that nobody knows how it is found now", self.test));
            }
            // F1 is rounded to twelve places: what differs in the thirteenth is equal.
            (before - after > self.tolerance + 1e-12).then(|| {
                format!("{label} is found worse: F1 {after:.3} on {support} of them, where {incumbent} has {before:.3}")
            })
        };
        let unmeasured = self.unmeasured.iter().map(|why| format!("nobody knows how {incumbent} does: {why}"));
        unmeasured.chain(self.labels.iter().filter_map(objection)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::model::Score;

    fn metrics(labels: &[(&str, f64, u64)]) -> ModelMetrics {
        let score =
            |&(label, f1, support): &(&str, f64, u64)| (label.to_owned(), Score { f1, support, ..Score::default() });
        ModelMetrics { labels: labels.iter().map(score).collect(), ..ModelMetrics::default() }
    }

    fn objections(before: Option<&[(&str, f64, u64)]>, after: &[(&str, f64, u64)]) -> Vec<String> {
        let policy = PromotionPolicy { name: "slips".to_owned(), test: "test.jsonl".to_owned(), tolerance: 0.02 };
        let before = before.map(|labels| {
            let names: Vec<String> = labels.iter().map(|label| label.0.to_owned()).collect();
            (names, metrics(labels))
        });
        let incumbent = before.as_ref().map(|(names, metrics)| (ModelRef::new("slips", 2), names.as_slice(), metrics));
        Trial::new(&policy, Digest::of(b"test"), incumbent, &metrics(after)).objections()
    }

    #[test]
    fn a_label_may_fall_as_far_as_the_policy_allows_and_no_further() {
        let before = [("BRAND", 0.9, 10), ("SIZE", 0.8, 5)];
        assert!(objections(Some(&before), &[("BRAND", 0.88, 10), ("SIZE", 0.99, 5)]).is_empty());
        let worse = objections(Some(&before), &[("BRAND", 0.879, 10), ("SIZE", 0.99, 5)]);
        assert_eq!(worse, ["BRAND is found worse: F1 0.879 on 10 of them, where slips/2 has 0.900"]);
    }

    #[test]
    fn what_was_never_measured_is_no_pass_and_what_is_new_can_not_be_worse() {
        let unknown = objections(Some(&[("BRAND", 0.0, 0)]), &[("SIZE", 0.1, 3)]);
        assert_eq!(unknown, ["test.jsonl marks no BRAND, so that nobody knows how it is found now"]);
        assert!(objections(None, &[("SIZE", 0.1, 3)]).is_empty());
        let lost = objections(Some(&[("BRAND", 0.5, 3)]), &[("BRAND", 0.0, 3)]);
        assert_eq!(lost.len(), 1, "{lost:?}");
    }
}
