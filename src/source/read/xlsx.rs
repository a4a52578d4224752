//! Excel workbooks, from 2007 on: a zip archive of XML. Cells are streamed; the texts that they share are kept.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::{DataRef, DataType, Reader, SheetVisible, Xlsx, XlsxFormulaMetadata};

use super::stretch;
use super::workbook::{Sheet, Sink, Workbook, moment, number, unreadable};
use crate::base::{Error, Result};

/// How many bytes of shared texts, styles and names a workbook may unpack to: they are kept in memory.
const KEPT: u64 = 128 << 20;

/// How many bytes a sheet may unpack to.
const SHEET: u64 = 8 << 30;

/// How many bytes a cell may have in a sheet, with all that stands between it and the next: they are put together in memory.
const CELL: u64 = 32 << 20;

struct Book(Xlsx<BufReader<File>>);

/// Opens a workbook.
pub fn open(path: &Path) -> Result<Box<dyn Workbook>> {
    check_size(path)?;
    let book = Xlsx::new(BufReader::new(File::open(path)?)).map_err(unreadable)?;
    Ok(Box::new(Book(book)))
}

/// Refuses what would not fit into memory, however small it is packed.
pub fn check_size(path: &Path) -> Result<()> {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path)?)).map_err(unreadable)?;
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(unreadable)?;
        let name = member.name().map_err(unreadable)?.into_owned();
        let is_sheet = name.contains("/worksheets/") || name == "content.xml";
        let is_xml = Path::new(&name).extension().is_some_and(|extension| extension == "xml");
        let is_read = is_sheet || name.starts_with("xl/") && !name.contains("media/");
        let most = if is_sheet { SHEET } else { KEPT };
        // What the archive says of its size is checked for what is kept: a bomb says little.
        let is_huge = member.size() > most
            || !is_sheet && is_read && std::io::copy(&mut (&mut member).take(most + 1), &mut std::io::sink())? > most;
        let refuse = |why: String| {
            Err(Error::bad_data(format!("`{name}` in the workbook {why}")).hint("deliver it as CSV or Parquet"))
        };
        if is_read && is_huge {
            return refuse(format!("unpacks to more than {} MiB", most >> 20));
        }
        if is_sheet && is_xml && stretch::is_longer(member.take(most), CELL)? {
            return refuse(format!("has more than {} MiB from one cell to the next", CELL >> 20));
        }
    }
    Ok(())
}

/// The sheets that a library tells of.
pub fn sheets(all: &[calamine::Sheet]) -> Vec<Sheet> {
    let sheet = |sheet: &calamine::Sheet| Sheet {
        name: sheet.name.clone(),
        is_visible: sheet.visible == SheetVisible::Visible,
    };
    all.iter().filter(|sheet| sheet.typ == calamine::SheetType::WorkSheet).map(sheet).collect()
}

/// What a cell says; none where it is empty.
pub fn text(value: &impl DataType) -> Option<String> {
    let written = || value.get_string().or_else(|| value.get_datetime_iso()).or_else(|| value.get_duration_iso());
    let text = written()
        .map(str::to_owned)
        .or_else(|| value.get_float().map(number))
        .or_else(|| value.get_int().map(|number| number.to_string()))
        .or_else(|| value.get_datetime().map(moment))
        .or_else(|| value.get_bool().map(|truth| truth.to_string()))
        .or_else(|| value.get_error().map(ToString::to_string))?;
    Some(text).filter(|text| !text.is_empty())
}

/// A formula as it is typed in.
fn formula(formula: XlsxFormulaMetadata) -> String {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => format!("={formula}"),
        _ => "=(the formula of the cells above)".to_owned(),
    }
}

impl Workbook for Book {
    fn sheets(&mut self) -> Result<Vec<Sheet>> {
        Ok(sheets(self.0.sheets_metadata()))
    }

    fn cells(&mut self, sheet: &str, sink: &mut Sink<'_>) -> Result<()> {
        let mut cells = self.0.worksheet_cells_reader(sheet).map_err(unreadable)?;
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(unreadable)? {
            let (row, column) = cell.pos;
            // A formula whose result nobody saved stands for itself, so that it is not taken for nothing.
            let is_unknown = matches!(cell.value, DataRef::Empty);
            if let Some(text) = text(&cell.value).or_else(|| cell.formula.filter(|_| is_unknown).map(formula))
                && !sink(row, column, text)?
            {
                break;
            }
        }
        Ok(())
    }
}
