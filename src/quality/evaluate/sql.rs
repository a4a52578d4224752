//! A query of the contract over `silver`: every row that it returns is a failure.

use super::{Compared, Judged, compared, result};
use crate::base::{Cancel, ErrorKind, Result};
use crate::domain::check::CheckSubject;
use crate::domain::{Bounds, Check, Evaluation, Outcome};
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
    let explanation = format!("{returned} rows were returned, 0 may be; query: {query}");
    let compare = Compared { metric: None, observed: returned, expected: Bounds::only(0.0), explanation };
    compared(check, subject, compare, || Ok(found.samples))
}
