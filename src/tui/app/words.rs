//! How states are said: a glyph, a word and a tone. The tone may become a colour; the other two stand without it.

use crate::domain::completeness::CellState;
use crate::domain::{AnomalyState, BatchState, Outcome, ReleaseState, Severity, TaskState};

/// What a piece of text means to the reader; the view turns it into a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Plain,
    /// Of less weight: headings of columns, notes.
    Quiet,
    /// Of more weight: names.
    Strong,
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Not as it should be.
    Bad,
    /// At work.
    Busy,
    /// Dangerous.
    Danger,
    /// Found by a model.
    Entity,
}

/// A piece of text in a tone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What is said.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

impl Piece {
    /// A piece in a tone.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    /// A plain piece.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }
}

/// A state in a glyph, a word and a tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// One cell wide.
    pub glyph: char,
    /// The state's name.
    pub word: &'static str,
    /// How it is meant.
    pub tone: Tone,
}

impl Word {
    const fn new(glyph: char, word: &'static str, tone: Tone) -> Self {
        Self { glyph, word, tone }
    }

    /// Glyph and word.
    #[must_use]
    pub fn piece(self) -> Piece {
        Piece::new(format!("{} {}", self.glyph, self.word), self.tone)
    }
}

impl From<BatchState> for Word {
    fn from(state: BatchState) -> Self {
        match state {
            BatchState::Landed => Self::new('✓', "landed", Tone::Good),
            BatchState::Quarantined => Self::new('!', "quarantined", Tone::Bad),
            BatchState::Superseded => Self::new('·', "superseded", Tone::Quiet),
            BatchState::Withdrawn => Self::new('-', "withdrawn", Tone::Quiet),
        }
    }
}

impl From<CellState> for Word {
    fn from(state: CellState) -> Self {
        match state {
            CellState::NotOwed => Self::new('·', "not owed", Tone::Quiet),
            CellState::Delivered => Self::new('✓', "delivered", Tone::Good),
            CellState::Corrected => Self::new('↻', "corrected", Tone::Good),
            CellState::Partial => Self::new('◐', "partial", Tone::Warning),
            CellState::NeverSeen => Self::new('?', "never seen", Tone::Warning),
            CellState::Expected => Self::new('…', "expected", Tone::Warning),
            CellState::Quarantined => Self::new('!', "quarantined", Tone::Bad),
            CellState::Late => Self::new('✗', "late", Tone::Bad),
        }
    }
}

impl From<AnomalyState> for Word {
    fn from(state: AnomalyState) -> Self {
        match state {
            AnomalyState::Open => Self::new('○', "open", Tone::Warning),
            AnomalyState::Confirmed => Self::new('✗', "confirmed", Tone::Bad),
            AnomalyState::Waived => Self::new('~', "waived", Tone::Quiet),
            AnomalyState::Fixed => Self::new('✓', "fixed", Tone::Good),
        }
    }
}

impl From<ReleaseState> for Word {
    fn from(state: ReleaseState) -> Self {
        match state {
            ReleaseState::Open => Self::new('○', "open", Tone::Plain),
            ReleaseState::Approved => Self::new('✓', "approved", Tone::Good),
            ReleaseState::Publishing => Self::new('↑', "publishing", Tone::Busy),
            ReleaseState::Published => Self::new('●', "published", Tone::Good),
            ReleaseState::Superseded => Self::new('·', "superseded", Tone::Quiet),
            ReleaseState::Withdrawn => Self::new('-', "withdrawn", Tone::Warning),
            ReleaseState::Retired => Self::new('·', "retired", Tone::Quiet),
            ReleaseState::Rejected => Self::new('✗', "rejected", Tone::Quiet),
        }
    }
}

impl From<Outcome> for Word {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::new('✓', "passed", Tone::Good),
            Outcome::Failed => Self::new('✗', "failed", Tone::Bad),
            Outcome::Unknown => Self::new('?', "unknown", Tone::Warning),
        }
    }
}

impl From<Severity> for Word {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Warning => Self::new('!', "warning", Tone::Quiet),
            Severity::Blocking => Self::new('■', "blocking", Tone::Bad),
        }
    }
}

impl From<&TaskState> for Word {
    fn from(state: &TaskState) -> Self {
        match state {
            TaskState::Done => Self::new('✓', "done", Tone::Good),
            TaskState::Missing => Self::new('…', "not run", Tone::Warning),
            TaskState::Stale { .. } => Self::new('~', "stale", Tone::Warning),
            TaskState::Failed { .. } => Self::new('✗', "failed", Tone::Bad),
            TaskState::Running => Self::new('▶', "running", Tone::Busy),
        }
    }
}
