//! Strict entity-level scores, as seqeval computes them: an entity is right when label, start and end all are.

use std::collections::{BTreeMap, BTreeSet};

use super::data::Document;
use super::tagger::{Tagger, tag_checked};
use super::text::Sentences;
use crate::base::number::rounded;
use crate::base::{Cancel, Error, Result};
use crate::domain::model::{ModelMetrics, Score};

/// Entities counted for one label, or for all.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    found: u64,
    right: u64,
    support: u64,
}

impl Tally {
    /// Precision, recall and F1; a ratio with nothing below it is 0, as seqeval has it.
    #[expect(clippy::cast_precision_loss, reason = "counts of entities stay far below 2^52")]
    fn score(self) -> Score {
        let ratio = |part: u64, whole: u64| if whole == 0 { 0.0 } else { rounded(part as f64 / whole as f64) };
        Score {
            precision: ratio(self.right, self.found),
            recall: ratio(self.right, self.support),
            f1: ratio(2 * self.right, self.found + self.support),
            support: self.support,
        }
    }
}

/// Runs a tagger over labelled documents: per label and micro-averaged over all labels, with what was read.
/// A document on which the tagger fails is an error that quotes its beginning.
pub fn evaluate(tagger: &dyn Tagger, documents: &[Document], cancel: &Cancel) -> Result<ModelMetrics> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut metrics = ModelMetrics::default();
    let mut tokens = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        cancel.check()?;
        let mut sentences = Sentences::new(&document.text);
        while sentences.read(&mut tokens) {
            metrics.sentences += 1;
            metrics.tokens += tokens.len() as u64;
        }
        let spans = tag_checked(tagger, &document.text).map_err(|reason| {
            let beginning: String = document.text.chars().take(60).collect();
            Error::bad_data(format!(
                "the model failed on document {} `{}`",
                index + 1,
                crate::base::text::safe(&beginning)
            ))
            .because(reason)
        })?;
        let gold: BTreeSet<(u32, u32, &str)> =
            document.entities.iter().map(|entity| (entity.start, entity.end, entity.label.as_str())).collect();
        for &(_, _, label) in &gold {
            tallies.entry(label).or_default().support += 1;
        }
        for span in &spans {
            let label = tagger.labels().binary_search(&span.label).map_or("", |index| tagger.labels()[index].as_str());
            let tally = tallies.entry(label).or_default();
            tally.found += 1;
            tally.right += u64::from(gold.contains(&(span.start, span.end, label)));
        }
    }
    let overall = tallies.values().fold(Tally::default(), |sum, tally| Tally {
        found: sum.found + tally.found,
        right: sum.right + tally.right,
        support: sum.support + tally.support,
    });
    metrics.overall = overall.score();
    metrics.labels = tallies.into_iter().map(|(label, tally)| (label.to_owned(), tally.score())).collect();
    Ok(metrics)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::data::TrueEntity;
    use super::super::tagger::Span;
    use super::*;

    /// Finds `a` as A and `b` as B, one character each.
    struct Letters(Vec<String>);

    impl Tagger for Letters {
        fn labels(&self) -> &[String] {
            &self.0
        }

        fn tag(&self, text: &str) -> Result<Vec<Span>, String> {
            let spans = text.chars().enumerate().filter(|(_, letter)| "ab".contains(*letter)).map(|(at, letter)| {
                let start = u32::try_from(at).unwrap();
                Span { label: letter.to_uppercase().to_string(), start, end: start + 1, score: 1.0 }
            });
            Ok(spans.collect())
        }
    }

    fn document(text: &str, entities: &[(u32, u32, &str)]) -> Document {
        let entities =
            entities.iter().map(|&(start, end, label)| TrueEntity { start, end, label: label.to_owned() }).collect();
        Document { text: text.to_owned(), entities }
    }

    fn close(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-12
    }

    #[test]
    fn label_start_and_end_must_all_be_right() {
        let documents = [
            document("a b c", &[(0, 1, "A"), (2, 3, "A"), (4, 5, "C")]),
            document("a\nab", &[(0, 1, "A"), (2, 4, "A")]),
        ];
        let tagger = Letters(vec!["A".to_owned(), "B".to_owned()]);
        let metrics = evaluate(&tagger, &documents, &Cancel::default()).unwrap();
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
        let metrics = evaluate(&tagger, &[document("xyz", &[])], &Cancel::default()).unwrap();
        assert!(close(metrics.overall.f1, 0.0) && metrics.labels.is_empty());
    }
}
