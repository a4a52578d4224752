//! A dialog: what is about to happen, what it would do, and the words that it needs.

use super::ask::Ask;
use super::field::{Field, FieldKind};
use super::key::Key;
use super::message::{Answer, Load};
use super::text_field::TextField;
use crate::base::{Error, Result};
use crate::domain::Request;
use crate::ops::ReleaseDetail;

/// Said to whoever is faster than what has to be seen first.
const WAIT: &str = "wait until what it would do stands here";

/// Something that is on its way, there, or could not be had.
#[derive(Debug, Clone)]
pub enum Fetched<T> {
    /// Not asked for.
    Unasked,
    /// On its way, by its generation.
    Awaited(u64),
    /// There.
    There(T),
    /// Could not be had.
    Failed(Error),
}

/// A change about to be made.
#[derive(Debug, Clone)]
pub struct Dialog {
    /// What is about to happen.
    pub ask: Ask,
    /// What has to be typed.
    pub fields: Vec<Field>,
    /// The field with the caret.
    pub focus: usize,
    /// Lines of what it says that are scrolled away.
    pub scrolled: usize,
    /// What it would do, in sentences.
    pub preview: Fetched<Vec<String>>,
    /// The release that it is about, as it is now.
    pub release: Fetched<ReleaseDetail>,
    /// Why it was not done when `Enter` was pressed.
    pub complaint: Option<String>,
    /// The ticket of its request, while that is not answered.
    pub sent: Option<u64>,
}

impl Dialog {
    /// A dialog that asks for what `ask` needs.
    #[must_use]
    pub fn about(ask: Ask) -> Self {
        let fields = ask.fields();
        let focus = fields.iter().position(|field| field.input.text().is_empty()).unwrap_or_default();
        let (preview, release) = (Fetched::Unasked, Fetched::Unasked);
        Self { ask, fields, focus, scrolled: 0, preview, release, complaint: None, sent: None }
    }

    /// The same with what was typed, after it was refused.
    #[must_use]
    pub fn refused(self, why: String) -> Self {
        Self { complaint: Some(why), sent: None, ..self }
    }

    /// The same opened anew: what it is about may have changed, and what is typed as a sign that it is meant is typed
    /// each time.
    #[must_use]
    pub fn again(self) -> Self {
        let mut anew = Self { complaint: self.complaint, ..Self::about(self.ask) };
        for (field, typed) in anew.fields.iter_mut().zip(self.fields) {
            if !matches!(field.kind, FieldKind::Exactly(_)) {
                field.input = typed.input;
            }
        }
        anew
    }

    /// Whether what it would do hangs on what is typed, so that it can only be said afterwards.
    #[must_use]
    pub fn hangs_on_input(&self) -> bool {
        self.fields.iter().any(|field| field.kind == FieldKind::Path)
    }

    /// Takes a key that edits the field at hand; false where it means something else, or the words are on their way.
    pub fn edit(&mut self, key: &Key) -> bool {
        self.typed(|input| input.edit(key))
    }

    /// Takes pasted text into the field at hand.
    pub fn paste(&mut self, text: &str) -> bool {
        self.typed(|input| {
            input.insert(text.trim());
            true
        })
    }

    /// What was seen before no longer tells what other words would do.
    fn typed(&mut self, edit: impl FnOnce(&mut TextField) -> bool) -> bool {
        if self.sent.is_some() {
            return false;
        }
        let hangs = self.hangs_on_input();
        let Some(field) = self.fields.get_mut(self.focus) else { return false };
        let edited = edit(&mut field.input);
        if edited {
            self.complaint = None;
            if hangs {
                self.preview = Fetched::Unasked;
            }
        }
        edited
    }

    /// Moves the caret to another field, around the ends.
    pub fn step(&mut self, by: isize) {
        if !self.fields.is_empty() {
            let index = (self.focus.cast_signed() + by).rem_euclid(self.fields.len().cast_signed());
            self.focus = index.unsigned_abs();
        }
    }

    /// The request as typed so far.
    #[must_use]
    pub fn request(&self) -> Request {
        let digest = match &self.release {
            Fetched::There(detail) => detail.release.release_digest.clone(),
            _ => None,
        };
        self.ask.request(&self.fields, digest)
    }

    /// The release to fetch before anything can be said, if it is about one.
    #[must_use]
    pub fn load(&self) -> Option<Load> {
        self.ask.shows().map(|release| Load::Release(release.clone()))
    }

    /// Whether the load of this generation is for it.
    #[must_use]
    pub fn awaits(&self, generation: u64) -> bool {
        matches!(self.release, Fetched::Awaited(awaited) if awaited == generation)
    }

    /// Takes the release; false where it isn't awaited.
    pub fn arrive(&mut self, generation: u64, answer: Result<Answer>) -> bool {
        if !self.awaits(generation) {
            return false;
        }
        self.release = match answer {
            Ok(Answer::Release(detail)) => Fetched::There(*detail),
            Ok(_) => Fetched::Unasked,
            Err(error) => Fetched::Failed(error),
        };
        self.complaint.take_if(|complaint| complaint == WAIT);
        true
    }

    /// Takes what it would do; false where it isn't awaited.
    pub fn previewed(&mut self, generation: u64, answer: Result<Vec<String>>) -> bool {
        if !matches!(self.preview, Fetched::Awaited(awaited) if awaited == generation) {
            return false;
        }
        self.preview = match answer {
            Ok(lines) => Fetched::There(lines),
            Err(error) => Fetched::Failed(error),
        };
        self.complaint.take_if(|complaint| complaint == WAIT);
        true
    }

    /// Why it can't be done yet: a field that is not right, or something not seen yet. Moves to that field.
    pub fn refusal(&mut self) -> Option<String> {
        if let Some((index, complaint)) =
            self.fields.iter().enumerate().find_map(|(index, field)| Some((index, field.complaint()?)))
        {
            self.focus = index;
            return Some(complaint);
        }
        match (&self.preview, &self.release) {
            (Fetched::Failed(error), _) | (_, Fetched::Failed(error)) => Some(error.one_line()),
            (Fetched::Awaited(_), _) | (_, Fetched::Awaited(_)) => Some(WAIT.to_owned()),
            _ => None,
        }
    }
}
