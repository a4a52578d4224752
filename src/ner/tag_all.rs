//! Many texts through one tagger: in order, on several threads, stopped at any time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::tagger::{Span, Tagger, tag_checked};
use crate::base::{Cancel, Error, Result};

/// Rows that a thread takes at a time: few enough to share the end of the work, enough to make the taking cheap.
const CHUNK: usize = 128;

/// What one text gave: its entities, or in words why the model failed on it.
type Row = Result<Vec<Span>, String>;

/// Tags every text, with one answer per text in the order given. A missing text has no entities. A model that fails on
/// a text, or answers what can't be (see [`Tagger`]), gives an error for that row alone.
pub fn tag_all(tagger: &dyn Tagger, texts: &[Option<&str>], threads: usize, cancel: &Cancel) -> Result<Vec<Row>> {
    let chunks: Vec<&[Option<&str>]> = texts.chunks(CHUNK).collect();
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Vec<Row>)>> {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(chunk) = chunks.get(index) else { return Ok(done) };
            done.push((index, tag_chunk(tagger, chunk, cancel)?));
        }
    };
    let helpers = threads.min(chunks.len()).saturating_sub(1);
    let mut done = thread::scope(|scope| -> Result<Vec<(usize, Vec<Row>)>> {
        let helpers: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for helper in helpers {
            let theirs =
                helper.join().unwrap_or_else(|_| Err(Error::internal("a tagging thread ended without an answer")));
            done = done.and_then(|mut mine| {
                mine.extend(theirs?);
                Ok(mine)
            });
        }
        done
    })?;
    done.sort_unstable_by_key(|(index, _)| *index);
    Ok(done.into_iter().flat_map(|(_, rows)| rows).collect())
}

fn tag_chunk(tagger: &dyn Tagger, texts: &[Option<&str>], cancel: &Cancel) -> Result<Vec<Row>> {
    texts
        .iter()
        .map(|text| {
            cancel.check()?;
            Ok(text.map_or_else(|| Ok(Vec::new()), |text| tag_checked(tagger, text)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::base::ErrorKind;

    /// Finds the whole text, and fails on texts with a `!`.
    struct Whole(Vec<String>);

    impl Tagger for Whole {
        fn labels(&self) -> &[String] {
            &self.0
        }

        fn tag(&self, text: &str) -> Result<Vec<Span>, String> {
            if text.contains('!') {
                return Err(format!("`{text}` shouts"));
            }
            let end = u32::try_from(text.chars().count()).unwrap();
            Ok(vec![Span { label: "TEXT".to_owned(), start: 0, end, score: 1.0 }])
        }
    }

    #[test]
    fn every_row_has_its_answer_in_order_whatever_the_threads() {
        let tagger = Whole(vec!["TEXT".to_owned()]);
        let texts: Vec<String> = (1..1_000).map(|length| "é".repeat(length % 37 + 1)).collect();
        let mut rows: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
        rows[500] = None;
        rows[501] = Some("no!");
        let expected = tag_all(&tagger, &rows, 1, &Cancel::default()).unwrap();
        assert_eq!(expected.len(), rows.len());
        assert_eq!(expected[500], Ok(Vec::new()));
        assert_eq!(expected[501], Err("`no!` shouts".to_owned()));
        assert_eq!(expected[36].as_ref().unwrap()[0].end, 1);
        for threads in [0, 2, 7] {
            assert_eq!(tag_all(&tagger, &rows, threads, &Cancel::default()).unwrap(), expected);
        }
    }

    #[test]
    fn a_cancelled_run_ends_as_cancelled() {
        let cancel = Cancel::default();
        cancel.cancel();
        let tagger = Whole(vec!["TEXT".to_owned()]);
        let error = tag_all(&tagger, &[Some("a"); 10], 2, &cancel).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(tag_all(&tagger, &[], 2, &cancel).unwrap(), Vec::new());
    }
}
