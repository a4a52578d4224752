//! The rule about labels: against history, and against the previous model.

use super::*;

#[test]
fn a_label_that_vanished_is_judged_and_its_rows_are_shown() {
    let labels = |row: &[&str]| {
        let frame = df! { "field" => vec!["d"; row.len()], "label" => row.to_vec() }.unwrap();
        frame.into_struct("".into()).into_series()
    };
    let annotations = df! {
        "_batch" => ["b1"; 3], "_provider" => ["north"; 3], "_row" => [3_i64, 2, 1],
        "entities" => [labels(&["SIZE"]), labels(&["SIZE", "BRAND", "SIZE"]), labels(&[])],
    };
    let mut case = Case::new(LABELS).history("rate(BRAND)", &[480.0, 500.0, 510.0]).label("SIZE", 900);
    case = case.history("rate(SIZE)", &[500.0, 500.0, 500.0]);
    case.labels = vec!["BRAND".to_owned()];
    case.annotations = Some(annotations.unwrap());
    let results = case.all();
    let [brand, size] = results.as_slice() else { panic!("{results:#?}") };
    assert_eq!(
        (brand.outcome, brand.observed, brand.subject.label.as_deref()),
        (Outcome::Failed, Some(0.0), Some("BRAND"))
    );
    assert_eq!(row_numbers(brand), [1, 3]);
    let values = said_baseline(brand);
    let expected_entities = middle(&values) * 1000.0 / 1000.0;
    let noise = 3.0 * expected_entities.sqrt();
    let distance = (0.35 * middle(&values)).max(spread(&values)).max(noise);
    let Bounds(Some(lower), Some(upper)) = brand.expected.unwrap() else { panic!("both ends") };
    assert!((lower - (500.0 - distance)).abs() < 1e-6 && (upper - (500.0 + distance)).abs() < 1e-6);
    assert!((said(brand, "1000 / 1000 rows = ") / noise - 1.0).abs() < 1e-5, "said with six digits");
    assert_eq!((size.outcome, row_numbers(size)), (Outcome::Failed, vec![2, 3]));
}

#[test]
fn a_new_model_is_compared_with_the_old_one_on_the_same_rows() {
    let with_previous = |now: u64, before: Option<u64>| {
        let mut case = Case::new(LABELS).label("BRAND", now);
        let mut previous = case.slice.profile.clone();
        previous.model = ModelRef::new("slips", 1);
        previous.labels = before.map(|before| label_profile("BRAND", before)).into_iter().collect();
        case.slice.previous_model = Some(previous);
        case
    };
    let lost = with_previous(200, Some(500)).one();
    assert_eq!((lost.outcome, lost.expected), (Outcome::Failed, Some(Bounds::between(325.0, 675.0))));
    assert!(lost.explanation.contains("model slips/1 on the same rows (500 per 1,000 rows)"));
    assert_eq!(with_previous(400, Some(500)).one().outcome, Outcome::Passed);
    // A label that the old model does not know has nothing to be compared with.
    assert_eq!(with_previous(400, None).one().outcome, Outcome::Unknown);
    // The model's own history comes first.
    let own = with_previous(200, Some(500)).history("rate(BRAND)", &[190.0, 200.0, 210.0]).one();
    assert_eq!(own.outcome, Outcome::Passed);
}

#[test]
fn a_baseline_vouches_for_the_model_version_that_was_there_to_see() {
    let judged = |version: u32| Case::new(LABELS).label("BRAND", 500).accepted(version).one();
    assert_eq!(judged(2).outcome, Outcome::Passed);
    assert_eq!(judged(1).outcome, Outcome::Unknown);
}

#[test]
fn rare_labels_may_come_and_go() {
    for entities in [0, 1, 3] {
        let result = Case::new(LABELS).label("PACK", entities).history("rate(PACK)", &[0.0, 0.0, 1.0, 0.0]).one();
        assert_eq!(result.outcome, Outcome::Passed, "{}", result.explanation);
    }
    let result = Case::new(LABELS).label("PACK", 4).history("rate(PACK)", &[0.0, 0.0, 1.0, 0.0]).one();
    assert_eq!((result.outcome, result.expected), (Outcome::Failed, Some(Bounds::between(0.0, 3.0))));
}

#[test]
fn without_model_rows_or_labels() {
    let mut case = Case::new(LABELS);
    assert_eq!(case.one().outcome, Outcome::Unknown);
    case.slice.profile.rows = 0;
    assert_eq!(case.one().outcome, Outcome::Passed);
    case.slice.profile.model = ModelRef::none();
    case.slice.profile.rows = 10;
    assert_eq!(case.one().outcome, Outcome::Passed);
}
