//! Sales become the bytes of a file, in the form that the provider is used to.

use std::fmt::Write;

use serde_json::Value;

use super::providers::{Content, Habits, Layout};
use super::till::{Damage, Sale};

/// What one file is written like.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Whose file it is.
    pub habits: &'static Habits,
    /// Whether amounts are in pence.
    pub in_pence: bool,
    /// A column that goes by another name: the old one, the new one.
    pub renamed: Option<(&'static str, &'static str)>,
    /// Whether every line of every slip is there a second time.
    pub doubled: bool,
}

impl Form {
    /// The provider's usual form.
    #[must_use]
    pub fn usual(habits: &'static Habits) -> Self {
        Self { habits, in_pence: false, renamed: None, doubled: false }
    }

    /// The whole file.
    #[must_use]
    pub fn bytes(&self, sales: &[Sale]) -> Vec<u8> {
        let records: String = sales.iter().map(|sale| self.record(sale)).collect();
        let header = self.header();
        let again = if self.doubled { records.as_str() } else { "" };
        self.encoded(&format!("{header}{records}{again}"))
    }

    /// The line with the names of the columns; nothing where each record names them.
    #[must_use]
    pub fn header(&self) -> String {
        if self.habits.layout == Layout::JsonLines {
            return String::new();
        }
        self.csv_line(self.habits.columns.iter().map(|(name, _)| self.name(name).to_owned()).collect())
    }

    /// One record with its line end.
    #[must_use]
    pub fn record(&self, sale: &Sale) -> String {
        let mut other = sale.other.iter();
        let cells = self.habits.columns.iter().map(|(name, content)| {
            let cell = match content {
                Content::Other(_) => other.next().copied().unwrap_or_default().to_owned(),
                content => self.cell(sale, *content),
            };
            (*name, *content, cell)
        });
        if self.habits.layout == Layout::JsonLines {
            return self.json_line(cells, sale.damage == Some(Damage::Torn));
        }
        let mut cells: Vec<String> = cells.map(|(_, _, cell)| cell).collect();
        if sale.damage == Some(Damage::Torn) {
            cells.truncate(cells.len() / 2);
        }
        self.csv_line(cells)
    }

    /// The text as bytes, in the provider's encoding.
    #[must_use]
    pub fn encoded(&self, text: &str) -> Vec<u8> {
        match self.habits.layout {
            Layout::Csv | Layout::JsonLines => text.as_bytes().to_vec(),
            Layout::CsvSpreadsheet => format!("\u{feff}{text}").into_bytes(),
            // Where it prints anything, windows-1252 is Latin-1 but for 0x80 to 0x9f, which no till writes.
            Layout::CsvWindows => text.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect(),
        }
    }

    fn name(&self, name: &'static str) -> &'static str {
        self.renamed.filter(|(old, _)| *old == name).map_or(name, |(_, new)| new)
    }

    fn cell(&self, sale: &Sale, content: Content) -> String {
        match (content, sale.damage) {
            (Content::Amount, Some(Damage::Amount(text))) | (Content::Date, Some(Damage::Date(text))) => {
                text.to_owned()
            }
            (Content::Amount, _) if self.in_pence => sale.pence.to_string(),
            (Content::Amount, _) => format!("{}.{:02}", sale.pence / 100, sale.pence % 100),
            (Content::Date, _) => sale.date.format(self.habits.dates).to_string(),
            (Content::Slip, _) => sale.slip.clone(),
            (Content::Line, _) => sale.line.to_string(),
            (Content::Description, _) => sale.phrase.text.clone(),
            (Content::Quantity, _) => sale.quantity.map(|quantity| quantity.to_string()).unwrap_or_default(),
            (Content::Other(_), _) => String::new(),
        }
    }

    fn csv_line(&self, cells: Vec<String>) -> String {
        let quote_all = self.habits.layout == Layout::CsvSpreadsheet;
        let quoted = |cell: String| {
            if quote_all || cell.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        };
        let mut line = cells.into_iter().map(quoted).collect::<Vec<_>>().join(",");
        let windows = matches!(self.habits.layout, Layout::CsvWindows | Layout::CsvSpreadsheet);
        line.push_str(if windows { "\r\n" } else { "\n" });
        line
    }

    /// One object. Numbers stand bare, except where the export wrote something that is none.
    fn json_line(&self, cells: impl Iterator<Item = (&'static str, Content, String)>, torn: bool) -> String {
        let mut line = String::from("{");
        for (name, content, cell) in cells {
            let comma = if line.len() > 1 { "," } else { "" };
            let is_number = matches!(content, Content::Line | Content::Quantity | Content::Amount)
                && cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let value = match cell.as_str() {
                "" => "null".to_owned(),
                _ if is_number => cell,
                _ => Value::from(cell).to_string(),
            };
            // Writing to a string does not fail.
            let _ = write!(line, "{comma}{}:{value}", Value::from(self.name(name)));
        }
        if torn {
            line = line.chars().take(line.chars().count() / 2).collect();
        } else {
            line.push('}');
        }
        line.push('\n');
        line
    }
}
