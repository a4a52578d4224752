//! Who acts, in which role, and by which way.

use std::fmt;
use std::str::FromStr;

use crate::base::{Error, Result};

/// What a person may do. Each role may do what the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Judges samples.
    Assessor,
    /// Takes data in, settles anomalies, approves, publishes, rolls back.
    Manager,
    /// Changes the contract and the policy.
    Owner,
}

impl Role {
    /// Every role, weakest first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Assessor, Self::Manager, Self::Owner];

    /// Its name in assay.toml and on the screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Assessor => "assessor",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            Error::usage(format!("`{text}` is not a role")).hint("the roles are viewer, assessor, manager and owner")
        })
    }
}

/// Somebody who acts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Actor {
    /// The name in `[people]`, or the login name where that table is missing.
    pub name: String,
    /// The strongest role that the name has.
    pub role: Role,
}

/// By which face an event came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The command line.
    Cli,
    /// The terminal screen.
    Tui,
    /// The background scheduler, on behalf of the actor who started it.
    Pipeline,
}

impl Via {
    /// Its name in the journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Tui => "tui",
            Self::Pipeline => "pipeline",
        }
    }
}
