//! What the Summary and Quality sheets say beside the rows.

use chrono::{DateTime, Utc};

use crate::domain::{Anomaly, BatchId, Evaluation};

/// Everything that a release says about itself beside its rows.
pub struct Summary<'a> {
    /// The instant that the files are stamped with. The same instant gives the same bytes, so it is one of the release's
    /// own (when it was opened or approved), never the present one.
    pub stamp: DateTime<Utc>,
    /// Names and values in the order in which they are shown: release, model, digests, approvals, declared gaps.
    pub facts: Vec<(String, String)>,
    /// What was delivered, batch by batch.
    pub providers: Vec<ProviderLine>,
    /// What the checks found.
    pub evaluations: &'a [Evaluation],
    /// The anomalies of the period, with who settled them and why.
    pub anomalies: &'a [Anomaly],
}

/// One batch of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLine {
    /// The provider.
    pub provider: String,
    /// The batch.
    pub batch: BatchId,
    /// Its revision.
    pub revision: u32,
    /// Its rows in the release.
    pub rows: u64,
    /// Its rows that were refused.
    pub rejects: u64,
}
