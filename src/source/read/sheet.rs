//! Workbooks: the rows of one of their sheets become a text, each row a record, so that a table is found in them as it is
//! found in any text.
//!
//! A library reads the workbook on a thread of its own, where a panic becomes an error and few rows wait.

use std::cmp::Reverse;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use encoding_rs::UTF_8;

use super::agreed::DELIMITER;
use super::text::Text;
use super::workbook::{Sheet, Workbook};
use super::{MAX_COLUMNS, header, ods, xls, xlsb, xlsx};
use crate::base::{Error, ErrorKind, Result, panics};

/// How many cells of a sheet are looked at to choose one.
const LOOKED_AT: usize = 20_000;

/// How many sheets are looked at for the columns that are wanted.
const CHOSEN_FROM: usize = 20;

/// How many bytes of text are handed on at a time, and how many such pieces may wait.
const PIECE: usize = 1 << 18;
const WAITING: usize = 4;

/// How many rows a sheet may have: Excel's limit.
const ROWS: u32 = 1 << 20;

/// The kinds of workbooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Excel, from 2007 on.
    Xlsx,
    /// The same, in binary.
    Xlsb,
    /// Excel before 2007.
    Xls,
    /// `OpenDocument`.
    Ods,
}

impl Kind {
    /// Its extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
        }
    }

    fn open(self, path: &Path) -> Result<Box<dyn Workbook>> {
        match self {
            Self::Xlsx => xlsx::open(path),
            Self::Xlsb => xlsb::open(path),
            Self::Xls => xls::open(path),
            Self::Ods => ods::open(path),
        }
    }
}

/// The text of a sheet, and which one it is.
pub struct SheetText {
    /// Its rows as records.
    pub text: Text,
    /// Its name.
    pub sheet: String,
    /// The other sheets that hold something.
    pub others: Vec<String>,
}

/// The sheets of a workbook that hold something, the one that holds most cells first.
pub struct Filled {
    path: PathBuf,
    kind: Kind,
    sheets: Vec<Beginning>,
}

/// Looks which sheets hold something; an error where none does. Sheets that people don't see count where there are no others.
pub fn filled(path: &Path, kind: Kind) -> Result<Filled> {
    let place = path.to_owned();
    let sheets = std::thread::spawn(move || contained(|| beginnings(&place, kind))).join();
    Ok(Filled { path: path.to_owned(), kind, sheets: sheets.map_err(|_| gave_up())?? })
}

impl Filled {
    /// How many of them may be chosen.
    pub fn count(&self) -> usize {
        self.sheets.len().min(CHOSEN_FROM)
    }

    /// The text of one of them.
    pub fn open(&self, index: usize) -> SheetText {
        let Beginning { sheet, first_column, .. } = self.sheets[index].clone();
        let (sender, receiver) = sync_channel(WAITING);
        let (place, name, kind) = (self.path.clone(), sheet.clone(), self.kind);
        std::thread::spawn(move || {
            let sent = contained(|| send(&place, kind, &name, first_column, &sender));
            // Nobody listens any more where this fails.
            let _ = sender.send(sent.map(|()| Vec::new()));
        });
        let text = Text::new(Box::new(Pieces { receiver, piece: Vec::new(), at: 0, has_ended: false }), UTF_8);
        let others = self.sheets.iter().map(|other| &other.sheet).filter(|other| **other != sheet);
        SheetText { text, others: others.cloned().collect(), sheet }
    }
}

/// A library that gives up does so because of the file.
fn contained<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    panics::contain(work).map_err(|error| if error.kind() == ErrorKind::Internal { gave_up() } else { error })
}

fn gave_up() -> Error {
    Error::bad_data("the workbook can't be read: it is damaged")
        .hint("ask the provider for it again, or for a CSV file")
}

/// What the beginning of a sheet holds.
#[derive(Clone)]
struct Beginning {
    sheet: String,
    is_visible: bool,
    cells: usize,
    first_column: u32,
}

fn beginnings(path: &Path, kind: Kind) -> Result<Vec<Beginning>> {
    let mut book = kind.open(path)?;
    let mut filled = Vec::new();
    for sheet in book.sheets()? {
        let beginning = beginning(book.as_mut(), sheet)?;
        if beginning.cells > 0 {
            filled.push(beginning);
        }
    }
    if filled.iter().any(|sheet| sheet.is_visible) {
        filled.retain(|sheet| sheet.is_visible);
    }
    if filled.is_empty() {
        return Err(Error::bad_data("the workbook holds nothing").hint("ask the provider for it again"));
    }
    filled.sort_by_key(|sheet| Reverse(sheet.cells));
    Ok(filled)
}

/// Looks at the first cells of a sheet. Its table begins in the first column that has cells beside others: what stands alone
/// in a row is a title or a note.
fn beginning(book: &mut dyn Workbook, Sheet { name: sheet, is_visible }: Sheet) -> Result<Beginning> {
    let (mut cells, mut alone, mut beside) = (0, u32::MAX, u32::MAX);
    let mut before = None;
    book.cells(&sheet, &mut |row, column, _| {
        cells += 1;
        match before {
            Some((of_row, first)) if of_row == row => beside = beside.min(first),
            _ => before = Some((row, column)),
        }
        alone = alone.min(column);
        Ok(cells < LOOKED_AT)
    })?;
    let first_column = if beside < u32::MAX { beside } else { alone };
    Ok(Beginning { sheet, is_visible, cells, first_column })
}

/// Sends a sheet's rows, from this column on, as the records of a text. The n-th row is the n-th record or blank line.
fn send(path: &Path, kind: Kind, sheet: &str, first_column: u32, sender: &SyncSender<Result<Vec<u8>>>) -> Result<()> {
    let mut book = kind.open(path)?;
    let mut written = Written::default();
    book.cells(sheet, &mut |row, column, cell| {
        // What stands left of the table, under it, is a note.
        let column = column.saturating_sub(first_column);
        written.put(row, column, &cell)?;
        if written.text.len() < PIECE {
            return Ok(true);
        }
        Ok(sender.send(Ok(std::mem::take(&mut written.text))).is_ok())
    })?;
    written.text.push(b'\n');
    // Nobody listens any more where this fails.
    let _ = sender.send(Ok(written.text));
    Ok(())
}

/// Cells written as a text; where the next one goes.
#[derive(Default)]
struct Written {
    text: Vec<u8>,
    row: u32,
    /// The column that the text stands in, and the first that may be written.
    column: u32,
    free: u32,
}

impl Written {
    fn put(&mut self, row: u32, column: u32, cell: &str) -> Result<()> {
        if row >= ROWS {
            return Err(Error::bad_data(format!("the sheet has a row {}, which no sheet has", u64::from(row) + 1)));
        }
        if column as usize > MAX_COLUMNS {
            return Err(header::too_many());
        }
        for _ in self.row..row {
            self.text.push(b'\n');
            (self.column, self.free) = (0, 0);
        }
        if row < self.row || column < self.free {
            let place = format!("row {}", u64::from(row) + 1);
            return Err(Error::bad_data(format!(
                "{place} of the sheet has cells that are out of order, or left of its table"
            )));
        }
        self.row = row;
        for _ in self.column..column {
            self.text.extend_from_slice(DELIMITER.as_bytes());
        }
        (self.column, self.free) = (column, column + 1);
        if cell.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r' | b' ')) {
            self.text.push(b'"');
            for byte in cell.bytes() {
                self.text.extend_from_slice(if byte == b'"' { b"\"\"" } else { std::slice::from_ref(&byte) });
            }
            self.text.push(b'"');
        } else {
            self.text.extend_from_slice(cell.as_bytes());
        }
        Ok(())
    }
}

/// What the other thread sends, as a stream.
struct Pieces {
    receiver: Receiver<Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
    has_ended: bool,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() && !self.has_ended {
            let sent = self.receiver.recv().unwrap_or_else(|_| Err(gave_up()));
            self.piece = sent.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.one_line()))?;
            self.at = 0;
            self.has_ended = self.piece.is_empty();
        }
        let count = buffer.len().min(self.piece.len() - self.at);
        buffer[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_records_in_their_places() {
        let mut written = Written::default();
        for (row, column, cell) in [(1, 0, "a"), (1, 2, "b,\"c\""), (3, 1, "d")] {
            written.put(row, column, cell).unwrap();
        }
        assert_eq!(String::from_utf8(written.text).unwrap(), "\na,,\"b,\"\"c\"\"\"\n\n,d");
    }
}
