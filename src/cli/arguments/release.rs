//! `assay release`.

use clap::Subcommand;

use super::{DatasetOption, ReasonOption};
use crate::domain::listing::release_states;
use crate::domain::{Period, ReleaseName};

/// What can be done to releases.
#[derive(Debug, Subcommand)]
pub enum ReleaseCommand {
    /// List releases, newest period first, with what keeps them back.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
        /// Only this state; of open ones also what the gate says: ready (for people), or blocked.
        #[arg(long, value_parser = release_states().collect::<Vec<_>>())]
        state: Option<String>,
    },
    /// Show one release and what it changes.
    Show {
        /// The release, as dataset/period.n.
        release: ReleaseName,
    },
    /// What it changes for clients: which rows, and what the data and what the model changed in the entities found.
    Diff {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        /// The release to compare with; by default the one that clients see, or saw before it.
        other: Option<ReleaseName>,
    },
    /// Print why it can't be published, and the commands that clear that.
    Why {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        /// Print every reason, also where one command clears many of a kind.
        #[arg(long)]
        verbose: bool,
    },
    /// Approve exactly its present content.
    Approve {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        /// Only if its release digest starts like this.
        #[arg(long)]
        digest: Option<String>,
        /// What there is to say about it.
        #[arg(long)]
        note: Option<String>,
    },
    /// Take your approval back.
    Revoke {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Turn it down.
    Reject {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Publish it.
    Publish {
        /// The release, as dataset/period.n.
        release: ReleaseName,
    },
    /// Bring back what was live before it.
    Rollback {
        /// The release that is live, as dataset/period.n.
        release: ReleaseName,
        /// The release to bring back; by default the one before.
        #[arg(long)]
        to: Option<ReleaseName>,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Take it away from clients.
    Withdraw {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        #[command(flatten)]
        reason: ReasonOption,
    },
}
