//! XML of a sheet, looked through before anything is kept of it: how much there is between one cell and the next. Whoever
//! reads it puts that together in memory, and a small archive may hold more of it than any machine has.

use std::io::{self, Read};

/// The names that cells have, without their prefix.
const CELLS: [&[u8]; 3] = [b"c", b"table-cell", b"covered-table-cell"];

/// The longest name that is looked at.
const LONGEST_NAME: usize = 40;

/// What the next byte is part of.
enum Part {
    Text,
    /// The name of a tag, as far as it goes.
    Name(Vec<u8>),
    Tag,
    /// Something that ends with these bytes, of which so many were there.
    Until(&'static [u8], usize),
}

/// Whether there are more than `most` bytes between two cells.
pub fn is_longer(mut xml: impl Read, most: u64) -> io::Result<bool> {
    let mut block = vec![0; 1 << 16];
    let (mut part, mut stretch) = (Part::Text, 0_u64);
    loop {
        let read = match xml.read(&mut block) {
            Ok(0) => return Ok(false),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for byte in &block[..read] {
            stretch += 1;
            part = match part {
                Part::Text if *byte == b'<' => Part::Name(Vec::new()),
                Part::Tag if *byte == b'>' => Part::Text,
                Part::Name(name) => {
                    let (next, is_cell) = named(name, *byte);
                    if is_cell {
                        stretch = 0;
                    }
                    next
                }
                Part::Until(end, found) => within(end, found, *byte),
                other => other,
            };
            if stretch > most {
                return Ok(true);
            }
        }
    }
}

/// What follows on a byte behind the `name` so far, and whether that was the one of a cell.
fn named(mut name: Vec<u8>, byte: u8) -> (Part, bool) {
    let has_ended = byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/') || name.len() >= LONGEST_NAME;
    if has_ended {
        let local = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
        return (if byte == b'>' { Part::Text } else { Part::Tag }, CELLS.contains(&local));
    }
    name.push(byte);
    let part = match name.as_slice() {
        b"!--" => Part::Until(b"-->", 0),
        b"![CDATA[" => Part::Until(b"]]>", 0),
        _ => Part::Name(name),
    };
    (part, false)
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
        ] {
            let found = stretch(&sheet(&inner));
            assert!((1000..2200).contains(&found), "{found}: {inner:.40}");
        }
        assert!(stretch(&format!("<x:c>{}</x:c>", "<x:c r=\"A1\"><x:v>1</x:v></x:c>".repeat(99))) < 60);
        assert!(stretch(&"<table:table-row><table:table-cell><text:p>1</text:p></table:table-cell>".repeat(99)) < 90);
        assert!(stretch(&format!("<!-- {much} --><c/>")) > 1000, "what comes before the first counts, too");
    }
}
