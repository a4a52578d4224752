//! Text from outside, made safe to show.

use std::borrow::Cow;

/// What stands in for a character that a terminal would act on instead of showing.
const REPLACEMENT: char = '\u{fffd}';

/// Whether a terminal would act on `character`, or reorder or hide the text around it.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` with control, bidi and invisible characters replaced; tabs and line ends become spaces.
/// One character stays one character, so that offsets into the text keep their meaning.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    #[cfg(test)]
    looked_at::add(text.len());
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|character| match character {
                '\t' | '\n' | '\r' => ' ',
                other if is_unsafe(other) => REPLACEMENT,
                other => other,
            })
            .collect(),
    )
}

/// The beginning of text from outside, safe to show: at most so many characters, and a mark where there are more.
#[must_use]
pub fn beginning(text: &str, most: usize) -> String {
    let mut beginning: String = text.chars().take(most).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    safe(&beginning).into_owned()
}

/// The same in the marks that set values apart in messages.
#[must_use]
pub fn quoted(text: &str, most: usize) -> String {
    format!("`{}`", beginning(text, most))
}

/// `word` if it is close enough to one of `known` to be a typing error: the nearest, by edit distance.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many characters have to be put in, left out, changed or swapped with their neighbour to make one text of the other.
#[must_use]
pub fn edits(one: &str, other: &str) -> usize {
    strsim::osa_distance(one, other)
}

/// How alike two words are by their letters, from 0 to 1: the measure of Jaro and Winkler.
#[must_use]
pub fn likeness(one: &str, other: &str) -> f64 {
    strsim::jaro_winkler(one, other)
}

/// A whole number with thousands separators: `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with its noun: `1 row`, `1,200 rows`, `2 batches`, `3 anomalies`.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    let noun = match (number, noun.strip_suffix('y')) {
        (1, _) => noun.to_owned(),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with("ch") => format!("{noun}es"),
        _ => format!("{noun}s"),
    };
    format!("{} {noun}", grouped(number))
}

/// How much of the texts from outside was looked at: a measure of work that is the same on every machine.
#[cfg(test)]
pub mod looked_at {
    use std::cell::Cell;

    thread_local! {
        static BYTES: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn add(bytes: usize) {
        BYTES.set(BYTES.get() + bytes);
    }

    /// Bytes that this thread made safe since it was last asked.
    pub fn take() -> usize {
        BYTES.replace(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_bidi_never_reach_the_terminal() {
        let shown = safe("a\u{1b}[31mb\u{202e}c\td");
        assert_eq!(shown, "a\u{fffd}[31mb\u{fffd}c d");
        assert!(matches!(safe("Ünïcode 🙂 e\u{301}"), Cow::Borrowed(_)));
    }

    #[test]
    fn typing_errors_find_their_word() {
        assert_eq!(nearest("providr", ["provider", "period"]), Some("provider"));
        assert_eq!(nearest("zebra", ["provider", "period"]), None);
    }

    #[test]
    fn counts_read_well() {
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(1_234_567, "row"), "1,234,567 rows");
        assert_eq!(counted(2, "anomaly"), "2 anomalies");
        assert_eq!(counted(4, "day"), "4 days");
        assert_eq!(counted(0, "batch"), "0 batches");
    }
}
