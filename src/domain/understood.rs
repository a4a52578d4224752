//! What was understood of a delivered file, and what was repaired in it.

use serde::{Deserialize, Serialize};

/// How a file is read: all that had to be found out about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Understood {
    /// What kind of file it is: `csv`, `jsonl`, `parquet`.
    pub format: String,
    /// How it is packed: `gzip`, `zstd`, `zip`.
    #[serde(default)]
    pub packed: Option<String>,
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
    /// The 1-based line, or row of a sheet, that the header begins on; none where the first row is data.
    #[serde(default)]
    pub header_row: Option<u64>,
}

/// What was done to a file so that it could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairKind {
    /// The encoding was guessed from the bytes.
    GuessedEncoding,
    /// A byte order mark that had become text was left out.
    ByteOrderMark,
    /// Lines above the table were left out.
    Preamble,
    /// Lines below the table were left out.
    Footer,
    /// A header of several rows was read as one.
    HeaderRows,
    /// Rows without any content were left out.
    BlankRow,
    /// Empty cells behind the last column were left out.
    TrailingCells,
    /// A row that ends before the last column was filled up with empty cells.
    ShortRow,
    /// A quote inside of quotes that was not doubled was read as text.
    StrayQuote,
}

impl RepairKind {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::GuessedEncoding => "encoding guessed",
            Self::ByteOrderMark => "byte order mark left out",
            Self::Preamble => "lines above the table left out",
            Self::Footer => "lines below the table left out",
            Self::HeaderRows => "several header rows read as one",
            Self::BlankRow => "blank rows left out",
            Self::TrailingCells => "empty cells behind the last column left out",
            Self::ShortRow => "short rows filled up",
            Self::StrayQuote => "stray quotes read as text",
        }
    }
}

/// One kind of repair, over a whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// What was done.
    pub kind: RepairKind,
    /// How often.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// Where something was repaired or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The 1-based line; none where the file has no lines.
    pub line: Option<u64>,
    /// What stands there, cut where it is long.
    pub raw: String,
    /// Why.
    pub reason: String,
}
