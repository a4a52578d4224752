//! The life of a release, move by move.

use proptest::prelude::*;

use super::*;
use crate::domain::testing::{digest, instant, release};

/// Every move that there is: from, to. All others are refused.
const MOVES: [(ReleaseState, ReleaseState); 11] = {
    use ReleaseState::{Approved, Open, Published, Publishing, Rejected, Retired, Superseded, Withdrawn};
    [
        (Open, Approved),
        (Approved, Open),
        (Open, Rejected),
        (Approved, Rejected),
        (Approved, Publishing),
        (Publishing, Published),
        (Published, Superseded),
        (Published, Withdrawn),
        (Superseded, Published),
        (Superseded, Retired),
        (Withdrawn, Retired),
    ]
};

#[test]
fn a_release_moves_as_the_table_says_and_in_no_other_way() {
    for from in ReleaseState::ALL {
        for to in ReleaseState::ALL {
            let allowed = MOVES.contains(&(from, to));
            assert_eq!(from.may_become(to), allowed, "{from} to {to}");
            assert_eq!(from.allow(to).is_ok(), allowed, "{from} to {to}");
            if let Err(error) = from.allow(to) {
                assert!(error.message().starts_with(&format!("a release that is {from} can't be ")), "{error}");
            }
        }
    }
}

#[test]
fn what_follows_from_the_table() {
    use ReleaseState::{Approved, Open, Published, Publishing, Rejected, Retired};
    let into = |state| MOVES.iter().filter(move |(_, to)| *to == state).map(|(from, _)| *from).collect::<Vec<_>>();
    let out_of = |state| MOVES.iter().filter(|(from, _)| *from == state).count();
    assert_eq!(into(Publishing), [Approved], "nothing is published that was not approved");
    assert_eq!(out_of(Publishing), 1, "from the point of no return only forward");
    assert_eq!((out_of(Rejected), out_of(Retired)), (0, 0), "ends are ends");
    assert_eq!(ReleaseState::ALL.into_iter().filter(|state| state.is_open()).collect::<Vec<_>>(), [Open, Approved]);
    assert!(MOVES.iter().all(|(from, to)| from.is_open() || !to.is_open()), "what is closed never opens again");
    // Every state can be reached.
    let mut reached = vec![Open];
    while let Some((_, to)) = MOVES.iter().find(|(from, to)| reached.contains(from) && !reached.contains(to)) {
        reached.push(*to);
    }
    assert_eq!(reached.len(), ReleaseState::ALL.len());
    assert!(reached.contains(&Published));
}

#[test]
fn a_state_reads_back_by_its_name() {
    for state in ReleaseState::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
}

fn approval(by: &str, of: &str) -> Approval {
    Approval { by: by.to_owned(), at: instant("2026-11-02T10:00:00Z"), release_digest: digest(of), note: None }
}

#[test]
fn approvals_stand_for_one_content_and_fall_with_it() {
    let mut release = release();
    release.approve(approval("ravi", "content"), false);
    release.approve(approval("ravi", "content"), false);
    assert_eq!((release.approvals.len(), release.state), (1, ReleaseState::Open), "each person once");
    release.approve(approval("nora", "content"), true);
    assert_eq!(release.state, ReleaseState::Approved);
    release.assemble(&digest("content"), 2);
    assert_eq!((release.approvals.len(), release.state), (2, ReleaseState::Approved), "nothing changed");
    assert_eq!(release.asked_under, Some(1), "nothing new is asked for");
    release.assemble(&digest("other content"), 2);
    assert_eq!((release.approvals.len(), release.state), (0, ReleaseState::Open));
    assert_eq!(release.asked_under, Some(1), "the inputs are the same");
    release.approve(approval("ravi", "other content"), true);
    assert!(!release.revoke("nora"), "there is none of hers");
    assert_eq!(release.state, ReleaseState::Approved);
    assert!(release.revoke("ravi"));
    assert_eq!((release.approvals.len(), release.state), (0, ReleaseState::Open));
    release.approve(approval("ravi", "other content"), true);
    let cause = "words/3 went into production".to_owned();
    let change = Change { at: instant("2026-11-03T10:00:00Z"), cause: cause.clone() };
    release.change(ModelRef::new("words", 3), digest("new inputs"), change);
    assert_eq!(release.present_cause(), cause);
    assert_eq!(release.cause, "northgate delivered 2026-10", "why it was opened stays");
    assert_eq!((release.approvals.len(), release.state, release.release_digest), (0, ReleaseState::Open, None));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_name_reads_back(dataset in "[a-z][a-z0-9_-]{0,8}", year in 1_i32..10_000, month in 1_u32..13, n in 1_u32..u32::MAX) {
        let period = format!("{year:04}-{month:02}").parse().unwrap();
        let name = ReleaseName { dataset, period, n };
        prop_assert_eq!(name.to_string().parse::<ReleaseName>().unwrap(), name);
    }

    #[test]
    fn no_text_makes_a_name_panic(text in "[a-z0-9/.Q-]{0,14}|\\PC{0,14}") {
        let _ = text.parse::<ReleaseName>();
    }
}

#[test]
fn what_is_no_name_is_refused() {
    for text in ["", "slips", "slips/2026-10", "slips/2026-10.0", "/2026-10.1", "slips/2026-13.1", "slips/2026-10.-1"] {
        assert!(text.parse::<ReleaseName>().is_err(), "{text}");
    }
}

#[test]
fn both_digests_change_with_everything_that_they_cover() {
    let inputs = ReleaseInputs { model: "m".to_owned(), rules: "r".to_owned(), ..ReleaseInputs::default() };
    let batch = |id: &str| BTreeMap::from([("a".to_owned(), vec![BatchId::from_text(id)])]);
    let named = |key: &str| BTreeMap::from([("a".to_owned(), key.to_owned())]);
    let others = [
        ReleaseInputs { batches: batch("1"), ..inputs.clone() },
        ReleaseInputs { batches: batch("2"), ..inputs.clone() },
        ReleaseInputs { mappings: named("1"), ..inputs.clone() },
        ReleaseInputs { model: "r".to_owned(), rules: "m".to_owned(), ..inputs.clone() },
        ReleaseInputs { baseline: "b".to_owned(), ..inputs.clone() },
        ReleaseInputs { text: "b".to_owned(), ..inputs.clone() },
        inputs,
    ];
    let mut digests: Vec<Digest> = others.iter().map(|inputs| inputs.digest().unwrap()).collect();
    let contents = ReleaseContents {
        inputs: digest("i"),
        evaluations: digest("e"),
        anomalies: BTreeMap::new(),
        verdicts: digest("v"),
        outputs: BTreeMap::new(),
        live: None,
    };
    let outputs = BTreeMap::from([("a".to_owned(), vec!["k".to_owned()])]);
    let others = [
        ReleaseContents { inputs: digest("i2"), ..contents.clone() },
        ReleaseContents { evaluations: digest("e2"), ..contents.clone() },
        ReleaseContents { anomalies: named("waived by mira: fine"), ..contents.clone() },
        ReleaseContents { anomalies: named("waived by mira: good"), ..contents.clone() },
        ReleaseContents { verdicts: digest("v2"), ..contents.clone() },
        ReleaseContents { outputs, ..contents.clone() },
        ReleaseContents { live: Some(("slips/2026-10.1".to_owned(), 3)), ..contents.clone() },
        ReleaseContents { live: Some(("slips/2026-10.1".to_owned(), 5)), ..contents.clone() },
        contents,
    ];
    digests.extend(others.iter().map(|contents| contents.digest().unwrap()));
    let all = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), all);
}
