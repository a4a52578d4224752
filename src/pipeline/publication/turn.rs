//! Whose turn it is to move what clients see of a dataset: one process at a time.

use crate::base::Result;
use crate::pipeline::Context;
use crate::pipeline::lease::{self, Lease};

/// The turn. Given back when dropped.
pub struct Turn(Lease);

/// The lease of whoever moves what clients see of a dataset.
pub fn lease_key(dataset: &str) -> String {
    format!("publish {dataset}")
}

impl Turn {
    /// Waits for whoever has it.
    pub fn wait(context: &Context, dataset: &str) -> Result<Self> {
        lease::wait(context, &lease_key(dataset)).map(Self)
    }

    /// Refuses to go on once somebody else has the turn.
    pub fn hold(&self) -> Result<()> {
        self.0.hold()
    }
}
