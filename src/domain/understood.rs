//! What was understood of a delivered file, and what was repaired in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::text;

/// How a file is read: all that had to be found out about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Understood {
    /// What kind of file it is: `csv`, `jsonl`, `parquet`, `xlsx`, `xlsb`, `xls`, `ods`.
    pub format: String,
    /// How it is packed: `gzip`, `zstd`, `zip`.
    #[serde(default)]
    pub packed: Option<String>,
    /// The sheet of a workbook.
    #[serde(default)]
    pub sheet: Option<String>,
    /// The encoding of a text, as the WHATWG Encoding Standard calls it, in lower case.
    #[serde(default)]
    pub encoding: Option<String>,
    /// What separates the cells; none where nothing does.
    #[serde(default)]
    pub delimiter: Option<String>,
    /// What stands around cells.
    #[serde(default)]
    pub quote: Option<char>,
    /// What takes its meaning from the next character.
    #[serde(default)]
    pub escape: Option<char>,
    /// What the first line of a text ends with: `lf`, `crlf`, `cr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_end: Option<LineEnd>,
    /// The 1-based line, or row of a sheet, that the header begins on; none where the first row is data.
    #[serde(default)]
    pub header_row: Option<u64>,
}

impl Understood {
    /// What there is to tell, by name.
    #[must_use]
    pub fn words(&self) -> Vec<(&'static str, String)> {
        let Self { format, packed, sheet, encoding, delimiter, quote, escape, line_end, header_row } = self;
        let packed = packed.as_ref().map(|packed| format!(" in {packed}")).unwrap_or_default();
        let unit = if sheet.is_some() { "row" } else { "line" };
        let header = header_row.map_or_else(|| "none".to_owned(), |row| format!("{unit} {}", text::grouped(row)));
        let mut words = vec![("format", format!("{format}{packed}"))];
        words.extend(sheet.clone().map(|sheet| ("sheet", sheet)));
        words.extend(encoding.clone().map(|encoding| ("encoding", encoding)));
        words.extend(delimiter.as_ref().map(|delimiter| ("delimiter", format!("{delimiter:?}"))));
        words.extend(quote.map(|quote| ("quote", quote.to_string())));
        words.extend(escape.map(|escape| ("escape", escape.to_string())));
        words.extend(line_end.filter(|end| *end != LineEnd::Lf).map(|end| ("line ends", end.words().to_owned())));
        words.push(("header", header));
        words
    }
}

/// What a line ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnd {
    /// Line feed.
    Lf,
    /// Carriage return and line feed.
    CrLf,
    /// Carriage return.
    Cr,
}

impl InWords for LineEnd {
    fn words(self) -> &'static str {
        match self {
            Self::Lf => "LF",
            Self::CrLf => "CR LF",
            Self::Cr => "CR",
        }
    }
}

/// What has a name for people.
pub trait InWords {
    /// Its name for people.
    fn words(self) -> &'static str;
}

/// What was done to a file so that it could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairKind {
    /// The encoding was guessed from the bytes.
    GuessedEncoding,
    /// A byte order mark that had become text was left out.
    ByteOrderMark,
    /// Another sheet of the workbook was left out.
    OtherSheet,
    /// Lines above the table were left out.
    Preamble,
    /// Lines below the table were left out.
    Footer,
    /// A header of several rows was read as one.
    HeaderRows,
    /// A column had no name, that of another, or one with blanks around it.
    ColumnName,
    /// The header stands again between the rows, and was left out there.
    RepeatedHeader,
    /// A line ends otherwise than the first one.
    LineEnd,
    /// Rows without any content were left out.
    BlankRow,
    /// Empty cells behind the last column were left out.
    TrailingCells,
    /// A row that ends before the last column was filled up with empty cells.
    ShortRow,
    /// A quote inside of quotes that was not doubled was read as text.
    StrayQuote,
    /// A word for nothing was read as nothing.
    NullMarker,
    /// What a spreadsheet writes where it could not compute was read as nothing.
    SheetError,
    /// What tells a spreadsheet that a cell is a text was left out.
    ProtectedText,
    /// What stands between groups of digits was left out.
    GroupedDigits,
    /// A comma before decimals was read as a point.
    DecimalComma,
    /// Dashes in the place of decimals were left out.
    NoDecimals,
    /// The sign of a currency beside a number was left out.
    Currency,
    /// Parentheses, or a minus behind a number, were read as below zero.
    Negative,
    /// A percentage was read as a share of one.
    Percent,
    /// A date was written in another form than `2026-10-05`.
    DateForm,
    /// A number with an exponent was written out.
    Exponent,
    /// The time of day behind a date was left out.
    TimeOfDay,
    /// A decimal with the rounding error of a binary number was read without it.
    BinaryFraction,
    /// A number was converted to the unit of its field.
    Converted,
    /// A row was not found in a reference table: it gets nothing from it.
    NotReferred,
}

impl InWords for RepairKind {
    fn words(self) -> &'static str {
        match self {
            Self::GuessedEncoding => "encoding guessed",
            Self::ByteOrderMark => "byte order mark left out",
            Self::OtherSheet => "other sheets left out",
            Self::Preamble => "lines above the table left out",
            Self::Footer => "lines below the table left out",
            Self::HeaderRows => "several header rows read as one",
            Self::ColumnName => "column names made up, told apart or trimmed",
            Self::RepeatedHeader => "repeated headers left out",
            Self::LineEnd => "lines that end otherwise than the first",
            Self::BlankRow => "blank rows left out",
            Self::TrailingCells => "empty cells behind the last column left out",
            Self::ShortRow => "short rows filled up",
            Self::StrayQuote => "stray quotes read as text",
            Self::NullMarker => "words for nothing read as nothing",
            Self::SheetError => "errors of a spreadsheet read as nothing",
            Self::ProtectedText => "formulas of a text read as that text",
            Self::GroupedDigits => "grouped digits joined",
            Self::DecimalComma => "decimal commas read as points",
            Self::NoDecimals => "dashes in the place of decimals left out",
            Self::Currency => "currency signs left out",
            Self::Negative => "parentheses and trailing minus signs read as below zero",
            Self::Percent => "percentages read as shares of one",
            Self::DateForm => "dates in another form than 2026-10-05",
            Self::Exponent => "numbers with exponents written out",
            Self::TimeOfDay => "times of day left out of dates",
            Self::BinaryFraction => "rounding errors of binary numbers left out",
            Self::Converted => "numbers converted to the unit of their field",
            Self::NotReferred => "rows that are not in a reference table and get nothing from it",
        }
    }
}

/// Why a record is no row of its dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectKind {
    /// It can't be split into the columns.
    Malformed,
    /// A cell is no value of its field.
    Value,
    /// It has no date, so that nobody can tell its period.
    NoDate,
    /// Its date is in another period.
    OutsidePeriod,
    /// All of its key is empty.
    NoKey,
    /// Another row has its key.
    DuplicateKey,
    /// It is not in a reference table.
    NotReferred,
    /// What is derived of it is no value of its field.
    Derived,
}

impl InWords for RejectKind {
    fn words(self) -> &'static str {
        match self {
            Self::Malformed => "records that don't fit the columns",
            Self::Value => "cells that are no value of their field",
            Self::NoDate => "rows without a date",
            Self::OutsidePeriod => "rows outside of the period",
            Self::NoKey => "rows without a key",
            Self::DuplicateKey => "rows whose key another row has",
            Self::NotReferred => "rows that are not in a reference table",
            Self::Derived => "rows of which no value can be derived",
        }
    }
}

/// One kind of what was repaired or refused, over a whole delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted<K> {
    /// What it was.
    pub kind: K,
    /// How often.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

impl<K: InWords + Copy> Counted<K> {
    /// How often what: `3 × blank rows left out`.
    pub fn words(&self) -> String {
        format!("{} × {}", text::grouped(self.count), self.kind.words())
    }
}

/// What was repaired in a delivery, of one kind.
pub type Repair = Counted<RepairKind>;

/// What was refused of a delivery, of one kind.
pub type Refusal = Counted<RejectKind>;

/// Where something was repaired or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The 1-based line, or row of a sheet; none where the file has neither.
    pub line: Option<u64>,
    /// What stands there, cut where it is long.
    pub raw: String,
    /// Why.
    pub reason: String,
}

impl Example {
    /// Where it is, what stands there, and why: `line 5: 1,234 (amount)`.
    #[must_use]
    pub fn words(&self) -> String {
        let line = self.line.map(|line| format!("line {}: ", text::grouped(line))).unwrap_or_default();
        let reason = if self.raw.is_empty() { self.reason.clone() } else { format!(" ({})", self.reason) };
        format!("{line}{}{reason}", self.raw)
    }
}

/// How many examples are kept of each kind.
pub const EXAMPLES: usize = 20;

/// How much of an example's text is kept, in characters.
const RAW_LENGTH: usize = 400;

/// Counts things by kind, and keeps the first of each.
#[derive(Debug, Clone)]
pub struct Tally<K>(BTreeMap<K, (u64, Vec<Example>)>);

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Copy> Tally<K> {
    /// Counts one more.
    pub fn add(&mut self, kind: K, line: Option<u64>, raw: &str, reason: impl Into<String>) {
        let (count, examples) = self.0.entry(kind).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            let raw = raw.chars().take(RAW_LENGTH).collect();
            examples.push(Example { line, raw, reason: reason.into() });
        }
    }

    /// Counts what another one counted after this.
    pub fn absorb(&mut self, later: Self) {
        for (kind, (more, others)) in later.0 {
            let (count, examples) = self.0.entry(kind).or_default();
            *count += more;
            examples.extend(others.into_iter().take(EXAMPLES - examples.len()));
        }
    }

    /// Each kind that there was.
    #[must_use]
    pub fn list(&self) -> Vec<Counted<K>> {
        let counted = |(kind, (count, examples)): (&K, &(u64, Vec<Example>))| Counted {
            kind: *kind,
            count: *count,
            examples: examples.clone(),
        };
        self.0.iter().map(counted).collect()
    }

    /// Each kind that there was, and how often.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<K, u64> {
        self.0.iter().map(|(kind, (count, _))| (*kind, *count)).collect()
    }
}
