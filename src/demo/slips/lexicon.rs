//! The first model: a list of terms and patterns that somebody wrote by hand.
//!
//! It knows most brands by their full names and the bare names of goods. What people mark as a product is longer
//! (`Semi Skimmed Milk`), so that it finds about as many products as there are, and few of them whole.

use std::fmt::Write;

use serde_json::Value;

use super::brands;
use super::goods::GOODS;
use super::phrase::Label;
use super::short_forms::SHORT_FORMS;
use super::style::{Squeeze, squeezed};

/// Its file name.
pub const FIRST: &str = "slips-v1.toml";

/// Measures first: where two match the same text, the earlier and longer one is meant.
const PATTERNS: &[(&str, Label)] = &[
    (r"£\d+\.\d{2}", Label::Price),
    (r#"(?i)\b\d+ ?x ?\d+(?:\.\d+)? ?(?:(?:ml|kg|g|l|pt)\b|")"#, Label::Pack),
    (r"(?i)\b\d+ ?(?:pk|pack)\b", Label::Pack),
    (r"(?i)\bx\d+\b", Label::Pack),
    (r#"(?i)\b\d+(?:\.\d+)? ?(?:(?:ml|kg|g|l|pt)\b|")"#, Label::Size),
];

/// The lexicon as TOML: `[[term]]` with `text` and `label`, `[[pattern]]` with `regex` and `label`.
#[must_use]
pub fn toml() -> String {
    let mut toml = String::from("# Brands and goods as the buyers know them; measures by their form.\n");
    for brand in brands::all().filter(|brand| !is_forgotten(brand)) {
        term(&mut toml, brand, Label::Brand);
        let short = squeezed(brand, Squeeze::Throughout);
        if short != brand {
            term(&mut toml, &short, Label::Brand);
        }
    }
    for good in GOODS {
        term(&mut toml, good.name, Label::Product);
        match SHORT_FORMS.iter().find(|(long, _)| *long == good.name) {
            Some((_, short)) => short.iter().for_each(|short| term(&mut toml, short, Label::Product)),
            None if squeezed(good.name, Squeeze::Throughout) != good.name => {
                term(&mut toml, &squeezed(good.name, Squeeze::Throughout), Label::Product);
            }
            None => {}
        }
    }
    for (regex, label) in PATTERNS {
        // Writing to a string does not fail.
        let _ = write!(toml, "\n[[pattern]]\nregex = '{regex}'\nlabel = \"{}\"\n", label.as_str());
    }
    toml
}

/// Whether the buyers forgot the brand.
fn is_forgotten(brand: &str) -> bool {
    brands::all().position(|known| known == brand).is_some_and(|position| position % 10 == 7)
}

/// A JSON string is a TOML string too.
fn term(toml: &mut String, text: &str, label: Label) {
    let _ = write!(toml, "\n[[term]]\ntext = {}\nlabel = \"{}\"\n", Value::from(text), label.as_str());
}
