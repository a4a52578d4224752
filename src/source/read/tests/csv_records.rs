//! CSV as it comes, good and bad.

use super::*;

#[test]
fn quotes_line_ends_and_blanks_are_read_as_csv_means_them() {
    for (text, expected) in [
        ("a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n", vec![vec!["1", "ha \"ha\" ha"], vec!["3", "4"]]),
        ("a,b\r\n1,\"\"\r\n2,3\r\n", vec![vec!["1", ""], vec!["2", "3"]]),
        ("a,b\n1,2", vec![vec!["1", "2"]]),
        ("a,b\r1,2\r3,4\r", vec![vec!["1", "2"], vec!["3", "4"]]),
        ("a,b\n\n1,2\n\n\n3,4\n\n", vec![vec!["1", "2"], vec!["3", "4"]]),
        ("a,b\n1,\"{\"\"type\"\": \"\"Point\"\"}\"\n", vec![vec!["1", "{\"type\": \"Point\"}"]]),
        ("a,b\n5\" pipe, x \n", vec![vec!["5\" pipe", " x "]]),
        ("a;b\n1,5;2\n", vec![vec!["1,5", "2"]]),
        ("\u{feff}a\tb\n1\t2\n", vec![vec!["1", "2"]]),
        ("a,b\nʤ,😀\n", vec![vec!["ʤ", "😀"]]),
        ("only\nx\n\ny\n", vec![vec!["x"], vec!["y"]]),
    ] {
        assert_eq!(cells(text), expected, "{text:?}");
    }
}

#[test]
fn an_empty_cell_is_null() {
    let content = read_bytes(b"a,b,c\n,\"\", \n", "csv", None).unwrap();
    assert_eq!(content.records[0].cells, [None, None, Some(" ".to_owned())]);
}

#[test]
fn lines_are_right_where_cells_span_several() {
    let text = "a,b\r\n\"one\r\ntwo\",1\r\n\r\n\"x\ny\nz\",2\r\nlast,3\r\n";
    let lines: Vec<_> =
        read_bytes(text.as_bytes(), "csv", None).unwrap().records.iter().map(|record| record.line).collect();
    assert_eq!(lines, [Some(2), Some(5), Some(8)]);
}

#[test]
fn ragged_and_badly_quoted_records_come_out_once_with_the_reason() {
    let text = "a,b\n1,2\n3\n4,5,6\n\"x\"y,7\n8,9\n10,\"open\n11,12\n";
    let content = read_bytes(text.as_bytes(), "csv", None).unwrap();
    let bad: Vec<_> = content
        .records
        .iter()
        .filter_map(|record| Some((record.line?, record.problem.as_deref()?, record.raw.as_deref()?)))
        .collect();
    assert_eq!(content.records.len(), 6);
    assert_eq!(
        bad,
        [
            (3, "1 field, but the header has 2", "3"),
            (4, "3 fields, but the header has 2", "4,5,6"),
            (5, "there is text behind a closing quote", "\"x\"y,7"),
            (7, "a quote is opened and never closed", "10,\"open\n11,12"),
        ]
    );
    assert!(
        content.records.iter().filter(|record| record.problem.is_some()).all(|record| record.cells == [None, None])
    );
}

#[test]
fn a_record_of_many_fields_is_bad_and_its_text_is_cut() {
    let text = format!("a,b\n{}\n1,2\n", "é,".repeat(40_000));
    let content = read_bytes(text.as_bytes(), "csv", None).unwrap();
    assert_eq!(content.records[0].problem.as_deref(), Some("40,001 fields, but the header has 2"));
    assert_eq!(content.records[0].raw.as_ref().unwrap().chars().count(), 4_000);
    assert_eq!(content.records[1].cells, [Some("1".to_owned()), Some("2".to_owned())]);
}

#[test]
fn a_header_alone_is_a_delivery_without_rows() {
    let content = read_bytes(b"Net amount,Net amount,\r\n", "csv", None).unwrap();
    assert_eq!(content.names, ["net_amount", "net_amount_2", "column_3"]);
    assert_eq!(content.records, []);
}
