//! Excel workbooks in binary: a zip archive of records. Cells are streamed; the texts that they share are kept.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Reader, Xlsb};

use super::workbook::{Sheet, Sink, Workbook, unreadable};
use super::xlsx::{check_size, sheets, text};
use crate::base::Result;

struct Book(Xlsb<BufReader<File>>);

/// Opens a workbook.
pub fn open(path: &Path) -> Result<Box<dyn Workbook>> {
    check_size(path)?;
    let book = Xlsb::new(BufReader::new(File::open(path)?)).map_err(unreadable)?;
    Ok(Box::new(Book(book)))
}

impl Workbook for Book {
    fn sheets(&mut self) -> Result<Vec<Sheet>> {
        Ok(sheets(self.0.sheets_metadata()))
    }

    fn cells(&mut self, sheet: &str, sink: &mut Sink<'_>) -> Result<()> {
        let mut cells = self.0.worksheet_cells_reader(sheet).map_err(unreadable)?;
        while let Some(cell) = cells.next_cell().map_err(unreadable)? {
            let (row, column) = cell.get_position();
            if let Some(text) = text(cell.get_value())
                && !sink(row, column, text)?
            {
                break;
            }
        }
        Ok(())
    }
}
