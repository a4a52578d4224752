//! Random histories: every kind of fact, tried in any order; what the journal refuses did not happen.

use super::Bench;
use super::facts::{
    anomaly_id, approved, changed, contract, covered, delivery, digest, done, evaluation, found, judged, landed,
    mirrored, opened, period, promoted, publication, quarantined, registered, release, slice, task,
};
use crate::base::{Digest, ErrorKind, Result};
use crate::domain::mapping::Mapping;
use crate::domain::{Batch, BatchState, Fact, ModelRef, ReleaseState, TaskKind};
use crate::journal::Snapshot;

/// One try: which fact, about what, with which number.
pub(super) type Try = (u8, u8, u8);

/// How many kinds of tries there are.
const KINDS: u8 = 34;

/// Lives through the tries, each in a change of its own, each person at a time.
pub(super) fn live(bench: &Bench, tries: &[Try]) {
    for (index, one) in tries.iter().enumerate() {
        let who = ["mira", "tomas", "ines"][index % 3];
        let facts = bench.journal.read(|snapshot| facts(snapshot, *one)).unwrap();
        if let Err(error) = bench.tell(who, facts) {
            let kind = error.kind();
            assert!(matches!(kind, ErrorKind::Refused | ErrorKind::NotFound), "{one:?}: {error}");
        }
    }
}

fn facts(snapshot: &Snapshot<'_>, (kind, about, number): Try) -> Result<Vec<Fact>> {
    let slice = slice(u64::from(about % 9));
    let number = u64::from(number);
    let month = period(u64::from(about) % 3);
    let open = snapshot.open_release("slips", month)?;
    let assembled = open.as_ref().and_then(|release| release.release_digest.clone());
    let content = (0..2).find(|content| assembled == Some(digest(*content))).unwrap_or(number % 2);
    let live = snapshot.live_release("slips", month)?.map(|release| release.name);
    let newest = snapshot.newest_number("slips", month)?;
    let some = open.map_or_else(|| release(month, newest.max(1)), |release| release.name);
    let id = anomaly_id(&slice);
    let version = (number % 4) as u32 + 1;
    let generation = snapshot.generation()? + 1;
    Ok(match kind % KINDS {
        0 => vec![contract(snapshot.contract()?.map_or(1, |(version, _, _)| version + 1))],
        1 | 2 => {
            let revision = snapshot.newest_revision(&slice)? + 1;
            vec![
                Fact::LandingStarted { delivery: delivery(&slice, revision), encoding: None, claimed_at: None },
                landed(&slice, revision),
            ]
        }
        3 => vec![quarantined(&slice, snapshot.newest_revision(&slice)? + 1)],
        4 => {
            let batches = snapshot.batches_of("slips", slice.period)?;
            let waiting = batches.iter().find(|batch| batch.state == BatchState::Quarantined);
            waiting.map(|batch| landed(&batch.delivery.slice, batch.delivery.revision)).into_iter().collect()
        }
        5 => {
            let batches = snapshot.batches_of("slips", slice.period)?;
            let batch = batches.get(number as usize % batches.len().max(1));
            let ended = |batch: &Batch| match (batch.delivery.batch.clone(), number % 3) {
                (batch, 0) => Fact::BatchSetAside { batch, note: "7 of 10 records are refused".to_owned() },
                (batch, _) => Fact::BatchWithdrawn { batch },
            };
            batch.map(ended).into_iter().collect()
        }
        6 => vec![Fact::TaskStarted { task: task(TaskKind::Refine, &slice, number % 3) }],
        7 => vec![done(task(TaskKind::Refine, &slice, number % 3), number)],
        8 => vec![done(task(TaskKind::Profile, &slice, number % 3), number)],
        9 => {
            let task = task(TaskKind::Refine, &slice, number % 3);
            vec![Fact::TaskFailed { task, error: "no".to_owned(), attempt: version }]
        }
        10 => {
            let task = task(TaskKind::Refine, &slice, number % 3);
            let (slot, key) = (task.slot(), task.key);
            let cancelled = number % 2 == 0;
            vec![if cancelled { Fact::TaskCancelled { slot, key } } else { Fact::OutputLost { slot, key } }]
        }
        11 => vec![registered(snapshot.newest_version("slips")? + 1)],
        12 => vec![Fact::ModelArchived { model: ModelRef::new("slips", version) }],
        13 => vec![promoted(version, snapshot.alias("slips", "production")?.map(|model| model.version))],
        14 => {
            let batches = [(slice.provider.clone(), vec![delivery(&slice, 1).batch])].into();
            vec![Fact::PeriodBaselined {
                dataset: "slips".to_owned(),
                period: slice.period,
                model: ModelRef::none(),
                batches,
                mappings: [].into(),
                text: String::new(),
            }]
        }
        15 => vec![opened(&release(month, newest + 1), number)],
        16 => vec![changed(&some, number)],
        17 => {
            let evaluations = vec![evaluation(&slice, number)];
            vec![Fact::ReleaseEvaluated { release: some, input_digest: digest(number), evaluations }]
        }
        18 => vec![Fact::ReleaseAssembled { release: some, release_digest: digest(number % 2) }],
        19 => vec![approved(&some, content, number > 60)],
        20 if number < 60 => vec![Fact::ApprovalsCounted { release: some, complete: number > 30 }],
        20 => vec![Fact::ApprovalRevoked { release: some }],
        21 if number < 40 => vec![Fact::ReleaseRejected { release: some }],
        21 | 22 => publication(&some, content, live, generation),
        23 => {
            let releases = snapshot.releases_of("slips", month)?;
            let older = releases.into_iter().find(|release| release.state == ReleaseState::Superseded);
            let (from, to) = (live.unwrap_or_else(|| some.clone()), older.map_or(some, |release| release.name));
            let rolled = Fact::RolledBack { from: from.clone(), to: to.clone(), delta_version: generation, generation };
            vec![Fact::RollbackStarted { from, to }, rolled]
        }
        24 => {
            let release = live.unwrap_or(some);
            let started = Fact::WithdrawalStarted { release: release.clone() };
            vec![started, Fact::Withdrawn { release, delta_version: generation, generation }]
        }
        25 => vec![Fact::Delivered { generation: generation - 1, what: format!("xlsx {}", number % 2) }],
        26 => vec![found(&slice, number)],
        27 => {
            let rule = (number % 2 == 0).then(|| Digest::of(b"another rule"));
            vec![Fact::AnomalySeen { id, evaluation: Box::new(evaluation(&slice, number)), rule }]
        }
        28 => vec![match number % 5 {
            4 => covered(&slice, &super::facts::slice(u64::from(about % 3))),
            0 => Fact::AnomalyFixed { id, evidence: "passes again".to_owned() },
            1 => Fact::AnomalyConfirmed { id },
            2 => Fact::AnomalyWaived { id, until: Some(month) },
            _ => Fact::AnomalyReopened { id },
        }],
        29 => vec![match snapshot.mappings()?.pop().filter(|_| number % 3 == 0) {
            Some(Mapping { id: mapping, dataset, .. }) => Fact::MappingTakenBack { mapping, dataset },
            None => Fact::MappingAccepted {
                dataset: slice.dataset,
                provider: slice.provider,
                period: slice.period,
                schema: vec!["Net amount".to_owned()],
                columns: [("amount".to_owned(), "Net amount".to_owned())].into(),
            },
        }],
        31 => vec![mirrored(number)],
        32 => vec![judged(&slice, number)],
        30 => {
            let name = if number % 2 == 0 { "rates" } else { "towns" };
            let newest = snapshot.revisions_of("slips", name)?.first().map_or(0, |newest| newest.revision);
            vec![Fact::ReferenceLanded {
                dataset: "slips".to_owned(),
                reference: name.to_owned(),
                // Now and then one that can't be the next.
                revision: newest + 1 + u32::from(number % 7 == 0),
                content: digest(number),
                extension: "csv".to_owned(),
                file: format!("{name}.csv"),
                bytes: number,
                rows: number,
            }]
        }
        _ => {
            let (batch, accepted) = (delivery(&slice, 1).batch, number % 2 == 0);
            vec![Fact::SampleJudged { id, batch, row: number % 4, accepted, note: None }]
        }
    })
}

/// A long history that leaves nothing out, from a small generator of its own.
pub(super) fn long(tries: usize) -> Vec<Try> {
    let mut state = 0x2026_1120_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..tries).map(|_| (next(), next(), next())).collect()
}
