//! The planner against a planner of its own: any graph of slices and models, any outputs on record.

use proptest::prelude::*;

use super::*;
use crate::domain::BatchState;
use crate::domain::task::TaskOutput;
use crate::domain::testing::{batch, dataset, digest, period, provider, release};

const PROVIDERS: [&str; 3] = ["alpha", "beta", "gamma"];

/// What may have happened to an output since it was recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// It was never made.
    Never,
    /// It stands.
    Fresh,
    /// It was made from other inputs.
    Other,
    /// It was made by an older version of the step, from the same inputs.
    OlderStep,
    /// The last run under the present key failed, and nothing was recorded before.
    Failed,
    /// It was made from other inputs, and the last run under the present key failed.
    OtherThenFailed,
    /// A run failed under another key than the present one; what is recorded stands.
    FailedBefore,
    /// It was made from the present inputs, and an attempt from others began and did not end.
    Broken,
}

fn fates() -> impl Strategy<Value = Fate> {
    use Fate::{Broken, Failed, FailedBefore, Fresh, Never, OlderStep, Other, OtherThenFailed};
    let rarely = prop::sample::select(&[Never, Other, OlderStep, Failed, OtherThenFailed, FailedBefore, Broken][..]);
    prop_oneof![2 => Just(Fresh), 1 => rarely]
}

fn output(task: &Task) -> TaskOutput {
    TaskOutput { rows_in: 1, rows_out: 1, ..TaskOutput::of(task) }
}

/// Puts on record what befell each task of the plan.
fn live(facts: &mut PlanFacts<'_>, fates: &[Fate]) {
    for (index, step) in plan(facts).into_iter().enumerate() {
        let (task, slot) = (step.task.clone(), step.task.slot());
        let mut inputs = task.inputs.clone();
        inputs.insert("mapping".to_owned(), "another".to_owned());
        let other = Task::new(task.kind, task.subject.clone(), inputs);
        let older = TaskOutput { key: digest("older step"), ..output(&task) };
        let failed = |task: &Task| (task.key.clone(), "no".to_owned());
        match fates[index % fates.len()] {
            Fate::Never => {}
            Fate::Fresh => drop(facts.on_record.outputs.insert(slot, output(&task))),
            Fate::Other => drop(facts.on_record.outputs.insert(slot, output(&other))),
            Fate::OlderStep => drop(facts.on_record.outputs.insert(slot, older)),
            Fate::Failed => drop(facts.on_record.failures.insert(slot, failed(&task))),
            Fate::OtherThenFailed => {
                facts.on_record.outputs.insert(slot.clone(), output(&other));
                facts.on_record.failures.insert(slot, failed(&task));
            }
            Fate::FailedBefore => {
                facts.on_record.outputs.insert(slot.clone(), output(&task));
                facts.on_record.failures.insert(slot, failed(&other));
            }
            Fate::Broken => {
                facts.on_record.outputs.insert(slot.clone(), output(&task));
                facts.on_record.broken.insert(slot);
            }
        }
    }
}

/// A world with these providers' batches at these revisions, and these model versions.
struct World {
    dataset: Dataset,
    release: Release,
    batches: Vec<Batch>,
    models: Vec<u32>,
    also: Vec<u32>,
}

impl World {
    fn new(revisions: &[u32], models: u32, also: u32, text: bool) -> Self {
        let mut dataset = dataset(PROVIDERS.map(|name| provider(name, "5d")).into());
        if !text {
            dataset.text.clear();
        }
        let october = period("2026-10");
        let came = PROVIDERS.iter().zip(revisions).filter(|(_, revision)| **revision > 0);
        let batches = came.map(|(name, revision)| batch(name, october, *revision, BatchState::Landed)).collect();
        let (models, also) =
            if text { ((1..=models).collect(), (10..10 + also).collect()) } else { Default::default() };
        Self { dataset, release: release(), batches, models, also }
    }

    fn facts(&self) -> PlanFacts<'_> {
        let versions = |versions: &[u32]| {
            versions.iter().map(|n| (ModelRef::new("words", *n), digest(&format!("file {n}")))).collect()
        };
        PlanFacts {
            unbound: self.release.release_digest.is_none(),
            dataset: &self.dataset,
            release: &self.release,
            batches: self.batches.clone(),
            models: versions(&self.models),
            also: versions(&self.also),
            history: digest("history"),
            on_record: OnRecord::default(),
        }
    }
}

fn world() -> impl Strategy<Value = World> {
    (prop::collection::vec(0_u32..3, 3), 0_u32..3, 0_u32..2, any::<bool>())
        .prop_map(|(revisions, models, also, text)| World::new(&revisions, models, also, text))
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} batches, models {:?} and {:?}", self.batches.len(), self.models, self.also)
    }
}

/// Every slot that a step rests on, however far up.
fn upstream(steps: &[Step], slot: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut next = vec![slot.to_owned()];
    while let Some(slot) = next.pop() {
        let needs = steps.iter().find(|step| step.task.slot() == slot).map(|step| step.needs.clone());
        for need in needs.unwrap_or_default() {
            if !found.contains(&need) {
                found.push(need.clone());
                next.push(need);
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn done_means_recorded_under_the_present_key(world in world(), fates in prop::collection::vec(fates(), 24)) {
        let mut facts = world.facts();
        live(&mut facts, &fates);
        for step in plan(&facts) {
            let slot = step.task.slot();
            let output = facts.on_record.outputs.get(&slot);
            let fresh = output.is_some_and(|output| output.key == step.task.key) && !facts.on_record.broken.contains(&slot);
            let failed = facts.on_record.failures.get(&slot).is_some_and(|(key, _)| *key == step.task.key);
            let expected = match (fresh, failed, output) {
                (true, _, _) => "done",
                (false, true, _) => "failed",
                (false, false, Some(_)) => "stale",
                (false, false, None) => "missing",
            };
            let state = match &step.state {
                TaskState::Done => "done",
                TaskState::Failed { .. } => "failed",
                TaskState::Stale { cause } => { prop_assert!(!cause.is_empty()); "stale" }
                TaskState::Missing => "missing",
                TaskState::Running => "running",
            };
            prop_assert_eq!(state, expected, "{}", slot);
        }
    }

    #[test]
    fn a_plan_can_run_in_its_order_and_names_each_slot_once(world in world()) {
        let steps = plan(&world.facts());
        let mut before: Vec<String> = Vec::new();
        for step in &steps {
            prop_assert!(step.needs.iter().all(|need| before.contains(need)), "{} comes too early", step.task.slot());
            prop_assert!(!before.contains(&step.task.slot()));
            before.push(step.task.slot());
        }
        prop_assert_eq!(steps.last().unwrap().task.kind, TaskKind::Assemble);
    }

    /// One provider delivers again: exactly what rests on its slice is stale, with the cause where it began and
    /// "upstream stale" all the way down.
    #[test]
    fn staleness_travels_downstream_and_nowhere_else(
        revisions in prop::collection::vec(1_u32..3, 3), models in 1_u32..3, text in any::<bool>(), who in 0_usize..3,
    ) {
        let before = World::new(&revisions, models, 0, text);
        let mut facts = before.facts();
        live(&mut facts, &[Fate::Fresh]);
        prop_assert!(plan(&facts).iter().all(|step| step.state == TaskState::Done));
        let on_record = OnRecord { outputs: facts.on_record.outputs, ..OnRecord::default() };

        let mut again = revisions.clone();
        again[who] += 1;
        let after = World::new(&again, models, 0, text);
        let facts = PlanFacts { on_record, ..after.facts() };
        let steps = plan(&facts);
        let origin = format!("refine slips/2026-10/{}", PROVIDERS[who]);
        for step in &steps {
            let slot = step.task.slot();
            let expected = if slot == origin {
                TaskState::Stale { cause: "new batch revision".to_owned() }
            } else if upstream(&steps, &slot).contains(&origin) {
                TaskState::Stale { cause: format!("new batch revision of {}", PROVIDERS[who]) }
            } else {
                TaskState::Done
            };
            prop_assert_eq!(&step.state, &expected, "{}", slot);
        }
    }

    /// Fresh again once everything that is not done was run, in the order of the plan; and nothing more was run.
    #[test]
    fn running_what_is_not_done_makes_everything_done(world in world(), fates in prop::collection::vec(fates(), 24)) {
        let mut facts = world.facts();
        live(&mut facts, &fates);
        let untouched = facts.on_record.outputs.clone();
        for step in plan(&facts) {
            if step.state == TaskState::Done {
                prop_assert_eq!(facts.on_record.outputs.get(&step.task.slot()), untouched.get(&step.task.slot()));
            } else {
                facts.on_record.outputs.insert(step.task.slot(), output(&step.task));
                facts.on_record.broken.remove(&step.task.slot());
            }
        }
        prop_assert!(plan(&facts).iter().all(|step| step.state == TaskState::Done));
    }
}

#[test]
fn what_changed_is_named_where_it_changed() {
    let world = World::new(&[1, 0, 0], 1, 0, true);
    let mut facts = world.facts();
    live(&mut facts, &[Fate::Fresh]);
    let on_record = OnRecord { outputs: facts.on_record.outputs, ..OnRecord::default() };
    let cause = |facts: &PlanFacts<'_>, kind| {
        let step = plan(facts).into_iter().find(|step| step.task.kind == kind).unwrap();
        match step.state {
            TaskState::Stale { cause } => cause,
            state => format!("{state:?}"),
        }
    };
    let mut facts = PlanFacts { on_record, ..world.facts() };
    facts.models[0].1 = digest("another file");
    assert_eq!(cause(&facts, TaskKind::Refine), "Done");
    assert_eq!(cause(&facts, TaskKind::Enrich), "new model version");
    assert_eq!(cause(&facts, TaskKind::Profile), "new model version");
    let mut mapped = world.dataset.clone();
    mapped.providers[0].dates.push("%d/%m/%Y".to_owned());
    let facts = PlanFacts { dataset: &mapped, on_record: facts.on_record, ..world.facts() };
    assert_eq!(cause(&facts, TaskKind::Refine), "changed mapping");
    assert_eq!(cause(&facts, TaskKind::Enrich), "changed mapping of alpha");
}

#[test]
fn a_model_that_is_only_looked_at_is_not_judged() {
    let world = World::new(&[1, 1, 0], 1, 1, true);
    let steps = plan(&world.facts());
    let evaluate = steps.iter().find(|step| step.task.kind == TaskKind::Evaluate).unwrap();
    let profiles: Vec<&String> = evaluate.needs.iter().filter(|need| need.starts_with("profile ")).collect();
    assert_eq!(profiles.len(), 2, "one profile for each slice");
    assert!(evaluate.needs.iter().all(|need| !need.ends_with("words/10")), "{:?}", evaluate.needs);
    assert_eq!(steps.iter().filter(|step| step.task.kind == TaskKind::Enrich).count(), 4);
}

#[test]
fn a_release_that_came_back_to_its_inputs_is_assembled_again() {
    let mut world = World::new(&[1, 0, 0], 0, 0, false);
    let mut facts = world.facts();
    live(&mut facts, &[Fate::Fresh]);
    let on_record = OnRecord { outputs: facts.on_record.outputs, ..OnRecord::default() };
    world.release.release_digest = None;
    let steps = plan(&PlanFacts { on_record, ..world.facts() });
    let waiting: Vec<TaskKind> =
        steps.iter().filter(|step| step.state != TaskState::Done).map(|step| step.task.kind).collect();
    assert_eq!(waiting, [TaskKind::Assemble]);
}
