//! Whose approval counts, and whose does not.
//!
//! Two questions, asked at every approval and again where a release is published. May somebody approve at all: are they
//! in [people], where that table exists, and at least manager? Always asked. And did they have a hand in what the
//! release stands on? Asked where the policy separates duties.
//!
//! The policy is the stricter of two: the one under which the content was put up for approval, and the one in force. So
//! nobody is let off by an edit of the policy while a release waits.

use std::collections::{BTreeMap, BTreeSet};

use super::actor::same_person;
use super::policy::{ReleasePolicy, strongest};
use super::{Release, ReleaseState, Role};

/// What decides whose approval counts.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The policy in force.
    pub policy: &'a ReleasePolicy,
    /// The policy under which the inputs were put up for approval; none before they are.
    pub asked: Option<&'a ReleasePolicy>,
    /// The people of the contract in force. Empty: everybody is owner.
    pub people: &'a BTreeMap<String, Vec<Role>>,
    /// Who had a hand in what the release stands on, and what they did.
    pub hands: &'a BTreeMap<String, String>,
}

/// The approvals of a release, told apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Count {
    /// The people whose approval counts: each once, for exactly the present content.
    pub valid: BTreeSet<String>,
    /// The people whose approval does not count, and why.
    pub void: BTreeMap<String, String>,
}

impl Rules<'_> {
    /// Why an approval of `who` does not count, to be read after the name; `None` where it does.
    #[must_use]
    pub fn objection(&self, who: &str) -> Option<String> {
        if !self.people.is_empty() {
            let listed = self.people.iter().find(|(name, _)| same_person(name, who));
            let Some((_, roles)) = listed else { return Some("is not in [people]".to_owned()) };
            let role = strongest(roles);
            if role < Role::Manager {
                return Some(format!("is {role}; approving takes {}", Role::Manager));
            }
        }
        let hands = self.hands.iter().filter(|_| self.policies().any(|policy| policy.separation));
        hands.into_iter().find(|(name, _)| same_person(name, who)).map(|(_, did)| did.clone())
    }

    /// Everybody who is known and may not approve, and why.
    #[must_use]
    pub fn excluded(&self) -> BTreeMap<String, String> {
        let known = self.people.keys().chain(self.hands.keys());
        known.filter_map(|who| Some((who.clone(), self.objection(who)?))).collect()
    }

    /// Tells the approvals of a release apart.
    #[must_use]
    pub fn count(&self, release: &Release) -> Count {
        let mut count = Count::default();
        for approval in &release.approvals {
            let by = approval.by.clone();
            if Some(&approval.release_digest) != release.release_digest.as_ref() {
                count.void.insert(by.clone(), "approved other content".to_owned());
            } else if let Some(why) = self.objection(&by) {
                count.void.insert(by, why);
            } else if !count.valid.iter().any(|counted| same_person(counted, &by)) {
                count.valid.insert(by);
            }
        }
        count.void.retain(|by, _| !count.valid.contains(by));
        count
    }

    /// The people who may approve and have not, by name; `None` where anybody may.
    #[must_use]
    pub fn left(&self, count: &Count) -> Option<Vec<String>> {
        let gave = |who: &str| count.valid.iter().any(|by| same_person(by, who));
        let may = self.people.keys().filter(|who| !gave(who) && self.objection(who).is_none());
        (!self.people.is_empty()).then(|| may.cloned().collect())
    }

    /// How many approvals have to count: never none.
    #[must_use]
    pub fn wanted(&self) -> u32 {
        self.policies().map(|policy| policy.approvals).fold(1, u32::max)
    }

    /// How many samples of each blocking anomaly have to be judged.
    #[must_use]
    pub fn samples(&self) -> u32 {
        self.policies().map(|policy| policy.assess).fold(0, u32::max)
    }

    fn policies(&self) -> impl Iterator<Item = &ReleasePolicy> {
        std::iter::once(self.policy).chain(self.asked)
    }

    /// Whether as many approvals count as have to.
    #[must_use]
    pub fn are_enough(&self, count: &Count) -> bool {
        count.valid.len() >= self.wanted() as usize
    }

    /// Where the release stands by the rules in force: an open one is approved exactly while enough approvals count.
    #[must_use]
    pub fn state(&self, release: &Release) -> ReleaseState {
        if !release.state.is_open() {
            return release.state;
        }
        if self.are_enough(&self.count(release)) { ReleaseState::Approved } else { ReleaseState::Open }
    }
}

#[cfg(test)]
mod tests;
