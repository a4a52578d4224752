//! What can be asked of a state of the journal, noun by noun.

pub(super) mod anomaly;
pub(super) mod batch;
mod channel;
pub(super) mod contract;
mod event;
mod mapping;
pub(super) mod model;
mod people;
pub(super) mod reading;
mod reference;
mod registry;
mod release;
pub(super) mod task;

use crate::base::{Error, Result};

/// The smallest text that sorts after everything that starts with `prefix`, for ids of letters and digits.
fn past(prefix: &str) -> String {
    format!("{prefix}~")
}

/// The one of `matches` that a prefix stands for: an error when it is none or several.
fn only_match<T>(noun: &str, prefix: &str, mut matches: Vec<T>, name: impl Fn(&T) -> String) -> Result<T> {
    match matches.len() {
        0 => Err(Error::not_found(format!("there is no {noun} `{prefix}`")).hint(format!("assay {noun} list"))),
        1 => Ok(matches.remove(0)),
        _ => {
            let names = matches.iter().map(name).collect::<Vec<_>>().join(", ");
            Err(Error::usage(format!("`{prefix}` stands for several {noun} ids"))
                .hint(format!("give more of it: {names}")))
        }
    }
}

/// How many candidates an ambiguous prefix is answered with.
const CANDIDATES: u32 = 8;
