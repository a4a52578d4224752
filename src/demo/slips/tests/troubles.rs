//! Every seeded trouble can be measured, and is where it is said to be, and nowhere else.

use std::collections::BTreeMap;

use super::super::trouble::CORRECTED_ONE_IN;
use super::reading::{column, csv, file, header, lines, median_amount, names};
use super::*;

#[test]
fn one_delivery_is_held_back() {
    let material = material(SEED).unwrap();
    let missing: Vec<_> = material.files.iter().filter(|file| file.purpose == Purpose::HeldBack).collect();
    assert_eq!(missing.len(), 1);
    assert_eq!((missing[0].provider, missing[0].period.to_string().as_str()), ("quaystone", "2026-10"));
    let delivered = material.files.iter().filter(|file| file.purpose == Purpose::Delivery);
    assert_eq!(delivered.filter(|file| file.period == missing[0].period).count(), 4);
}

#[test]
fn one_delivery_lacks_a_mapped_column() {
    let material = material(SEED).unwrap();
    let mut headers: BTreeMap<(&str, Vec<String>), Vec<String>> = BTreeMap::new();
    for file in &material.files {
        headers.entry((file.provider, header(file))).or_default().push(file.name.clone());
    }
    assert_eq!(headers.len(), 6, "five usual headers and one other");
    let changed = file(&material, "cobbleton", "2026-10", Purpose::Delivery);
    assert_eq!(headers[&("cobbleton", header(changed))].join(", "), changed.name);
    let usual = header(file(&material, "cobbleton", "2026-09", Purpose::Delivery));
    assert!(usual.contains(&"Net amount".to_owned()) && !header(changed).contains(&"Net amount".to_owned()));
    assert_eq!(header(file(&material, "cobbleton", "2026-10", Purpose::Corrected)), usual);
}

/// How far the median of one delivery strays from the provider's usual one. Prices know no season, so only chance moves
/// it, and the seed fixes that: these are the extremes of the sample, rounded outwards.
const STRAYS: std::ops::Range<f64> = 0.74..1.29;

#[test]
fn one_delivery_has_prices_a_hundred_times_too_high() {
    let material = material(SEED).unwrap();
    let wrong = file(&material, "harbourline", "2026-09", Purpose::Delivery);
    let renamed = |file: &&RawFile| header(file).contains(&"Line total".to_owned());
    for raw in material.files.iter().filter(|file| !renamed(file)) {
        let [.., amount] = names(raw.provider);
        let in_pence = column(raw, amount).iter().filter(|cell| cell.parse::<u64>().is_ok()).count();
        let numbers = column(raw, amount).iter().filter(|cell| cell.parse::<f64>().is_ok()).count();
        assert_eq!(in_pence, if raw == wrong { numbers } else { 0 }, "{}", raw.name);
        let of_provider = |file: &&RawFile| file.provider == raw.provider && *file != wrong;
        let others: Vec<&RawFile> = material.files.iter().filter(|file| !renamed(file)).filter(of_provider).collect();
        let ratio = median_amount(&[raw]) / median_amount(&others);
        let expected = if raw == wrong { STRAYS.start * 100.0..STRAYS.end * 100.0 } else { STRAYS };
        assert!(expected.contains(&ratio), "{} is {ratio} times what is usual", raw.name);
    }
    let right = column(file(&material, "harbourline", "2026-09", Purpose::Corrected), "VALUE");
    let wrong = column(wrong, "VALUE");
    assert_eq!(wrong, right.iter().map(|cell| digits(cell)).collect::<Vec<_>>(), "each is a hundred times too high");
}

/// An amount in pence. What is no number stays as it is.
fn digits(amount: &str) -> String {
    let pence = amount.replace('.', "");
    pence.parse::<u64>().map_or_else(|_| amount.to_owned(), |pence| pence.to_string())
}

#[test]
fn one_delivery_holds_every_row_twice() {
    let material = material(SEED).unwrap();
    for raw in &material.files {
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for line in lines(raw) {
            *times.entry(line).or_default() += 1;
        }
        let doubled =
            (raw.provider, raw.period.to_string().as_str(), raw.purpose) == ("northgate", "2026-09", Purpose::Delivery);
        let expected = if doubled { 2 } else { 1 };
        assert!(times.values().all(|times| *times == expected), "{}", raw.name);
    }
    let twice = lines(file(&material, "northgate", "2026-09", Purpose::Delivery)).len();
    let once = lines(file(&material, "northgate", "2026-09", Purpose::Corrected)).len();
    assert_eq!(twice, 2 * once);
}

/// Nothing but what the provider found is corrected: every so many-th amount, a tenth lower, and what was damaged.
#[test]
fn corrections_change_few_rows_and_leave_none_damaged() {
    let material = material(SEED).unwrap();
    for (provider, period) in [("cobbleton", "2026-05"), ("northgate", "2026-07"), ("harbourline", "2026-08")] {
        let delivered = file(&material, provider, period, Purpose::Delivery);
        let header = header(delivered);
        let [.., amount] = names(provider);
        let place = header.iter().position(|name| name == amount).unwrap();
        let record = |line: &String| csv(&format!("{line}\n")).swap_remove(0);
        let is_damaged = |line: &String| {
            record(line).len() < header.len() || BAD.iter().any(|bad| record(line).contains(&(*bad).to_owned()))
        };
        let before = lines(delivered);
        let after = lines(file(&material, provider, period, Purpose::Corrected));
        assert_eq!(before.len(), after.len());
        for (number, (before, after)) in before.iter().zip(&after).enumerate() {
            let overcharged = number % CORRECTED_ONE_IN == 0;
            assert_eq!(before != after, overcharged || is_damaged(before), "{before} became {after}");
            assert!(!is_damaged(after), "{after}");
            if overcharged && !is_damaged(before) {
                let pence = |line: &String| digits(&record(line)[place]).parse::<u64>().unwrap();
                assert_eq!(pence(after), pence(before) - pence(before) / 10, "{before} became {after}");
            }
        }
    }
    assert_eq!(material.files.iter().filter(|file| file.purpose == Purpose::Corrected).count(), 6);
}

/// What stands where an amount or a day should be.
const BAD: [&str; 5] = ["n/a", "TBC", "4.9O", "yesterday", "00/00/0000"];
