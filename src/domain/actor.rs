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

/// The longest name that somebody acts under.
const LONGEST: usize = 64;

/// The name that somebody acts under, from what was said or what they are logged in as.
///
/// Letters that look alike, or that can be written in two ways, would let one person count as two: a name is of ASCII
/// without blanks. How it is capitalised does not matter: [`same_person`].
pub fn checked_name(said: &str) -> Result<String> {
    let name = said.trim();
    if !name.is_empty() && name.len() <= LONGEST && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(name.to_owned());
    }
    Err(Error::usage(format!("nobody can act as `{said}`"))
        .because(format!(
            "the name of a person is of ASCII letters, digits and signs, without blanks, at most {LONGEST}"
        ))
        .hint("say who you are with --as NAME, or in the variable ASSAY_AS"))
}

/// Whether two names are one person's: they may differ in capitals alone.
#[must_use]
pub fn same_person(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_one_name() {
        assert_eq!(checked_name(" ravi\t").ok().as_deref(), Some("ravi"));
        assert!(same_person("Ravi", "rAVI"));
        assert!(!same_person("ravi", "ravi.k"));
        // A Cyrillic `а`, a full-width `r`, composed and decomposed accents, blanks inside, invisible characters.
        for other in [
            "r\u{430}vi",
            "\u{ff52}avi",
            "jos\u{e9}",
            "jose\u{301}",
            "ra vi",
            "ra\u{a0}vi",
            "ra\u{200b}vi",
            "ravi\0",
            " ",
        ] {
            assert!(checked_name(other).is_err(), "{other:?}");
        }
    }
}
