//! Profiles against numbers worked out by hand, against naive code, and against themselves in other chunks.
#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};

use polars::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::*;
use crate::base::ErrorKind;
use crate::domain::profile::ColumnProfile;

fn field(name: &str, field_type: &str) -> crate::domain::Field {
    crate::domain::Field::new(name.to_owned(), field_type.parse().unwrap())
}

const SUBJECT: &str = "slips/2026-10/northgate";

/// Silver with lineage in front of the given columns.
fn silver(columns: Vec<Column>) -> DataFrame {
    let rows = columns[0].len();
    let lineage = vec![
        Column::new("_batch".into(), vec!["b1"; rows]),
        Column::new("_provider".into(), vec!["northgate"; rows]),
        Column::new("_period".into(), vec!["2026-10"; rows]),
        Column::new("_row".into(), (1..=i64::try_from(rows).unwrap()).collect::<Vec<_>>()),
    ];
    DataFrame::new_infer_height(lineage.into_iter().chain(columns).collect()).unwrap()
}

fn rejects(keys: &[Option<&str>]) -> LazyFrame {
    silver(vec![Column::new("_key".into(), keys)]).lazy()
}

/// Rows alone.
fn plain<'a>(model: &'a ModelRef, schema: &'a [crate::domain::Field], silver: LazyFrame, cancel: &Cancel) -> Input<'a> {
    Input {
        subject: SUBJECT,
        model,
        schema,
        is_typed: true,
        key: &[],
        labels: &[],
        rows: rows_of(silver, schema, cancel).unwrap(),
        rejects: None,
        annotations: None,
    }
}

fn measure_all(
    schema: &[crate::domain::Field],
    key: &[&str],
    silver: LazyFrame,
    rejects: Option<LazyFrame>,
) -> Profile {
    let key: Vec<String> = key.iter().map(|name| (*name).to_owned()).collect();
    let model = ModelRef::none();
    let input = Input { key: &key, rejects, ..plain(&model, schema, silver, &Cancel::default()) };
    measure(input, &|_| (), &Cancel::default()).unwrap()
}

fn entities_of(rows: &[&[(&str, &str, f64)]]) -> DataFrame {
    let lists: Vec<Series> = rows
        .iter()
        .map(|row| {
            let text = |part: fn(&(&str, &str, f64)) -> String| row.iter().map(part).collect::<Vec<String>>();
            let columns = vec![
                Column::new("field".into(), text(|_| "description".to_owned())),
                Column::new("label".into(), text(|entity| entity.0.to_owned())),
                Column::new("text".into(), text(|entity| entity.1.to_owned())),
                Column::new("start".into(), vec![0_i32; row.len()]),
                Column::new("end".into(), vec![1_i32; row.len()]),
                Column::new("score".into(), row.iter().map(|entity| entity.2).collect::<Vec<f64>>()),
            ];
            DataFrame::new_infer_height(columns).unwrap().into_struct("".into()).into_series()
        })
        .collect();
    silver(vec![Column::new("entities".into(), lists), Column::new("_error".into(), vec![None::<&str>; rows.len()])])
}

#[test]
fn every_type_by_hand() {
    let schema = [
        field("note", "string"),
        field("line", "int"),
        field("share", "float"),
        field("paid", "bool"),
        field("sold_on", "date"),
        field("at", "timestamp"),
        field("amount", "decimal(12,2)"),
    ];
    let amounts =
        Column::new("amount".into(), ["1.50", "-0.05", "1.50", "20.00"]).cast(&DataType::Decimal(12, 2)).unwrap();
    let dates = Column::new("sold_on".into(), [20_000_i32, 20_001, 20_000, 19_999]).cast(&DataType::Date).unwrap();
    let instants = Column::new("at".into(), [0_i64, 1_500_000, 0, -1])
        .cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))
        .unwrap();
    let frame = silver(vec![
        Column::new("note".into(), [Some("tea"), Some(""), None, Some("tea")]),
        Column::new("line".into(), [Some(7_i64), None, Some(9), Some(7)]),
        Column::new("share".into(), [f64::NAN, f64::INFINITY, 0.0, -0.0]),
        Column::new("paid".into(), [Some(true), Some(false), Some(true), None]),
        dates,
        instants,
        amounts,
    ]);
    let profile = measure_all(&schema, &[], frame.lazy(), None);
    assert_eq!((profile.rows, profile.rejects, profile.duplicate_keys), (4, 0, 0));
    let by_name: BTreeMap<&str, &ColumnProfile> =
        profile.columns.iter().map(|column| (column.name.as_str(), column)).collect();
    let ends = |name: &str| {
        let column = by_name[name];
        (column.nulls, column.distinct, column.min.as_deref().unwrap(), column.max.as_deref().unwrap())
    };
    assert_eq!(ends("note"), (1, 2, "", "tea"));
    assert_eq!(by_name["note"].top, [("tea".to_owned(), 2), (String::new(), 1)]);
    let note = by_name["note"].texts.as_ref().unwrap();
    assert_eq!((note.empty, note.shortest, note.mean_length, note.longest), (1, 0, 2.0, 3));
    assert_eq!(ends("line"), (1, 2, "7", "9"));
    assert_eq!(by_name["line"].numbers.as_ref().unwrap().mean, 7.666_666_666_67);
    // Zero and minus zero are one value; NaN and infinity are values, and are no numbers.
    assert_eq!(ends("share"), (0, 3, "0.0", "0.0"));
    let share = by_name["share"].numbers.as_ref().unwrap();
    assert_eq!((share.not_finite, share.mean, share.deviation), (2, 0.0, 0.0));
    assert_eq!(ends("paid"), (1, 2, "false", "true"));
    assert_eq!(by_name["paid"].top[0], ("true".to_owned(), 2));
    assert_eq!(ends("sold_on"), (0, 3, "2024-10-03", "2024-10-05"));
    assert_eq!(ends("at"), (0, 3, "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:01.500Z"));
    assert_eq!(ends("amount"), (0, 3, "-0.05", "20.00"));
    let amount = by_name["amount"].numbers.as_ref().unwrap();
    assert_eq!((amount.mean, amount.min, amount.max, amount.quantiles[3]), (5.7375, -0.05, 20.0, 1.5));
    assert_eq!((amount.negative, amount.round), (1, 1));
    assert_eq!(profile.metrics()["median(amount)"], 1.5);
    // A Friday, twice, a Saturday and a Thursday.
    let dates = by_name["sold_on"].dates.as_ref().unwrap();
    assert_eq!((dates.weekdays, dates.months[9]), ([0, 0, 0, 1, 2, 1, 0], 4));
    assert_eq!(dates.histogram[1], ("2024-10-04".to_owned(), 2));
    assert_eq!(by_name["at"].dates.as_ref().unwrap().histogram[0], ("1969-12-31".to_owned(), 1));
    assert_eq!(from_json(&to_json(&profile).unwrap()).unwrap(), profile);
}

#[test]
fn keys_count_rejects_too() {
    let schema = [field("slip_id", "string"), field("line", "int")];
    let frame = silver(vec![
        Column::new("slip_id".into(), ["a", "a", "b", "b"]),
        Column::new("line".into(), [Some(1_i64), Some(2), None, None]),
    ]);
    let refused = [Some("slip_id=\"a\" line=1"), Some("slip_id=\"c\" line=1"), None, Some("slip_id=\"a\" line=1")];
    let profile = measure_all(&schema, &["slip_id", "line"], frame.clone().lazy(), Some(rejects(&refused)));
    // Of `a 1` two refused rows repeat the kept one, and one `b null` repeats the other.
    assert_eq!((profile.rejects, profile.duplicate_keys), (4, 3));
    assert_eq!(measure_all(&schema, &[], frame.lazy(), Some(rejects(&refused))).duplicate_keys, 0);
}

#[test]
fn labels_are_counted_also_those_found_nowhere() {
    let annotations = entities_of(&[
        &[("BRAND", "Acme", 0.9), ("SIZE", "2 l", 0.5)],
        &[],
        &[("BRAND", "Acme", 0.7)],
        &[("BRAND", "Zeta", f64::NAN)],
    ]);
    let model = ModelRef::new("slips", 3);
    let schema = [field("description", "string")];
    let silver = silver(vec![Column::new("description".into(), ["x"; 4])]).lazy();
    let labels = ["PACK".to_owned(), "BRAND".to_owned()];
    let input = Input {
        labels: &labels,
        annotations: Some(annotations.lazy()),
        ..plain(&model, &schema, silver, &Cancel::default())
    };
    let profile = measure(input, &|_| (), &Cancel::default()).unwrap();
    let labels: Vec<(&str, u64, f64, f64)> = profile
        .labels
        .iter()
        .map(|label| (label.label.as_str(), label.entities, label.rate, label.mean_score))
        .collect();
    assert_eq!(labels, [("BRAND", 3, 750.0, 0.8), ("PACK", 0, 0.0, 0.0), ("SIZE", 1, 250.0, 0.5)]);
    assert_eq!(profile.labels[0].top, [("Acme".to_owned(), 2), ("Zeta".to_owned(), 1)]);
    assert_eq!((profile.labels[0].forms, profile.labels[0].scores), (2, [0, 0, 0, 0, 0, 0, 0, 1, 0, 1]));
    let metrics = profile.metrics();
    assert_eq!(metrics["rate(PACK)"], 0.0);
    assert!(!metrics.contains_key("score(PACK)"));
}

#[test]
fn empty_slices_and_columns_without_values_have_no_numbers() {
    let schema = [field("note", "string"), field("share", "float")];
    let none =
        silver(vec![Column::new("note".into(), Vec::<&str>::new()), Column::new("share".into(), Vec::<f64>::new())]);
    let nulls =
        silver(vec![Column::new("note".into(), [None::<&str>; 3]), Column::new("share".into(), [None::<f64>; 3])]);
    let nans = silver(vec![Column::new("note".into(), [""; 2]), Column::new("share".into(), [f64::NAN; 2])]);
    for (frame, rows, nulls) in [(none, 0, 0), (nulls, 3, 3), (nans, 2, 0)] {
        let profile = measure_all(&schema, &[], frame.lazy(), None);
        assert_eq!((profile.rows, profile.columns[1].nulls), (rows, nulls));
        assert_eq!((&profile.columns[1].numbers, &profile.columns[1].min), (&None, &None));
        let json = to_json(&profile).unwrap();
        assert_eq!(from_json(&json).unwrap(), profile);
        assert!(profile.metrics().values().all(|value| value.is_finite()));
    }
}

#[test]
fn a_column_of_another_type_is_an_error_that_names_it() {
    let model = ModelRef::none();
    let schema = [field("line", "int")];
    let silver = silver(vec![Column::new("line".into(), ["one"])]).lazy();
    let input = plain(&model, &schema, silver, &Cancel::default());
    let error = measure(input, &|_| (), &Cancel::default()).unwrap_err().one_line();
    assert!(error.contains("slips/2026-10/northgate") && error.contains("`line`") && error.contains("int"), "{error}");
}

#[test]
fn cancelling_stops_in_the_middle_and_progress_counts_rows() {
    let schema = [field("line", "int")];
    let model = ModelRef::none();
    let numbers: Vec<i64> = (0..400_000).collect();
    let frame = silver(vec![Column::new("line".into(), numbers)]).lazy();
    let (cancel, last) = (Cancel::default(), Cell::new(0));
    measure(plain(&model, &schema, frame.clone(), &cancel), &|rows| last.set(rows), &cancel).unwrap();
    assert_eq!(last.get(), 400_000);
    let stop = |rows| {
        last.set(rows);
        cancel.cancel();
    };
    let error = measure(plain(&model, &schema, frame, &cancel), &stop, &cancel).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(last.get() < 400_000);
}

#[test]
fn another_version_of_the_stored_form_is_refused() {
    let profile = measure_all(&[field("a", "int")], &[], silver(vec![Column::new("a".into(), [1_i64])]).lazy(), None);
    let text = String::from_utf8(to_json(&profile).unwrap()).unwrap();
    let error = from_json(text.replace("\"version\":2", "\"version\":99").as_bytes()).unwrap_err();
    assert!(error.one_line().contains("`99`"));
    assert_eq!(from_json(b"{\"version\":1}").unwrap_err().kind(), ErrorKind::Corrupt);
}

type Cells = Vec<(Option<String>, Option<f64>, Option<i64>)>;

fn frame_of(cells: &Cells) -> DataFrame {
    silver(vec![
        Column::new("note".into(), cells.iter().map(|cell| cell.0.clone()).collect::<Vec<_>>()),
        Column::new("share".into(), cells.iter().map(|cell| cell.1).collect::<Vec<_>>()),
        Column::new("line".into(), cells.iter().map(|cell| cell.2).collect::<Vec<_>>()),
    ])
}

fn some_cells() -> impl Strategy<Value = Cells> {
    let text = prop_oneof![3 => "[abc]{0,2}", 1 => "\\PC{0,8}", 1 => Just("ü".repeat(300))];
    let float = prop_oneof![4 => -50.0..50.0_f64, 1 => any::<f64>(), 1 => Just(-0.0), 1 => Just(f64::NAN)];
    let whole = prop_oneof![3 => -3..3_i64, 1 => any::<i64>()];
    let cell =
        (prop::option::weighted(0.8, text), prop::option::weighted(0.8, float), prop::option::weighted(0.8, whole));
    prop::collection::vec(cell, 1..120)
}

/// Few cases, for each reads a frame; what failed once is kept beside this file.
fn config() -> ProptestConfig {
    let kept = FileFailurePersistence::WithSource("regressions");
    ProptestConfig { failure_persistence: Some(Box::new(kept)), ..ProptestConfig::with_cases(24) }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn agrees_with_naive_code_in_any_chunks_and_order(cells in some_cells(), cut in 0_usize..120, turn in 0_usize..120) {
        let schema = [field("note", "string"), field("share", "float"), field("line", "int")];
        let profile = measure_all(&schema, &["note", "line"], frame_of(&cells).lazy(), None);
        let json = to_json(&profile).unwrap();

        let mut turned = cells.clone();
        turned.rotate_left(turn % cells.len());
        let (head, tail) = turned.split_at(cut.min(turned.len()));
        let parts: Vec<LazyFrame> = [tail, head].iter().map(|part| frame_of(&part.to_vec()).lazy()).collect();
        let other = measure_all(&schema, &["note", "line"], concat(parts, UnionArgs::default()).unwrap(), None);
        prop_assert_eq!(String::from_utf8(json).unwrap(), String::from_utf8(to_json(&other).unwrap()).unwrap());

        let keys: HashSet<_> = cells.iter().map(|cell| (&cell.0, cell.2)).collect();
        prop_assert_eq!(profile.duplicate_keys, (cells.len() - keys.len()) as u64);
        let texts: Vec<&String> = cells.iter().filter_map(|cell| cell.0.as_ref()).collect();
        let note = &profile.columns[0];
        prop_assert_eq!(note.nulls, (cells.len() - texts.len()) as u64);
        prop_assert_eq!(note.distinct, texts.iter().collect::<HashSet<_>>().len() as u64);
        let mut counts: BTreeMap<&String, u64> = BTreeMap::new();
        for text in &texts {
            *counts.entry(text).or_default() += 1;
        }
        let mut top: Vec<u64> = counts.values().copied().collect();
        top.sort_unstable_by(|one, other| other.cmp(one));
        let is_all = top.len() <= 20;
        top.retain(|times| is_all || *times > 1);
        prop_assert_eq!(note.top.iter().map(|(_, times)| *times).collect::<Vec<_>>(), &top[..top.len().min(20)]);

        let mut finite: Vec<f64> = cells.iter().filter_map(|cell| cell.1).filter(|x| x.is_finite()).collect();
        finite.sort_by(f64::total_cmp);
        match &profile.columns[1].numbers {
            None => prop_assert!(finite.is_empty()),
            Some(numbers) => {
                let close = |one: f64, other: f64| (one - other).abs() <= other.abs() * 1e-9;
                prop_assert!(close(numbers.min, finite[0]) && close(numbers.max, finite[finite.len() - 1]));
                prop_assert_eq!(numbers.cells(), finite.len() as u64);
                let all = [numbers.mean, numbers.deviation];
                let edges: Vec<f64> = numbers.histogram.bins.iter().flat_map(|bin| [bin.from, bin.to]).collect();
                prop_assert!(all.iter().chain(&numbers.quantiles).chain(&edges).all(|x| x.is_finite()));
            }
        }
    }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn what_is_stored_reads_back_unchanged(numbers in prop::collection::vec(-1e9..1e9_f64, 1..60)) {
        let frame = silver(vec![Column::new("share".into(), numbers)]);
        let profile = measure_all(&[field("share", "float")], &[], frame.lazy(), None);
        prop_assert_eq!(from_json(&to_json(&profile).unwrap()).unwrap(), profile);
    }
}
