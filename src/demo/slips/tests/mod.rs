//! Whether the material is what the demo says it is, measured in the bytes alone.
#![allow(clippy::unwrap_used, reason = "tests")]

mod deliveries;
mod models;
mod plans;
mod reading;
mod trained;
mod troubles;

use super::*;
use crate::base::Digest;

/// What the shipped seed gives. It changes with every word on the shelves; then `demo_db` has to be built anew.
const SHIPPED: &str = "096a99cfd84d07669b378d62548d63b1a6213fac210df1e7ea31712d386cbb92";

fn digest(material: &Material) -> Digest {
    let files = material.files.iter().flat_map(|file| [file.name.as_bytes(), &file.bytes]);
    let training = material.training.iter().map(|file| file.bytes.as_slice());
    let rest = [material.lexicon.1.as_slice(), material.assay_toml.as_bytes()];
    Digest::of(&files.chain(training).chain(rest).collect::<Vec<_>>().concat())
}

#[test]
fn a_seed_gives_the_same_bytes_on_every_machine() {
    assert_eq!(material(7).unwrap(), material(7).unwrap());
    assert_ne!(digest(&material(7).unwrap()), digest(&material(8).unwrap()));
    assert_eq!(digest(&material(SEED).unwrap()).as_str(), SHIPPED);
}

#[test]
fn benchmarks_get_as_many_rows_as_they_ask_for() {
    let written = |rows| {
        let mut bytes = Vec::new();
        write_slips(SEED, rows, &mut bytes).unwrap();
        bytes
    };
    let bytes = written(20_000);
    let records = reading::csv(&String::from_utf8(bytes.clone()).unwrap());
    assert_eq!(records.len(), 20_001);
    let keys: std::collections::BTreeSet<_> =
        records.iter().skip(1).map(|record| (record[0].clone(), record[1].clone())).collect();
    assert_eq!(keys.len(), 20_000);
    assert!(
        records
            .iter()
            .skip(1)
            .filter(|record| record.len() == 6)
            .all(|record| record[2].as_str() <= "2026-03-31" || record[2] == "yesterday")
    );
    assert_eq!(bytes, written(20_000));
    assert_eq!(String::from_utf8(written(0)).unwrap().lines().count(), 1, "the header alone");
}
