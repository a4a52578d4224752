//! The one trait behind which every kind of model lives, and what its answers must satisfy.

use crate::base::text::safe;
use crate::base::{self, Cancel, Error};

/// An entity found in one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// One of the tagger's labels.
    pub label: String,
    /// The first character, counted in Unicode scalar values from 0.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// How sure the model is, in 0..1.
    pub score: f64,
}

/// What one text gave: its entities by start.
pub type Answer = Result<Vec<Span>, NoAnswer>;

/// Why there are no entities of a text, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// The model says that it could not read this text.
    Unread(String),
    /// The model answered something that can't be.
    Impossible(String),
}

impl From<String> for NoAnswer {
    fn from(why: String) -> Self {
        Self::Unread(why)
    }
}

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Unread(why) | Self::Impossible(why)) = self;
        f.write_str(why)
    }
}

/// Why a model's answers can't be used.
#[derive(Debug)]
pub enum Failure {
    /// An answer that can't be: the place of its text among those asked about, and what is wrong with it.
    Impossible(usize, String),
    /// The model as a whole failed, or was called off.
    Model(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Model(error)
    }
}

/// A model that is ready to read texts, from several threads at once.
pub trait Tagger: Send + Sync {
    /// The labels it can find, sorted.
    fn labels(&self) -> &[String];

    /// One answer per text, in their order. Fails where the model as a whole does; looks at `cancel` between texts.
    fn tag(&self, texts: &[&str], cancel: &Cancel) -> base::Result<Vec<Answer>>;

    /// How many texts it is best asked about at once: few enough to share the end of the work among threads.
    fn batch(&self) -> usize {
        128
    }

    /// How many calls are best under way at once, where so many threads of this machine could be busy.
    fn calls(&self, threads: usize) -> usize {
        threads
    }
}

/// Reads text after text, for models that need no batches.
pub fn one_by_one(texts: &[&str], cancel: &Cancel, mut read: impl FnMut(&str) -> Answer) -> base::Result<Vec<Answer>> {
    let one = |text: &&str| cancel.check().map(|()| read(text));
    texts.iter().map(one).collect()
}

/// Asks a tagger, and refuses answers that can't be: more or fewer than texts, entities outside the text, empty, unsorted, of an
/// unknown label, with a score outside 0..1, or two overlapping ones of one label.
pub fn tag_checked(tagger: &dyn Tagger, texts: &[&str], cancel: &Cancel) -> Result<Vec<Answer>, Failure> {
    let answers = tagger.tag(texts, cancel)?;
    if answers.len() != texts.len() {
        let (given, asked) = (answers.len(), texts.len());
        return Err(Error::bad_data(format!("the model gave {given} answers for {asked} texts")).into());
    }
    let mut covered = vec![0; tagger.labels().len()];
    for (index, (text, answer)) in texts.iter().zip(&answers).enumerate() {
        let checked = match answer {
            Ok(spans) => check(tagger.labels(), text, spans, &mut covered),
            Err(NoAnswer::Unread(_)) => Ok(()),
            Err(NoAnswer::Impossible(reason)) => Err(reason.clone()),
        };
        checked.map_err(|reason| Failure::Impossible(index, reason))?;
    }
    Ok(answers)
}

/// Whether an answer can be. `covered` is a buffer with a place for each label.
fn check(labels: &[String], text: &str, spans: &[Span], covered: &mut [u32]) -> Result<(), String> {
    if spans.is_empty() {
        return Ok(());
    }
    let characters = text.chars().count();
    covered.fill(0);
    let mut previous = 0;
    for span in spans {
        let Span { start, end, score, .. } = *span;
        let name = safe(&span.label);
        if start >= end {
            return Err(format!("the model found `{name}` at {start}..{end}, which is no part of a text"));
        }
        if usize::try_from(end).map_or(true, |end| end > characters) {
            return Err(format!(
                "the model found `{name}` at {start}..{end}, but the text has {characters} characters"
            ));
        }
        if !(0.0..=1.0).contains(&score) {
            return Err(format!("the model scored `{name}` at {start}..{end} with `{score}`, which is not in 0..1"));
        }
        if start < previous {
            return Err(format!("the model returned `{name}` at {start}..{end} after one that starts at {previous}"));
        }
        let label = labels.binary_search(&span.label).map_err(|_| {
            format!("the model found the label `{name}` at {start}..{end}, which is not one of its labels")
        })?;
        if start < covered[label] {
            return Err(format!("the model found `{name}` at {start}..{end}, over another `{name}`"));
        }
        covered[label] = end;
        previous = start;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    struct Fixed(Vec<String>, Vec<Span>);

    impl Tagger for Fixed {
        fn labels(&self) -> &[String] {
            &self.0
        }

        fn tag(&self, texts: &[&str], cancel: &Cancel) -> base::Result<Vec<Answer>> {
            one_by_one(texts, cancel, |_| Ok(self.1.clone()))
        }
    }

    fn span(label: &str, start: u32, end: u32, score: f64) -> Span {
        Span { label: label.to_owned(), start, end, score }
    }

    fn refusal(spans: &[Span]) -> Option<(usize, String)> {
        let tagger = Fixed(vec!["A".to_owned(), "B".to_owned()], spans.to_vec());
        match tag_checked(&tagger, &["größer", "größe"], &Cancel::default()) {
            Err(Failure::Impossible(index, reason)) => Some((index, reason)),
            _ => None,
        }
    }

    #[test]
    fn an_impossible_answer_is_refused_in_words() {
        for (spans, word) in [
            (vec![span("A", 3, 6, 1.0)], "has 5 characters"),
            (vec![span("A", 2, 2, 1.0)], "2..2"),
            (vec![span("A", 3, 2, 1.0)], "3..2"),
            (vec![span("C", 0, 1, 1.0)], "not one of its labels"),
            (vec![span("A", 0, 1, 1.5)], "`1.5`"),
            (vec![span("A", 0, 1, f64::NAN)], "`NaN`"),
            (vec![span("A", 2, 3, 1.0), span("B", 0, 1, 1.0)], "after one that starts at 2"),
            (vec![span("A", 0, 3, 1.0), span("A", 2, 4, 1.0)], "over another"),
            (vec![span("A", 0, 3, 1.0), span("B", 1, 2, 1.0), span("A", 0, 3, 1.0)], "after one"),
        ] {
            let (index, refusal) = refusal(&spans).unwrap();
            assert!(refusal.contains(word), "{refusal}");
            assert_eq!(index, usize::from(refusal.contains("5 characters")), "{refusal}");
        }
    }

    #[test]
    fn a_sound_answer_passes_with_different_labels_nested() {
        assert_eq!(refusal(&[span("A", 0, 5, 0.0), span("B", 1, 2, 1.0), span("B", 2, 5, 0.5)]), None);
        assert_eq!(refusal(&[]), None);
    }
}
