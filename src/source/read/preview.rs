//! A file read without taking it in: what is understood of it, its rows, and what is wrong with it.

use std::path::Path;

use polars::prelude::*;

use super::{Expected, open};
use crate::base::{Cancel, Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::lineage::{LINE, PROBLEM, RAW};
use crate::domain::understood::{EXAMPLES, Example, Repair, Understood};
use crate::frames::CHUNK_ROWS;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// How it is read.
    pub understood: Understood,
    /// Its columns.
    pub columns: Vec<BronzeColumn>,
    /// How many of its records are rows.
    pub rows: u64,
    /// The first rows, by column; null where a cell is.
    pub sample: Vec<Vec<Option<String>>>,
    /// What was repaired.
    pub repairs: Vec<Repair>,
    /// How many records can't be split into the columns, and the first of them.
    pub rejected: u64,
    /// The first of these.
    pub rejects: Vec<Example>,
}

/// Reads a file to its end, and keeps at most so many of its rows, and of its rejects as many or as of other examples.
/// `extension` and `expected` are those of [`open`].
pub fn preview(path: &Path, extension: &str, expected: Expected<'_>, most: usize, cancel: &Cancel) -> Result<Preview> {
    let mut reader = open(path, extension, expected, cancel)?;
    let columns = reader.header().to_vec();
    let (mut rows, mut rejected, mut sample, mut rejects) = (0, 0, Vec::new(), Vec::new());
    while let Some(chunk) = reader.next_chunk(CHUNK_ROWS, cancel)? {
        let problems = strings(&chunk, PROBLEM)?;
        let bad = problems.len() - problems.null_count();
        rejected += bad as u64;
        rows += (problems.len() - bad) as u64;
        let shown = most.max(EXAMPLES);
        if rejects.len() < shown && bad > 0 {
            rejects.extend(refused(&chunk)?.into_iter().take(shown - rejects.len()));
        }
        if sample.len() < most {
            let good: Vec<usize> =
                problems.iter().enumerate().filter(|(_, problem)| problem.is_none()).map(|(row, _)| row).collect();
            let cells = columns.iter().map(|column| strings(&chunk, &column.name)).collect::<Result<Vec<_>>>()?;
            let row = |row: usize| cells.iter().map(|column| column.get(row).map(str::to_owned)).collect();
            sample.extend(good.into_iter().take(most - sample.len()).map(row));
        }
    }
    let (understood, repairs) = (reader.understood(), reader.repairs());
    Ok(Preview { understood, columns, rows, sample, repairs, rejected, rejects })
}

/// The records of a chunk that can't be split into the columns.
pub fn refused(chunk: &DataFrame) -> Result<Vec<Example>> {
    if chunk.column(PROBLEM).is_ok_and(|problems| problems.null_count() == problems.len()) {
        return Ok(Vec::new());
    }
    let lines = chunk.column(LINE).and_then(|lines| lines.i64()).map_err(not_as_written)?;
    let (problems, raw) = (strings(chunk, PROBLEM)?, strings(chunk, RAW)?);
    let example = |((line, problem), raw): ((Option<i64>, Option<&str>), Option<&str>)| {
        let line = line.and_then(|line| u64::try_from(line).ok());
        Some(Example { line, raw: raw.unwrap_or_default().to_owned(), reason: problem?.to_owned() })
    };
    Ok(lines.iter().zip(problems.iter()).zip(raw.iter()).filter_map(example).collect())
}

fn strings<'a>(chunk: &'a DataFrame, name: &str) -> Result<&'a StringChunked> {
    chunk.column(name).and_then(|column| column.str()).map_err(not_as_written)
}

fn not_as_written(error: PolarsError) -> Error {
    Error::internal("a chunk of records is not as its reader promised").because(error)
}
