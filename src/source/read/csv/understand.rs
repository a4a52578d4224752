//! A text understood from its beginning: how its cells are told apart, and where the table lies.

use super::super::MAX_RECORD;
use super::super::agreed::DELIMITER;
use super::dialect::Dialect;
use super::layout::{Layout, REMARKS, layout};
use super::records::TextRecords;
use super::{find, sample};
use crate::base::{Error, Result};
use crate::domain::understood::Understood;

/// How much of a text is looked at to understand it, in bytes.
pub const SAMPLE: usize = 1 << 16;

/// How much is looked at where lines are very long, in bytes.
const LARGEST_SAMPLE: usize = 1 << 22;

/// Finds out how the cells are told apart, and where the table lies.
pub fn understand(records: &mut TextRecords) -> Result<Layout> {
    let mut bytes = SAMPLE;
    let is_sheet = records.is_sheet();
    loop {
        let (beginning, is_all) = records.beginning(bytes)?;
        let text = whole_characters(beginning);
        if !is_all && bytes < LARGEST_SAMPLE && !find::is_enough(text) {
            bytes *= 4;
            continue;
        }
        let (declared, skipped) = if is_sheet { (Some(DELIMITER.to_owned()), None) } else { declared(text).unzip() };
        let text = &text[skipped.unwrap_or(0)..];
        let table = without_remarks(text);
        let dialect = declared.map_or_else(|| find::dialect(table, is_all), Dialect::plain);
        let rows = sample::rows(text, is_all, &dialect);
        if rows.is_empty() && is_all {
            return Err(no_text());
        }
        if rows.len() > 1 || is_all || bytes > MAX_RECORD {
            let width = find::width(&dialect, &sample::rows(table, is_all, &dialect));
            let layout = layout(&rows, width);
            records.read_as(dialect);
            if let Some(bytes) = skipped {
                records.skip(bytes);
            }
            return Ok(layout);
        }
        bytes = MAX_RECORD.min(4 * bytes) + usize::from(4 * bytes > MAX_RECORD);
    }
}

/// A text without the remarks that it begins with, where something stands behind them.
fn without_remarks(text: &str) -> &str {
    let is_remark = |line: &&str| line.trim().is_empty() || REMARKS.iter().any(|mark| line.starts_with(mark));
    let remarks = text.split_inclusive(['\n', '\r']).take_while(is_remark).map(str::len).sum();
    if text[remarks..].trim().is_empty() { text } else { &text[remarks..] }
}

/// What a first line says that does nothing else than name the delimiter, as spreadsheets write it; and where the next begins.
fn declared(text: &str) -> Option<(String, usize)> {
    let line = text.lines().next()?;
    let bare = line.trim_matches('"');
    let delimiter = bare.strip_prefix("sep=").or_else(|| bare.strip_prefix("SEP="))?;
    (delimiter.chars().count() == 1).then(|| (delimiter.to_owned(), line.len()))
}

/// The part of decoded bytes that ends with a whole character.
pub fn whole_characters(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// What is to be told of it, but for what is known of the file itself.
pub fn understood(records: &TextRecords, layout: &Layout) -> Understood {
    if records.is_sheet() {
        return Understood::default();
    }
    let Dialect { delimiter, quote, escape, .. } = records.dialect();
    Understood {
        format: "csv".to_owned(),
        packed: records.packed().map(str::to_owned),
        encoding: Some(records.encoding().unwrap_or_else(|| "utf-8".to_owned())),
        delimiter: (layout.names.len() > 1).then(|| delimiter.clone()),
        quote: quote.map(char::from),
        escape: escape.map(char::from),
        ..Understood::default()
    }
}

/// The error of a file without any.
pub fn no_text() -> Error {
    Error::bad_data("the file holds no text").hint("ask the provider for it again")
}
