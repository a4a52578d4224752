//! Tests of training: what it learns, that it repeats, how it stops.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use super::*;
use crate::base::ErrorKind;
use crate::domain::model::ModelKind;
use crate::ner::data::TrueEntity;
use crate::ner::load;

const BRANDS: [&str; 6] = ["Pepsi", "Kellogg's", "Nestlé", "Coca Cola", "Häagen-Dazs", "Heinz"];
const PRODUCTS: [&str; 6] = ["max", "cornflakes", "crème brûlée", "baked beans", "choc bar", "ice cream"];
const SIZES: [&str; 5] = ["500g", "2 l", "330ml", "1.5kg", "75cl"];

/// Sale lines of a tiny grammar: `BRAND product [👍] [2x]SIZE [£1.20]`.
fn lines(count: usize) -> Vec<Document> {
    (0..count)
        .map(|index| {
            let mut document = Document { text: String::new(), entities: Vec::new() };
            let pick = |step: usize| index.wrapping_mul(2_654_435_761) / step;
            if pick(7) % 3 == 0 {
                add(&mut document, &format!("Ref{}: ", index % 50), None);
            }
            add(&mut document, BRANDS[pick(11) % BRANDS.len()], Some("BRAND"));
            add(&mut document, " ", None);
            add(&mut document, PRODUCTS[pick(13) % PRODUCTS.len()], Some("PRODUCT"));
            add(&mut document, if pick(17) % 4 == 0 { " 👍🏽 " } else { " " }, None);
            if pick(19) % 2 == 0 {
                add(&mut document, &format!("{}x", 2 + pick(23) % 9), Some("PACK"));
            }
            add(&mut document, SIZES[pick(29) % SIZES.len()], Some("SIZE"));
            if pick(31) % 2 == 0 {
                add(&mut document, " ", None);
                add(&mut document, &format!("£{}.{:02}", pick(37) % 9, pick(41) % 100), Some("PRICE"));
            }
            document
        })
        .collect()
}

fn add(document: &mut Document, text: &str, label: Option<&str>) {
    let start = u32::try_from(document.text.chars().count()).unwrap();
    document.text.push_str(text);
    let end = u32::try_from(document.text.chars().count()).unwrap();
    document.entities.extend(label.map(|label| TrueEntity { start, end, label: label.to_owned() }));
}

fn options() -> TrainOptions {
    TrainOptions { epochs: 5, members: 2, hash_bits: 16, ..TrainOptions::default() }
}

fn quietly(documents: &[Document], options: &TrainOptions) -> Result<Trained> {
    train(documents, Beside::default(), options, &mut |_| {}, &Cancel::default())
}

#[test]
fn a_small_grammar_is_learned_and_measured_on_what_was_held_out() {
    let documents = lines(300);
    let trained = quietly(&documents, &options()).unwrap();
    assert_eq!(trained.labels, ["BRAND", "PACK", "PRICE", "PRODUCT", "SIZE"]);
    let measured = &trained.measured.metrics;
    assert!(measured.overall.f1 > 0.9, "{measured:?}");
    assert!(measured.calibration_error.is_some_and(|error| error < 0.1), "{measured:?}");
    assert_eq!(measured.sentences, 300, "each is held out once");

    let tagger = load(ModelKind::Crf, &trained.file, Path::new("")).unwrap();
    let text = "Häagen-Dazs ice cream 👍🏽 2x500g £4.20";
    let spans = tagger.tag(&[text], &Cancel::default()).unwrap().remove(0).unwrap();
    let characters: Vec<char> = text.chars().collect();
    let found: Vec<(String, &str)> = spans
        .iter()
        .map(|span| (characters[span.start as usize..span.end as usize].iter().collect(), span.label.as_str()))
        .collect();
    let expected =
        [("Häagen-Dazs", "BRAND"), ("ice cream", "PRODUCT"), ("2x", "PACK"), ("500g", "SIZE"), ("£4.20", "PRICE")];
    assert_eq!(found, expected.map(|(text, label)| (text.to_owned(), label)));
    assert!(spans.iter().all(|span| span.score > 0.5), "{spans:?}");
}

#[test]
fn the_same_data_and_seed_give_the_same_bytes() {
    let documents = lines(80);
    let first = quietly(&documents, &options()).unwrap();
    assert_eq!(quietly(&documents, &options()).unwrap(), first);
    assert_ne!(quietly(&documents, &TrainOptions { seed: 2, ..options() }).unwrap().file, first.file);
}

#[test]
fn each_part_is_held_out_whole_with_all_that_reads_the_same() {
    let mut documents = lines(40);
    documents.extend(lines(40));
    let parts = folds::folds(&documents, 4, 3);
    assert!((0..4).all(|part| parts.iter().filter(|one| **one == part).count() >= 10), "{parts:?}");
    for (document, part) in documents.iter().zip(&parts) {
        let twins = documents.iter().zip(&parts).filter(|(other, _)| other.text == document.text);
        assert!(twins.into_iter().all(|(_, other)| other == part));
    }
    assert_ne!(folds::folds(&documents, 4, 4), parts);
}

#[test]
fn progress_counts_all_models_and_cancel_stops_at_once() {
    let documents = lines(60);
    let mut reports = Vec::new();
    train(&documents, Beside::default(), &options(), &mut |report| reports.push(report), &Cancel::default()).unwrap();
    assert!(reports.iter().all(|report| report.epochs == 35 && report.done <= report.total));
    assert!(reports.is_sorted_by_key(|report| (report.epoch, report.done)));
    assert_eq!(reports.last(), Some(&Training { epoch: 35, epochs: 35, done: 60, total: 60 }));

    let cancel = Cancel::default();
    let mut last = 0;
    let stopped = train(
        &documents,
        Beside::default(),
        &options(),
        &mut |report| {
            last = report.epoch;
            if report.epoch == 2 {
                cancel.cancel();
            }
        },
        &cancel,
    );
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(last, 2);
}

#[test]
fn what_can_not_be_learned_from_is_refused() {
    let documents = lines(20);
    for (change, word) in [
        (TrainOptions { epochs: 0, ..options() }, "`0` epochs"),
        (TrainOptions { folds: 1, ..options() }, "`1` parts to hold out"),
        (TrainOptions { members: 0, ..options() }, "`0` learners to average"),
        (TrainOptions { hash_bits: 40, ..options() }, "`40` hash bits"),
    ] {
        let error = quietly(&documents, &change).unwrap_err();
        assert!(error.kind() == ErrorKind::Usage && error.message().contains(word), "{error}");
    }
    let unmarked = [Document { text: "Pepsi".to_owned(), entities: Vec::new() }];
    assert!(quietly(&unmarked, &options()).unwrap_err().message().contains("marks no entity"));
    assert!(quietly(&[], &options()).is_err());
    let same = vec![documents[0].clone(); 5];
    assert!(quietly(&same, &options()).unwrap_err().message().contains("all labelled texts are the same"));
}

#[test]
fn entities_that_overlap_or_cut_words_are_learned_as_far_as_tokens_go() {
    let entity = |start, end, label: &str| TrueEntity { start, end, label: label.to_owned() };
    let text = "fresh strawberry jam\nand more jam".to_owned();
    // Half a word, an entity within a longer one, an entity over a line end.
    let entities = vec![entity(8, 16, "A"), entity(6, 20, "B"), entity(29, 33, "A"), entity(17, 24, "A")];
    let document = Document { text, entities };
    let labels = ["A".to_owned(), "B".to_owned()];
    let corpus = Corpus::new(&[document], &labels, &Knowledge::default(), 10, &Cancel::default()).unwrap();
    assert_eq!(corpus.gold(0), [0, 3, 4]);
    assert_eq!(corpus.gold(1), [0, 0, 1]);
}

#[test]
fn a_lexicon_makes_known_what_no_document_names() {
    let document = |text: &str, end| Document {
        text: text.to_owned(),
        entities: vec![TrueEntity { start: 0, end, label: "BRAND".to_owned() }],
    };
    let mut documents = Vec::new();
    for name in ["Alba", "Brio", "Cora", "Dena", "Elmo", "Fila", "Gala", "Hera"] {
        documents.push(document(&format!("{name} sells"), 4));
        documents.push(Document { text: format!("mild {} sells", name.to_lowercase()), entities: Vec::new() });
    }
    // Nothing but the lexicon tells them from brands.
    for word in ["Mild", "Fast", "Cold", "Pure", "Soft", "Warm", "Best", "Fine", "Rich", "Deep", "Loud", "Calm"] {
        documents.push(Document { text: format!("{word} sells"), entities: Vec::new() });
    }
    let lexicon = "term,label\nAlba,KNOWN\nBrio,KNOWN\nCora,KNOWN\nDena,KNOWN\nElmo,KNOWN\nFila,KNOWN\nGala,KNOWN\nHera,KNOWN\nZest,KNOWN\n";
    let lexicon = Gazetteer::parse(lexicon.as_bytes().to_vec()).unwrap();
    let found = |beside: Beside| {
        let trained = train(&documents, beside, &options(), &mut |_| {}, &Cancel::default()).unwrap();
        let tagger = load(ModelKind::Crf, &trained.file, Path::new("")).unwrap();
        tagger.tag(&["Zest sells"], &Cancel::default()).unwrap().remove(0).unwrap()
    };
    assert_eq!(found(Beside { gazetteers: vec![lexicon], ..Beside::default() }).len(), 1);
    assert_eq!(found(Beside::default()), []);
}
