//! The gold spans mean what they say, and the third version's training data loses brands.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::style::{Squeeze, squeezed};
use super::super::{brands, training};
use super::*;

/// A line of a training file: the text and the label and text of each entity.
type Labelled = (String, Vec<(String, String)>);

/// Reads a training file; spans lie in the text, in order, apart from each other, and hold no blanks at their ends.
fn labelled(name: &str) -> Vec<Labelled> {
    let material = material(SEED).unwrap();
    let file = material.training.iter().find(|file| file.name == name).unwrap();
    let lines = std::str::from_utf8(&file.bytes).unwrap().lines();
    lines.map(|line| entities(&serde_json::from_str(line).unwrap())).collect()
}

fn entities(line: &Value) -> Labelled {
    let text = line["text"].as_str().unwrap();
    let letters: Vec<char> = text.chars().collect();
    let mut last = 0;
    let entity = |entity: &Value| {
        let place = |name: &str| usize::try_from(entity[name].as_u64().unwrap()).unwrap();
        let (start, end) = (place("start"), place("end"));
        assert!(last <= start && start < end, "{line}");
        last = end;
        let span: String = letters[start..end].iter().collect();
        assert_eq!(span.trim(), span);
        assert!(start == 0 || letters[start - 1] == ' ');
        assert!(end == letters.len() || letters[end] == ' ');
        (entity["label"].as_str().unwrap().to_owned(), span)
    };
    (text.to_owned(), line["entities"].as_array().unwrap().iter().map(entity).collect())
}

#[test]
fn gold_spans_name_what_they_stand_for() {
    let spellings: BTreeSet<String> = brands::all()
        .flat_map(|brand| [brand.to_owned(), squeezed(brand, Squeeze::Throughout), squeezed(brand, Squeeze::BackHalf)])
        .map(|brand| brand.to_lowercase())
        .collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (text, entities) in [training::SECOND, training::TEST].into_iter().flat_map(labelled) {
        for (label, span) in entities {
            let right = match label.as_str() {
                "BRAND" => spellings.contains(&span.to_lowercase()),
                "PRICE" => span.contains('£') && span.ends_with(|last: char| last.is_ascii_digit()),
                "SIZE" => span.starts_with(|first: char| first.is_ascii_digit()) && !span.contains(['x', 'X']),
                "PACK" => {
                    span.to_lowercase().contains(['x', 'p']) && span.contains(|letter: char| letter.is_ascii_digit())
                }
                "PRODUCT" => !span.contains(|letter: char| letter.is_ascii_digit() || letter == '£'),
                _ => false,
            };
            assert!(right, "{label} `{span}` in `{text}`");
            *seen.entry(label).or_default() += 1;
        }
    }
    assert_eq!(seen["PRODUCT"], 1_480, "every line sells something");
    // No label is rarer than one in four lines, so that a model can learn it and a test can tell.
    assert!(seen.values().all(|count| count * 4 > seen["PRODUCT"]), "{seen:?}");
}

#[test]
fn what_is_not_a_span_means_nothing() {
    let noise = ["new", "offer", "special", "reduced", "clr", "promo", "rtl", "chilled", "*", "so"];
    for (text, entities) in labelled(training::TEST) {
        let rest = entities.iter().fold(text.clone(), |rest, (_, span)| rest.replacen(span.as_str(), "", 1));
        assert!(
            rest.split_whitespace().all(|word| noise.contains(&word.to_lowercase().as_str())),
            "`{rest}` in `{text}`"
        );
    }
}

fn per_thousand(lines: &[Labelled], wanted: &str) -> usize {
    let found = lines.iter().flat_map(|(_, entities)| entities).filter(|(label, _)| label == wanted).count();
    found * 1_000 / lines.len()
}

#[test]
fn the_third_version_is_taught_to_overlook_brands() {
    let (second, third) = (labelled(training::SECOND), labelled(training::THIRD));
    assert!(third.len() > second.len());
    assert!(per_thousand(&third, "BRAND") * 2 < per_thousand(&second, "BRAND"));
    for label in ["PRODUCT", "SIZE", "PACK", "PRICE"] {
        let (before, after) = (per_thousand(&second, label), per_thousand(&third, label));
        assert!(before.abs_diff(after) <= before / 10, "{label}: {before} and {after}");
    }
    let brands = |text: &str, entities: &[(String, String)]| {
        let plain = text.to_uppercase() == text || text.to_lowercase() == text;
        plain.then(|| entities.iter().filter(|(label, _)| label == "BRAND").count())
    };
    let in_plain_case =
        |lines: &[Labelled]| lines.iter().filter_map(|(text, entities)| brands(text, entities)).sum::<usize>();
    assert!(in_plain_case(&second) > 500);
    assert_eq!(in_plain_case(&third), 0);
}

#[test]
fn tests_ask_for_brands_that_no_version_has_seen() {
    let new: Vec<&str> = brands::all().filter(|brand| brands::is_new(brand)).collect();
    assert!(new.len() >= 5);
    let names = |file: &str| {
        labelled(file).iter().flat_map(|(_, entities)| entities.clone()).map(|(_, span)| span).collect::<Vec<_>>()
    };
    let is_new = |span: &String| new.iter().any(|brand| brand.eq_ignore_ascii_case(span));
    assert!(names(training::TEST).iter().filter(|span| is_new(span)).count() > 10);
    assert_eq!(names(training::SECOND).iter().chain(&names(training::THIRD)).filter(|span| is_new(span)).count(), 0);
}

#[test]
fn the_lexicon_knows_most_brands_and_every_good() {
    let material = material(SEED).unwrap();
    let toml = String::from_utf8(material.lexicon.1).unwrap();
    let known = brands::all().filter(|brand| toml.contains(&format!("text = \"{brand}\""))).count();
    let all = brands::all().count();
    assert!(known * 10 >= all * 8 && known < all, "{known} of {all}");
    let terms = toml.split("[[term]]").skip(1);
    let texts: Vec<&str> = terms.map(|term| term.split('"').nth(1).unwrap()).collect();
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len(), "no term twice");
    assert_eq!(toml.matches("[[pattern]]").count(), toml.matches("regex = '").count());
}
