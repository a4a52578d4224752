//! How the cells of a text are told apart.

/// How the cells of a text are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between two cells; empty where each line is one cell.
    pub delimiter: String,
    /// What may stand around a cell.
    pub quote: Option<u8>,
    /// What takes its meaning from the next character. Without one a quote inside of quotes is doubled.
    pub escape: Option<u8>,
    /// Whether spaces before a cell are none of it. Where spaces are what stands between cells, any number of them is one.
    pub is_padded: bool,
}

impl Dialect {
    /// RFC 4180 with this delimiter.
    pub fn plain(delimiter: impl Into<String>) -> Self {
        let delimiter = delimiter.into();
        let is_padded = delimiter == " ";
        Self { delimiter, quote: Some(b'"'), escape: None, is_padded }
    }
}
