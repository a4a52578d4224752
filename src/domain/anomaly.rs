//! Anomalies: findings that a person must settle, their samples and verdicts.

use std::fmt;

use chrono::{DateTime, Utc};

use super::check::{Bounds, CheckSubject, RowRef};
use super::drift::Drift;
use super::{BatchId, ModelRef, Period, Severity};
use crate::base::{Digest, Error, KeyHasher, Result};

/// Where an anomaly stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnomalyState {
    /// Nobody settled it.
    Open,
    /// A person says that it is real; it blocks until it is fixed.
    Confirmed,
    /// A person says, with a reason, that it may pass.
    Waived,
    /// The check passes again.
    Fixed,
}

impl AnomalyState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Confirmed, Self::Waived, Self::Fixed];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Waived => "waived",
            Self::Fixed => "fixed",
        }
    }

    /// Whether a person may move it from here to `next`.
    pub fn allow(self, next: Self) -> Result<()> {
        let allowed = matches!(
            (self, next),
            (Self::Open, Self::Confirmed | Self::Waived)
                | (Self::Confirmed, Self::Waived | Self::Open)
                | (Self::Waived, Self::Open | Self::Confirmed)
        );
        if allowed {
            return Ok(());
        }
        Err(Error::refused(match self {
            same if same == next => format!("the anomaly is {} already", self.as_str()),
            Self::Fixed => "the anomaly is fixed; it opens again by itself when it comes back".to_owned(),
            _ => format!("an anomaly that is {} can't become {}", self.as_str(), next.as_str()),
        }))
    }
}

/// Identifies an anomaly: the same finding about the same period has the same id for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct AnomalyId(String);

impl AnomalyId {
    /// The id of a finding. `model` is [`ModelRef::none`] where the check does not look at entities.
    #[must_use]
    pub fn of(dataset: &str, period: Period, check: &str, subject: &CheckSubject, model: &ModelRef) -> Self {
        let part = |value: &Option<String>| value.clone().unwrap_or_default();
        let digest = KeyHasher::new("anomaly/1")
            .part("dataset", dataset)
            .part("period", period.to_string())
            .part("check", check)
            .part("provider", part(&subject.provider))
            .part("column", part(&subject.column))
            .part("label", part(&subject.label))
            .part("model", model.to_string())
            .finish();
        Self(format!("A{}", digest.as_str().chars().take(10).collect::<String>()))
    }

    /// An id that was printed before.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AnomalyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A finding that a person must settle.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Anomaly {
    /// Its id.
    pub id: AnomalyId,
    /// The dataset.
    pub dataset: String,
    /// The period.
    pub period: Period,
    /// The check that failed.
    pub check: String,
    /// Whether it blocks.
    pub severity: Severity,
    /// What it is about.
    pub subject: CheckSubject,
    /// The model version whose entities it is about; `none` where it is about the data.
    pub model: ModelRef,
    /// Where it stands.
    pub state: AnomalyState,
    /// The number that was measured last.
    pub observed: Option<f64>,
    /// The numbers that would pass.
    pub expected: Option<Bounds>,
    /// The metric to chart.
    pub metric: Option<String>,
    /// The finding in words.
    pub explanation: String,
    /// Rows to look at.
    pub rows: Vec<RowRef>,
    /// What differs of the columns, where it is about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Box<Drift>>,
    /// What the check looked at when it found this: a decision or a verdict stands for nothing else.
    pub rule: Option<Digest>,
    /// When it was first opened.
    pub at: DateTime<Utc>,
    /// Who settled it, and what they said.
    pub settled: Option<Settlement>,
}

impl Anomaly {
    /// Whether a waiver that was given for this finding, if one stands, lets the same finding of a later period pass:
    /// the same check, looking at the same, on the same provider, column and label, of the same model version, no more
    /// severe, in a period up to the last one that the waiver names.
    #[must_use]
    pub fn waiver_covers(&self, later: &Self) -> bool {
        let own = self.settled.as_ref().filter(|settled| settled.given_for.is_none());
        let until = own.filter(|_| self.state == AnomalyState::Waived).and_then(|waiver| waiver.until);
        let length = self.period.granularity();
        (&self.dataset, &self.check, &self.subject, &self.model)
            == (&later.dataset, &later.check, &later.subject, &later.model)
            && own.is_some_and(|waiver| waiver.rule == later.rule)
            && later.severity <= self.severity
            && later.period.granularity() == length
            && self.period < later.period
            && until.is_some_and(|until| until.granularity() == length && later.period <= until)
    }

    /// How many of the rows that it now shows have a verdict. What was said of rows that it no longer shows is kept,
    /// and does not count.
    #[must_use]
    pub fn assessed(&self, verdicts: &[(BatchId, u64, Verdict)]) -> u64 {
        let judged = |row: &RowRef| verdicts.iter().any(|(batch, at, _)| *batch == row.batch && *at == row.row);
        self.rows.iter().filter(|row| judged(row)).count() as u64
    }
}

/// What a person decided about an anomaly.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Settlement {
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// For a waiver: the last period that it covers.
    pub until: Option<Period>,
    /// For a waiver: what the check looked at when it was given. It stands for nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Digest>,
    /// For a waiver that was given for the same finding of an earlier period: that finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_for: Option<AnomalyId>,
}

/// Who, how far, and why: `mira, until 2026-12, for A1b2c3d4e5: a one-off promotion`.
impl fmt::Display for Settlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.by)?;
        if let Some(until) = self.until {
            write!(f, ", until {until}")?;
        }
        if let Some(earlier) = &self.given_for {
            write!(f, ", for {earlier}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// A row picked for a person to look at, read from the lake when it is shown.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Sample {
    /// The batch.
    pub batch: BatchId,
    /// The 1-based record number in it.
    pub row: u64,
    /// The provider.
    pub provider: String,
    /// Why it was picked.
    pub why: String,
    /// The canonical cells in the order of the schema; null as `None`.
    pub cells: Vec<(String, Option<String>)>,
    /// What the release's model found in it.
    pub entities: Vec<super::Entity>,
    /// What a person said.
    pub verdict: Option<Verdict>,
}

impl Sample {
    /// Whether it is this row.
    #[must_use]
    pub fn is(&self, row: &RowRef) -> bool {
        (&self.batch, self.row) == (&row.batch, row.row)
    }
}

/// What a person said about a sample.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Verdict {
    /// Whether the row is right as it stands.
    pub accepted: bool,
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What they said about it.
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn found(period: &str) -> Anomaly {
        let (period, model) = (period.parse().unwrap(), ModelRef::none());
        let subject = CheckSubject { provider: Some("alpha".to_owned()), ..CheckSubject::default() };
        Anomaly {
            id: AnomalyId::of("slips", period, "null_rate", &subject, &model),
            dataset: "slips".to_owned(),
            period,
            check: "null_rate".to_owned(),
            severity: Severity::Blocking,
            subject,
            model,
            state: AnomalyState::Open,
            observed: None,
            expected: None,
            metric: None,
            explanation: "nulls".to_owned(),
            rows: Vec::new(),
            drift: None,
            rule: None,
            at: DateTime::UNIX_EPOCH,
            settled: None,
        }
    }

    fn waived(period: &str, until: Option<&str>) -> Anomaly {
        let until = until.map(|until| until.parse().unwrap());
        let (by, reason) = ("mira".to_owned(), "known".to_owned());
        let settled = Some(Settlement { by, at: DateTime::UNIX_EPOCH, reason, until, rule: None, given_for: None });
        Anomaly { state: AnomalyState::Waived, settled, ..found(period) }
    }

    #[test]
    fn a_waiver_covers_the_same_finding_of_later_periods_up_to_its_last() {
        let waiver = waived("2026-09", Some("2026-11"));
        for (period, covered) in
            [("2026-08", false), ("2026-09", false), ("2026-10", true), ("2026-11", true), ("2026-12", false)]
        {
            assert_eq!(waiver.waiver_covers(&found(period)), covered, "{period}");
        }
        assert!(!waiver.waiver_covers(&found("2026-10-05")), "a period of another length");
        assert!(!waived("2026-09", None).waiver_covers(&found("2026-10")), "it names no period");
        let october = found("2026-10");
        let lesser = Anomaly { severity: Severity::Warning, ..october.clone() };
        assert!(
            waiver.waiver_covers(&lesser)
                && !Anomaly { severity: Severity::Warning, ..waiver.clone() }.waiver_covers(&october)
        );
        let column = CheckSubject { column: Some("amount".to_owned()), ..october.subject.clone() };
        for other in [
            Anomaly { check: "row_count".to_owned(), ..october.clone() },
            Anomaly { subject: column, ..october.clone() },
            Anomaly { model: ModelRef::new("words", 2), ..october.clone() },
            Anomaly { dataset: "spend".to_owned(), ..october.clone() },
        ] {
            assert!(!waiver.waiver_covers(&other), "{other:?}");
        }
        for state in [AnomalyState::Open, AnomalyState::Confirmed, AnomalyState::Fixed] {
            assert!(!Anomaly { state, ..waiver.clone() }.waiver_covers(&october), "{state:?}");
        }
        let mut passed_on = waiver;
        if let Some(given) = &mut passed_on.settled {
            given.given_for = Some(october.id.clone());
        }
        assert!(!passed_on.waiver_covers(&october), "it was given for another finding, which is asked itself");
    }
}
