//! A text in the form that terms are compared in: lower case, one space for any white space, and the way back.

use std::iter::once;

use crate::ner::text::characters::{Class, class, lower};

/// A folded text with the place of each of its bytes in the original.
pub struct Folded {
    text: String,
    /// For each byte of the folded text, the character of the original that it came from; at the end, their number.
    origins: Vec<usize>,
}

impl Folded {
    /// Folds a text.
    pub fn new(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), origins: Vec::with_capacity(text.len() + 1) };
        let mut characters = 0;
        let mut after_space = false;
        for character in text.chars() {
            let space = class(character) == Class::Space;
            if space && !after_space {
                folded.push(' ', characters);
            } else if !space {
                for character in lower(character) {
                    folded.push(character, characters);
                }
            }
            after_space = space;
            characters += 1;
        }
        folded.origins.push(characters);
        folded
    }

    fn push(&mut self, character: char, origin: usize) {
        self.text.push(character);
        self.origins.extend(once(origin).cycle().take(character.len_utf8()));
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The characters of the original that a match in the folded text covers, if it begins and ends at the edges of words.
    pub fn whole_words(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let (before, found, after) = (self.text.get(..from)?, self.text.get(from..to)?, self.text.get(to..)?);
        let inside = |left: Option<char>, right: Option<char>| {
            left.zip(right)
                .is_some_and(|(left, right)| class(right) == Class::Mark || (is_word(left) && is_word(right)))
        };
        let cut = inside(before.chars().next_back(), found.chars().next())
            || inside(found.chars().next_back(), after.chars().next());
        let (start, last) = (*self.origins.get(from)?, *self.origins.get(to.checked_sub(1)?)?);
        // One character may fold to several: a match must not begin or end between them.
        let split = from.checked_sub(1).is_some_and(|before| self.origins.get(before) == Some(&start))
            || self.origins.get(to) == Some(&last);
        (!cut && !split).then_some((start, last + 1))
    }
}

/// Whether a word goes on over this character. Ideographs stand for themselves.
fn is_word(character: char) -> bool {
    matches!(class(character), Class::Letter | Class::Digit | Class::Mark)
}
