//! The baseline of a metric: its newest values strictly before the judged period.

use super::{Judged, SliceFacts, result, words};
use crate::base::Result;
use crate::domain::check::{CheckSubject, HISTORY, LEAST_HISTORY};
use crate::domain::{Baseline, Check, Evaluation, Outcome, Period};
use crate::quality::robust::{Band, robust_band};

/// What the earlier periods say of a metric.
pub(super) struct Earlier<'a> {
    values: Vec<(Period, f64)>,
    judged: Period,
    accepted: Option<&'a Baseline>,
}

impl<'a> Earlier<'a> {
    /// Asks for the newest [`HISTORY`] values. The judged period never takes part, whatever the answer holds.
    pub(super) fn of(judged: &Judged<'_>, slice: &'a SliceFacts, metric: &str) -> Result<Self> {
        let mut values = (judged.history)(&slice.provider, metric)?;
        values.retain(|(period, value)| *period < judged.period && value.is_finite());
        values.sort_by_key(|(period, _)| *period);
        values.dedup_by_key(|(period, _)| *period);
        values.drain(..values.len().saturating_sub(HISTORY));
        let text = judged.dataset.text_read();
        let accepted = slice.baseline.as_ref().filter(|baseline| baseline.covers_metric(metric, judged.model, &text));
        Ok(Self { values, judged: judged.period, accepted })
    }

    /// The values with their periods, oldest first.
    pub(super) fn periods(&self) -> &[(Period, f64)] {
        &self.values
    }

    /// The values alone, where there are enough of them.
    pub(super) fn enough(&self) -> Option<Vec<f64>> {
        (self.values.len() >= LEAST_HISTORY).then(|| self.values.iter().map(|(_, value)| *value).collect())
    }

    /// Their level, where there are enough of them.
    pub(super) fn band(&self) -> Option<Band> {
        robust_band(&self.enough()?)
    }

    /// The result where there are not: unknown, unless a person accepted the rows as the baseline.
    pub(super) fn too_short(&self, check: &Check, subject: CheckSubject, metric: &str, observed: f64) -> Evaluation {
        let found = format!(
            "{metric} = {}; {} of at least {LEAST_HISTORY} earlier periods that a comparison needs ({})",
            words::number(observed),
            self.values.len(),
            words::history(&self.values),
        );
        let (outcome, explanation) = if let Some(Baseline { by, reason, .. }) = self.accepted {
            (Outcome::Passed, format!("{found}; accepted as baseline: {by}: {reason}"))
        } else {
            let hint = format!("assay period baseline {} --reason R", self.judged);
            (Outcome::Unknown, format!("{found}; to accept this period as the baseline: {hint}"))
        };
        Evaluation {
            observed: Some(observed),
            metric: Some(metric.to_owned()),
            ..result(check, subject, outcome, explanation)
        }
    }
}
