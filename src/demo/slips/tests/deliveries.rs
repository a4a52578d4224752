//! Every delivery is in the form its provider is used to, and can be told from every other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::super::till::DAMAGED_ONE_IN;
use super::reading::{column, csv, header, lines, names, text};
use super::*;

#[test]
fn forty_slices_have_one_first_delivery_each() {
    let material = material(SEED).unwrap();
    let first = material.files.iter().filter(|file| file.purpose != Purpose::Corrected);
    let slices: Vec<_> = first.map(|file| (file.provider, file.period)).collect();
    assert_eq!(slices.len(), 40);
    assert_eq!(slices.iter().collect::<BTreeSet<_>>().len(), 40);
    let bytes: usize = material.files.iter().map(|file| file.bytes.len()).sum();
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
}

/// All deliveries together: the lake holds them some ten times over (raw, bronze, silver, annotations of three models,
/// gold, releases in three formats), and the whole demo has to stay below 8 MB.
const MOST_BYTES: usize = 500_000;

#[test]
fn every_delivery_has_the_rows_of_its_season() {
    let material = material(SEED).unwrap();
    let periods = periods().unwrap();
    for file in &material.files {
        let habits = PROVIDERS.iter().find(|habits| habits.name == file.provider).unwrap();
        let place = periods.iter().position(|period| *period == file.period).unwrap();
        // Chance adds up to a twentieth of an average month to the season's share of it.
        let usual = habits.rows * habits.season[place] / 100;
        let rows = rows_once(file);
        assert!((usual..usual + habits.rows / 20).contains(&rows), "{}: {rows} rows, usually {usual}", file.name);
    }
}

/// The rows of a file, each counted once.
fn rows_once(file: &RawFile) -> u64 {
    let copies = if is_doubled(file) { 2 } else { 1 };
    let rows = lines(file).len() as u64;
    assert_eq!(rows % copies, 0, "{}", file.name);
    rows / copies
}

#[test]
fn encodings_and_line_ends_are_the_providers_own() {
    for file in &material(SEED).unwrap().files {
        let utf8 = std::str::from_utf8(&file.bytes);
        let marked = file.bytes.starts_with(b"\xef\xbb\xbf");
        let line_ends = file.bytes.split(|byte| *byte == b'\n').count() - 1;
        let windows = file.bytes.windows(2).filter(|pair| pair == b"\r\n").count();
        match file.provider {
            "harbourline" => {
                assert!(utf8.is_err() && file.bytes.contains(&0xa3) && line_ends == windows);
                assert!(column(file, "ITEM TEXT").iter().all(|cell| *cell == cell.to_uppercase()));
            }
            "cobbleton" => assert!(utf8.is_ok() && marked && line_ends == windows),
            _ => assert!(utf8.is_ok() && !marked && windows == 0),
        }
        assert!(text(file).contains('£'), "{}", file.name);
    }
}

#[test]
fn no_two_providers_share_a_slip_and_no_slip_has_a_line_twice() {
    let material = material(SEED).unwrap();
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for file in material.files.iter().filter(|file| !is_doubled(file)) {
        let [slip, line, ..] = names(file.provider);
        let (slips, lines) = (column(file, slip), column(file, line));
        let keys: BTreeSet<_> = slips.iter().zip(&lines).collect();
        assert_eq!(keys.len(), slips.len(), "{}", file.name);
        for slip in slips {
            assert_eq!(*owners.entry(slip).or_insert(file.provider), file.provider);
        }
    }
}

fn is_doubled(file: &RawFile) -> bool {
    file.provider == "northgate" && file.period.to_string() == "2026-09" && file.purpose == Purpose::Delivery
}

#[test]
fn days_are_written_the_providers_way_and_lie_in_the_period() {
    let (mut no_days, mut rows) = (0, 0);
    for file in &material(SEED).unwrap().files {
        let [_, _, day, _] = names(file.provider);
        let form = match file.provider {
            "harbourline" => "%d/%m/%Y",
            "cobbleton" => "%d %b %Y",
            "quaystone" => "%Y%m%d",
            _ => "%Y-%m-%d",
        };
        let cells = column(file, day);
        let days: Vec<_> = cells.iter().filter_map(|cell| NaiveDate::parse_from_str(cell, form).ok()).collect();
        let is_known = |cell: &&String| NO_DAYS.contains(&cell.as_str());
        assert_eq!(days.len() + cells.iter().filter(is_known).count(), cells.len(), "{}", file.name);
        (no_days, rows) = (no_days + cells.len() - days.len(), rows + cells.len());
        assert!(days.iter().all(|day| file.period.contains(*day)));
        assert!(days.is_sorted() || is_doubled(file));
        // The next slip is six lines further on at the most, and the lines are spread evenly over the month.
        let length = u64::from(file.period.last().day());
        let step = i64::try_from((MOST_LINES * length).div_ceil(rows_once(file))).unwrap();
        let days: BTreeSet<NaiveDate> = days.into_iter().collect();
        let ends = [file.period.first(), file.period.last()];
        let all: Vec<NaiveDate> = ends.iter().chain(&days).copied().collect::<BTreeSet<_>>().into_iter().collect();
        for pair in all.windows(2) {
            assert!((pair[1] - pair[0]).num_days() <= step, "{}: nothing between {pair:?}", file.name);
        }
    }
    // One line in so many is damaged in one of six ways, and two of these make its day unreadable.
    assert!(no_days > 0 && no_days * usize::try_from(DAMAGED_ONE_IN).unwrap() < rows, "{no_days} of {rows}");
}

/// What exports write where there was no day.
const NO_DAYS: [&str; 2] = ["00/00/0000", "yesterday"];

/// The most lines of a slip.
const MOST_LINES: u64 = 6;

#[test]
fn some_records_of_every_provider_are_bad_and_few() {
    let material = material(SEED).unwrap();
    let mut kinds = BTreeSet::new();
    for habits in &PROVIDERS {
        let delivered = |file: &&RawFile| file.provider == habits.name && file.purpose == Purpose::Delivery;
        let (mut bad, mut all) = (0, 0);
        for file in material.files.iter().filter(delivered).filter(|file| file.period.first().month() < 9) {
            let [_, _, _, amount] = names(file.provider);
            let whole = column(file, amount);
            let no_amount: Vec<_> = whole.iter().filter(|cell| cell.parse::<f64>().is_err()).cloned().collect();
            let torn = lines(file).len() - whole.len();
            kinds.insert(if torn > 0 { "torn".to_owned() } else { String::new() });
            bad += no_amount.len() + torn;
            all += lines(file).len();
            kinds.extend(no_amount);
        }
        assert!(bad > 0 && bad * 100 < all, "{} has {bad} bad records of {all}", habits.name);
    }
    assert!(kinds.is_superset(&["torn", "n/a", "4.9O", "TBC"].map(str::to_owned).into()), "{kinds:?}");
}

#[test]
fn cells_with_commas_and_quotes_survive_in_csv() {
    let material = material(SEED).unwrap();
    let northgate = material.files.iter().filter(|file| file.provider == "northgate");
    let descriptions: Vec<String> = northgate.flat_map(|file| column(file, "Description")).collect();
    assert!(descriptions.iter().any(|cell| cell.contains(',')));
    assert!(descriptions.iter().any(|cell| cell.contains('"')));
    assert_eq!(csv("a,\"b,\"\"c\"\"\"\n"), [["a", "b,\"c\""]], "the reader of this test reads quotes");
}

#[test]
fn the_contract_maps_every_column_that_is_delivered() {
    let material = material(SEED).unwrap();
    let (_, providers) = material.assay_toml.split_once("[[dataset.provider]]").unwrap();
    let sections: Vec<&str> = providers.split("[[dataset.provider]]").collect();
    assert_eq!(sections.len(), 6, "five that drop files, and a shop with a database");
    for file in material.files.iter().filter(|file| file.period.first().month() < 9) {
        let section = sections.iter().find(|part| part.contains(&format!("name = \"{}\"", file.provider))).unwrap();
        let (_, columns) = section.split_once("columns = {").unwrap();
        let mapped: Vec<&str> = columns.split('}').next().unwrap().split('"').skip(1).step_by(2).collect();
        assert_eq!(mapped.len(), 6);
        let header = header(file);
        assert!(mapped.iter().all(|name| header.contains(&(*name).to_owned())), "{} has {header:?}", file.name);

        let (_, pattern) = section.split_once("pattern = \"").unwrap();
        let (before, after) = pattern.split('"').next().unwrap().split_once("{period}*").unwrap();
        let middle = file.name.strip_prefix(before).and_then(|name| name.strip_suffix(after)).unwrap();
        assert!(middle.starts_with(&file.period.to_string()), "{}", file.name);
    }
}

#[test]
fn the_contract_reads() {
    let contract = crate::config::parse(&material(SEED).unwrap().assay_toml, "assay.toml").unwrap();
    assert!(contract.demo && contract.today == NaiveDate::from_ymd_opt(2026, 11, 20));
    let dataset = contract.only_dataset().unwrap();
    assert_eq!(dataset.providers.iter().filter(|provider| provider.owes(periods().unwrap()[0])).count(), 5);
    assert_eq!(dataset.schema.len(), 6);
}
