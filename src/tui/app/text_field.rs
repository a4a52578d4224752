//! One line of text being typed, with a caret that moves by what a person sees as a character.

use unicode_segmentation::UnicodeSegmentation;

use super::Key;

/// The most that a field takes, in bytes: a reason is a sentence or two.
const LONGEST: usize = 2_000;

/// A line of text and its caret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextField {
    text: String,
    /// Byte offset, always between two grapheme clusters.
    caret: usize,
}

impl TextField {
    /// A field that holds `text`, the caret behind it.
    #[must_use]
    pub fn with(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { caret: text.len(), text }
    }

    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was typed, without the spaces around it.
    #[must_use]
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// What stands before the caret.
    #[must_use]
    pub fn before_caret(&self) -> &str {
        self.text.get(..self.caret).unwrap_or_default()
    }

    /// What stands behind the caret.
    #[must_use]
    pub fn after_caret(&self) -> &str {
        self.text.get(self.caret..).unwrap_or_default()
    }

    /// Puts text in at the caret, on one line, as far as there is room.
    pub fn insert(&mut self, text: &str) {
        for cluster in text.graphemes(true) {
            let cluster = if cluster.chars().any(char::is_control) { " " } else { cluster };
            if self.text.len() + cluster.len() > LONGEST {
                return;
            }
            self.text.insert_str(self.caret, cluster);
            self.caret += cluster.len();
        }
        self.settle();
    }

    /// Takes a key that edits; false where the key means something else.
    pub fn edit(&mut self, key: &Key) -> bool {
        if let Some(character) = key.character() {
            self.insert(character.encode_utf8(&mut [0; 4]));
            return true;
        }
        match key.name() {
            "backspace" | "ctrl-h" => self.erase(self.left()),
            "ctrl-w" => self.erase(self.word_left()),
            "ctrl-u" => self.erase(0),
            "delete" => {
                let start = self.caret;
                self.caret = self.right();
                self.erase(start);
            }
            "left" | "ctrl-b" => self.caret = self.left(),
            "right" | "ctrl-f" => self.caret = self.right(),
            "home" | "ctrl-a" => self.caret = 0,
            "end" | "ctrl-e" => self.caret = self.text.len(),
            _ => return false,
        }
        true
    }

    fn left(&self) -> usize {
        self.before_caret().grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.caret + self.after_caret().graphemes(true).next().map_or(0, str::len)
    }

    fn word_left(&self) -> usize {
        let before = self.before_caret().trim_end();
        before.rfind(char::is_whitespace).map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8))
    }

    fn erase(&mut self, from: usize) {
        self.text.replace_range(from..self.caret, "");
        self.caret = from;
        self.settle();
    }

    /// After an edit two neighbours may have become one cluster: the caret goes behind it.
    fn settle(&mut self) {
        let caret = self.caret;
        let boundary = self.text.grapheme_indices(true).map(|(at, _)| at).find(|at| *at >= caret);
        self.caret = boundary.unwrap_or(self.text.len());
    }
}
