//! What separates the cells of a text, found from a sample of it.
//!
//! Each delimiter is tried with each way to quote. What a file was written with gives rows of one width, columns whose cells
//! look alike, and quotes only around cells; any other one cuts at places that differ from row to row, or leaves delimiters
//! and quotes inside the cells. To weigh both widths and kinds is the idea of van den Burg, Nazabal and Sutton, "Wrangling
//! messy CSV files by detecting row and type patterns" (Data Mining and Knowledge Discovery, 2019); the weights are ours.

use super::dialect::Dialect;
use super::sample::{Content, Row, rows};
use crate::domain::kind::{Kind, kind};
use crate::domain::likeness::share;
use crate::source::read::MAX_COLUMNS;

/// How much of a file is looked at, in bytes.
const SAMPLE: usize = 1 << 15;

/// What separates cells, and how much that weighs: some marks are met in text and in numbers far more often than between
/// cells.
const DELIMITERS: [(&str, f64); 18] = [
    (",", 1.0),
    (";", 1.0),
    ("\t", 1.0),
    ("|", 1.0),
    ("||", 1.0),
    ("\u{1f}", 1.0),
    ("\u{1}", 1.0),
    ("\u{a6}", 1.0),
    ("\u{fe}", 0.9),
    ("\u{a7}", 0.9),
    ("~", 0.9),
    ("^", 0.9),
    ("::", 0.8),
    (":", 0.8),
    ("#", 0.6),
    ("*", 0.6),
    ("/", 0.4),
    (" ", 0.7),
];

/// What weighs less is met in dates, times and texts, too: nothing is cut at it where one of these stands in most lines as
/// often as in the first.
const WEAK: f64 = 0.85;
const STEADY: [char; 4] = [',', ';', '\t', '|'];

/// How many lines a sample has at least, however long they are.
const LEAST_LINES: usize = 10;

/// How much it weighs that nothing separates at all, so that each line is one cell.
const ALONE: f64 = 0.6;

/// The dialect that fits the beginning of a text best. `is_whole` says that the text ends there.
pub fn dialect(text: &str, is_whole: bool) -> Dialect {
    let sample = &text[..text.floor_char_boundary(SAMPLE.max(end_of_lines(text)))];
    let is_whole = is_whole && sample.len() == text.len();
    let fit = |dialect: &Dialect| Split { dialect, rows: &rows(sample, is_whole, dialect) }.fit().0;
    let alone = Dialect::plain("");
    let mut best = (ALONE * fit(&alone).powi(2), alone);
    let is_steady = has_steady_mark(sample);
    for (delimiter, weight) in DELIMITERS {
        if !sample.contains(delimiter) || is_steady && weight < WEAK || is_half(sample, delimiter) {
            continue;
        }
        for dialect in ways_to_quote(sample, is_whole, delimiter) {
            let score = weight * fit(&dialect);
            if score > best.0 {
                best = (score, dialect);
            }
        }
    }
    best.1
}

/// Whether the beginning of a text has as many lines as a sample should have.
pub fn is_enough(text: &str) -> bool {
    end_of_lines(text) < text.len()
}

/// Where the lines end that a sample has at least.
fn end_of_lines(text: &str) -> usize {
    let mut ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n' || *byte == b'\r');
    ends.nth(LEAST_LINES).map_or(text.len(), |(end, _)| end)
}

/// Whether one of the usual marks stands in the first line, and as often in most of the others.
fn has_steady_mark(sample: &str) -> bool {
    let mut lines = sample.split(['\n', '\r']).filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next() else { return false };
    let others: Vec<&str> = lines.collect();
    STEADY.iter().any(|mark| {
        let count = |line: &str| line.matches(*mark).count();
        let alike = others.iter().filter(|line| count(line) == count(first)).count();
        count(first) > 0 && 2 * alike > others.len()
    })
}

/// Whether the first line has half of a doubled mark by itself: then two of them are an empty cell between.
fn is_half(sample: &str, delimiter: &str) -> bool {
    let (half, rest) = delimiter.split_at(delimiter.ceil_char_boundary(1));
    let first = sample.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    half == rest && first.replace(delimiter, "").contains(half)
}

/// How many columns the table has that rows in this dialect are most like.
pub fn width(dialect: &Dialect, rows: &[Row]) -> usize {
    Split { dialect, rows }.fit().1
}

/// The dialects of a delimiter, the plainest first: only what a sample has a reason for.
fn ways_to_quote(sample: &str, is_whole: bool, delimiter: &str) -> Vec<Dialect> {
    let plain = Dialect::plain(delimiter);
    let mut ways = vec![plain.clone()];
    for quote in ['"', '\''].into_iter().filter(|quote| sample.contains(*quote)) {
        let is_padded = sample.contains(&format!("{delimiter} {quote}"));
        let is_escaped = sample.contains(&format!("\\{quote}"));
        for is_padded in if is_padded { vec![plain.is_padded, true] } else { vec![plain.is_padded] } {
            for escape in if is_escaped { vec![None, Some(b'\\')] } else { vec![None] } {
                ways.push(Dialect { quote: u8::try_from(quote).ok(), escape, is_padded, ..plain.clone() });
            }
        }
    }
    if sample.contains(&format!("\\{delimiter}")) {
        ways.push(Dialect { escape: Some(b'\\'), ..plain.clone() });
    }
    let unquoted = Dialect { quote: None, ..plain };
    if are_text(sample, is_whole, &unquoted) {
        ways.push(unquoted);
    }
    ways
}

/// Whether quotes that cells begin with are text: none of them encloses a cell, and none is left open.
fn are_text(sample: &str, is_whole: bool, unquoted: &Dialect) -> bool {
    if !sample.contains('"') {
        return false;
    }
    let rows = rows(sample, is_whole, unquoted);
    let cells = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.text.trim());
    let mut begun = cells.filter(|cell| cell.starts_with('"')).peekable();
    begun.peek().is_some() && begun.all(|cell| !cell.ends_with('"') && cell.matches('"').count() % 2 == 0)
}

/// A sample split in one way.
struct Split<'a> {
    dialect: &'a Dialect,
    rows: &'a [Row],
}

impl Split<'_> {
    /// How well it fits, from 0 to 1, as a table of the width for which that is most; and that width.
    fn fit(&self) -> (f64, usize) {
        let mut widths: Vec<usize> = self.rows.iter().map(|row| row.cells.len()).collect();
        widths.sort_unstable();
        widths.dedup();
        let is_split = !self.dialect.delimiter.is_empty();
        let widths = widths.into_iter().filter(|width| (!is_split || *width > 1) && *width <= MAX_COLUMNS);
        let fits = widths.map(|width| (self.soundness() * self.fit_as(width), width));
        fits.fold((0.0, 1), |best, fit| if fit.0 > best.0 { fit } else { best })
    }

    /// How well it fits as a table of this width, with other lines before and after it.
    fn fit_as(&self, width: usize) -> f64 {
        let is_body = |row: &Row| row.cells.len() == width;
        let (Some(first), Some(last)) = (self.rows.iter().position(is_body), self.rows.iter().rposition(is_body))
        else {
            return 0.0;
        };
        let body: Vec<&[Content]> =
            self.rows.iter().filter(|row| is_body(row)).map(|row| row.cells.as_slice()).collect();
        let spanned = last + 1 - first;
        let within = share(body.len(), spanned);
        let covered = share(spanned, self.rows.len());
        let worth = if width == 1 { 1.0 } else { 1.0 - 0.3 * share(1, width) };
        // What holds of one row may be an accident.
        let backed = share(body.len(), body.len() + 1);
        backed * within.powi(2) * covered.sqrt() * worth * self.likeness(&body, width) * self.doubt(&body, first > 0)
    }

    /// What is left of the fit where the delimiter seems to belong to the values: to times of day, or to decimals below a
    /// name that has none.
    fn doubt(&self, body: &[&[Content]], is_below_others: bool) -> f64 {
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let pairs = || body.iter().flat_map(|row| row.windows(2)).filter(|pair| !pair[0].is_quoted);
        let alike = |is_so: &dyn Fn(&str, &str) -> bool| {
            let so = pairs().filter(|pair| {
                let (before, after) = (pair[0].text.rsplit([' ', 'T']).next(), pair[1].text.split([' ', '.']).next());
                is_so(before.unwrap_or_default(), after.unwrap_or_default())
            });
            share(so.count(), pairs().count())
        };
        let is_time = |before: &str, after: &str| digits(before, 2) && digits(after, 2) && after.len() == 2;
        let is_decimal = |before: &str, after: &str| digits(before.trim_start_matches('-'), 9) && digits(after, 3);
        let parts_values = match self.dialect.delimiter.as_str() {
            ":" => {
                alike(&is_time) > 0.3
                    || share(pairs().filter(|pair| pair[1].text.starts_with(' ')).count(), pairs().count()) > 0.8
            }
            "," => is_below_others && body[0].len() == 2 && alike(&is_decimal) > 0.8,
            " " => is_below_others && body[0].len() == 2 && body.iter().all(|row| is_moment(row)),
            _ => false,
        };
        if parts_values { 0.3 } else { 1.0 }
    }

    /// How much speaks for the quotes, from 0 to 1: less the more of the rows have them out of order, and of those with quotes.
    fn soundness(&self) -> f64 {
        let quoted =
            self.rows.iter().filter(|row| !row.is_sound || row.cells.iter().any(|cell| cell.is_quoted)).count();
        let unsound = self.rows.iter().filter(|row| !row.is_sound).count();
        1.0 - 0.8 * share(unsound, quoted) * f64::min(1.0, 4.0 * share(unsound, self.rows.len()))
    }

    /// How alike the cells of each column are below the first row, from 0 to 1.
    fn likeness(&self, body: &[&[Content]], width: usize) -> f64 {
        let rows = if body.len() > 1 { &body[1..] } else { body };
        let column = |index: usize| {
            let cells = rows.iter().filter_map(move |row| row.get(index)).map(|cell| (cell, kind(&cell.text)));
            let (empty, filled): (Vec<_>, Vec<_>) = cells.partition(|(_, kind)| *kind == Kind::Empty);
            // A column of nothing speaks neither for nor against what cut it, but for the quotes around nothing.
            if filled.is_empty() { backed_by_quotes(0.5, &empty) } else { self.likeness_of(&filled) }
        };
        (0..width).map(column).sum::<f64>() * share(1, width)
    }

    fn likeness_of(&self, cells: &[(&Content, Kind)]) -> f64 {
        let (mut alike, mut mixed) = (0.0, 0.0);
        for of in [Kind::Number, Kind::Moment, Kind::Address, Kind::Code, Kind::Text] {
            let part = share(cells.iter().filter(|(_, kind)| *kind == of).count(), cells.len());
            alike += self.worth(of) * part.powi(2);
            mixed += self.worth(of) * part;
        }
        let spoiled = share(cells.iter().filter(|(cell, _)| self.is_spoiled(cell)).count(), cells.len());
        backed_by_quotes(f64::max(alike, 0.7 * mixed), cells) * (1.0 - 0.8 * spoiled)
    }

    /// How much a cell says for having been cut rightly. Words between spaces and colons say little: text has them too.
    fn worth(&self, kind: Kind) -> f64 {
        let is_of_text = matches!(self.dialect.delimiter.as_str(), ":" | "/");
        let is_space = self.dialect.delimiter == " ";
        match kind {
            Kind::Empty => 0.0,
            Kind::Number | Kind::Moment | Kind::Address => 1.0,
            Kind::Code | Kind::Text if is_space => 0.4,
            Kind::Code | Kind::Text if is_of_text => 0.5,
            Kind::Code => 0.9,
            Kind::Text => 0.75,
        }
    }

    /// Whether a cell holds what its writer would have cut at, or the half of a pair of quotes.
    fn is_spoiled(&self, cell: &Content) -> bool {
        if cell.is_quoted || kind(&cell.text) == Kind::Address {
            return false;
        }
        let text = cell.text.trim();
        let quotes = text.starts_with('"') || text.ends_with('"');
        let delimiter = self.dialect.delimiter.as_bytes();
        let is_cut =
            |mark: &u8| !delimiter.contains(mark) && matches!(mark, b';' | b'\t' | b'|' | b'~' | b'^' | 0x01 | 0x1f);
        let is_tight = |three: &[u8]| {
            let is_number = three[0].is_ascii_digit() && three[2].is_ascii_digit();
            three[1] == b',' && !is_number && !three[0].is_ascii_whitespace() && !three[2].is_ascii_whitespace()
        };
        let tight = delimiter != b"," && text.as_bytes().windows(3).any(is_tight);
        quotes || tight || text.bytes().any(|byte| is_cut(&byte))
    }
}

/// What the looks of a column say, and the quotes around its cells: whoever put a cell in quotes has said where it begins and
/// ends.
fn backed_by_quotes(looks: f64, cells: &[(&Content, Kind)]) -> f64 {
    looks + (1.0 - looks) * 0.8 * share(cells.iter().filter(|(cell, _)| cell.is_quoted).count(), cells.len())
}

/// Whether two cells are a day and a time.
fn is_moment(row: &[Content]) -> bool {
    matches!(row, [day, time] if kind(&day.text) == Kind::Moment && kind(&time.text) == Kind::Moment)
}

#[cfg(test)]
mod tests;
