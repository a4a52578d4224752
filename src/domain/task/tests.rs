//! A key changes with whatever the output depends on, and with nothing else.

use proptest::prelude::*;

use super::*;
use crate::domain::testing::{digest, period};

fn slice(provider: &str) -> Slice {
    Slice { dataset: "slips".to_owned(), period: period("2026-10"), provider: provider.to_owned() }
}

fn task(inputs: &[(&str, &str)]) -> Task {
    let inputs = inputs.iter().map(|(name, key)| ((*name).to_owned(), (*key).to_owned())).collect();
    Task::new(TaskKind::Refine, TaskSubject::Slice { slice: slice("northgate") }, inputs)
}

fn output(task: &Task) -> TaskOutput {
    TaskOutput {
        key: task.key.clone(),
        inputs: task.inputs.clone(),
        rows_in: 0,
        rows_out: 0,
        rejected: 0,
        content: None,
    }
}

fn inputs() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map("[a-c:]{0,3}", "[a-c:]{0,3}", 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing runs together: two maps of inputs have one key only if they are one.
    #[test]
    fn other_inputs_are_another_key(one in inputs(), other in inputs()) {
        let subject = TaskSubject::Slice { slice: slice("northgate") };
        let (a, b) = (
            Task::new(TaskKind::Refine, subject.clone(), one.clone()),
            Task::new(TaskKind::Refine, subject, other.clone()),
        );
        prop_assert_eq!(a.key == b.key, one == other);
        prop_assert_eq!(stale_cause(&b, &output(&a)).is_none(), one == other);
    }

    #[test]
    fn the_order_in_which_inputs_are_named_is_none(
        (named, shuffled) in prop::collection::btree_map("[a-z]{1,4}", "[a-z]{1,4}", 0..6)
            .prop_map(|map| map.into_iter().collect::<Vec<_>>())
            .prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
    ) {
        let key = |list: Vec<(String, String)>| {
            Task::new(TaskKind::Enrich, TaskSubject::Slice { slice: slice("a") }, list.into_iter().collect()).key
        };
        prop_assert_eq!(key(named), key(shuffled));
    }

    #[test]
    fn a_task_reads_back_as_it_was_written(inputs in inputs(), provider in "[a-z]{1,8}", version in 1_u32..9) {
        let subjects = [
            TaskSubject::Slice { slice: slice(&provider) },
            TaskSubject::Annotated { slice: slice(&provider), model: ModelRef::new("words", version) },
            TaskSubject::Batch { slice: slice(&provider), batch: BatchId::from_text("0123456789abcdef") },
            TaskSubject::Release { release: "slips/2026-10.1".parse().unwrap() },
        ];
        for subject in subjects {
            let task = Task::new(TaskKind::Profile, subject, inputs.clone());
            let json = serde_json::to_string(&task).unwrap();
            prop_assert_eq!(serde_json::from_str::<Task>(&json).unwrap(), task);
        }
    }
}

#[test]
fn kind_and_subject_are_part_of_the_key() {
    let model = |version| TaskSubject::Annotated { slice: slice("a"), model: ModelRef::new("words", version) };
    let mut keys = Vec::new();
    for kind in TaskKind::ALL {
        for subject in [
            TaskSubject::Slice { slice: slice("a") },
            TaskSubject::Slice { slice: slice("b") },
            TaskSubject::Slice { slice: Slice { period: period("2026-09"), ..slice("a") } },
            TaskSubject::Slice { slice: Slice { dataset: "till".to_owned(), ..slice("a") } },
            model(1),
            model(2),
            TaskSubject::Release { release: "slips/2026-10.1".parse().unwrap() },
            TaskSubject::Release { release: "slips/2026-10.2".parse().unwrap() },
        ] {
            keys.push(Task::new(kind, subject, BTreeMap::new()).key);
        }
    }
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all);
}

#[test]
fn parts_do_not_run_together() {
    type Inputs<'a> = &'a [(&'a str, &'a str)];
    let pairs: [(Inputs<'_>, Inputs<'_>); 5] = [
        (&[("ab", "c")], &[("a", "bc")]),
        (&[("a", "b"), ("c", "d")], &[("a", "bcd")]),
        (&[("a", "")], &[("", "a")]),
        (&[("a", "")], &[]),
        (&[("a", "b"), ("c", "")], &[("a", ""), ("c", "b")]),
    ];
    for (one, other) in pairs {
        assert_ne!(task(one).key, task(other).key, "{one:?} {other:?}");
    }
}

#[test]
fn what_went_stale_names_what_changed() {
    let was = output(&task(&[("batch:0", "b1"), ("mapping", "m1"), ("model", "v1"), ("rules", "r1"), ("x", "k1")]));
    for (inputs, cause) in [
        (
            vec![("batch:0", "b2"), ("mapping", "m1"), ("model", "v1"), ("rules", "r1"), ("x", "k1")],
            "new batch revision",
        ),
        (vec![("batch:0", "b1"), ("mapping", "m2"), ("model", "v1"), ("rules", "r1"), ("x", "k1")], "changed mapping"),
        (
            vec![("batch:0", "b1"), ("mapping", "m1"), ("model", "v2"), ("rules", "r1"), ("x", "k1")],
            "new model version",
        ),
        (vec![("batch:0", "b1"), ("mapping", "m1"), ("model", "v1"), ("rules", "r2"), ("x", "k1")], "changed rule"),
        (vec![("batch:0", "b1"), ("mapping", "m1"), ("model", "v1"), ("rules", "r1"), ("x", "k2")], "upstream stale"),
        (vec![("batch:0", "b1"), ("mapping", "m1"), ("model", "v1"), ("rules", "r1")], "upstream stale"),
        (
            vec![("batch:0", "b2"), ("mapping", "m2"), ("model", "v1"), ("rules", "r1"), ("x", "k1")],
            "new batch revision, changed mapping",
        ),
    ] {
        assert_eq!(stale_cause(&task(&inputs), &was).as_deref(), Some(cause));
    }
    let present = task(&[("batch:0", "b1")]);
    assert_eq!(stale_cause(&present, &output(&present)), None);
    let older = TaskOutput { key: digest("an older version of the step"), ..output(&present) };
    assert_eq!(stale_cause(&present, &older).as_deref(), Some("new version of the step"));
}
