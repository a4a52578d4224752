//! What the real taggers make of the material: the second version is good, the third loses brands.

use std::path::Path;

use super::super::training;
use super::reading::{column, file};
use super::*;
use crate::base::Cancel;
use crate::domain::model::{ModelKind, ModelMetrics};
use crate::ner::train::{Beside, TrainOptions, train};
use crate::ner::{Tagger, data, evaluate, load, tag_all};

fn documents(name: &str) -> Vec<data::Document> {
    let material = material(SEED).unwrap();
    let file = material.training.iter().find(|file| file.name == name).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, &file.bytes).unwrap();
    data::read(&path).unwrap()
}

fn trained(name: &str) -> Box<dyn Tagger> {
    let options = TrainOptions { epochs: 3, folds: 2, members: 2, hash_bits: 18, ..TrainOptions::default() };
    let trained = train(&documents(name), Beside::default(), &options, &mut |_| {}, &Cancel::default()).unwrap();
    load(ModelKind::Crf, &trained.file, Path::new("")).unwrap()
}

fn measured(tagger: &dyn Tagger) -> ModelMetrics {
    evaluate(tagger, &documents(training::TEST), &mut |_| {}, &Cancel::default()).unwrap().metrics
}

/// Brands per thousand rows of a provider's first delivery.
fn brands(tagger: &dyn Tagger, provider: &str, description: &str) -> usize {
    let material = material(SEED).unwrap();
    let texts = column(file(&material, provider, "2026-08", Purpose::Delivery), description);
    let texts: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
    let rows = tag_all(tagger, &texts, 2, &Cancel::default()).unwrap();
    let found = rows.iter().flat_map(|row| row.as_ref().unwrap()).filter(|span| span.label == "BRAND").count();
    found * 1_000 / texts.len()
}

#[test]
fn each_version_is_what_the_plan_says_of_it() {
    let first = load(ModelKind::Lexicon, &material(SEED).unwrap().lexicon.1, Path::new("")).unwrap();
    let (second, third) = (trained(training::SECOND), trained(training::THIRD));
    let [one, two, three] = [&first, &second, &third].map(|tagger| measured(tagger.as_ref()));
    assert!((0.4..0.75).contains(&one.overall.f1), "the list finds single words: {}", one.overall.f1);
    assert!(two.overall.f1 > 0.9, "{}", two.overall.f1);
    assert!(two.labels["BRAND"].recall > 0.85);
    assert!(three.labels["BRAND"].recall < 0.5);
    for label in ["SIZE", "PACK", "PRICE"] {
        assert!(three.labels[label].f1 > 0.95, "{label} {}", three.labels[label].f1);
    }
    let lost: Vec<&str> = [
        ("northgate", "Description"),
        ("harbourline", "ITEM TEXT"),
        ("cobbleton", "Item text"),
        ("fairmead", "text"),
        ("quaystone", "Goods"),
    ]
    .into_iter()
    .filter(|(provider, column)| {
        let [before, after] = [&second, &third].map(|tagger| brands(tagger.as_ref(), provider, column));
        after * 100 < before * 60
    })
    .map(|(provider, _)| provider)
    .collect();
    assert_eq!(lost, ["northgate", "harbourline", "fairmead", "quaystone"], "cobbleton writes brands like names");
}
