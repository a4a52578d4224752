//! A chunk of bronze being filled, record by record.

use polars::prelude::*;

use crate::base::{Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::lineage::{LINE, PROBLEM, RAW, ROW};

/// How much of a bad record is kept, in characters. The whole of it stays in the raw file.
pub const RAW_LENGTH: usize = 4_000;

/// How many bytes of text a chunk holds before it is handed on, however few records that is.
pub const CHUNK_BYTES: usize = 64 << 20;

/// The columns of every chunk: `_row` and `_line` (null where the file has no lines), the file's own columns as nullable
/// strings, `_problem` and `_raw` (null but for bad records).
#[must_use]
pub fn bronze_schema(header: &[BronzeColumn]) -> Schema {
    let own = header.iter().map(|column| (column.name.as_str(), DataType::String));
    [(ROW, DataType::Int64), (LINE, DataType::Int64)]
        .into_iter()
        .chain(own)
        .chain([(PROBLEM, DataType::String), (RAW, DataType::String)])
        .map(|(name, data_type)| Field::new(name.into(), data_type))
        .collect()
}

/// Records on their way into a frame.
pub struct Records {
    rows: Vec<i64>,
    lines: Vec<Option<i64>>,
    cells: Vec<StringChunkedBuilder>,
    /// The bad records: their places, what is wrong with them, and their texts.
    bad: Vec<(usize, String, Option<String>)>,
    limit: usize,
    bytes: usize,
}

impl Records {
    /// An empty chunk for at most `limit` records.
    pub fn new(header: &[BronzeColumn], limit: usize) -> Self {
        let builder = |name: &str| StringChunkedBuilder::new(name.into(), 0);
        Self {
            rows: Vec::new(),
            lines: Vec::new(),
            cells: header.iter().map(|column| builder(&column.name)).collect(),
            bad: Vec::new(),
            limit: limit.max(1),
            bytes: 0,
        }
    }

    /// Whether it should be handed on before another record goes in.
    pub fn is_full(&self) -> bool {
        self.rows.len() >= self.limit || self.bytes >= CHUNK_BYTES
    }

    /// Adds a record: one cell per column of the header; an empty cell is null.
    pub fn push_good<'a>(&mut self, row: i64, line: Option<i64>, cells: impl IntoIterator<Item = Option<&'a str>>) {
        self.rows.push(row);
        self.lines.push(line);
        let mut cells = cells.into_iter();
        for builder in &mut self.cells {
            let cell = cells.next().flatten();
            self.bytes += cell.map_or(1, str::len);
            builder.append_option(cell);
        }
    }

    /// Adds a record that could not be split.
    pub fn push_bad(&mut self, row: i64, line: Option<i64>, problem: &str, raw: Option<&str>) {
        let raw = raw.map(|raw| raw.char_indices().nth(RAW_LENGTH).map_or(raw, |(end, _)| &raw[..end]));
        self.bytes += self.cells.len() + problem.len() + raw.map_or(0, str::len);
        self.bad.push((self.rows.len(), problem.to_owned(), raw.map(str::to_owned)));
        self.rows.push(row);
        self.lines.push(line);
        for builder in &mut self.cells {
            builder.append_null();
        }
    }

    /// The frame, `None` when no record went in.
    pub fn finish(self) -> Result<Option<DataFrame>> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let height = self.rows.len();
        let mut columns = vec![Column::new(ROW.into(), self.rows), Column::new(LINE.into(), self.lines)];
        columns.extend(self.cells.into_iter().map(|builder| builder.finish().into_column()));
        let problems = self.bad.iter().map(|(place, problem, _)| (*place, Some(problem.as_str())));
        let raw = self.bad.iter().map(|(place, _, raw)| (*place, raw.as_deref()));
        columns.extend([sparse(PROBLEM, height, problems), sparse(RAW, height, raw)]);
        let frame = DataFrame::new_infer_height(columns);
        frame.map(Some).map_err(|error| Error::internal("a chunk of records does not fit its header").because(error))
    }
}

/// A column of few texts, at these places.
fn sparse<'a>(name: &str, height: usize, texts: impl ExactSizeIterator<Item = (usize, Option<&'a str>)>) -> Column {
    if texts.len() == 0 {
        return StringChunked::full_null(name.into(), height).into_column();
    }
    let mut cells = vec![None; height];
    for (place, text) in texts {
        cells[place] = text;
    }
    StringChunked::from_iter_options(name.into(), cells.into_iter()).into_column()
}
