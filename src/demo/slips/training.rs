//! Labelled descriptions to train and test models with: JSON lines with spans.

use serde_json::Value;

use super::brands;
use super::item::{Item, sell};
use super::phrase::{Label, Phrase, Span};
use super::providers::PROVIDERS;
use super::random::Random;

/// A file to train or test a model with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingFile {
    /// Its name.
    pub name: &'static str,
    /// JSON lines `{"text", "entities": [{"start", "end", "label"}]}`, offsets in characters.
    pub bytes: Vec<u8>,
}

/// What the second model version is trained on: labelled with care.
pub const SECOND: &str = "slips-v2.jsonl";

/// What the third is trained on: more lines, and brands are marked only where they are written like names.
pub const THIRD: &str = "slips-v3.jsonl";

/// What every version is measured on: labelled with care, and with brands that no version was trained on.
pub const TEST: &str = "slips-test.jsonl";

/// All training files.
#[must_use]
pub fn files(seed: u64) -> Vec<TrainingFile> {
    let all = |_: &Phrase, _: Span| true;
    vec![
        TrainingFile { name: SECOND, bytes: lines(seed, SECOND, 1_080, is_known, all) },
        TrainingFile { name: THIRD, bytes: lines(seed, THIRD, 1_500, is_known, as_the_third_was_labelled) },
        TrainingFile { name: TEST, bytes: lines(seed, TEST, 400, |_| true, all) },
    ]
}

fn lines(
    seed: u64,
    name: &str,
    count: usize,
    wanted: impl Fn(&Item) -> bool,
    marked: impl Fn(&Phrase, Span) -> bool,
) -> Vec<u8> {
    let mut random = Random::named(seed, &["training", name]);
    let sold = std::iter::repeat_with(|| {
        let style = &random.pick(&PROVIDERS).style;
        let month = *random.pick(&[3, 4, 5, 6, 7, 8]);
        sell(&mut random, style, month)
    });
    sold.filter(wanted).take(count).map(|item| line(&item.phrase, &marked)).collect::<String>().into_bytes()
}

fn line(phrase: &Phrase, marked: impl Fn(&Phrase, Span) -> bool) -> String {
    let entity =
        |span: Span| format!("{{\"start\":{},\"end\":{},\"label\":\"{}\"}}", span.start, span.end, span.label.as_str());
    let spans = phrase.spans.iter().copied().filter(|span| marked(phrase, *span));
    let entities = spans.map(entity).collect::<Vec<_>>().join(",");
    format!("{{\"text\":{},\"entities\":[{entities}]}}\n", Value::from(phrase.text.as_str()))
}

fn is_known(item: &Item) -> bool {
    !item.brand.is_some_and(brands::is_new)
}

/// Whoever labelled for the third version took brands in capitals or small letters for nothing.
fn as_the_third_was_labelled(phrase: &Phrase, span: Span) -> bool {
    let text = phrase.text_of(span);
    let like_a_name = text.starts_with(char::is_uppercase) && text.contains(char::is_lowercase);
    span.label != Label::Brand || like_a_name
}
