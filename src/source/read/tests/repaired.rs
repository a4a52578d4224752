//! What is repaired of the lines and the header of a text, each counted.

use super::*;
use crate::domain::understood::{InWords, LineEnd};

/// The columns as delivered, how many rows there are, and what was repaired: what, on which line, why.
type Told = (Vec<String>, u64, Vec<(&'static str, Option<u64>, String)>);

fn told(text: &str) -> (Told, Understood) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let read = preview(file.path(), "csv", Expected::default(), 10, &Cancel::default()).unwrap();
    let repairs = read.repairs.iter().flat_map(|repair| {
        repair.examples.iter().map(|example| (repair.kind.words(), example.line, example.reason.clone()))
    });
    let columns = read.columns.into_iter().map(|column| column.delivered).collect();
    ((columns, read.rows, repairs.collect()), read.understood)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_header_that_stands_in_the_table_again_is_left_out() {
    let again = |line| ("repeated headers left out", Some(line), "it is the header".to_owned());
    let numbers = "slip,amount\na-1,1.50\na-2,2.50\nslip,amount\na-3,3.50\n";
    assert_eq!(told(numbers).0, (names(&["slip", "amount"]), 3, vec![again(4)]));
    // Of text alone, too, it is one: nothing else of it stands there again.
    let texts = "town,river\nBath,Avon\nYork,Ouse\ntown,river\nExeter,Exe\ntown,river\nDurham,Wear\n";
    assert_eq!(told(texts).0, (names(&["town", "river"]), 4, vec![again(4), again(6)]));
    // The same cells in one column are rows.
    assert_eq!(told("5\n6\n5\n").0.1, 3);
}

#[test]
fn columns_without_a_name_of_their_own_are_told() {
    let why = |why: &str| ("column names made up, told apart or trimmed", Some(1), why.to_owned());
    let expected = vec![
        why("blanks stand around it"),
        why("column 3 has no name: it is `column_3`"),
        why("column 2 is called so, too: this one is `amount_2`"),
    ];
    let text = "slip,Amount ,,amount\na-1,1.50,x,2\na-2,2.50,y,3\n";
    assert_eq!(told(text).0, (names(&["slip", "Amount ", "", "amount"]), 2, expected));
    assert_eq!(told("a-1,1.50\na-2,2.50\n").0.2, [], "without a header there is nothing to call them by");
}

#[test]
fn lines_that_end_otherwise_than_the_first_are_counted() {
    let otherwise = |line, end: &str| ("lines that end otherwise than the first", Some(line), end.to_owned());
    let (read, understood) = told("slip,amount\r\na-1,1.50\na-2,2.50\r\na-3,3.50\ra-4,4.50\r\n");
    assert_eq!(read, (names(&["slip", "amount"]), 4, vec![otherwise(2, "LF"), otherwise(4, "CR")]));
    assert_eq!(understood.line_end, Some(LineEnd::CrLf));
    let last = told("slip,amount\n\n\na-1,1.50\n\n\r\na-2,2.50\r\n").0.2;
    assert_eq!(last, [otherwise(7, "CR LF")], "the last line, too; of blank ones between, nothing");
    let (read, understood) = told("slip,text\na-1,\"one\r\ntwo\"\n\na-2,2\n");
    assert_eq!((read.2, understood.line_end), (vec![], Some(LineEnd::Lf)), "what stands in quotes ends no line");
}

#[test]
fn a_line_that_only_names_the_delimiter_is_told() {
    let why = "its first line only says what separates the cells".to_owned();
    let expected = vec![("lines above the table left out", None, why)];
    assert_eq!(told("sep=;\r\nslip;amount\r\na-1;1,50\r\n").0, (names(&["slip", "amount"]), 1, expected));
}

#[test]
fn a_stray_quote_in_one_of_few_rows_does_not_cut_dates_apart() {
    let rows = "B,01/10/2026,Bar,2.50\nC,02/10/2026,Baz,3.50\n";
    let text = format!("Ref,Date,Supplier,Amount\nA,01/10/2026,\"Foo \"Best\" Ltd\",1.50\n{rows}");
    let (read, understood) = told(&text);
    assert_eq!((understood.delimiter.as_deref(), read.0), (Some(","), names(&["Ref", "Date", "Supplier", "Amount"])));
    assert_eq!(read.1, 2, "the row with the stray quotes is refused");
}

#[test]
fn a_text_that_is_longer_than_a_sample_hides_no_delimiter() {
    let shape = "10.25 50.75, ".repeat(16_000);
    let row = |id: u32| format!("{id},Town {id},\"POLYGON(({shape}))\",1{id}.5\n");
    let text = format!("id,name,shape,area\n{}", (1..30).map(row).collect::<Vec<_>>().concat());
    let (read, understood) = told(&text);
    assert_eq!((understood.delimiter.as_deref(), read.0), (Some(","), names(&["id", "name", "shape", "area"])));
    assert_eq!((read.1, read.2), (29, vec![]));
}
