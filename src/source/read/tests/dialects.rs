//! Tables through every way to write them, and back.

use super::*;

/// How a table is written.
#[derive(Debug, Clone)]
struct Writer {
    delimiter: &'static str,
    quote: char,
    quotes_all: bool,
    is_escaped: bool,
    end: &'static str,
    ends_with_end: bool,
    encoded: Encoded,
    way: Way,
}

/// How its text becomes bytes.
#[derive(Debug, Clone, Copy)]
enum Encoded {
    Utf8 { has_mark: bool },
    Utf16 { is_big: bool },
    Windows1252,
}

/// How these are packed.
#[derive(Debug, Clone, Copy)]
enum Way {
    Plain,
    Gzip,
    Zstd,
    Zip,
}

impl Writer {
    fn cell(&self, cell: &str) -> String {
        let special = [self.delimiter, "\n", "\r", "\"", "'", "\\", "#", "%", "/"];
        let is_plain = !special.iter().any(|mark| cell.contains(mark)) && cell.trim() == cell;
        if is_plain && !self.quotes_all {
            return cell.to_owned();
        }
        let quote = self.quote;
        let inner = if self.is_escaped {
            cell.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"))
        } else {
            cell.replace(quote, &format!("{quote}{quote}"))
        };
        format!("{quote}{inner}{quote}")
    }

    fn write(&self, table: &[Vec<String>]) -> String {
        let row = |row: &Vec<String>| row.iter().map(|cell| self.cell(cell)).collect::<Vec<_>>().join(self.delimiter);
        let text = table.iter().map(row).collect::<Vec<_>>().join(self.end);
        format!("{text}{}", if self.ends_with_end { self.end } else { "" })
    }

    fn bytes(&self, text: &str) -> Vec<u8> {
        let bytes = match self.encoded {
            Encoded::Utf8 { has_mark: false } => text.as_bytes().to_vec(),
            Encoded::Utf8 { has_mark: true } => format!("\u{feff}{text}").into_bytes(),
            Encoded::Utf16 { is_big } => {
                let bytes = if is_big { u16::to_be_bytes } else { u16::to_le_bytes };
                format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
            }
            Encoded::Windows1252 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
        };
        match self.way {
            Way::Plain => bytes,
            Way::Gzip => packed::gzip(&bytes),
            Way::Zstd => zstd::encode_all(&bytes[..], 1).unwrap(),
            Way::Zip => packed::zip(&[("table.csv", &bytes)]),
        }
    }

    /// A cell without the marks that would rather be the delimiter than this writer's own.
    fn clear(&self, cell: &str) -> String {
        let is_weak = matches!(self.delimiter, ":" | "::");
        if is_weak { cell.replace([',', ';', '|'], "") } else { cell.to_owned() }
    }

    /// What the contract would have to say.
    fn named(&self) -> Option<&'static str> {
        matches!(self.encoded, Encoded::Windows1252).then_some("windows-1252")
    }
}

prop_compose! {
    fn writer()(
        delimiter in prop::sample::select(vec![
            ",", ";", "\t", "|", "^", "~", "\u{1f}", "\u{1}", "\u{a6}", "||", "\u{fe}", "\u{a7}", "::", ":",
        ]),
        quote in prop_oneof![Just('"'), Just('\'')],
        quotes_all in any::<bool>(),
        is_escaped in any::<bool>(),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        ends_with_end in any::<bool>(),
        encoded in prop_oneof![
            any::<bool>().prop_map(|has_mark| Encoded::Utf8 { has_mark }),
            any::<bool>().prop_map(|is_big| Encoded::Utf16 { is_big }),
            Just(Encoded::Windows1252),
        ],
        way in prop_oneof![3 => Just(Way::Plain), 1 => Just(Way::Gzip), 1 => Just(Way::Zstd), 1 => Just(Way::Zip)],
    ) -> Writer {
        Writer { delimiter, quote, quotes_all, is_escaped, end, ends_with_end, encoded, way }
    }
}

/// The cells of a column of one kind.
fn column() -> impl Strategy<Value = Vec<String>> {
    let some = |pattern: &'static str| prop::collection::vec(pattern, 16);
    prop_oneof![
        some("[1-9][0-9]{0,4}"),
        some("-?[0-9]{1,3}\\.[0-9]{2}"),
        some("20[0-2][0-9]-0[1-9]-[12][0-9]"),
        some("[A-Z][a-z]{2,8}"),
        some("[A-Z][a-z]{2,8} [a-z]{2,6} [a-z]{3,9}"),
        some("[A-Z][a-zéüßø]{2,8}"),
        some("[A-Z][a-z]{2,8}[,;|] [a-z]{2,6}(\"|'|: )[a-z]{3,9}(\n[a-z]{3,6})?"),
        some("([A-Z]{2}-[0-9]{3})?"),
    ]
}

proptest! {
    #[test]
    fn every_way_to_write_a_table_is_read_back(
        writer in writer(),
        columns in prop::collection::vec(column(), 1..5),
        names in prop::collection::btree_set("[A-Z][a-z]{2,8}( [a-z]{2,6})?", 5),
        rows in 3_usize..16,
    ) {
        let header = names.into_iter().take(columns.len() + 1);
        let row = |row: usize| {
            let cells = columns.iter().map(|column| writer.clear(&column[row]));
            std::iter::once(format!("{}", 100 + row)).chain(cells).collect::<Vec<_>>()
        };
        let table: Vec<Vec<String>> = std::iter::once(header.collect()).chain((0..rows).map(row)).collect();
        let text = writer.write(&table);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), writer.bytes(&text)).unwrap();
        let read = preview(file.path(), "csv", Expected { encoding: writer.named(), ..Expected::default() }, usize::MAX, &Cancel::default()).unwrap();
        let names: Vec<String> = read.columns.iter().map(|column| column.delivered.clone()).collect();
        let cells = |row: &Vec<Option<String>>| row.iter().map(|cell| cell.clone().unwrap_or_default()).collect::<Vec<_>>();
        let found: Vec<Vec<String>> = std::iter::once(names).chain(read.sample.iter().map(cells)).collect();
        assert_eq!(found, table, "{text}\n{:?}", read.understood);
        assert_eq!(read.rejected, 0, "{text}");
    }
}
