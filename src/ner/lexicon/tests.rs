//! Tests of lexicon models.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::domain::model::ModelKind;
use crate::ner::tagger::tag_checked;

const SHOP: &str = "\
# brands and sizes
[[term]]
text = \"Coca Cola\"
label = \"BRAND\"
[[term]]
text = \"Cola\"
label = \"PRODUCT\"
[[term]]
text = \"Coca Cola Zero\"
label = \"BRAND\"
[[term]]
text = \"CRÈME BRÛLÉE\"
label = \"PRODUCT\"
[[pattern]]
regex = '(?i)\\b\\d+ ?(g|ml|l)\\b'
label = \"SIZE\"
";

fn found(lexicon: &str, text: &str) -> Vec<(String, String)> {
    let lexicon = parse(lexicon.as_bytes()).unwrap();
    let characters: Vec<char> = text.chars().collect();
    let spans = tag_checked(&lexicon, &[text], &Cancel::default()).unwrap().remove(0).unwrap();
    spans
        .into_iter()
        .map(|span| (span.label, characters[span.start as usize..span.end as usize].iter().collect()))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(label, text)| ((*label).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn the_longest_term_wins_without_regard_to_case_and_spacing() {
    assert_eq!(found(SHOP, "COCA  cola zero 330ML"), pairs(&[("BRAND", "COCA  cola zero"), ("SIZE", "330ML")]));
    assert_eq!(found(SHOP, "🥤 coca cola, cola"), pairs(&[("BRAND", "coca cola"), ("PRODUCT", "cola")]));
    assert_eq!(found(SHOP, "2 crème brûlée 90g"), pairs(&[("PRODUCT", "crème brûlée"), ("SIZE", "90g")]));
}

#[test]
fn terms_are_whole_words() {
    assert_eq!(found(SHOP, "colander Coca Colax ecola"), pairs(&[]));
    // The longest fails at its edge; the shorter holds.
    assert_eq!(found(SHOP, "coca cola zeroed"), pairs(&[("BRAND", "coca cola")]));
    // A combining mark makes it another word.
    assert_eq!(found(SHOP, "cola\u{301} (cola)"), pairs(&[("PRODUCT", "cola")]));
    let lexicon = "term,label\n£,CURRENCY\ni̇stanbul,CITY\n";
    assert_eq!(found(lexicon, "£5 İstanbul"), pairs(&[("CURRENCY", "£"), ("CITY", "İstanbul")]));
}

#[test]
fn overlaps_are_settled_by_the_documented_order() {
    let lexicon = "term,label,kind\n[a-z]+ cola,P,regex\ncola,T,\nred cola,T,term\nblue,P,regex\nblue,T,term\n";
    assert_eq!(
        found(lexicon, "green cola red cola blue"),
        pairs(&[("P", "green cola"), ("T", "red cola"), ("T", "blue")])
    );
    let parsed = parse(lexicon.as_bytes()).unwrap();
    let scores: Vec<f64> = parsed.read("green cola blue").unwrap().iter().map(|span| span.score).collect();
    assert_eq!(scores, [PATTERN_SCORE, TERM_SCORE]);
    assert_eq!(parsed.labels(), ["P", "T"]);
}

#[test]
fn toml_and_csv_say_the_same() {
    let csv = "\u{feff}term,label,kind\r\n\"Salt, sea\",PRODUCT,\r\n\r\n\"\\d+g\",SIZE,regex\r\n";
    let toml = "pattern = [{ regex = '\\d+g', label = 'SIZE' }]\nterm = [{ text = 'Salt, sea', label = 'PRODUCT' }]\n";
    let expected = pairs(&[("PRODUCT", "salt, sea"), ("SIZE", "500g")]);
    assert_eq!(found(csv, "salt, sea 500g"), expected);
    assert_eq!(found(toml, "salt, sea 500g"), expected);
    assert_eq!(found("pattern,label\n\\d+g,SIZE", "500g"), pairs(&[("SIZE", "500g")]));
    assert!(crate::ner::load(ModelKind::Lexicon, csv.as_bytes(), Path::new("")).is_ok());
    assert_eq!(crate::ner::kind_of(csv.as_bytes()), ModelKind::Lexicon);
}

#[test]
fn errors_name_line_and_value() {
    for (lexicon, words) in [
        ("", &["no terms"][..]),
        ("term,label\n", &["no terms"]),
        ("name,label\nx,Y", &["line 1", "`name,label`"]),
        ("term,label\nx,Y\n\ny,\n", &["line 4", "empty label"]),
        ("term,label\nx\n", &["line 2", "`x`", "1 field"]),
        ("term,label,kind\nx,Y,regexp\n", &["line 2", "`regexp`"]),
        ("term,label\nCola,A\nx,A\nCOLA,B\n", &["line 4", "`COLA`", "`B`", "`A`", "line 2"]),
        ("term,label,kind\n\"a\nb\",A,\n(,A,regex\n", &["line 4", "`(`"]),
        ("pattern,label\n\\d*,A\n", &["line 2", "`\\d*`", "empty"]),
        ("pattern,label\n(a{1000}){1000},A\n", &["line 2", "size limit"]),
        ("[[term]]\ntext = 'x'\nlabel = 'A'\n[[term]]\ntex = 'y'\n", &["line 5", "tex"]),
        ("[[term]]\ntext = 'x'\nlabel = 'A'\n[[term]]\ntext = ' '\nlabel = 'A'\n", &["line 4", "empty"]),
    ] {
        let message = parse(lexicon.as_bytes()).unwrap_err().one_line();
        for word in words {
            assert!(message.contains(word), "{message} should contain {word}");
        }
    }
    assert!(parse(b"term,label\nx\xff,A\n").unwrap_err().message().contains("`0xff` at offset 12"));
}

proptest! {
    #[test]
    fn any_bytes_are_a_lexicon_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = parse(&bytes);
        let _ = parse(&[b"term,label,kind\n", bytes.as_slice()].concat());
        let _ = parse(&[b"[[term]]\n", bytes.as_slice()].concat());
    }

    #[test]
    fn answers_are_sound_on_any_text(text in "(cola|Coca Cola|[\\PC]|\u{301}| |9g){0,20}") {
        let lexicon = parse(SHOP.as_bytes()).unwrap();
        prop_assert!(tag_checked(&lexicon, &[&text], &Cancel::default()).is_ok());
    }
}
