//! The one trait behind which every kind of model lives, and what its answers must satisfy.

use crate::base::text::safe;

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

/// A model that is ready to read texts.
pub trait Tagger: Send + Sync {
    /// The labels it can find, sorted.
    fn labels(&self) -> &[String];

    /// The entities of one text, by start. An error says in words why the model failed on this text.
    fn tag(&self, text: &str) -> Result<Vec<Span>, String>;
}

/// Tags one text and refuses an answer that can't be: outside the text, empty, unsorted, of an unknown label, with a
/// score outside 0..1, or with two overlapping spans of one label.
pub fn tag_checked(tagger: &dyn Tagger, text: &str) -> Result<Vec<Span>, String> {
    let spans = tagger.tag(text)?;
    if spans.is_empty() {
        return Ok(spans);
    }
    let characters = text.chars().count();
    let labels = tagger.labels();
    let mut covered: Vec<u32> = vec![0; labels.len()];
    let mut previous = 0;
    for span in &spans {
        let Span { start, end, score, .. } = *span;
        let name = safe(&span.label);
        if start >= end || usize::try_from(end).map_or(true, |end| end > characters) {
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
    Ok(spans)
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

        fn tag(&self, _: &str) -> Result<Vec<Span>, String> {
            Ok(self.1.clone())
        }
    }

    fn span(label: &str, start: u32, end: u32, score: f64) -> Span {
        Span { label: label.to_owned(), start, end, score }
    }

    fn refusal(spans: &[Span]) -> Option<String> {
        let tagger = Fixed(vec!["A".to_owned(), "B".to_owned()], spans.to_vec());
        tag_checked(&tagger, "größe").err()
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
            let refusal = refusal(&spans).unwrap();
            assert!(refusal.contains(word), "{refusal}");
        }
    }

    #[test]
    fn a_sound_answer_passes_with_different_labels_nested() {
        assert_eq!(refusal(&[span("A", 0, 5, 0.0), span("B", 1, 2, 1.0), span("B", 2, 5, 0.5)]), None);
        assert_eq!(refusal(&[]), None);
    }
}
