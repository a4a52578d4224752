//! CSV and its relatives: what separates the cells, and where the table lies, is found from the first rows.
//!
//! Blank lines are no records, and neither are notes above and below the table. An empty cell, quoted or not, is null. A
//! quote inside an unquoted cell is text.
//!
//! No line goes missing in another's record: where a stray quote takes lines into one, its own line is refused, and each of
//! the others is a row if it looks like the rows, else refused, too. Where they don't, and the quote is never closed, the file
//! as a whole is unreadable.

use polars::prelude::DataFrame;

use super::chunk::Records;
use super::sheet::{self, SheetText};
use super::text::{HAS_LOST, Text};
use super::{MAX_COLUMNS, Reader, header};
use crate::base::text::{counted, grouped};
use crate::base::{Cancel, Error, Result};
use crate::domain::batch::{BronzeColumn, Typed};
use crate::domain::kind::{Kind, kind};
use crate::domain::understood::{InWords, Repair, RepairKind, Tally, Understood};
use layout::Layout;
use notes::{Held, Notes};
use records::TextRecords;
use split::Problem;
use understand::{SAMPLE, no_text, understand, understood, whole_characters};

mod dialect;
mod find;
mod layout;
mod marks;
mod notes;
mod quotes;
mod records;
mod sample;
mod split;
mod understand;

/// Reads a CSV file.
pub struct CsvReader {
    records: TextRecords,
    header: Vec<BronzeColumn>,
    layout: Layout,
    understood: Understood,
    repairs: Tally<RepairKind>,
    /// The lines that a stray quote took into one record.
    doubt: Option<Doubt>,
    notes: Notes,
    /// What the present record is, where others come out before it.
    pending: Option<Judged>,
    row: i64,
}

/// Lines that may be part of a quoted cell.
struct Doubt {
    first: u64,
    last: u64,
}

/// What a record is.
enum Judged {
    /// A row, cells as they are, with so many cells.
    Row,
    /// Nothing to hand on.
    Blank,
    /// It can't be split into the columns.
    Bad(String),
}

impl CsvReader {
    /// Understands the file from its first rows, and reads the header. Errors: no text, or a header that can't be split.
    pub fn new(text: Text, cancel: &Cancel) -> Result<Self> {
        Self::of(TextRecords::new(text), cancel)
    }

    /// The table in a sheet of a workbook.
    pub fn of_sheet(sheet: SheetText, kind: sheet::Kind, cancel: &Cancel) -> Result<Self> {
        let mut reader = Self::of(TextRecords::of_sheet(sheet.text), cancel)?;
        for column in &mut reader.header {
            (column.iso_dates, column.typed_numbers) = (true, Some(Typed::Some));
        }
        (reader.understood.format, reader.understood.sheet) = (kind.name().to_owned(), Some(sheet.sheet));
        for other in sheet.others {
            reader.repairs.add(RepairKind::OtherSheet, None, &other, "another sheet holds more");
        }
        Ok(reader)
    }

    fn of(mut records: TextRecords, cancel: &Cancel) -> Result<Self> {
        let layout = understand(&mut records)?;
        let mut repairs = Tally::default();
        for (kind, why) in records.repairs() {
            repairs.add(*kind, None, "", why);
        }
        let mut reader = Self {
            understood: understood(&records, &layout),
            records,
            header: Vec::new(),
            layout,
            repairs,
            doubt: None,
            notes: Notes::default(),
            pending: None,
            row: 0,
        };
        reader.pass_header(cancel)?;
        Ok(reader)
    }

    /// Reads up to the first row of data.
    fn pass_header(&mut self, cancel: &Cancel) -> Result<()> {
        let Layout { before, header_rows, .. } = self.layout;
        for index in 0..before + header_rows {
            if !self.advance(cancel)? {
                return Err(no_text());
            }
            let (line, raw) = (self.records.line(), self.records.raw_text()?);
            if index < before {
                self.repairs.add(RepairKind::Preamble, Some(line), raw, "it stands above the table");
                continue;
            }
            if let Some(problem) = self.records.problem() {
                let problem = problem.words();
                return Err(Error::bad_data(format!("the header on line {line} can't be split: {problem}")));
            }
            if self.records.count() > MAX_COLUMNS {
                return Err(header::too_many());
            }
            if index == before {
                self.understood.header_row = Some(line);
            } else {
                self.repairs.add(RepairKind::HeaderRows, Some(line), raw, "it belongs to the header");
            }
        }
        self.header = header::columns(&self.layout.names)?;
        if header_rows > 0 {
            let line = self.understood.header_row;
            for (raw, why) in header::renamed(&self.header) {
                self.repairs.add(RepairKind::ColumnName, line, raw, why);
            }
        }
        Ok(())
    }

    /// How much memory its buffers hold, in bytes.
    #[cfg(test)]
    pub fn buffered(&self) -> usize {
        self.records.buffered()
    }

    /// What the next record is; none after the last.
    fn next_judged(&mut self, cancel: &Cancel) -> Result<Option<Judged>> {
        if !self.advance(cancel)? {
            self.notes.end(&mut self.repairs);
            return Ok(None);
        }
        self.judged().map(Some)
    }

    /// Goes on to the next record; false where there is none.
    fn advance(&mut self, cancel: &Cancel) -> Result<bool> {
        let is_there = self.records.advance(cancel)?;
        if let Some((line, end)) = self.records.other_end() {
            self.repairs.add(RepairKind::LineEnd, Some(line), "", end.words());
        }
        Ok(is_there)
    }

    /// The cells of the record; an empty one is null.
    fn cells(&self) -> Result<impl Iterator<Item = Option<&str>>> {
        Ok(self.records.cells()?.map(|cell| Some(cell).filter(|cell| !cell.is_empty())))
    }

    /// Holds a record back that looks like a note below the table.
    fn is_held(&mut self, judged: &Judged) -> Result<bool> {
        if !self.notes.has_room(matches!(judged, Judged::Row)) || !self.is_like_note(judged)? {
            return Ok(false);
        }
        let cells = match judged {
            Judged::Bad(problem) => Err(problem.clone()),
            _ => Ok(self.cells()?.map(|cell| cell.map(str::to_owned)).collect()),
        };
        let raw = self.records.raw_text()?.to_owned();
        self.notes.hold(Held { line: self.records.line(), raw, cells });
        Ok(true)
    }

    /// Whether a record is a text in the first cell, without any other, or a shorter one behind a blank line.
    fn is_like_note(&self, judged: &Judged) -> Result<bool> {
        let (has, wants) = (self.records.count(), self.header.len());
        let is_row = matches!(judged, Judged::Row);
        let is_in_order = self.records.problem().is_none() && !self.is_doubtful();
        if !is_in_order || has > wants || wants < 2 || is_row && !self.layout.is_typed() {
            return Ok(false);
        }
        let mut filled = self.records.cells()?.enumerate().filter(|(_, cell)| !is_blank(cell));
        let first = filled.next().filter(|(index, _)| *index == 0 && filled.next().is_none());
        let is_alone = first.is_some_and(|(_, cell)| self.is_words(cell));
        let is_short = !is_row && has < wants && self.records.is_after_blank();
        Ok((is_alone || is_short) && self.records.line() == self.records.last_line())
    }

    /// Whether a text is no value of the first column: words, or a line of marks.
    fn is_words(&self, cell: &str) -> bool {
        match kind(cell) {
            Kind::Text => true,
            Kind::Code => !self.layout.fits(std::iter::once(cell)) || !cell.contains(char::is_alphanumeric),
            _ => false,
        }
    }

    /// What the record is. An error where it took in what nobody can tell apart.
    fn judged(&mut self) -> Result<Judged> {
        let (has, wants) = (self.records.count(), self.header.len());
        let delimiter = self.records.dialect().delimiter.as_bytes();
        if let Some(problem) = self.records.problem() {
            return self.apart(problem.words().to_owned());
        }
        if self.is_doubtful() {
            return self.judged_in_doubt();
        }
        if self.records.has_lost()? {
            return self.apart(HAS_LOST.to_owned());
        }
        if has != wants {
            return self.of_other_width();
        }
        if self.records.is_quoted()
            && self.records.may_span_lines()
            && !self.records.is_sheet()
            && quotes::holds_records(self.records.raw(), delimiter, wants)
        {
            return self.apart("the lines between two quotes look like records".to_owned());
        }
        if self.is_header_again()? {
            self.repaired(RepairKind::RepeatedHeader, "it is the header")?;
            return Ok(Judged::Blank);
        }
        self.blank_or(Judged::Row)
    }

    /// Whether the record says what the header says: files were put together.
    fn is_header_again(&self) -> Result<bool> {
        let names = &self.layout.names;
        if self.layout.header_rows != 1 || names.len() < 2 {
            return Ok(false);
        }
        Ok(self.records.cells()?.eq(names.iter().map(String::as_str)))
    }

    /// Refuses a record, and only its first line where it has several.
    fn apart(&mut self, problem: String) -> Result<Judged> {
        let (first, last) = (self.records.line(), self.records.last_line());
        if first == last {
            return Ok(Judged::Bad(problem));
        }
        let never_closed = match self.records.problem() {
            Some(Problem::NeverClosed(at)) => Some(self.records.never_closed(at)),
            _ => None,
        };
        self.records.cut();
        let Some(error) = never_closed else {
            self.doubt = Some(Doubt { first, last });
            return Ok(Judged::Bad(format!("{problem}; lines {} to {} ran together", grouped(first), grouped(last))));
        };
        self.doubt = Some(Doubt { first, last: u64::MAX });
        if self.goes_on() { Ok(Judged::Bad(problem)) } else { Err(error) }
    }

    /// Whether the lines behind the record look like rows.
    fn goes_on(&self) -> bool {
        let beyond = self.records.beyond();
        let text = whole_characters(&beyond[..beyond.len().min(SAMPLE)]);
        let rows = sample::rows(text, beyond.len() <= SAMPLE, self.records.dialect());
        let is_row = |row: &sample::Row| self.layout.vouches(row.cells.iter().map(|cell| cell.text.as_str()));
        !rows.is_empty() && rows.iter().all(|row| row.is_sound && is_row(row))
    }

    fn is_doubtful(&self) -> bool {
        self.doubt.as_ref().is_some_and(|doubt| self.records.line() <= doubt.last)
    }

    /// A record that may be part of a quoted cell: a row only where it surely is one.
    fn judged_in_doubt(&mut self) -> Result<Judged> {
        let quote = self.records.dialect().quote.map(char::from);
        let cells = self.records.cells()?.collect::<Vec<_>>();
        let has_quotes =
            !self.records.is_quoted() && cells.iter().any(|cell| quote.is_some_and(|quote| cell.contains(quote)));
        if !has_quotes && self.layout.vouches(cells.iter().copied()) {
            return Ok(Judged::Row);
        }
        let first = self.doubt.as_ref().map_or(0, |doubt| doubt.first);
        self.apart(format!("it may belong to the quote that is opened on line {}", grouped(first)))
    }

    /// A record with more or fewer cells than there are columns.
    fn of_other_width(&mut self) -> Result<Judged> {
        let (has, wants) = (self.records.count(), self.header.len());
        let is_empty_behind = has <= MAX_COLUMNS && self.records.cells()?.skip(wants).all(is_blank);
        if has > wants && is_empty_behind {
            let judged = self.blank_or(Judged::Row)?;
            if matches!(judged, Judged::Row) {
                let reason = format!("{} behind the last column", counted((has - wants) as u64, "empty cell"));
                self.repaired(RepairKind::TrailingCells, reason)?;
            }
            return Ok(judged);
        }
        if has < wants && has > 1 && self.records.cells()?.all(is_blank) {
            return self.blank_or(Judged::Row);
        }
        if has < wants && 2 * has > wants && self.layout.fits(self.records.cells()?) {
            let reason = format!("{}, filled up to {wants}", counted(has as u64, "cell"));
            self.repaired(RepairKind::ShortRow, reason)?;
            return Ok(Judged::Row);
        }
        self.apart(format!("{}, but the header has {wants}", counted(has as u64, "field")))
    }

    fn blank_or(&mut self, judged: Judged) -> Result<Judged> {
        if self.header.len() < 2 || self.records.is_quoted() || self.records.cells()?.any(|cell| !is_blank(cell)) {
            return Ok(judged);
        }
        self.repaired(RepairKind::BlankRow, "all of its cells are empty")?;
        Ok(Judged::Blank)
    }

    fn repaired(&mut self, kind: RepairKind, reason: impl Into<String>) -> Result<()> {
        self.repairs.add(kind, Some(self.records.line()), self.records.raw_text()?, reason);
        Ok(())
    }
}

/// Whether a cell holds nothing but blanks. Of nearly all others the first byte tells.
fn is_blank(cell: &str) -> bool {
    !cell.as_bytes().first().is_some_and(u8::is_ascii_graphic) && cell.trim().is_empty()
}

fn line_of(line: u64) -> Option<i64> {
    i64::try_from(line).ok()
}

impl Reader for CsvReader {
    fn header(&self) -> &[BronzeColumn] {
        &self.header
    }

    fn encoding(&self) -> Option<String> {
        self.records.encoding()
    }

    fn understood(&self) -> Understood {
        let line_end = self.records.line_end().filter(|_| !self.records.is_sheet());
        Understood { line_end, ..self.understood.clone() }
    }

    fn repairs(&self) -> Vec<Repair> {
        self.repairs.list()
    }

    fn next_chunk(&mut self, limit: usize, cancel: &Cancel) -> Result<Option<DataFrame>> {
        let mut chunk = Records::new(&self.header, limit);
        while !chunk.is_full() {
            cancel.check()?;
            if self.notes.hand_on(&mut self.row, &mut chunk) {
                continue;
            }
            let judged = match self.pending.take() {
                Some(judged) => judged,
                None => match self.next_judged(cancel)? {
                    Some(judged) => judged,
                    None => break,
                },
            };
            match judged {
                Judged::Blank => {}
                judged if self.is_held(&judged)? => {}
                judged if self.notes.release() => self.pending = Some(judged),
                Judged::Bad(problem) => {
                    self.row += 1;
                    let raw = self.records.raw_text()?;
                    chunk.push_bad(self.row, line_of(self.records.line()), &problem, Some(raw));
                }
                Judged::Row => {
                    self.row += 1;
                    chunk.push_good(self.row, line_of(self.records.line()), self.cells()?);
                }
            }
        }
        chunk.finish()
    }
}
