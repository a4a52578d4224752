//! A table that goes on in another sheet when one is full.

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::excel;
use super::pages::Notes;
use super::put::put;
use crate::base::{Error, Result};
use crate::domain::{Field, FieldType, Value};

/// Sheets `Data`, `Data 2`, `Data 3` and so on, each with the header.
pub struct Sheets {
    name: &'static str,
    columns: Vec<Field>,
    /// Rows of data per sheet.
    limit: u32,
    full: Vec<Worksheet>,
    current: Worksheet,
    /// The row of the present sheet that was begun last; 0 is the header.
    row: u32,
    rows: u64,
}

impl Sheets {
    /// Starts the first sheet.
    pub fn begin(workbook: &mut Workbook, name: &'static str, columns: Vec<Field>, limit: u32) -> Result<Self> {
        let current = sheet(workbook, name, &columns)?;
        Ok(Self { name, columns, limit, full: Vec::new(), current, row: 0, rows: 0 })
    }

    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    /// How many rows were written, headers not counted.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Goes to the next row, in a new sheet where this one is full.
    pub fn next_row(&mut self, workbook: &mut Workbook) -> Result<()> {
        if self.row == self.limit {
            let name = format!("{} {}", self.name, self.full.len() + 2);
            let next = sheet(workbook, &name, &self.columns)?;
            let full = std::mem::replace(&mut self.current, next);
            self.full.push(filtered(full, self.row, self.columns.len())?);
            self.row = 0;
        }
        self.row += 1;
        self.rows += 1;
        Ok(())
    }

    /// Writes a value into the row that was begun last.
    pub fn put(&mut self, column: usize, cell: &Value<'_>, notes: &mut Notes) -> Result<()> {
        let fit = put(&mut self.current, self.row, column_number(column)?, cell)?;
        let header = self.columns.get(column).map_or("", |field| &field.name);
        notes.take(fit, || format!("{} row {}, {header}", self.current.name(), self.row + 1));
        Ok(())
    }

    /// The sheets in order.
    pub fn into_worksheets(mut self) -> Result<Vec<Worksheet>> {
        self.full.push(filtered(self.current, self.row, self.columns.len())?);
        Ok(self.full)
    }
}

/// The sheet with a filter on its header, down to the last row.
fn filtered(mut sheet: Worksheet, last: u32, columns: usize) -> Result<Worksheet> {
    if let Some(column) = columns.checked_sub(1) {
        sheet.autofilter(0, 0, last, column_number(column)?).map_err(excel)?;
    }
    Ok(sheet)
}

/// A sheet with a bold header that stays in sight, its columns formatted by their types.
fn sheet(workbook: &mut Workbook, name: &str, columns: &[Field]) -> Result<Worksheet> {
    let mut sheet = workbook.new_worksheet_with_constant_memory().map_err(excel)?;
    sheet.set_name(name).map_err(excel)?;
    sheet.set_freeze_panes(1, 0).map_err(excel)?;
    let bold = Format::new().set_bold();
    for (index, field) in columns.iter().enumerate() {
        let column = column_number(index)?;
        let (width, number_format) = shown_as(field.field_type);
        sheet.set_column_width(column, width).map_err(excel)?;
        if let Some(number_format) = number_format {
            sheet.set_column_format(column, &Format::new().set_num_format(number_format)).map_err(excel)?;
        }
        sheet.write_string_with_format(0, column, &field.name, &bold).map_err(excel)?;
    }
    Ok(sheet)
}

/// How wide a column is, in characters, and how its numbers are shown.
fn shown_as(field_type: FieldType) -> (f64, Option<String>) {
    match field_type {
        FieldType::String => (24.0, None),
        FieldType::Int => (12.0, Some("0".to_owned())),
        FieldType::Float => (14.0, None),
        FieldType::Bool => (9.0, None),
        FieldType::Date => (12.0, Some("yyyy-mm-dd".to_owned())),
        FieldType::Timestamp => (24.0, Some("yyyy-mm-dd hh:mm:ss.000".to_owned())),
        FieldType::Decimal { scale: 0, .. } => (14.0, Some("0".to_owned())),
        FieldType::Decimal { scale, .. } => (14.0, Some(format!("0.{}", "0".repeat(scale.into())))),
    }
}

fn column_number(index: usize) -> Result<u16> {
    u16::try_from(index).map_err(|_| Error::internal(format!("column `{index}` of a sheet")))
}
