//! Whose approval counts: by example, and in every state that three people can bring about.

use std::collections::HashSet;

use super::*;
use crate::base::Digest;
use crate::domain::release::Approval;
use crate::domain::testing::{digest, instant, release};

const OWNER: &str = "olga";
const TRIO: [&str; 3] = ["mira", "ravi", "nora"];

fn people(roles: &[(&str, &[Role])]) -> BTreeMap<String, Vec<Role>> {
    roles.iter().map(|(name, roles)| ((*name).to_owned(), roles.to_vec())).collect()
}

fn approval(by: &str, of: &Digest) -> Approval {
    Approval { by: by.to_owned(), at: instant("2026-11-02T10:00:00Z"), release_digest: of.clone(), note: None }
}

fn approved_by(names: &[&str]) -> Release {
    let mut release = release();
    let digest = digest("content");
    for name in names {
        release.approve(approval(name, &digest), false);
    }
    release
}

#[test]
fn who_left_or_lost_the_role_no_longer_counts_whatever_the_policy_says_of_duties() {
    for separation in [false, true] {
        let policy = ReleasePolicy { approvals: 2, separation, ..ReleasePolicy::default() };
        let people = people(&[
            ("olga", &[Role::Owner]),
            ("ravi", &[Role::Assessor, Role::Manager]),
            ("lena", &[Role::Viewer]),
            ("tomas", &[Role::Assessor]),
            ("nobody", &[]),
        ]);
        let hands = BTreeMap::new();
        let rules = Rules { policy: &policy, asked: None, people: &people, hands: &hands };
        let release = approved_by(&["olga", "lena", "tomas", "nobody", "zed"]);
        let count = rules.count(&release);
        assert_eq!(count.valid.iter().collect::<Vec<_>>(), ["olga"]);
        let why: Vec<&str> = count.void.values().map(String::as_str).collect();
        assert_eq!(
            why,
            [
                "is viewer; approving takes manager",
                "is viewer; approving takes manager",
                "is assessor; approving takes manager",
                "is not in [people]",
            ]
        );
        assert_eq!(rules.state(&release), ReleaseState::Open);
        assert_eq!(rules.state(&approved_by(&["olga", "ravi"])), ReleaseState::Approved);
        assert_eq!(rules.excluded().keys().collect::<Vec<_>>(), ["lena", "nobody", "tomas"]);
    }
}

#[test]
fn a_hand_in_it_keeps_out_only_where_duties_are_separated() {
    let hands = BTreeMap::from([("mira".to_owned(), "waived an anomaly".to_owned())]);
    let people = BTreeMap::new();
    for (separation, why) in [(false, None), (true, Some("waived an anomaly"))] {
        let policy = ReleasePolicy { separation, ..ReleasePolicy::default() };
        let rules = Rules { policy: &policy, asked: None, people: &people, hands: &hands };
        assert_eq!(rules.objection("mira").as_deref(), why);
        assert_eq!(rules.objection("anybody"), None, "without [people] everybody is owner");
        assert_eq!(rules.excluded().len(), usize::from(separation));
    }
}

#[test]
fn an_approval_of_other_content_is_none() {
    let (policy, people, hands) = (ReleasePolicy::default(), BTreeMap::new(), BTreeMap::new());
    let rules = Rules { policy: &policy, asked: None, people: &people, hands: &hands };
    let mut release = approved_by(&["ravi"]);
    release.approvals[0].release_digest = digest("what was there before");
    assert_eq!(rules.count(&release).void["ravi"], "approved other content");
    release.approvals.push(approval("ravi", &digest("content")));
    assert_eq!(rules.count(&release).void.len(), 0, "the same person's newer one stands");
    release.release_digest = None;
    assert!(rules.count(&release).valid.is_empty(), "nothing is assembled that one could have approved");
}

#[test]
fn nobody_publishes_without_a_single_approval() {
    let (people, hands) = (BTreeMap::new(), BTreeMap::new());
    let policy = ReleasePolicy { approvals: 0, ..ReleasePolicy::default() };
    let rules = Rules { policy: &policy, asked: None, people: &people, hands: &hands };
    assert_eq!((rules.wanted(), rules.state(&release())), (1, ReleaseState::Open));
}

#[test]
fn what_is_closed_stays_what_it_is() {
    let (policy, people, hands) = (ReleasePolicy::default(), BTreeMap::new(), BTreeMap::new());
    let rules = Rules { policy: &policy, asked: None, people: &people, hands: &hands };
    for state in ReleaseState::ALL.into_iter().filter(|state| !state.is_open()) {
        for names in [&[][..], &["ravi"][..]] {
            assert_eq!(rules.state(&Release { state, ..approved_by(names) }), state);
        }
    }
}

/// What anybody may do in the model.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Approves what is there now.
    Approve(usize),
    /// An approval of what was there before comes in late, or is replayed.
    ApproveOld(usize),
    Revoke(usize),
    /// Delivers other data: the content changes by this person's hand.
    Change(usize),
    /// Settles something: the content changes, and the hand stays in it.
    Waive(usize),
    /// The owner wants one approval more, or one less.
    Tighten,
    Loosen,
    /// The owner separates duties, or no longer.
    Separate,
    /// The owner takes somebody out of [people], or their role.
    Remove(usize),
    Demote(usize),
    Publish,
}

fn acts() -> Vec<Act> {
    let each = |act: fn(usize) -> Act| (0..TRIO.len()).map(act);
    let everybody = each(Act::Approve).chain(each(Act::ApproveOld)).chain(each(Act::Revoke)).chain(each(Act::Change));
    let people = everybody.chain(each(Act::Waive)).chain(each(Act::Remove)).chain(each(Act::Demote));
    people.chain([Act::Tighten, Act::Loosen, Act::Separate, Act::Publish]).collect()
}

/// The world by the rules, and beside it a ledger that knows nothing of them: who said yes to which content.
#[derive(Debug, Clone)]
struct World {
    release: Release,
    policy: ReleasePolicy,
    asked: ReleasePolicy,
    people: BTreeMap<String, Vec<Role>>,
    hands: BTreeMap<String, String>,
    content: u8,
    yes: [Option<u8>; 3],
}

/// Content that never comes back.
const OLD: u8 = 9;

fn content(number: u8) -> Digest {
    digest(&format!("content {number}"))
}

impl World {
    fn new() -> Self {
        let manager: &[Role] = &[Role::Manager];
        let mut release = release();
        release.assemble(&content(0), 1);
        let policy = ReleasePolicy { approvals: 2, separation: true, ..ReleasePolicy::default() };
        Self {
            release,
            asked: policy.clone(),
            policy,
            people: people(&[(OWNER, &[Role::Owner]), (TRIO[0], manager), (TRIO[1], manager), (TRIO[2], manager)]),
            hands: BTreeMap::new(),
            content: 0,
            yes: [None; 3],
        }
    }

    fn rules(&self) -> Rules<'_> {
        Rules { policy: &self.policy, asked: Some(&self.asked), people: &self.people, hands: &self.hands }
    }

    /// How many distinct people who may, and had no hand in it, said yes to exactly this content: counted from the
    /// ledger alone.
    fn truly_approved_by(&self) -> usize {
        let counts = |index: &usize| {
            let name = TRIO[*index];
            let manager = self.people.get(name).is_some_and(|roles| roles.contains(&Role::Manager));
            let separated = self.policy.separation || self.asked.separation;
            let clean = !separated || !self.hands.contains_key(name);
            self.yes[*index] == Some(self.content) && manager && clean
        };
        (0..TRIO.len()).filter(counts).count()
    }

    /// What comes of an act, as `ops` does it by the rules; `None` where they refuse.
    fn after(&self, act: Act) -> Option<Self> {
        let mut next = self.clone();
        match act {
            Act::Approve(who) => {
                if self.rules().objection(TRIO[who]).is_some() {
                    return None;
                }
                next.release.approve(approval(TRIO[who], &content(self.content)), false);
                next.yes[who] = Some(self.content);
            }
            Act::ApproveOld(who) => {
                next.release.approve(approval(TRIO[who], &content(OLD)), false);
                next.yes[who] = Some(OLD);
            }
            Act::Revoke(who) => {
                next.yes[who] = None;
                next.release.revoke(TRIO[who]).then_some(())?;
            }
            Act::Change(who) | Act::Waive(who) => {
                next.content = 1 - self.content;
                next.yes = [None; 3];
                next.release.assemble(&content(next.content), 1);
                // Other inputs are asked for anew, what is settled about the same ones is not.
                if matches!(act, Act::Change(_)) {
                    next.asked = self.policy.clone();
                }
                let did = if matches!(act, Act::Waive(_)) { "waived an anomaly" } else { "took a batch in" };
                next.hands.insert(TRIO[who].to_owned(), did.to_owned());
            }
            Act::Tighten => next.policy.approvals = (self.policy.approvals + 1).min(3),
            Act::Loosen => next.policy.approvals = (self.policy.approvals - 1).max(1),
            Act::Separate => next.policy.separation = !self.policy.separation,
            Act::Remove(who) => next.people.remove(TRIO[who]).map(drop)?,
            Act::Demote(who) => *next.people.get_mut(TRIO[who])? = vec![Role::Viewer],
            Act::Publish => {
                if !self.rules().are_enough(&self.rules().count(&self.release)) {
                    return None;
                }
                next.release.state.allow(ReleaseState::Publishing).unwrap();
                next.release.state = ReleaseState::Publishing;
            }
        }
        // The record follows.
        next.release.state = next.rules().state(&next.release);
        Some(next)
    }

    /// What tells one state from another.
    fn place(&self) -> String {
        let approvals: BTreeSet<(&str, bool)> = self
            .release
            .approvals
            .iter()
            .map(|approval| (approval.by.as_str(), approval.release_digest == content(self.content)))
            .collect();
        let hands: Vec<&String> = self.hands.keys().collect();
        let state = self.release.state;
        let policy = [&self.policy, &self.asked].map(|policy| (policy.approvals, policy.separation));
        let yes = self.yes.map(|content| content.map(|content| content == self.content));
        format!("{approvals:?} {hands:?} {:?} {policy:?} {state} {yes:?}", self.people)
    }
}

/// Walks through every state that there is, far deeper than seven acts: published means approved by enough people who
/// may, for exactly this content; and whatever is approved by enough can be published, from any state.
#[test]
fn nothing_is_published_that_was_not_approved_and_nothing_approved_is_stuck() {
    let acts = acts();
    let mut seen = HashSet::from([World::new().place()]);
    let mut level = vec![World::new()];
    let (mut depth, mut published) = (0, 0);
    while !level.is_empty() {
        let mut next_level = Vec::new();
        for world in &level {
            let wanted = world.policy.approvals.max(world.asked.approvals);
            let enough = world.truly_approved_by() >= wanted as usize;
            assert_eq!(world.release.state == ReleaseState::Approved, enough, "{}", world.place());
            assert_eq!(world.after(Act::Publish).is_some(), enough, "{}", world.place());
            for act in &acts {
                let Some(next) = world.after(*act) else { continue };
                if next.release.state == ReleaseState::Publishing {
                    assert!(enough, "{act:?} from {}", world.place());
                    published += 1;
                } else if seen.insert(next.place()) {
                    next_level.push(next);
                }
            }
        }
        level = next_level;
        depth += 1;
    }
    assert!(depth > 7 && published > 100 && seen.len() > 1000, "{depth} deep, {} states", seen.len());
}
