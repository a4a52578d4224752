//! Many texts through one tagger: in order, on several threads, stopped at any time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::tagger::{Answer, Failure, Tagger, tag_checked};
use crate::base::{Cancel, Error};

/// Tags every text, with one answer per text in the order given. A missing text has no entities. A text that the model could not read
/// has an error of its own; an answer that can't be (see [`Failure`]) ends the work, with the place of its text.
pub fn tag_all(
    tagger: &dyn Tagger,
    texts: &[Option<&str>],
    threads: usize,
    cancel: &Cancel,
) -> Result<Vec<Answer>, Failure> {
    let chunks: Vec<&[Option<&str>]> = texts.chunks(tagger.batch().max(1)).collect();
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Vec<Answer>)>, Failure> {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(chunk) = chunks.get(index) else { return Ok(done) };
            match tag_chunk(tagger, chunk, cancel) {
                Ok(rows) => done.push((index, rows)),
                Err(failure) => {
                    // Nobody needs the rest.
                    next.store(chunks.len(), Ordering::Relaxed);
                    return Err(placed(failure, index * tagger.batch().max(1)));
                }
            }
        }
    };
    let helpers = tagger.calls(threads).min(chunks.len()).saturating_sub(1);
    let mut done = thread::scope(|scope| -> Result<Vec<(usize, Vec<Answer>)>, Failure> {
        let helpers: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for helper in helpers {
            let theirs = helper
                .join()
                .unwrap_or_else(|_| Err(Error::internal("a tagging thread ended without an answer").into()));
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

/// Asks about the texts that are there.
fn tag_chunk(tagger: &dyn Tagger, texts: &[Option<&str>], cancel: &Cancel) -> Result<Vec<Answer>, Failure> {
    cancel.check()?;
    let (places, asked): (Vec<usize>, Vec<&str>) =
        texts.iter().enumerate().filter_map(|(place, text)| Some((place, (*text)?))).unzip();
    let mut rows: Vec<Answer> = vec![Ok(Vec::new()); texts.len()];
    let answers = tag_checked(tagger, &asked, cancel).map_err(|failure| match failure {
        Failure::Impossible(index, reason) => Failure::Impossible(places[index], reason),
        Failure::Model(_) => failure,
    })?;
    for (place, answer) in places.into_iter().zip(answers) {
        rows[place] = answer;
    }
    Ok(rows)
}

/// The failure as it is among all texts, of which those asked about began at `first`.
fn placed(failure: Failure, first: usize) -> Failure {
    match failure {
        Failure::Impossible(index, reason) => Failure::Impossible(first + index, reason),
        Failure::Model(_) => failure,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::tagger::{NoAnswer, Span, one_by_one};
    use super::*;
    use crate::base::{self, ErrorKind};

    /// Finds the whole text, and fails on texts with a `!`.
    struct Whole(Vec<String>);

    impl Tagger for Whole {
        fn labels(&self) -> &[String] {
            &self.0
        }

        fn tag(&self, texts: &[&str], cancel: &Cancel) -> base::Result<Vec<Answer>> {
            one_by_one(texts, cancel, |text| {
                if text.contains('!') {
                    return Err(NoAnswer::Unread(format!("`{text}` shouts")));
                }
                let end = u32::try_from(text.chars().count()).unwrap() + u32::from(text.contains('?'));
                Ok(vec![Span { label: "TEXT".to_owned(), start: 0, end, score: 1.0 }])
            })
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
        assert_eq!(expected[501], Err(NoAnswer::Unread("`no!` shouts".to_owned())));
        assert_eq!(expected[36].as_ref().unwrap()[0].end, 1);
        for threads in [0, 2, 7] {
            assert_eq!(tag_all(&tagger, &rows, threads, &Cancel::default()).unwrap(), expected);
        }
    }

    #[test]
    fn an_answer_that_can_not_be_ends_the_work_and_names_its_text() {
        let tagger = Whole(vec!["TEXT".to_owned()]);
        let mut rows = vec![Some("a"); 1_000];
        rows[3] = None;
        rows[700] = Some("why?");
        for threads in [1, 3] {
            let failure = tag_all(&tagger, &rows, threads, &Cancel::default()).unwrap_err();
            assert!(
                matches!(&failure, Failure::Impossible(700, reason) if reason.contains("4 characters")),
                "{failure:?}"
            );
        }
    }

    #[test]
    fn a_cancelled_run_ends_as_cancelled() {
        let cancel = Cancel::default();
        cancel.cancel();
        let tagger = Whole(vec!["TEXT".to_owned()]);
        let failure = tag_all(&tagger, &[Some("a"); 10], 2, &cancel).unwrap_err();
        assert!(matches!(failure, Failure::Model(error) if error.kind() == ErrorKind::Cancelled));
        assert_eq!(tag_all(&tagger, &[], 2, &cancel).unwrap(), Vec::new());
    }
}
