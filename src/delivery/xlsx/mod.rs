//! An Excel workbook in constant memory: sheets Summary, Data, Entities and Quality.
//!
//! What Excel can't hold, and what is done about it:
//! - more than 1,048,575 rows: they go on in the sheets `Data 2`, `Data 3` and so on;
//! - text of more than 32,767 characters (counted in UTF-16): it is cut, and the Quality sheet says where;
//! - whole numbers and decimals of more than 15 digits, dates before 1900-03-01, instants finer than a millisecond,
//!   numbers that are not finite: written as text with every digit;
//! - characters that XML does not know: escaped as Excel does (`_x0001_`), and read back as they were;
//! - the difference between no value and empty text: both are an empty cell.
//!
//! Text is always a string cell, never a formula; text that looks like one also has Excel's quote prefix, so that it
//! stays text when somebody edits the cell. The bytes depend on nothing but the release.

mod pages;
mod put;
mod sheets;

use std::path::Path;

use polars::prelude::DataFrame;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use self::pages::Notes;
use self::sheets::Sheets;
use super::TableWriter;
use super::chunk::{Layout, TypedRows};
use super::output::Output;
use super::summary::Summary;
use crate::base::error::MAKE_ROOM;
use crate::base::{Error, ErrorKind, Result, panics};
use crate::domain::{Entity, Field, FieldType, ReleaseName, Value};

/// Columns that a sheet can have.
const MOST_COLUMNS: usize = 16_384;

/// A workbook in the making.
pub struct Book<'a> {
    output: Output,
    workbook: Workbook,
    name: &'a ReleaseName,
    summary: &'a Summary<'a>,
    lineage: usize,
    data: Sheets,
    entities: Option<Sheets>,
    notes: Notes,
}

impl<'a> Book<'a> {
    /// Starts a workbook. Rows wait in unnamed files on the disk of `folder` until it is finished.
    pub fn create(
        output: Output,
        folder: &Path,
        name: &'a ReleaseName,
        layout: &Layout,
        summary: &'a Summary<'a>,
        sheet_rows: u32,
    ) -> Result<Self> {
        if layout.columns.len() > MOST_COLUMNS {
            return Err(Error::refused(format!(
                "`{}` columns are more than an Excel sheet holds",
                layout.columns.len()
            ))
            .because(format!("a sheet has at most {MOST_COLUMNS}"))
            .hint("take xlsx out of `deliver` in assay.toml, then assay contract apply --reason \"...\""));
        }
        contained(|| {
            let mut workbook = Workbook::new();
            workbook.set_tempdir(folder).map_err(excel)?;
            workbook.use_zip_large_file(true);
            let stamp = ExcelDateTime::from_timestamp(summary.stamp.timestamp()).map_err(excel)?;
            workbook.set_properties(&DocProperties::new().set_title(name.to_string()).set_creation_datetime(&stamp));
            let data = Sheets::begin(&mut workbook, "Data", layout.columns.clone(), sheet_rows)?;
            let entities = if layout.has_entities {
                Some(Sheets::begin(&mut workbook, "Entities", entity_columns(), sheet_rows)?)
            } else {
                None
            };
            let lineage = Layout::lineage().len();
            Ok(Self { output, workbook, name, summary, lineage, data, entities, notes: Notes::default() })
        })
    }

    fn write_row(&mut self, chunk: &TypedRows<'_>, row: usize) -> Result<()> {
        self.data.next_row(&mut self.workbook)?;
        for column in 0..self.data.columns() {
            self.data.put(column, &chunk.value(column, row)?, &mut self.notes)?;
        }
        let (Some(entities), Some(sheets)) = (&chunk.entities, &mut self.entities) else { return Ok(()) };
        for entity in entities.row(row)?.unwrap_or_default() {
            sheets.next_row(&mut self.workbook)?;
            for column in 0..self.lineage {
                sheets.put(column, &chunk.value(column, row)?, &mut self.notes)?;
            }
            for (index, cell) in entity_cells(&entity).iter().enumerate() {
                sheets.put(self.lineage + index, cell, &mut self.notes)?;
            }
            self.notes.count_label(&entity.label);
        }
        Ok(())
    }
}

impl TableWriter for Book<'_> {
    fn write(&mut self, _group: &DataFrame, chunk: &TypedRows<'_>) -> Result<()> {
        contained(|| (0..chunk.rows).try_for_each(|row| self.write_row(chunk, row)))
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        contained(move || {
            let Self { mut output, mut workbook, name, summary, data, entities, mut notes, .. } = *self;
            let labels = entities.is_some();
            let front = pages::summary(&mut workbook, name, summary, data.rows(), labels, &mut notes)?;
            workbook.push_worksheet(front);
            for sheets in std::iter::once(data).chain(entities) {
                for sheet in sheets.into_worksheets()? {
                    workbook.push_worksheet(sheet);
                }
            }
            let quality = pages::quality(&mut workbook, summary, &mut notes)?;
            workbook.push_worksheet(quality);
            let saved = workbook.save_to_writer(&mut output);
            saved.map_err(|error| output.failure().unwrap_or_else(|| excel(error)))?;
            Ok(output)
        })
    }
}

fn entity_columns() -> Vec<Field> {
    let mut columns = Layout::lineage();
    for (name, field_type) in [
        ("field", FieldType::String),
        ("label", FieldType::String),
        ("text", FieldType::String),
        ("start", FieldType::Int),
        ("end", FieldType::Int),
        ("score", FieldType::Float),
    ] {
        columns.push(Field::new(name.to_owned(), field_type));
    }
    columns
}

fn entity_cells(entity: &Entity) -> [Value<'_>; 6] {
    [
        Value::Text(&entity.field),
        Value::Text(&entity.label),
        Value::Text(&entity.text),
        Value::Int(entity.start.into()),
        Value::Int(entity.end.into()),
        Value::Float(entity.score),
    ]
}

/// Runs `work` on the workbook. The library panics when it can't write to its temporary files, as on a full disk.
fn contained<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    panics::contain(|| Ok(work())).unwrap_or_else(|panic| {
        Err(Error::new(ErrorKind::NoRoom, "the rows of the workbook could not be kept on disk")
            .because(panic.causes().join(": "))
            .hint(MAKE_ROOM))
    })
}

/// An error of the library in our words.
fn excel(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => error.into(),
        other => Error::internal("the workbook could not be made").because(other),
    }
}
