//! A key press by its name: `a`, `G`, `ctrl-d`, `enter`. The catalogue, the help and the README speak of keys by the same names.

use std::fmt;

/// A key press.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    name: String,
    typed: Option<char>,
}

/// Names of keys that type nothing.
const NAMED: &[&str] = &[
    "enter",
    "esc",
    "tab",
    "shift-tab",
    "backspace",
    "delete",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "page-up",
    "page-down",
];

impl Key {
    /// A character that was typed, upper case and symbols as they appear.
    #[must_use]
    pub fn typed(character: char) -> Self {
        let name = if character == ' ' { "space".to_owned() } else { character.to_string() };
        Self { name, typed: Some(character) }
    }

    /// A character with Ctrl held.
    #[must_use]
    pub fn ctrl(character: char) -> Self {
        Self { name: format!("ctrl-{}", character.to_ascii_lowercase()), typed: None }
    }

    /// A key that types nothing, by its name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), typed: None }
    }

    /// Reads a name of the catalogue; `None` where it names no key.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if NAMED.contains(&name) {
            return Some(Self::named(name));
        }
        if name == "space" {
            return Some(Self::typed(' '));
        }
        let (rest, ctrl) = name.strip_prefix("ctrl-").map_or((name, false), |rest| (rest, true));
        let mut characters = rest.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) if ctrl => Some(Self::ctrl(character)),
            (Some(character), None) => Some(Self::typed(character)),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The character that it types into a text field.
    #[must_use]
    pub fn character(&self) -> Option<char> {
        self.typed
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}
