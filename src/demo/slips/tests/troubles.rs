//! Every seeded trouble can be measured, and is where it is said to be, and nowhere else.

use std::collections::BTreeMap;

use super::reading::{file, header, lines, median_amount};
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

#[test]
fn one_delivery_has_prices_a_hundred_times_too_high() {
    let material = material(SEED).unwrap();
    let renamed = |file: &&RawFile| header(file).contains(&"Line total".to_owned());
    for raw in material.files.iter().filter(|file| !renamed(file)) {
        let usual = median_amount(file(&material, raw.provider, "2026-03", Purpose::Delivery));
        let ratio = median_amount(raw) / usual;
        let too_high = (raw.provider, raw.period.to_string().as_str(), raw.purpose)
            == ("harbourline", "2026-09", Purpose::Delivery);
        let expected = if too_high { 70.0..143.0 } else { 0.7..1.43 };
        assert!(expected.contains(&ratio), "{} is {ratio} times the first period", raw.name);
    }
    let wrong = median_amount(file(&material, "harbourline", "2026-09", Purpose::Delivery));
    let right = median_amount(file(&material, "harbourline", "2026-09", Purpose::Corrected));
    assert!((wrong / right - 100.0).abs() < 1e-9);
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

#[test]
fn corrections_change_few_rows_and_leave_none_damaged() {
    let material = material(SEED).unwrap();
    for (provider, period) in [("cobbleton", "2026-05"), ("northgate", "2026-07"), ("harbourline", "2026-08")] {
        let before = lines(file(&material, provider, period, Purpose::Delivery));
        let after = lines(file(&material, provider, period, Purpose::Corrected));
        assert_eq!(before.len(), after.len());
        let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
        assert!((3..30).contains(&changed), "{changed} rows of {provider} {period} changed");
        assert!(
            after
                .iter()
                .all(|line| !["n/a", "TBC", "4.9O", "yesterday", "00/00/0000"].iter().any(|bad| line.contains(bad)))
        );
    }
    assert_eq!(material.files.iter().filter(|file| file.purpose == Purpose::Corrected).count(), 6);
}
