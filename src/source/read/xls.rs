//! Excel workbooks of before 2007: records in a compound file. The library that reads them keeps every sheet in memory, as
//! the rectangle around its cells, so that is measured first.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::{Data, Range, Reader, Xls};

use super::workbook::{Sheet, Sink, Workbook, unreadable};
use super::xlsx::{sheets, text};
use crate::base::{Error, Result};

/// How many cells the rectangles of all sheets may have together.
const CELLS: u64 = 3_000_000;

/// How long the stream of a workbook may be, in bytes.
const STREAM: u64 = 128 << 20;

/// What begins and ends the records of a sheet; what tells its dimensions; what holds a cell.
const BEGIN: u16 = 0x0809;
const DIMENSIONS: u16 = 0x0200;
const CELL_RECORDS: [u16; 9] = [0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, 0x00fd, 0x00bd, 0x0006, 0x0201];

struct Book(Xls<BufReader<File>>);

/// Opens a workbook.
pub fn open(path: &Path) -> Result<Box<dyn Workbook>> {
    check_size(path)?;
    let book = Xls::new(BufReader::new(File::open(path)?)).map_err(unreadable)?;
    Ok(Box::new(Book(book)))
}

/// Refuses what would not fit into memory, and what only a password opens.
fn check_size(path: &Path) -> Result<()> {
    let mut file = cfb::open(path).map_err(unreadable)?;
    if file.is_stream("/EncryptedPackage") {
        return Err(
            Error::bad_data("the workbook is protected by a password").hint("ask the provider for it without one")
        );
    }
    let name = if file.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let mut records = Vec::new();
    file.open_stream(name).map_err(unreadable)?.take(STREAM + 1).read_to_end(&mut records).map_err(unreadable)?;
    if records.len() as u64 > STREAM || cells(&records) > CELLS {
        return Err(Error::bad_data(format!("the sheets of the workbook span more than {CELLS} cells"))
            .hint("deliver it as xlsx, CSV or Parquet"));
    }
    Ok(())
}

/// How many cells the rectangles of all sheets have together, as their records tell.
fn cells(records: &[u8]) -> u64 {
    let number = |bytes: &[u8], at: usize| bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]));
    let wide = |bytes: &[u8], at: usize| u64::from(number(bytes, at)) + (u64::from(number(bytes, at + 2)) << 16);
    let (mut total, mut rows, mut columns, mut declared) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut at = 0;
    while at + 4 <= records.len() {
        let (kind, length) = (number(records, at), usize::from(number(records, at + 2)));
        let data = &records[at + 4..records.len().min(at + 4 + length)];
        at += 4 + length;
        match kind {
            BEGIN => {
                total = total.saturating_add(declared.max(rows.saturating_mul(columns)));
                (rows, columns, declared) = (0, 0, 0);
            }
            // Four numbers of two or four bytes: the first and last row, the first and last column.
            DIMENSIONS if data.len() >= 14 => {
                let height = wide(data, 4).saturating_sub(wide(data, 0));
                declared = height * u64::from(number(data, 10).saturating_sub(number(data, 8)));
            }
            kind if CELL_RECORDS.contains(&kind) => {
                rows = rows.max(u64::from(number(data, 0)) + 1);
                columns = columns.max(u64::from(number(data, 2)) + 1);
            }
            _ => {}
        }
    }
    total.saturating_add(declared.max(rows.saturating_mul(columns)))
}

impl Workbook for Book {
    fn sheets(&mut self) -> Result<Vec<Sheet>> {
        Ok(sheets(self.0.sheets_metadata()))
    }

    fn cells(&mut self, sheet: &str, sink: &mut Sink<'_>) -> Result<()> {
        let range: Range<Data> = self.0.worksheet_range(sheet).map_err(unreadable)?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        for (row, column, cell) in range.used_cells() {
            let place = |index: usize, first: u32| first.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
            if let Some(text) = text(cell)
                && !sink(place(row, first_row), place(column, first_column), text)?
            {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    }

    #[test]
    fn the_rectangles_of_all_sheets_are_measured() {
        let cell = |row: u16, column: u16| record(0x0203, &[row.to_le_bytes(), column.to_le_bytes()].concat());
        let sheet = [record(BEGIN, &[]), cell(0, 0), cell(9, 3)].concat();
        assert_eq!(cells(&sheet), 40);
        assert_eq!(cells(&[sheet.clone(), sheet].concat()), 80);
        let declared = [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(cells(&record(DIMENSIONS, &declared)), 65_536 * 256);
        assert_eq!(cells(&[1, 2, 3]), 0);
    }
}
