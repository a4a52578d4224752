//! XML of a sheet, looked through before anything is kept of it: how much there is between one cell and the next. Whoever
//! reads it puts that together in memory, and a small archive may hold more of it than any machine has.

use std::io::{self, Read};

/// The names that cells and rows have, without their prefix, and that of all rows together.
const CELLS: [&[u8]; 3] = [b"c", b"table-cell", b"covered-table-cell"];
const ROWS: [&[u8]; 2] = [b"row", b"table-row"];
const ALL: &[u8] = b"sheetData";

/// The longest name that is looked at.
const LONGEST_NAME: usize = 40;

/// What the next byte is part of.
enum Part {
    Text,
    /// The name of a tag, as far as it goes.
    Name(Vec<u8>),
    /// What stands behind the name, perhaps in these quotes; and whether the last byte was a slash.
    Behind(Tag, Option<u8>, bool),
    /// Something that ends with these bytes, of which so many were there.
    Until(&'static [u8], usize),
}

/// What a tag is of.
#[derive(Clone, Copy, PartialEq)]
enum Tag {
    Cell,
    EndOfCell,
    Row,
    EndOfAll,
    Other,
}

/// How much there was since the last cell, and within how many cells: what is called one within another is none.
#[derive(Default)]
struct Stretch {
    bytes: u64,
    within: u32,
    has_ended: bool,
}

/// Whether there are more than `most` bytes between two cells.
pub fn is_longer(mut xml: impl Read, most: u64) -> io::Result<bool> {
    let mut block = vec![0; 1 << 16];
    let (mut part, mut stretch) = (Part::Text, Stretch::default());
    loop {
        let read = match xml.read(&mut block) {
            Ok(0) => return Ok(false),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for byte in &block[..read] {
            stretch.bytes += 1;
            part = match part {
                Part::Text if *byte == b'<' => Part::Name(Vec::new()),
                Part::Name(name) => stretch.named(name, *byte),
                Part::Behind(tag, quote, is_empty) => stretch.behind(tag, quote, is_empty, *byte),
                Part::Until(end, found) => within(end, found, *byte),
                other @ Part::Text => other,
            };
            if stretch.bytes > most || stretch.has_ended {
                return Ok(!stretch.has_ended);
            }
        }
    }
}

impl Stretch {
    /// What follows on a byte behind the `name` so far.
    fn named(&mut self, mut name: Vec<u8>, byte: u8) -> Part {
        let is_slash = byte == b'/' && !name.is_empty();
        if byte.is_ascii_whitespace() || byte == b'>' || is_slash || name.len() >= LONGEST_NAME {
            return self.behind(tag(&name), None, false, byte);
        }
        name.push(byte);
        match name.as_slice() {
            b"!--" => Part::Until(b"-->", 0),
            b"![CDATA[" => Part::Until(b"]]>", 0),
            _ => Part::Name(name),
        }
    }

    /// What follows on a byte behind the name of a tag.
    fn behind(&mut self, tag: Tag, quote: Option<u8>, is_empty: bool, byte: u8) -> Part {
        match (quote, byte) {
            (Some(quote), byte) => Part::Behind(tag, (byte != quote).then_some(quote), false),
            (None, b'"' | b'\'') => Part::Behind(tag, Some(byte), false),
            (None, b'>') => {
                self.pass(tag, is_empty);
                Part::Text
            }
            (None, byte) => Part::Behind(tag, None, byte == b'/'),
        }
    }

    fn pass(&mut self, tag: Tag, is_empty: bool) {
        if tag == Tag::EndOfCell {
            self.within = self.within.saturating_sub(1);
        }
        if self.within == 0 && tag != Tag::Other {
            self.bytes = 0;
            self.has_ended = tag == Tag::EndOfAll;
        }
        if tag == Tag::Cell && !is_empty {
            self.within += 1;
        }
    }
}

/// What a tag of this name is of.
fn tag(name: &[u8]) -> Tag {
    let (is_end, name) = name.strip_prefix(b"/").map_or((false, name), |name| (true, name));
    let local = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
    match (CELLS.contains(&local), is_end) {
        (true, false) => Tag::Cell,
        (true, true) => Tag::EndOfCell,
        _ if ROWS.contains(&local) => Tag::Row,
        (false, true) if local == ALL => Tag::EndOfAll,
        _ => Tag::Other,
    }
}

/// The end of a comment or of bare text; both begin with a byte twice, which may be there more often.
fn within(end: &'static [u8], found: usize, byte: u8) -> Part {
    match found {
        _ if byte == end[found] && found + 1 == end.len() => Part::Text,
        _ if byte == end[found] => Part::Until(end, found + 1),
        2 if byte == end[0] => Part::Until(end, 2),
        _ => Part::Until(end, usize::from(byte == end[0])),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// The most bytes between two cells for which the text is refused.
    fn stretch(xml: &str) -> u64 {
        (0..9999).find(|most| !is_longer(xml.as_bytes(), *most).unwrap()).unwrap()
    }

    #[test]
    fn a_cell_that_holds_much_is_seen_however_it_is_written() {
        let much = "x".repeat(1000);
        let sheet =
            |inner: &str| format!("<sheetData><row r=\"1\"><c r=\"A1\">{inner}</c><c r=\"B1\"/></row></sheetData>");
        assert!(stretch(&sheet("<v>1</v>")) < 60);
        for inner in [
            format!("<is><t>{much}</t></is>"),
            "<is><r><t>xxxxx</t></r></is>".repeat(60),
            format!("<![CDATA[{}]]>", "<c r=\"A1\">".repeat(100)),
            format!("<!-- {}--->", "<c>-]]".repeat(200)),
            format!("<t a=\"{much}\"/>"),
            format!("<{much}/>"),
            "<is><t>xxxxx<c/></t></is>".repeat(60),
            format!("<t a='>{much}'>1</t>"),
        ] {
            let found = stretch(&sheet(&inner));
            assert!((1000..2200).contains(&found), "{found}: {inner:.40}");
        }
        assert!(stretch(&"<x:c r=\"A1\"><x:v>1</x:v></x:c>".repeat(99)) < 60);
        assert!(stretch(&"<table:table-row><table:table-cell><text:p>1</text:p></table:table-cell>".repeat(99)) < 90);
        assert!(stretch(&format!("<!-- {much} --><c/>")) > 1000, "what comes before the first counts, too");
        assert!(stretch(&"<row r=\"1\" ht=\"15\"/>".repeat(99)) < 60, "rows without cells are nothing to keep");
        assert!(stretch(&format!("<sheetData><c/></sheetData>{much}")) < 60, "nobody reads on behind the rows");
    }
}
