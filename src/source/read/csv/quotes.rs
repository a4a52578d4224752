//! What quotes do to the lines of a CSV file. csv-core reads on whatever it meets, so that one stray quote would take
//! thousands of lines into one record: here it is seen, and the lines are told apart again.

/// How many whole lines inside of a well-formed record have to look like records before they are taken for such.
const FEWEST: usize = 8;

/// What is wrong with the quotes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Text stands behind a closing quote.
    TextBehind,
    /// The quote at this byte is not closed.
    NeverClosed(usize),
}

impl Problem {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::TextBehind => "there is text behind a closing quote",
            Self::NeverClosed(_) => "a quote is opened and never closed",
        }
    }
}

/// The first problem with the quotes of a record.
pub fn problem(raw: &[u8], separator: u8) -> Option<Problem> {
    enum Place {
        CellStart,
        Bare,
        Quoted,
        AfterQuote,
    }
    let (mut place, mut opened) = (Place::CellStart, 0);
    for (index, byte) in raw.iter().enumerate() {
        place = match (place, *byte) {
            (Place::Quoted, b'"') => Place::AfterQuote,
            (Place::CellStart, b'"') => {
                opened = index;
                Place::Quoted
            }
            (Place::Quoted, _) | (Place::AfterQuote, b'"') => Place::Quoted,
            (Place::CellStart | Place::Bare | Place::AfterQuote, byte) if byte == separator => Place::CellStart,
            (Place::AfterQuote, b'\n' | b'\r') => Place::AfterQuote,
            (Place::AfterQuote, _) => return Some(Problem::TextBehind),
            (Place::CellStart | Place::Bare, _) => Place::Bare,
        };
    }
    matches!(place, Place::Quoted).then_some(Problem::NeverClosed(opened))
}

/// Whether a well-formed record holds lines in its quotes that all look like records of `fields` fields: two stray
/// quotes far apart make one cell of what lies between. A long text may have such a line, but not nothing else.
pub fn holds_records(raw: &[u8], separator: u8, fields: usize) -> bool {
    let mut inner: Vec<&[u8]> = Lines::of(raw).skip(1).map(|(_, line)| line).collect();
    inner.pop();
    let looks_so = |line: &&[u8]| line.split(|byte| *byte == separator).count() == fields;
    fields > 1 && inner.len() >= FEWEST && inner.iter().all(looks_so)
}

/// The lines of a record that are not blank, each with how many line ends come before it.
#[derive(Debug)]
pub struct Lines<'a> {
    rest: &'a [u8],
    before: u64,
}

impl<'a> Lines<'a> {
    /// All lines of a record.
    pub fn of(raw: &'a [u8]) -> Self {
        Self { rest: raw, before: 0 }
    }

    /// Those left of a record of which `done` bytes, with `before` line ends in them, are dealt with; and how many bytes
    /// and line ends are dealt with once the next one is.
    pub fn resumed(raw: &'a [u8], (done, before): (usize, u64)) -> Self {
        Self { rest: raw.get(done..).unwrap_or_default(), before }
    }

    /// How far it has come in `raw`: for [`Lines::resumed`].
    pub fn place(&self, raw: &[u8]) -> (usize, u64) {
        (raw.len() - self.rest.len(), self.before)
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let end = self.rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(self.rest.len());
            let (line, after) = self.rest.split_at(end);
            let end_of_line = if after.starts_with(b"\r\n") { 2 } else { 1.min(after.len()) };
            let before = self.before;
            self.rest = &after[end_of_line..];
            self.before += 1;
            if !line.is_empty() {
                return Some((before, line));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_quotes_are_named() {
        assert_eq!(problem(b"\"a\"\"b\",\"\"\r\n", b','), None);
        assert_eq!(problem(b"5\" pipe,x\n", b','), None);
        assert_eq!(problem(b"\"a\"b,c\n", b','), Some(Problem::TextBehind));
        assert_eq!(problem(b"a,\"b\nc\n", b','), Some(Problem::NeverClosed(2)));
    }

    #[test]
    fn lines_are_told_apart_whatever_ends_them() {
        let raw = b"a\r\nb\n\n\rc\rd";
        let all: Vec<_> = Lines::of(raw).collect();
        assert_eq!(all, [(0, &b"a"[..]), (1, b"b"), (4, b"c"), (5, b"d")]);
        let mut lines = Lines::of(raw);
        lines.next();
        let rest = Lines::resumed(raw, lines.place(raw));
        assert_eq!(rest.collect::<Vec<_>>(), all[1..]);
    }
}
