//! What people do in the demo workspace, and who they are.

use chrono::{DateTime, Utc};

use crate::domain::Period;

/// Takes deliveries in, settles anomalies, publishes; may not approve what she prepared.
pub const PREPARER: &str = "mira";

/// Enough for the policy.
pub const APPROVERS: [&str; 2] = ["ravi", "nora"];

/// Judges samples.
pub const ASSESSOR: &str = "tomas";

/// The check that compares what model versions find.
pub const LABEL_RATE: &str = "label_rate";

/// Somebody does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When: later than every step before.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: &'static str,
    /// What.
    pub act: Act,
}

/// What somebody does. Where a release is meant, it is the open one of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of an act are what its line says")]
pub enum Act {
    /// Registers the lexicon as the first version of model `slips`.
    Register {
        /// Its file in the material.
        file: &'static str,
        /// What they said about it.
        note: &'static str,
    },
    /// Trains the next version on one training file and measures it on the test file.
    Train {
        /// The training file.
        file: &'static str,
        /// What they said about it.
        note: &'static str,
    },
    /// Points `production` to a version.
    Promote {
        /// Which.
        version: u32,
        /// Although it finds labels worse.
        waive: bool,
        /// Why.
        reason: &'static str,
    },
    /// Takes in the period's files of purpose `Delivery`.
    Deliver {
        /// Which.
        period: Period,
    },
    /// Takes in the provider's file of purpose `Corrected`.
    Correct {
        /// Who delivers again.
        provider: &'static str,
        /// For when.
        period: Period,
    },
    /// Brings everything up to date.
    Run,
    /// Accepts the period as a baseline.
    Baseline {
        /// Which.
        period: Period,
        /// Why.
        reason: &'static str,
    },
    /// Confirms the period's open blocking anomalies of one check.
    Confirm {
        /// Which.
        period: Period,
        /// The check's name.
        check: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// Waives the period's open blocking anomalies of one check; there may be none.
    Waive {
        /// Which.
        period: Period,
        /// The check's name.
        check: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// Judges as many samples as the policy wants of each of the period's blocking anomalies of one check.
    Assess {
        /// Which.
        period: Period,
        /// The check's name.
        check: &'static str,
        /// Whether the rows are right as they stand.
        accepted: bool,
        /// What they said about them.
        note: &'static str,
    },
    /// Approves.
    Approve {
        /// Which.
        period: Period,
        /// What they said.
        note: &'static str,
    },
    /// Publishes.
    Publish {
        /// Which.
        period: Period,
    },
    /// Turns down.
    Reject {
        /// Which.
        period: Period,
        /// Why.
        reason: &'static str,
    },
    /// Takes the period's live release away from clients.
    Withdraw {
        /// Which.
        period: Period,
        /// Why.
        reason: &'static str,
    },
}
