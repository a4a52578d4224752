//! `OpenDocument` spreadsheets: a zip archive with one XML for all sheets, read as a stream.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;

use super::workbook::{Sheet, Sink, Workbook, number, unreadable};
use super::xlsx::check_size;
use crate::base::{Error, Result};

/// How often cells may be repeated, all in all, where they hold something.
const REPEATED: u64 = 5_000_000;

struct Book {
    path: PathBuf,
}

/// Opens a spreadsheet.
pub fn open(path: &Path) -> Result<Box<dyn Workbook>> {
    check_size(path)?;
    let mut archive = archive(path)?;
    if let Ok(manifest) = archive.by_name("META-INF/manifest.xml") {
        let mut lines = BufReader::new(manifest).lines().map_while(std::result::Result::ok);
        if lines.any(|line| line.contains("encryption-data")) {
            return Err(
                Error::bad_data("the workbook is protected by a password").hint("ask the provider for it without one")
            );
        }
    }
    Ok(Box::new(Book { path: path.to_owned() }))
}

fn archive(path: &Path) -> Result<ZipArchive<BufReader<File>>> {
    ZipArchive::new(BufReader::new(File::open(path)?)).map_err(unreadable)
}

impl Workbook for Book {
    fn sheets(&mut self) -> Result<Vec<Sheet>> {
        let mut archive = archive(&self.path)?;
        let mut xml = Xml::new(content(&mut archive)?);
        let (mut sheets, mut hidden, mut style) = (Vec::new(), HashSet::new(), None);
        while let Some(event) = xml.next()? {
            let Event::Start(tag) = event else { continue };
            match tag.name().as_ref() {
                "style:style" => style = attribute(&tag, "style:name")?,
                "style:table-properties" if attribute(&tag, "table:display")?.as_deref() == Some("false") => {
                    hidden.extend(style.take());
                }
                "table:table" => sheets.push((attribute(&tag, "table:name")?, attribute(&tag, "table:style-name")?)),
                _ => {}
            }
        }
        let sheet = |(name, style): (Option<String>, Option<String>)| {
            Some(Sheet { name: name?, is_visible: style.is_none_or(|style| !hidden.contains(&style)) })
        };
        Ok(sheets.into_iter().filter_map(sheet).collect())
    }

    fn cells(&mut self, sheet: &str, sink: &mut Sink<'_>) -> Result<()> {
        let mut archive = archive(&self.path)?;
        let mut xml = Xml::new(content(&mut archive)?);
        while let Some(event) = xml.next()? {
            if let Event::Start(tag) = event
                && tag.name().as_ref() == "table:table"
                && attribute(&tag, "table:name")?.as_deref() == Some(sheet)
            {
                return rows(&mut xml, sink);
            }
        }
        Ok(())
    }
}

fn content(archive: &mut ZipArchive<BufReader<File>>) -> Result<impl BufRead> {
    archive.by_name("content.xml").map(BufReader::new).map_err(unreadable)
}

/// Hands over the cells of the table that just began.
fn rows<R: BufRead>(xml: &mut Xml<R>, sink: &mut Sink<'_>) -> Result<()> {
    let (mut row, mut repeated) = (0_u32, 0_u64);
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) if tag.name().as_ref() == "table:table-row" => {
                let times = times(&tag, "table:number-rows-repeated")?;
                let cells = row_of(xml)?;
                for at in row..row.saturating_add(if cells.is_empty() { 0 } else { times }) {
                    for Repeated { first, times, text } in &cells {
                        repeated += u64::from(*times);
                        if repeated > REPEATED && *times > 1 {
                            return Err(Error::bad_data("the sheet repeats its cells millions of times"));
                        }
                        for column in *first..first.saturating_add(*times) {
                            if !sink(at, column, text.clone())? {
                                return Ok(());
                            }
                        }
                    }
                }
                row = row.saturating_add(times);
            }
            Event::End(tag) if tag.name().as_ref() == "table:table" => break,
            _ => {}
        }
    }
    Ok(())
}

/// A cell that holds something, and how many in a row are like it.
struct Repeated {
    first: u32,
    times: u32,
    text: String,
}

/// The cells of the row that just began.
fn row_of<R: BufRead>(xml: &mut Xml<R>) -> Result<Vec<Repeated>> {
    let (mut cells, mut column) = (Vec::new(), 0_u32);
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) if matches!(tag.name().as_ref(), "table:table-cell" | "table:covered-table-cell") => {
                let times = times(&tag, "table:number-columns-repeated")?;
                let value = value(&tag)?;
                let shown = shown(xml)?;
                let text = value.unwrap_or(shown);
                if !text.is_empty() {
                    cells.push(Repeated { first: column, times, text });
                }
                column = column.saturating_add(times);
            }
            Event::End(tag) if tag.name().as_ref() == "table:table-row" => break,
            _ => {}
        }
    }
    Ok(cells)
}

/// What a cell is worth, where its attributes say it: a text may be written as what it shows.
fn value(tag: &BytesStart<'_>) -> Result<Option<String>> {
    for tag in tag.attributes() {
        let tag = tag.map_err(unreadable)?;
        let value =
            || tag.normalized_value(XmlVersion::Explicit1_0).map(std::borrow::Cow::into_owned).map_err(unreadable);
        match tag.key.as_ref() {
            "office:value" => return value().map(|text| Some(text.parse().map_or(text, number))),
            "office:date-value" => return value().map(|text| Some(text.trim_end_matches("T00:00:00").to_owned())),
            "office:boolean-value" | "office:string-value" => return value().map(Some),
            _ => {}
        }
    }
    Ok(None)
}

/// What a cell that just began shows: its paragraphs, without the notes on it.
fn shown<R: BufRead>(xml: &mut Xml<R>) -> Result<String> {
    let (mut text, mut depth, mut of_note, mut paragraphs) = (String::new(), 0_usize, None, 0);
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) => {
                depth += 1;
                match tag.name().as_ref() {
                    "office:annotation" if of_note.is_none() => of_note = Some(depth),
                    _ if of_note.is_some() => {}
                    "text:p" => {
                        paragraphs += 1;
                        text.push_str(if paragraphs > 1 { "\n" } else { "" });
                    }
                    "text:s" => (0..times(&tag, "text:c")?.min(1_000)).for_each(|_| text.push(' ')),
                    "text:tab" => text.push('\t'),
                    "text:line-break" => text.push('\n'),
                    _ => {}
                }
            }
            Event::End(_) => {
                of_note = of_note.filter(|began| *began != depth);
                match depth.checked_sub(1) {
                    Some(outer) => depth = outer,
                    None => break,
                }
            }
            Event::Text(part) if of_note.is_none() && paragraphs > 0 => text.push_str(&part.xml10_content()),
            Event::GeneralRef(name) if of_note.is_none() && paragraphs > 0 => text.push_str(&character(&name)?),
            _ => {}
        }
        if text.len() > super::MAX_RECORD {
            return Err(Error::bad_data("a cell of the sheet holds more than a record may"));
        }
    }
    Ok(text)
}

/// The character that a reference stands for: `&amp;`, `&#233;`.
fn character(name: &BytesRef<'_>) -> Result<String> {
    if let Some(character) = name.resolve_char_ref().map_err(unreadable)? {
        return Ok(character.to_string());
    }
    let known = quick_xml::escape::resolve_xml_entity(&name.xml10_content()).map(str::to_owned);
    known.ok_or_else(|| unreadable(format!("`&{};` is not known", name.xml10_content())))
}

/// How often something is repeated: once where that is not said.
fn times(tag: &BytesStart<'_>, key: &str) -> Result<u32> {
    attribute(tag, key)?.map_or(Ok(1), |text| text.parse().map_err(unreadable))
}

fn attribute(tag: &BytesStart<'_>, key: &str) -> Result<Option<String>> {
    let Some(found) = tag.try_get_attribute(key).map_err(unreadable)? else { return Ok(None) };
    let value = found.normalized_value(XmlVersion::Explicit1_0).map_err(unreadable)?;
    Ok(Some(value.into_owned()))
}

/// A stream of XML.
struct Xml<R> {
    reader: quick_xml::Reader<R>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Xml<R> {
    fn new(input: R) -> Self {
        let mut reader = quick_xml::Reader::from_reader(input);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new() }
    }

    /// The next event; none after the last.
    fn next(&mut self) -> Result<Option<Event<'static>>> {
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(unreadable)?;
        Ok((!matches!(event, Event::Eof)).then(|| event.into_owned()))
    }
}
