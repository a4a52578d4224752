//! Tests of measuring: against figures worked out by hand.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::super::data::TrueEntity;
use super::super::tagger::{Answer, one_by_one};
use super::*;

/// Finds `a` as A and `b` as B, one character each.
struct Letters(Vec<String>);

impl Tagger for Letters {
    fn labels(&self) -> &[String] {
        &self.0
    }

    fn tag(&self, texts: &[&str], cancel: &Cancel) -> Result<Vec<Answer>> {
        one_by_one(texts, cancel, |text| {
            let spans = text.chars().enumerate().filter(|(_, letter)| "ab".contains(*letter)).map(|(at, letter)| {
                let start = u32::try_from(at).unwrap();
                Span { label: letter.to_uppercase().to_string(), start, end: start + 1, score: 1.0 }
            });
            Ok(spans.collect())
        })
    }
}

fn document(text: &str, entities: &[(u32, u32, &str)]) -> Document {
    let entities =
        entities.iter().map(|&(start, end, label)| TrueEntity { start, end, label: label.to_owned() }).collect();
    Document { text: text.to_owned(), entities }
}

fn measured(tagger: &dyn Tagger, documents: &[Document]) -> Measured {
    evaluate(tagger, documents, &mut |_| {}, &Cancel::default()).unwrap()
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-12
}

#[test]
fn label_start_and_end_must_all_be_right() {
    let documents =
        [document("a b c", &[(0, 1, "A"), (2, 3, "A"), (4, 5, "C")]), document("a\nab", &[(0, 1, "A"), (2, 4, "A")])];
    let tagger = Letters(vec!["A".to_owned(), "B".to_owned()]);
    let metrics = measured(&tagger, &documents).metrics;
    // Found: A B | A A B. Right: the first A of each document. True: five.
    assert!(close(metrics.overall.precision, 2.0 / 5.0) && close(metrics.overall.recall, 2.0 / 5.0));
    assert!(close(metrics.overall.f1, 0.4) && metrics.overall.support == 5);
    let a = metrics.labels["A"];
    assert!(close(a.precision, 2.0 / 3.0) && close(a.recall, 0.5) && a.support == 4);
    let b = metrics.labels["B"];
    assert!(close(b.precision, 0.0) && close(b.f1, 0.0) && b.support == 0);
    assert!(close(metrics.labels["C"].f1, 0.0) && metrics.labels["C"].support == 1);
    assert_eq!((metrics.sentences, metrics.tokens), (3, 5));
}

#[test]
fn nothing_to_find_and_nothing_found_is_zero_not_a_number() {
    let tagger = Letters(vec!["A".to_owned(), "B".to_owned()]);
    let metrics = measured(&tagger, &[document("xyz", &[])]).metrics;
    assert!(close(metrics.overall.f1, 0.0) && metrics.labels.is_empty());
}

#[test]
fn what_was_taken_for_what_is_counted_with_its_text() {
    let documents = [
        document("a b ccc", &[(0, 1, "B"), (2, 3, "B"), (4, 7, "C")]),
        document("say a b", &[(4, 7, "A")]),
        document("a b", &[(0, 1, "B"), (2, 3, "B")]),
    ];
    let measured = measured(&Letters(vec!["A".to_owned(), "B".to_owned()]), &documents);
    let of = |one: &crate::domain::model::Confusion| (one.truth.clone(), one.found.clone(), one.count, one.moved);
    let confusion: Vec<_> = measured.confusion.iter().map(of).collect();
    let label = |label: &str| Some(label.to_owned());
    // In `say` there is an `a` too.
    let expected = [
        (label("B"), label("A"), 2, 0),
        (label("B"), label("B"), 2, 0),
        (None, label("A"), 1, 0),
        (None, label("B"), 1, 0),
        (label("A"), label("A"), 1, 1),
        (label("C"), None, 1, 0),
    ];
    assert_eq!(confusion, expected);
    // 7 found, 6 true, 2 right, 1 of the right label with other edges.
    assert!(close(measured.metrics.overall.f1, crate::base::number::rounded(4.0 / 13.0)));
    assert!(close(measured.metrics.partial_f1.unwrap(), crate::base::number::rounded(6.0 / 13.0)));
    assert_eq!(measured.mistakes.iter().map(|one| one.count).collect::<Vec<_>>(), [2, 1, 1, 1, 1]);
    let first = &measured.mistakes[0];
    let named = |text: &str, label: &str| Some((text.to_owned(), label.to_owned()));
    assert_eq!((&first.truth, &first.found), (&named("a", "B"), &named("a", "A")));
    assert_eq!((first.count, first.example.as_str()), (2, "a b ccc"));
}
