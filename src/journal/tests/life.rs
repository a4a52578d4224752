//! What facts do to batches, tasks, models, releases and anomalies.

use super::facts::{
    anomaly_id, approved, changed, contract, covered, delivery, digest, done, evaluation, found, landed, opened,
    opened_at, period, promoted, publication, quarantined, registered, release, slice, task, whole_life,
};
use super::{Bench, origin};
use crate::base::{Digest, Error, ErrorKind, Result};
use crate::domain::event::Origin;
use crate::domain::{
    Anomaly, AnomalyState, BatchState, Fact, ModelRef, Release, ReleaseState, Slice, Task, TaskKind, TaskSubject,
};
use crate::journal::Snapshot;

impl Bench {
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> T {
        self.journal.read(question).unwrap()
    }

    fn refused(&self, fact: Fact) -> Error {
        let error = self.tell("mira", vec![fact]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        error
    }
}

fn states(bench: &Bench) -> Vec<BatchState> {
    let slice = slice(0);
    bench.ask(|snapshot| snapshot.batches_of("slips", slice.period)).iter().map(|batch| batch.state).collect()
}

#[test]
fn a_later_revision_supersedes_and_its_withdrawal_brings_the_one_before_back() {
    use BatchState::{Landed, Quarantined, Superseded, Withdrawn};
    let bench = Bench::new();
    let slice = slice(0);
    let withdrawn = |revision| Fact::BatchWithdrawn { batch: delivery(&slice, revision).batch };
    bench.tell("mira", vec![landed(&slice, 1), landed(&slice, 2), quarantined(&slice, 3)]).unwrap();
    assert_eq!(states(&bench), [Superseded, Landed, Quarantined]);
    bench.tell("mira", vec![landed(&slice, 3)]).unwrap();
    assert_eq!(states(&bench), [Superseded, Superseded, Landed]);
    bench.tell("mira", vec![withdrawn(3)]).unwrap();
    assert_eq!(states(&bench), [Superseded, Landed, Withdrawn]);
    bench.tell("mira", vec![withdrawn(1)]).unwrap();
    bench.tell("mira", vec![withdrawn(2)]).unwrap();
    assert_eq!(states(&bench), [Withdrawn, Withdrawn, Withdrawn]);
    assert_eq!(bench.ask(|snapshot| snapshot.newest_revision(&slice)), 3);
    bench.refused(withdrawn(2));
    let noted = bench.ask(|snapshot| snapshot.batch(&delivery(&slice, 2).batch)).unwrap();
    assert_eq!(noted.note.as_deref(), Some("because"));
}

#[test]
fn a_batch_that_is_set_aside_leaves_its_slice_to_the_one_before_until_somebody_takes_it_in() {
    use BatchState::{Landed, Quarantined, Superseded};
    let bench = Bench::new();
    let slice = slice(0);
    let set_aside = |revision| Fact::BatchSetAside {
        batch: delivery(&slice, revision).batch,
        note: "7 of 10 records are refused".to_owned(),
    };
    let doubted = || bench.ask(|snapshot| snapshot.batch(&delivery(&slice, 2).batch)).unwrap().doubted;
    bench.tell("mira", vec![landed(&slice, 1), landed(&slice, 2)]).unwrap();
    assert!(!doubted());
    bench.tell("mira", vec![set_aside(2)]).unwrap();
    assert_eq!((states(&bench), doubted()), (vec![Landed, Quarantined], true));
    bench.refused(set_aside(2));
    bench.tell("mira", vec![landed(&slice, 2)]).unwrap();
    assert_eq!((states(&bench), doubted()), (vec![Superseded, Landed], true));
}

#[test]
fn a_task_goes_from_intent_to_outcome_and_a_success_clears_the_failure() {
    let bench = Bench::new();
    let slice = slice(0);
    let refine = task(TaskKind::Refine, &slice, 1);
    let failed = Fact::TaskFailed { task: refine.clone(), error: "disk".to_owned(), attempt: 3 };
    bench.tell("mira", vec![landed(&slice, 1), Fact::TaskStarted { task: refine.clone() }]).unwrap();
    assert_eq!(bench.ask(|snapshot| snapshot.started(&refine)), Some(2));
    assert_eq!(bench.ask(|snapshot| snapshot.unfinished()), [(2, Fact::TaskStarted { task: refine.clone() })]);
    bench.tell("mira", vec![failed]).unwrap();
    assert!(bench.ask(|snapshot| snapshot.unfinished()).is_empty());
    let failures = bench.ask(|snapshot| snapshot.failures_of("slips", slice.period));
    assert_eq!((failures.len(), failures[0].0.as_str(), failures[0].1.attempts), (1, refine.slot().as_str(), 3));
    bench.tell("mira", vec![Fact::TaskStarted { task: refine.clone() }, done(refine.clone(), 13)]).unwrap();
    assert!(bench.ask(|snapshot| snapshot.failures_of("slips", slice.period)).is_empty());
    assert_eq!(bench.ask(|snapshot| snapshot.started(&refine)), None);
    assert_eq!(bench.ask(|snapshot| snapshot.output(&refine.slot())).unwrap().key, refine.key);
    assert_eq!(bench.ask(|snapshot| snapshot.batch(&delivery(&slice, 1).batch)).unwrap().rejected, 3);
    assert_eq!(bench.ask(|snapshot| snapshot.refined())[&slice], refine.key.to_string());
}

#[test]
fn coverage_counts_what_rests_on_the_silver_that_is_there() {
    let bench = Bench::new();
    let annotated = |slice: &Slice, version, refine: &Task| {
        let subject = TaskSubject::Annotated { slice: slice.clone(), model: ModelRef::new("slips", version) };
        done(Task::new(TaskKind::Enrich, subject, [("refine".to_owned(), refine.key.to_string())].into()), 1)
    };
    let (one, two) = (slice(0), slice(1));
    let [old, new, other] =
        [(&one, 1), (&one, 2), (&two, 1)].map(|(slice, input)| task(TaskKind::Refine, slice, input));
    let refined = [&old, &other].map(|refine| done(refine.clone(), 1));
    bench.tell("mira", vec![landed(&one, 1), landed(&two, 1)]).unwrap();
    bench.tell("mira", refined.to_vec()).unwrap();
    bench.tell("mira", vec![annotated(&one, 1, &old), annotated(&two, 1, &other), annotated(&one, 2, &old)]).unwrap();
    let (first, second) = (ModelRef::new("slips", 1), ModelRef::new("slips", 2));
    assert_eq!(bench.ask(|snapshot| snapshot.coverage()), (2, [(first.clone(), 2), (second, 1)].into()));
    // The rows are refined again: what was found in the old ones counts no more.
    bench.tell("mira", vec![done(new, 1)]).unwrap();
    assert_eq!(bench.ask(|snapshot| snapshot.coverage()), (2, [(first.clone(), 1)].into()));
    // Nobody needs what was made of a delivery that was taken back.
    bench.tell("mira", vec![Fact::BatchWithdrawn { batch: delivery(&one, 1).batch }]).unwrap();
    assert_eq!(bench.ask(|snapshot| snapshot.coverage()), (1, [(first, 1)].into()));
    assert_eq!(bench.ask(|snapshot| snapshot.refined()).into_keys().collect::<Vec<_>>(), [two]);
}

#[test]
fn a_profile_replaces_its_numbers_and_history_is_in_order_of_time() {
    let bench = Bench::new();
    let (later, earlier) = (slice(6), slice(3));
    let profile = |slice, number| done(task(TaskKind::Profile, slice, number), number);
    bench.tell("mira", vec![profile(&later, 5), profile(&earlier, 6), profile(&later, 21)]).unwrap();
    let model = ModelRef::new("slips", 1);
    let history = bench.ask(|snapshot| snapshot.metric("slips", &later.provider, &model, "rows"));
    assert_eq!(history, [(earlier.period, 6.0), (later.period, 21.0)]);
    let means = bench.ask(|snapshot| snapshot.metric("slips", &later.provider, &model, "mean(amount)"));
    assert_eq!(means.last(), Some(&(later.period, 3.0)));
    assert!(bench.ask(|snapshot| snapshot.profiled_with("slips", later.period, &model)));
    assert!(!bench.ask(|snapshot| snapshot.profiled_with("slips", later.period, &ModelRef::new("slips", 2))));
}

#[test]
fn a_number_that_is_not_finite_is_refused_before_it_is_on_the_record() {
    let bench = Bench::new();
    let Fact::TaskDone { task, output, rejected, noted, .. } = done(task(TaskKind::Profile, &slice(0), 1), 1) else {
        return;
    };
    let broken = Fact::TaskDone { task, output, rejected, noted, metrics: vec![("mean".to_owned(), f64::NAN)] };
    let error = bench.tell("mira", vec![broken]).unwrap_err();
    assert!(error.one_line().contains("task_done"), "{error}");
    assert_eq!(bench.ask(|snapshot| snapshot.head()).0, 0);
}

#[test]
fn aliases_point_and_remember() {
    let bench = Bench::new();
    bench.tell("mira", vec![registered(1), registered(2), promoted(1, None)]).unwrap();
    bench.tell("tomas", vec![promoted(2, Some(1)), Fact::ModelArchived { model: ModelRef::new("slips", 1) }]).unwrap();
    let (one, two) = (ModelRef::new("slips", 1), ModelRef::new("slips", 2));
    assert_eq!(bench.ask(|snapshot| snapshot.alias("slips", "production")), Some(two.clone()));
    assert_eq!(bench.ask(|snapshot| snapshot.production_models()), std::slice::from_ref(&two));
    assert_eq!(bench.ask(|snapshot| snapshot.aliases_of(&one)), Vec::<String>::new());
    assert_eq!(bench.ask(|snapshot| snapshot.production_before(&two)), Some(one.clone()));
    assert_eq!(bench.ask(|snapshot| snapshot.production_before(&one)), None);
    let [given_to_one, given_to_two] =
        [&one, &two].map(|model| bench.ask(|snapshot| snapshot.aliases_given(model)).remove(0));
    assert_eq!((given_to_two.by.as_str(), given_to_two.until), ("tomas", None));
    assert_eq!(given_to_one.until, Some(given_to_two.since));
    assert_eq!([&two, &one].map(|model| bench.ask(|snapshot| snapshot.model(model)).unwrap().archived), [false, true]);
    assert_eq!(bench.ask(|snapshot| snapshot.newest_version("slips")), 2);
    bench.refused(registered(2));
    assert_eq!(bench.tell("mira", vec![promoted(9, None)]).unwrap_err().kind(), ErrorKind::NotFound);
}

fn first(bench: &Bench) -> Release {
    bench.ask(|snapshot| snapshot.release(&release(period(0), 1))).unwrap()
}

#[test]
fn approvals_stand_for_one_content_and_fall_with_it() {
    let bench = Bench::new();
    let name = release(period(0), 1);
    let assembled = |number| Fact::ReleaseAssembled { release: name.clone(), release_digest: digest(number) };
    bench.tell("mira", vec![opened(&name, 1)]).unwrap();
    bench.refused(approved(&name, 7, false));
    bench.tell("mira", vec![assembled(7), approved(&name, 7, false)]).unwrap();
    bench.tell("tomas", vec![approved(&name, 7, true)]).unwrap();
    assert_eq!((first(&bench).state, first(&bench).approvals.len()), (ReleaseState::Approved, 2));
    bench.tell("tomas", vec![assembled(7)]).unwrap();
    assert_eq!(first(&bench).state, ReleaseState::Approved, "the same content");
    bench.tell("tomas", vec![assembled(8)]).unwrap();
    assert_eq!((first(&bench).state, first(&bench).approvals.len()), (ReleaseState::Open, 0));
    bench.refused(approved(&name, 7, true));
    bench.tell("tomas", vec![approved(&name, 8, true), changed(&name, 2)]).unwrap();
    let after = first(&bench);
    assert_eq!((after.state, after.approvals.len(), after.release_digest), (ReleaseState::Open, 0, None));
    assert_eq!((after.model, after.input_digest), (ModelRef::new("slips", 2), digest(2)));
    assert_eq!(bench.ask(|snapshot| snapshot.release_inputs(&name)).unwrap().model, "2");
    bench.tell("tomas", vec![assembled(9), approved(&name, 9, true), approved(&name, 9, true)]).unwrap();
    assert_eq!(first(&bench).approvals.len(), 1, "one person, one approval");
    bench.refused(Fact::ApprovalRevoked { release: name.clone() });
    bench.tell("mira", vec![approved(&name, 9, true)]).unwrap();
    let counted = Fact::ApprovalsCounted { release: name.clone(), complete: true };
    bench.tell("mira", vec![Fact::ApprovalRevoked { release: name.clone() }, counted]).unwrap();
    assert_eq!((first(&bench).state, first(&bench).approvals.len()), (ReleaseState::Approved, 1), "one too many");
    bench.tell("tomas", vec![Fact::ApprovalRevoked { release: name.clone() }]).unwrap();
    assert_eq!((first(&bench).state, first(&bench).approvals.len()), (ReleaseState::Open, 0));
}

#[test]
fn a_publication_is_refused_for_other_content_than_was_approved() {
    let bench = Bench::new();
    let name = release(period(0), 1);
    bench.tell("mira", vec![opened(&name, 1)]).unwrap();
    let assembled = Fact::ReleaseAssembled { release: name.clone(), release_digest: digest(7) };
    bench.tell("mira", vec![assembled]).unwrap();
    let mut early = publication(&name, 7, None, 1);
    bench.refused(early.remove(0));
    bench.tell("mira", vec![approved(&name, 7, true)]).unwrap();
    let mut other = publication(&name, 8, None, 1);
    bench.refused(other.remove(0));
    assert_eq!(first(&bench).state, ReleaseState::Approved);
}

#[test]
fn clients_see_one_release_at_a_time_and_generations_only_grow() {
    let bench = Bench::new();
    let (one, two) = (release(period(0), 1), release(period(0), 2));
    bench.tell("mira", whole_life(&one, None, 1)).unwrap();
    bench.refused(opened(&one, 1));
    bench.refused(changed(&one, 1));
    bench.tell("mira", whole_life(&two, Some(one.clone()), 2)).unwrap();
    let live = |bench: &Bench| bench.ask(|snapshot| snapshot.live_release("slips", period(0)));
    assert_eq!((live(&bench).unwrap().name, first(&bench).state), (two.clone(), ReleaseState::Superseded));
    assert_eq!(bench.ask(|snapshot| snapshot.channel("slips")), [(period(0), two.clone())]);
    let back = |generation| Fact::RolledBack { from: two.clone(), to: one.clone(), delta_version: 3, generation };
    bench.refused(back(2));
    bench.tell("mira", vec![Fact::RollbackStarted { from: two.clone(), to: one.clone() }]).unwrap();
    assert_eq!(bench.ask(|snapshot| snapshot.unfinished()).len(), 1);
    bench.tell("mira", vec![back(3)]).unwrap();
    assert_eq!((live(&bench).unwrap().name, first(&bench).generation), (one.clone(), Some(3)));
    bench.refused(Fact::RollbackStarted { from: two.clone(), to: one.clone() });
    let away = Fact::Withdrawn { release: one.clone(), delta_version: 4, generation: 4 };
    bench.tell("mira", vec![Fact::WithdrawalStarted { release: one.clone() }, away]).unwrap();
    assert!(live(&bench).is_none() && bench.ask(|snapshot| snapshot.channel("slips")).is_empty());
    assert_eq!(bench.ask(|snapshot| snapshot.generation()), 4);
    assert_eq!(bench.ask(|snapshot| snapshot.newest_generation("slips")), Some((4, 4)));
    assert!(bench.ask(|snapshot| snapshot.periods_published("slips")).is_empty());
    bench.tell("mira", vec![Fact::Delivered { generation: 4, what: "channel latest".to_owned() }]).unwrap();
    assert_eq!(bench.ask(|snapshot| snapshot.delivered(4)), ["channel latest"]);
}

#[test]
fn at_most_one_release_of_a_period_is_open() {
    let bench = Bench::new();
    bench.tell("mira", vec![opened(&release(period(0), 1), 1), opened(&release(period(1), 1), 1)]).unwrap();
    let error = bench.refused(opened(&release(period(0), 2), 1));
    assert!(error.message().contains("slips/2026-01.1"), "{error}");
    bench.tell("mira", vec![Fact::ReleaseRejected { release: release(period(0), 1) }]).unwrap();
    bench.tell("mira", vec![opened(&release(period(0), 2), 1)]).unwrap();
    let open = bench.ask(|snapshot| snapshot.open_releases());
    assert_eq!(
        open.iter().map(|open| open.name.to_string()).collect::<Vec<_>>(),
        ["slips/2026-02.1", "slips/2026-01.2"]
    );
}

fn anomaly(bench: &Bench) -> Anomaly {
    bench.ask(|snapshot| snapshot.anomaly(&anomaly_id(&slice(0)))).unwrap()
}

#[test]
fn an_anomaly_is_settled_by_people_and_keeps_their_words() {
    let bench = Bench::new();
    let (slice, id) = (slice(0), anomaly_id(&slice(0)));
    bench.tell("mira", vec![found(&slice, 3)]).unwrap();
    bench.refused(found(&slice, 3));
    let silent = Origin { reason: None, ..origin("mira") };
    let waived = Fact::AnomalyWaived { id: id.clone(), until: Some(period(5)) };
    let fact = waived.clone();
    let error = bench.journal.write(&silent, move |transaction| transaction.append(fact)).unwrap_err();
    assert!(error.message().contains("without a reason"), "{error}");
    bench.tell("tomas", vec![Fact::AnomalyConfirmed { id: id.clone() }, waived]).unwrap();
    let settled = anomaly(&bench).settled.unwrap();
    assert_eq!((settled.by.as_str(), settled.reason.as_str(), settled.until), ("tomas", "because", Some(period(5))));
    bench
        .tell(
            "mira",
            vec![Fact::AnomalySeen { id: id.clone(), evaluation: Box::new(evaluation(&slice, 6)), rule: None }],
        )
        .unwrap();
    let seen = anomaly(&bench);
    assert_eq!((seen.state, seen.rows.len(), seen.observed), (AnomalyState::Waived, 2, Some(2.0)));
    bench.tell("mira", vec![Fact::AnomalyReopened { id: id.clone() }]).unwrap();
    assert_eq!((anomaly(&bench).state, anomaly(&bench).settled), (AnomalyState::Open, None));
    bench.tell("mira", vec![Fact::AnomalyFixed { id: id.clone(), evidence: "0 nulls".to_owned() }]).unwrap();
    assert_eq!(anomaly(&bench).settled.unwrap().reason, "0 nulls");
    bench.refused(Fact::AnomalyWaived { id: id.clone(), until: None });
    bench.tell("mira", vec![Fact::AnomalyReopened { id }]).unwrap();
    // It is in nobody's way as long as no release of its period is open.
    assert_eq!(bench.ask(|snapshot| snapshot.count_blocking_anomalies()), 0);
    bench.tell("mira", vec![opened(&release(slice.period, 1), 1)]).unwrap();
    assert_eq!(bench.ask(|snapshot| snapshot.count_blocking_anomalies()), 1);
}

#[test]
fn a_waiver_that_names_a_later_period_lets_its_finding_pass_in_the_words_of_its_author() {
    let bench = Bench::new();
    // The same provider in three months.
    let [one, two, three] = [0, 3, 6].map(slice);
    let state = |slice: &Slice| bench.ask(|snapshot| snapshot.anomaly(&anomaly_id(slice))).unwrap().state;
    let id = anomaly_id(&one);
    bench.tell("mira", vec![found(&one, 3), found(&two, 3), found(&three, 3)]).unwrap();
    bench.refused(covered(&two, &one));
    bench.tell("tomas", vec![Fact::AnomalyWaived { id: id.clone(), until: Some(two.period) }]).unwrap();
    let later = bench.ask(|snapshot| snapshot.anomaly(&anomaly_id(&two))).unwrap();
    assert_eq!(bench.ask(|snapshot| snapshot.waiver_for(&later)), Some(id.clone()));
    let waived = anomaly(&bench);
    let open = bench.ask(|snapshot| snapshot.open_under_waiver(&waived));
    assert_eq!(open.into_iter().map(|open| open.id).collect::<Vec<_>>(), [anomaly_id(&two)]);
    bench.refused(covered(&three, &one));
    bench.tell("mira", vec![found(&slice(4), 3)]).unwrap();
    bench.refused(covered(&slice(4), &one));
    bench.tell("mira", vec![covered(&two, &one)]).unwrap();
    bench.refused(covered(&two, &one));
    let settled = bench.ask(|snapshot| snapshot.anomaly(&anomaly_id(&two))).unwrap().settled.unwrap();
    assert_eq!(
        (settled.by.as_str(), settled.reason.as_str(), settled.given_for),
        ("tomas", "because", Some(id.clone()))
    );
    assert_eq!(
        [state(&one), state(&two), state(&three)],
        [AnomalyState::Waived, AnomalyState::Waived, AnomalyState::Open]
    );
    // Whoever gave it has waived that period's finding too; whoever ran the checks has not.
    let hands = bench.ask(|snapshot| snapshot.hands_on(&opened_at(two.period, 1)));
    assert_eq!(hands, [("tomas".to_owned(), "waived an anomaly".to_owned())]);
    // What is covered keeps its waiver when it is measured again, and is found when the waiver is taken back.
    let seen = Fact::AnomalySeen { id: anomaly_id(&two), evaluation: Box::new(evaluation(&two, 7)), rule: None };
    bench.tell("mira", vec![seen, Fact::AnomalyReopened { id: id.clone() }]).unwrap();
    assert_eq!(bench.ask(|snapshot| snapshot.covered_by(&id)).len(), 1);
    bench.tell("mira", vec![Fact::AnomalyReopened { id: anomaly_id(&two) }]).unwrap();
    assert!(bench.ask(|snapshot| snapshot.covered_by(&id)).is_empty());
    assert_eq!(bench.ask(|snapshot| snapshot.waiver_for(&later)), None);
}

#[test]
fn only_verdicts_on_the_rows_shown_count_as_assessed() {
    let bench = Bench::new();
    let (slice, id) = (slice(0), anomaly_id(&slice(0)));
    let judged = |row| Fact::SampleJudged {
        id: id.clone(),
        batch: delivery(&slice, 1).batch,
        row,
        accepted: true,
        note: Some("fine".to_owned()),
    };
    let assessed = || {
        let page = bench.ask(|snapshot| snapshot.anomaly_page(&crate::domain::listing::Query::default()));
        (page.rows[0].samples, page.rows[0].assessed)
    };
    bench.tell("mira", vec![found(&slice, 3)]).unwrap();
    bench.tell("ines", vec![judged(0), judged(2), judged(2), judged(77)]).unwrap();
    assert_eq!(assessed(), (3, 2));
    bench
        .tell(
            "mira",
            vec![Fact::AnomalySeen { id: id.clone(), evaluation: Box::new(evaluation(&slice, 5)), rule: None }],
        )
        .unwrap();
    assert_eq!(assessed(), (1, 1));
    let shown = bench.ask(|snapshot| snapshot.known_anomaly(&id));
    let verdicts = bench.ask(|snapshot| snapshot.verdicts(&shown));
    assert_eq!(
        verdicts.iter().map(|(_, row, verdict)| (*row, verdict.by.as_str())).collect::<Vec<_>>(),
        [(0, "ines"), (2, "ines"), (77, "ines")]
    );
    // Of the same rows under another rule nobody said anything, until it is the rule of before again.
    for (rule, counted) in [(Some(Digest::of(b"another")), 0), (None, 1)] {
        let seen = Fact::AnomalySeen { id: id.clone(), evaluation: Box::new(evaluation(&slice, 5)), rule };
        bench.tell("mira", vec![seen]).unwrap();
        assert_eq!(assessed(), (1, counted));
    }
}

#[test]
fn the_contract_in_force_is_the_newest_and_versions_have_no_gaps() {
    let bench = Bench::new();
    assert!(bench.ask(|snapshot| snapshot.contract()).is_none());
    bench.tell("mira", vec![contract(1), contract(2)]).unwrap();
    bench.refused(contract(2));
    bench.refused(contract(4));
    let (version, digest, contract) = bench.ask(|snapshot| snapshot.contract()).unwrap();
    assert_eq!((version, contract.digest().unwrap()), (2, digest));
}

#[test]
fn an_event_reads_back_as_it_was_told() {
    let bench = Bench::new();
    let fact = landed(&slice(1), 1);
    let seq = bench.tell("mira", vec![contract(1), fact.clone()]).unwrap();
    let event = bench.ask(|snapshot| snapshot.event(seq)).unwrap();
    assert_eq!((event.seq, event.fact, event.origin), (2, fact, origin("mira")));
    assert_eq!(event.at, bench.journal.now());
    assert_eq!(bench.ask(|snapshot| snapshot.event_time(seq)), event.at);
    assert_eq!(bench.ask(|snapshot| snapshot.event(1)).unwrap().hash, event.prev_hash);
}
