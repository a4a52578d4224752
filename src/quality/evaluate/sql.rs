//! A query of the contract over `silver`: every row that it returns is a failure.

use super::{Judged, result, within};
use crate::base::{Cancel, ErrorKind, Result};
use crate::domain::check::CheckSubject;
use crate::domain::{Check, Evaluation, Outcome};
use crate::quality::{count, sql};

/// One result: the number of returned rows must be 0. A query that can't be run is unknown, never passed.
pub(super) fn judge(judged: &Judged<'_>, check: &Check, query: &str, cancel: &Cancel) -> Result<Evaluation> {
    let subject = CheckSubject::default();
    let found = match sql::failures(query, &judged.silver, cancel) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(error) => {
            let explanation = format!("the query could not be run: {}; query: {query}", error.one_line());
            return Ok(result(check, subject, Outcome::Unknown, explanation));
        }
    };
    let returned = count(found.rows);
    let outcome = within(returned, (0.0, 0.0));
    Ok(Evaluation {
        observed: Some(returned),
        expected: Some((0.0, 0.0)),
        rows: found.samples,
        ..result(check, subject, outcome, format!("{returned} rows were returned, 0 may be; query: {query}"))
    })
}
