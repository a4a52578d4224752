//! A list on top, narrowed by typing: what it is about, and how far it was gone through.

use super::text_field::TextField;

/// What a list on top is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Any command.
    Palette,
    /// What can be done here.
    Help,
    /// Who to act as.
    People,
    /// What was asked for in this session.
    CommandLog,
}

impl Topic {
    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Palette => "Commands",
            Self::Help => "Help: what can be done here",
            Self::People => "Act as",
            Self::CommandLog => "Command log of this session",
        }
    }
}

/// A list on top: what was typed to narrow it, and the selected line.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What it is about.
    pub topic: Topic,
    /// What was typed.
    pub input: TextField,
    /// The selected line.
    pub cursor: usize,
}

impl Choice {
    /// The whole list.
    #[must_use]
    pub fn about(topic: Topic) -> Self {
        Self { topic, input: TextField::default(), cursor: 0 }
    }
}
