//! Why approvals of a release fell: read from what happened to it.

use std::collections::BTreeMap;

use crate::base::Digest;
use crate::domain::release::ReleaseInputs;
use crate::domain::{Event, Fact, ReleaseName};
use crate::ops::FallenApproval;

/// The approvals that fell and were not given again.
pub fn fallen(name: &ReleaseName, story: &[Event]) -> Vec<FallenApproval> {
    let mut standing: BTreeMap<String, Digest> = BTreeMap::new();
    let mut fallen: Vec<FallenApproval> = Vec::new();
    let mut rests_on: Option<&ReleaseInputs> = None;
    for event in story {
        let mut fall = |by: String, why: String| fallen.push(FallenApproval { by, at: event.at, why });
        match &event.fact {
            Fact::ReleaseOpened { inputs, .. } => rests_on = Some(inputs),
            Fact::ReleaseChanged { inputs, cause, .. } => {
                let why = format!("{cause}{}", looks_back(name, rests_on, inputs, cause));
                for by in std::mem::take(&mut standing).into_keys() {
                    fall(by, why.clone());
                }
                rests_on = Some(inputs);
            }
            Fact::ReleaseAssembled { release_digest, .. } => {
                let (who, line) = (&event.origin.actor.name, &event.origin.command);
                let gone: Vec<String> =
                    standing.iter().filter(|(_, digest)| *digest != release_digest).map(|(by, _)| by.clone()).collect();
                for by in gone {
                    standing.remove(&by);
                    fall(by, format!("what it stood for changed with `{line}` of {who}"));
                }
            }
            Fact::ReleaseApproved { release_digest, .. } => {
                let by = &event.origin.actor.name;
                fallen.retain(|one| one.by != *by);
                standing.insert(by.clone(), release_digest.clone());
            }
            Fact::ApprovalRevoked { .. } => drop(standing.remove(&event.origin.actor.name)),
            _ => {}
        }
    }
    fallen
}

/// A cause that lies in another period needs a word about why it matters here: only the history changed.
fn looks_back(name: &ReleaseName, before: Option<&ReleaseInputs>, now: &ReleaseInputs, cause: &str) -> &'static str {
    let only_history = before.is_some_and(|before| {
        before.baseline != now.baseline && ReleaseInputs { baseline: now.baseline.clone(), ..before.clone() } == *now
    });
    if only_history && !cause.contains(&name.period.to_string()) { ", which it looks back at" } else { "" }
}
