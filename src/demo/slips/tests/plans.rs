//! The plan can be carried out with the material, and leads to a release in every state that can be reached.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::super::act::Act;
use super::*;
use crate::domain::ReleaseState;

#[test]
fn every_step_has_its_time_and_its_files() {
    let material = material(SEED).unwrap();
    let steps = &material.plan.steps;
    assert!(steps.windows(2).all(|pair| pair[0].at < pair[1].at));
    let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    assert!(steps.last().unwrap().at.date_naive() < today);
    assert!(material.assay_toml.contains("today = \"2026-11-20\""));

    let files = |period: Period, purpose| {
        let wanted = move |file: &&RawFile| file.period == period && file.purpose == purpose;
        material.files.iter().filter(wanted).map(|file| file.provider).collect::<Vec<_>>()
    };
    let mut delivered = Vec::new();
    for step in steps {
        assert!(material.assay_toml.contains(&format!("\n{} = [", step.by)), "{} is in [people]", step.by);
        match &step.act {
            Act::Deliver { period } => {
                assert!(step.at.date_naive() > period.last(), "the period is over");
                assert!(files(*period, Purpose::Delivery).len() >= 4);
                delivered.push(*period);
            }
            Act::Correct { provider, period } => {
                assert!(delivered.contains(period));
                assert!(files(*period, Purpose::Corrected).contains(provider));
            }
            Act::Train { file, .. } => assert!(material.training.iter().any(|one| one.name == *file)),
            Act::Register { file, .. } => assert_eq!(*file, material.lexicon.0),
            _ => {}
        }
    }
    assert_eq!(delivered, periods().unwrap());
}

#[test]
fn nobody_approves_what_they_prepared_and_two_approve_what_goes_out() {
    let plan = plan::plan().unwrap();
    let mut approvals: BTreeMap<Period, BTreeSet<&str>> = BTreeMap::new();
    let preparers: BTreeSet<&str> = plan
        .steps
        .iter()
        .filter(|step| {
            matches!(step.act, Act::Deliver { .. } | Act::Correct { .. } | Act::Waive { .. } | Act::Baseline { .. })
        })
        .map(|step| step.by)
        .collect();
    for step in &plan.steps {
        match &step.act {
            Act::Approve { period, .. } => {
                assert!(!preparers.contains(step.by));
                approvals.entry(*period).or_default().insert(step.by);
            }
            Act::Publish { period } => assert_eq!(approvals.remove(period).unwrap().len(), 2),
            Act::Correct { period, .. } => drop(approvals.remove(period)),
            _ => {}
        }
    }
    let mut waiting: Vec<_> = approvals.values().map(BTreeSet::len).collect();
    waiting.sort_unstable();
    assert_eq!(waiting, [1, 2], "one release needs one more approval, one can go out");
}

#[test]
fn the_outcome_shows_every_state_that_can_be_reached() {
    let outcome = plan::plan().unwrap().outcome;
    let states: BTreeSet<ReleaseState> = outcome.iter().map(|(_, _, state)| *state).collect();
    let unreached = [ReleaseState::Publishing, ReleaseState::Retired];
    let expected: BTreeSet<_> = ReleaseState::ALL.into_iter().filter(|state| !unreached.contains(state)).collect();
    assert_eq!(states, expected);
    for period in periods().unwrap() {
        let mine = || outcome.iter().filter(|(one, _, _)| *one == period);
        assert!(mine().filter(|(_, _, state)| state.is_open()).count() <= 1);
        assert!(mine().filter(|(_, _, state)| *state == ReleaseState::Published).count() <= 1);
        assert!(mine().map(|(_, number, _)| *number).eq(1..=u32::try_from(mine().count()).unwrap()));
    }
    let published = plan::plan().unwrap().steps.iter().filter(|step| matches!(step.act, Act::Publish { .. })).count();
    let once = [ReleaseState::Published, ReleaseState::Superseded, ReleaseState::Withdrawn];
    let went_out = outcome.iter().filter(|(_, _, state)| once.contains(state)).count();
    assert_eq!(published, went_out);
}
