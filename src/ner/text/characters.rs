//! What sort of character stands in a text: the ground that tokens, shapes and word boundaries share.

use unicode_width::UnicodeWidthChar;

/// The sorts of characters that tokens are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// White space, line ends included.
    Space,
    /// A letter of a script that writes words.
    Letter,
    /// A character of a script that writes without spaces: each may be a word.
    Ideograph,
    /// A digit, a fraction, a superscript number.
    Digit,
    /// What belongs to the character before it: combining marks, joiners, variation selectors.
    Mark,
    /// Everything else: punctuation, currency signs, emoji, control characters.
    Symbol,
}

/// The sort of one character. A character without a width of its own is a mark.
#[inline]
#[must_use]
pub fn class(character: char) -> Class {
    if character.is_ascii() {
        return match character {
            'a'..='z' | 'A'..='Z' => Class::Letter,
            '0'..='9' => Class::Digit,
            _ if character.is_whitespace() => Class::Space,
            _ => Class::Symbol,
        };
    }
    if character.is_whitespace() {
        Class::Space
    } else if character.width() == Some(0) {
        Class::Mark
    } else if is_ideograph(character) {
        Class::Ideograph
    } else if character.is_alphabetic() {
        Class::Letter
    } else if character.is_numeric() {
        Class::Digit
    } else {
        Class::Symbol
    }
}

/// Han, Hiragana and Katakana.
fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a line, and with it a sentence, ends here.
#[must_use]
pub fn ends_line(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The lower case of a character, without the context rules of whole words, so that a word has one lower case wherever
/// it stands.
#[inline]
pub fn lower(character: char) -> impl Iterator<Item = char> {
    let folded = if character == 'ς' { 'σ' } else { character };
    folded.to_lowercase()
}
