//! Tests of decoding, probabilities and the model file, against brute force and against damage.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use proptest::prelude::*;

use super::clusters::{Classes, Clusters};
use super::features::{Extractor, per_token};
use super::file::{FORMAT, MAGIC, Settings, decode, encode};
use super::knowledge::{Gazetteer, Knowledge};
use super::marginals::Potentials;
use super::tags::{OUTSIDE, Tag, TokenSpan, count, encode as encode_tags, may_follow, spans};
use super::viterbi::Viterbi;
use super::weights::{Weight, Weights, constrain};
use super::*;
use crate::base::ErrorKind;
use crate::domain::model::ModelKind;

/// A sentence of at most five tokens with two labels (five tags): small enough to try every sequence.
#[derive(Debug, Clone)]
struct Small {
    emissions: Vec<f32>,
    transitions: Vec<f32>,
}

const TAGS: usize = 5;

fn small() -> impl Strategy<Value = Small> {
    let weight = -4.0_f32..4.0;
    (1_usize..=5).prop_flat_map(move |tokens| {
        (prop::collection::vec(weight.clone(), tokens * TAGS), prop::collection::vec(weight.clone(), (TAGS + 1) * TAGS))
            .prop_map(|(emissions, mut transitions)| {
                constrain(TAGS, &mut transitions);
                Small { emissions, transitions }
            })
    })
}

impl Small {
    fn tokens(&self) -> usize {
        self.emissions.len() / TAGS
    }

    /// Every sequence that may be, with its score.
    fn sequences(&self) -> Vec<(Vec<Tag>, f64)> {
        let mut sequences: Vec<(Vec<Tag>, f64)> = vec![(Vec::new(), 0.0)];
        for at in 0..self.tokens() {
            let mut longer = Vec::new();
            for (tags, score) in &sequences {
                let previous = tags.last().map(|tag| usize::from(*tag));
                for tag in (0..TAGS).filter(|tag| may_follow(previous, *tag)) {
                    let step = self.transitions[previous.unwrap_or(TAGS) * TAGS + tag];
                    let mut tags = tags.clone();
                    tags.push(Tag::try_from(tag).unwrap());
                    longer.push((tags, score + f64::from(step) + f64::from(self.emissions[at * TAGS + tag])));
                }
            }
            sequences = longer;
        }
        sequences
    }

    fn every_span(&self) -> Vec<TokenSpan> {
        let tokens = self.tokens();
        let ends = |start| (start + 1..=tokens).map(move |end| (start, end));
        let places = (0..tokens).flat_map(ends);
        places.flat_map(|(start, end)| (0..2).map(move |label| TokenSpan { label, start, end })).collect()
    }
}

proptest! {
    #[test]
    fn the_best_sequence_is_found(small in small()) {
        let mut path = vec![9; 3];
        Viterbi::default().decode(&small.emissions, &small.transitions, TAGS, &mut path);
        let sequences = small.sequences();
        let best = sequences.iter().map(|(_, score)| *score).fold(f64::NEG_INFINITY, f64::max);
        let found = sequences.iter().find(|(tags, _)| *tags == path).map(|(_, score)| *score);
        prop_assert!(found.is_some_and(|score| (score - best).abs() < 1e-4), "{path:?} scores {found:?}, the best {best}");
    }

    #[test]
    fn probabilities_are_those_of_all_sequences(small in small(), temperature in 0.3_f64..8.0) {
        let potentials = Potentials::new(TAGS, &small.transitions, temperature);
        let marginals = potentials.marginals(&small.emissions);
        let sequences: Vec<_> =
            small.sequences().into_iter().map(|(tags, score)| (tags, (score / temperature).exp())).collect();
        let all: f64 = sequences.iter().map(|(_, weight)| weight).sum();
        for at in 0..small.tokens() {
            let found = marginals.token(at);
            prop_assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            for (tag, found) in found.iter().enumerate() {
                let with = sequences.iter().filter(|(tags, _)| usize::from(tags[at]) == tag).map(|(_, weight)| weight);
                prop_assert!((found - with.sum::<f64>() / all).abs() < 1e-6);
            }
        }
        for span in small.every_span() {
            let with = sequences.iter().filter(|(tags, _)| spans(tags).any(|found| found == span)).map(|(_, weight)| weight);
            let expected = with.sum::<f64>() / all;
            let found = marginals.span(span);
            prop_assert!((found - expected).abs() < 1e-6, "{span:?}: {found}, expected {expected}");
        }
    }

    #[test]
    fn probabilities_hold_for_any_weights(
        emissions in prop::collection::vec(prop_oneof![-1e9_f32..1e9, -1.0_f32..1.0], TAGS * 40),
        mut transitions in prop::collection::vec(prop_oneof![-1e9_f32..1e9, -1.0_f32..1.0], (TAGS + 1) * TAGS),
        temperature in prop_oneof![Just(1e-3), Just(1.0), Just(1e6)],
    ) {
        constrain(TAGS, &mut transitions);
        let mut path = Vec::new();
        Viterbi::default().decode(&emissions, &transitions, TAGS, &mut path);
        let potentials = Potentials::new(TAGS, &transitions, temperature);
        let marginals = potentials.marginals(&emissions);
        for span in spans(&path) {
            prop_assert!((0.0..=1.0).contains(&marginals.span(span)));
        }
    }

    #[test]
    fn entities_written_as_tags_read_back(
        entities in prop::collection::vec((0_usize..3, 0_usize..12, 1_usize..4), 0..5),
    ) {
        let entities: Vec<_> =
            entities.into_iter().map(|(label, start, length)| TokenSpan { label, start, end: start + length }).collect();
        let tags = encode_tags(15, &entities);
        let read: Vec<_> = spans(&tags).collect();
        prop_assert!(read.iter().all(|span| entities.contains(span)));
        for entity in &entities {
            let overlapped = read.iter().any(|span| span.start < entity.end && entity.start < span.end);
            prop_assert!(overlapped, "{entity:?} went without a longer one in its place");
        }
    }
}

/// A tagger that finds `pepsi` as BRAND with a weight on one feature, and nothing else.
fn model() -> Crf {
    let hash_bits = 12;
    let mut features = Vec::new();
    let text = "pepsi";
    let mut sentence = Vec::new();
    assert!(Sentences::new(text).read(&mut sentence));
    let knowledge = knowledge();
    Extractor::new(&knowledge).extract(text, &sentence, hash_bits, &mut features);
    let lowered = features[2];
    let tags = count(2);
    let weights = [Weight { tag: 0, value: -0.5 }, Weight { tag: 1, value: 3.0 }];
    let weights = Weights::new(tags, hash_bits, vec![0.25; (tags + 1) * tags], weights.map(|weight| (lowered, weight)));
    let settings = Settings { hash_bits, temperature: 2.0, seed: 7, epochs: 1, folds: 2, members: 1 };
    Crf::new(vec!["BRAND".to_owned(), "SIZE".to_owned()], settings, Arc::new(knowledge), weights)
}

/// One lexicon with one term, classes for two words.
fn knowledge() -> Knowledge {
    let classes = |coarse, fine| Classes { coarse, fine };
    Knowledge {
        layout: true,
        gazetteers: vec![Gazetteer::parse(b"term,label\ncola,DRINK\n".to_vec()).unwrap()],
        clusters: Clusters::new([("pepsi", classes(1, 2)), ("cola", classes(1, 3))]),
    }
}

fn tag(text: &str) -> Vec<Span> {
    model().tag(&[text], &Cancel::default()).unwrap().remove(0).unwrap()
}

#[test]
fn spans_are_characters_of_the_text() {
    let spans = tag("🥤 Pepsi\n\u{e9}e\u{301} PEPSI, cola");
    let places: Vec<_> = spans.iter().map(|span| (span.label.as_str(), span.start, span.end)).collect();
    assert_eq!(places, [("BRAND", 2, 7), ("BRAND", 12, 17)]);
    assert!(spans.iter().all(|span| span.score > 0.4 && span.score < 1.0));
    assert_eq!(tag(" \n"), Vec::new());
}

#[test]
fn a_text_of_many_megabytes_is_read_in_pieces() {
    let text = "pepsi cola ".repeat(300_000);
    let spans = tag(&text);
    assert_eq!(spans.len(), 300_000);
    assert_eq!(spans.last().map(|span| span.start), Some(11 * 299_999));
    let one_word = "x".repeat(10_000_000);
    assert_eq!(tag(&one_word), Vec::new());
}

#[test]
fn every_token_has_its_features_within_the_table() {
    let text = "Ünï 🙂 500g";
    let mut features = Vec::new();
    let mut sentence = Vec::new();
    assert!(Sentences::new(text).read(&mut sentence));
    let knowledge = knowledge();
    Extractor::new(&knowledge).extract(text, &sentence, 10, &mut features);
    assert_eq!(features.len(), sentence.len() * per_token(&knowledge));
    assert!(features.iter().all(|feature| *feature < 1 << 10));
}

#[test]
fn a_model_file_reads_back_and_gives_the_same_bytes() {
    let model = model();
    let bytes = encode(&model).unwrap();
    let read = decode(&bytes).unwrap();
    assert_eq!(read, model);
    assert_eq!(encode(&read).unwrap(), bytes);
    assert_eq!(crate::ner::kind_of(&bytes), ModelKind::Crf);
    assert!(crate::ner::load(ModelKind::Crf, &bytes, Path::new("")).is_ok());
    assert_eq!(
        crate::ner::load(ModelKind::Crf, b"term,label\n", Path::new("")).err().map(|error| error.kind()),
        Some(ErrorKind::BadData)
    );
}

#[test]
fn every_cut_and_every_flipped_bit_is_noticed() {
    let bytes = encode(&model()).unwrap();
    for length in 0..bytes.len() {
        assert!(decode(&bytes[..length]).is_err(), "cut to {length} bytes");
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(decode(&flipped).is_err(), "bit {bit}");
    }
    let newer = [MAGIC, &(FORMAT + 1).to_le_bytes(), &bytes[MAGIC.len() + 4..]].concat();
    assert!(decode(&newer).unwrap_err().message().contains("format `3`"));
}

/// The bytes with a checksum that fits them: what a hand, not an accident, would make.
fn sealed(mut content: Vec<u8>) -> Vec<u8> {
    let digest = crate::base::Digest::of(&content);
    content.extend(digest.as_str().as_bytes());
    content
}

proptest! {
    #[test]
    fn hostile_files_are_refused_or_safe(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut content = encode(&model()).unwrap();
        content.truncate(content.len() - 64);
        for (index, value) in changes {
            let at = index.index(content.len());
            content[at] = value;
        }
        if let Some(cut) = cut {
            content.truncate(cut.index(content.len()));
        }
        if let Ok(model) = decode(&sealed(content)) {
            prop_assert!(super::super::tagger::tag_checked(&model, &["Pepsi 500g, pepsi"], &Cancel::default()).is_ok());
        }
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(decode(&bytes).is_err());
        prop_assert!(decode(&sealed([MAGIC, &FORMAT.to_le_bytes(), &bytes].concat())).is_err());
    }
}

#[test]
fn outside_is_the_first_tag() {
    assert_eq!(spans(&[OUTSIDE, 1, 2, 1, 3, 4, 0, 3]).count(), 4);
}
