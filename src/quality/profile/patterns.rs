//! How texts are built: patterns of classes of characters.

use super::bins::Nested;
use crate::domain::profile::Detail;

/// Of longer texts so many characters tell the pattern.
const LONGEST: usize = 32;

/// The detail of patterns by level.
pub(super) const DETAILS: [Detail; 3] = [Detail::Characters, Detail::Runs, Detail::Classes];

/// Stands for any sign outside ASCII.
const SIGN: u8 = 0x80;

/// Stands for the rest of a longer text.
const REST: u8 = 0x81;

/// A pattern of some level: a byte for each class, and zeros behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Pattern([u8; LONGEST + 1]);

/// What a character counts as: `A` and `a` for letters, `9` for digits, a space for what is none, any other sign of ASCII for
/// itself.
fn class(character: char) -> u8 {
    match character {
        _ if character.is_ascii() => ASCII[character as usize],
        _ if character.is_whitespace() => b' ',
        _ if character.is_uppercase() => b'A',
        _ if character.is_alphabetic() => b'a',
        _ if character.is_numeric() => b'9',
        _ => SIGN,
    }
}

/// The classes of ASCII.
const ASCII: [u8; 128] = {
    let mut classes = [SIGN; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'A'..=b'Z' => b'A',
            b'a'..=b'z' => b'a',
            b'0'..=b'9' => b'9',
            _ if byte.is_ascii_graphic() => byte,
            _ if byte.is_ascii_whitespace() => b' ',
            _ => SIGN,
        };
        byte += 1;
    }
    classes
};

impl Pattern {
    /// The pattern of a text.
    pub(super) fn of(text: &str, level: u8) -> Self {
        let mut pattern = Self([0; LONGEST + 1]);
        if text.is_ascii() {
            pattern.0.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = ASCII[byte as usize]);
        } else {
            pattern.0.iter_mut().zip(text.chars()).for_each(|(place, character)| *place = class(character));
        }
        if pattern.0[LONGEST] != 0 {
            pattern.0[LONGEST] = REST;
        }
        (0..level).fold(pattern, |pattern, level| pattern.wider(level))
    }

    fn from(classes: impl Iterator<Item = u8>) -> Self {
        let mut pattern = [0; LONGEST + 1];
        pattern.iter_mut().zip(classes).for_each(|(place, class)| *place = class);
        Self(pattern)
    }

    fn classes(&self) -> impl Iterator<Item = u8> {
        self.0.into_iter().take_while(|class| *class != 0)
    }

    /// As people read it.
    pub(super) fn shown(&self) -> String {
        let shown = |class| match class {
            SIGN => '¤',
            REST => '…',
            class => char::from(class),
        };
        self.classes().map(shown).collect()
    }
}

/// How a text is built, by runs of classes: `A+-9+`.
#[must_use]
pub fn runs_of(text: &str) -> String {
    Pattern::of(text, 1).shown()
}

impl Nested for Pattern {
    const WIDEST: u8 = 2;

    fn wider(&self, level: u8) -> Self {
        if level == 0 { self.runs() } else { self.set() }
    }
}

impl Pattern {
    /// `AAA-9` becomes `A+-9`.
    fn runs(&self) -> Self {
        let mut runs = Vec::with_capacity(LONGEST + 1);
        let mut classes = self.classes().peekable();
        while let Some(class) = classes.next() {
            runs.push(class);
            if matches!(class, b'A' | b'a' | b'9' | b' ') && classes.next_if_eq(&class).is_some() {
                runs.push(b'+');
                while classes.next_if_eq(&class).is_some() {}
            }
        }
        Self::from(runs.into_iter())
    }

    /// `A+-9` becomes `-9A`.
    fn set(&self) -> Self {
        let mut classes: Vec<u8> = self.classes().filter(|class| !matches!(*class, b'+' | REST)).collect();
        classes.sort_unstable();
        classes.dedup();
        Self::from(classes.into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_by_characters_runs_and_classes() {
        let of = |text, level| Pattern::of(text, level).shown();
        assert_eq!(of("AB-1234", 0), "AA-9999");
        assert_eq!(of("AB-1234", 1), "A+-9+");
        assert_eq!(of("AB-1234", 2), "-9A");
        assert_eq!(of("Ünïcode 茶 ½ €\t", 0), "Aaaaaaa a 9 ¤ ");
        assert_eq!(of("1+1", 1), "9+9");
        assert_eq!(of("", 2), "");
        assert_eq!(of(&"x".repeat(1000), 0).chars().count(), 33);
        for text in ["a  b", "++", "AAaa99", "1+1"] {
            assert_eq!(Pattern::of(text, 0).wider(0), Pattern::of(text, 1));
            assert_eq!(Pattern::of(text, 1).wider(1), Pattern::of(text, 2));
        }
    }
}
