//! Deliveries beside the ones before them.

#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

fn columns(columns: &[(&str, &[&str])]) -> Vec<Traits> {
    columns.iter().map(|(name, values)| Traits::of(name, values.iter().copied())).collect()
}

fn since() -> Period {
    "2020-03".parse().unwrap()
}

const DAYS: &[&str] = &["2020-03-21", "2020-03-21", "2020-03-20", "2020-03-19", "2020-03-21"];
const PLACES: &[&str] = &["Hubei", "Italy", "Nassau", "Iran", "Lombardia"];
const NUMBERS: &[&str] = &["30.97", "41.87", "40.74", "32.42", "45.46"];

#[test]
fn what_is_called_otherwise_is_paired_and_the_rest_is_new_or_gone() {
    let before = columns(&[("Province/State", PLACES), ("Last Update", DAYS), ("Latitude", NUMBERS), ("Old", &[])]);
    let now = columns(&[("FIPS", &["36061"]), ("Province_State", PLACES), ("Last_Update", DAYS), ("Lat", NUMBERS)]);
    let drift = Drift::between(Some((since(), &before)), &now, &[]);
    let mut renamed: Vec<(&str, &str)> =
        drift.renamed.iter().map(|pair| (pair.was.as_str(), pair.is.as_str())).collect();
    renamed.sort_unstable();
    assert_eq!(renamed, [("Last Update", "Last_Update"), ("Latitude", "Lat"), ("Province/State", "Province_State")]);
    assert_eq!((drift.added.as_slice(), drift.gone.as_slice()), (&["FIPS".to_owned()][..], &["Old".to_owned()][..]));
    assert_eq!(drift.differences(), 5);
}

#[test]
fn other_blanks_and_cases_are_no_drift() {
    let before = columns(&[("Net  Amount", NUMBERS), (" Supplier", PLACES)]);
    let now = columns(&[("supplier", PLACES), ("net amount ", NUMBERS)]);
    assert_eq!(Drift::between(Some((since(), &before)), &now, &[]).differences(), 0);
}

#[test]
fn delimiters_at_the_ends_of_lines_are_no_columns() {
    let before = columns(&[("Spend", NUMBERS)]);
    let now = columns(&[("Spend", NUMBERS), ("", &[]), (" ", &[])]);
    assert_eq!(Drift::between(Some((since(), &before)), &now, &[]).differences(), 0);
    let now = columns(&[("Spend", NUMBERS), ("", PLACES)]);
    assert_eq!(Drift::between(Some((since(), &before)), &now, &[]).added, [""]);
}

#[test]
fn a_field_that_lost_its_column_is_proposed_the_one_that_took_its_place() {
    let before = columns(&[("Supplier", PLACES), ("Spend", NUMBERS)]);
    let now = columns(&[("Payee", PLACES), ("Net value", NUMBERS)]);
    let wanted = |field, names, was, is| Wanted { field, names, was, is };
    let wanted = [
        wanted("supplier", vec!["Supplier"], Some("Supplier"), None),
        wanted("amount", vec!["Spend"], Some("Spend"), None),
    ];
    let drift = Drift::between(Some((since(), &before)), &now, &wanted);
    let expected = [("supplier", "Payee"), ("amount", "Net value")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(drift.proposal(), expected);
    assert_eq!(drift.differences(), 2, "a renamed column and the field that lacks it are one thing");
}

#[test]
fn without_a_delivery_before_only_a_name_that_is_much_alike_is_proposed() {
    let now = columns(&[("Amount paid", NUMBERS), ("Payee", PLACES)]);
    let wanted = |field, names| Wanted { field, names, was: None, is: None };
    let drift = Drift::between(None, &now, &[wanted("amount_paid", vec!["Spend"]), wanted("supplier", vec!["Vendor"])]);
    assert_eq!(drift.proposal(), [("amount_paid".to_owned(), "Amount paid".to_owned())]);
    assert_eq!(drift.differences(), 2);
}

#[test]
fn values_of_another_kind_are_told() {
    let before = columns(&[("When", DAYS), ("Note", PLACES)]);
    let now = columns(&[("When", NUMBERS), ("Note", &["1", "Hubei"])]);
    let drift = Drift::between(Some((since(), &before)), &now, &[]);
    let expected = Retyped { column: "When".to_owned(), was: ValueKind::Dates, is: ValueKind::Numbers };
    assert_eq!(drift.retyped, [expected]);
}
