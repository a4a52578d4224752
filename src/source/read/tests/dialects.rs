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
    mark: &'static str,
    ends_with_end: bool,
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
        format!("{}{text}{}", self.mark, if self.ends_with_end { self.end } else { "" })
    }
}

prop_compose! {
    fn writer()(
        delimiter in prop_oneof![Just(","), Just(";"), Just("\t"), Just("|"), Just("^"), Just("~"), Just("\u{1f}"), Just("\u{1}"), Just("\u{a6}"), Just("||")],
        quote in prop_oneof![Just('"'), Just('\'')],
        quotes_all in any::<bool>(),
        is_escaped in any::<bool>(),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        mark in prop_oneof![Just(""), Just("\u{feff}")],
        ends_with_end in any::<bool>(),
    ) -> Writer {
        Writer { delimiter, quote, quotes_all, is_escaped, end, mark, ends_with_end }
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
        some("[A-Z][a-z]{2,8}[,;|] [a-z]{2,6}(\"|'|: )[a-z]{3,9}(\n[a-z]{3,6})?"),
        some("([A-Z]{2}-[0-9]{3})?"),
    ]
}

proptest! {
    #[test]
    fn every_way_to_write_a_table_is_read_back(
        writer in writer(),
        columns in prop::collection::vec(column(), 1..5),
        rows in 3_usize..16,
    ) {
        let header = (0..=columns.len()).map(|index| format!("field{}", ["Id", "A", "B", "C", "D", "E"][index]));
        let row = |row: usize| {
            let cells = columns.iter().map(|column| column[row].clone());
            std::iter::once(format!("{}", 100 + row)).chain(cells).collect::<Vec<_>>()
        };
        let table: Vec<Vec<String>> = std::iter::once(header.collect()).chain((0..rows).map(row)).collect();
        let text = writer.write(&table);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &text).unwrap();
        let read = preview(file.path(), "csv", None, usize::MAX, &Cancel::default()).unwrap();
        let names: Vec<String> = read.columns.iter().map(|column| column.delivered.clone()).collect();
        let cells = |row: &Vec<Option<String>>| row.iter().map(|cell| cell.clone().unwrap_or_default()).collect::<Vec<_>>();
        let found: Vec<Vec<String>> = std::iter::once(names).chain(read.sample.iter().map(cells)).collect();
        assert_eq!(found, table, "{text}\n{:?}", read.understood);
        assert_eq!(read.rejected, 0, "{text}");
    }
}
