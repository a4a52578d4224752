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

/// Line, problem and text of the records that could not be split.
fn bad(content: &Content) -> Vec<(i64, &str, &str)> {
    content
        .records
        .iter()
        .filter_map(|record| Some((record.line?, record.problem.as_deref()?, record.raw.as_deref()?)))
        .collect()
}

#[test]
fn ragged_and_badly_quoted_records_come_out_once_with_the_reason() {
    let text = "a,b\n1,2\n3\n4,5,6\n\"x\"y,7\n8,9\n10,\"open";
    let content = read_bytes(text.as_bytes(), "csv", None).unwrap();
    assert_eq!(content.records.len(), 6);
    assert_eq!(
        bad(&content),
        [
            (3, "1 field, but the header has 2", "3"),
            (4, "3 fields, but the header has 2", "4,5,6"),
            (5, "there is text behind a closing quote", "\"x\"y,7"),
            (7, "a quote is opened and never closed", "10,\"open"),
        ]
    );
    assert!(
        content.records.iter().filter(|record| record.problem.is_some()).all(|record| record.cells == [None, None])
    );
}

#[test]
fn a_quote_that_is_never_closed_makes_the_file_unreadable_where_no_row_can_be_told() {
    let (rows, rest) = ("1,2,3\n".repeat(10), "some, text\n".repeat(5));
    let text = format!("a,b,c\n{rows}4,\"two\nlines\",\"open\n{rest}");
    let refused = refusal(text.as_bytes(), "csv", None);
    assert!(refused.starts_with("the quote that is opened on line 13 is never closed: "), "{refused}");
    let text = format!("a,b\nx,y\nx,\"open\n{}", "some,text\n".repeat(5_000));
    let refused = refusal(text.as_bytes(), "csv", None);
    assert!(refused.starts_with("the quote that is opened on line 3 is never closed: "), "{refused}");
}

/// The next quote may be gigabytes away.
#[test]
fn a_quote_that_is_never_closed_takes_no_rows_that_can_be_told() {
    let text = format!("a,b\n1,2\n1,\"open\n{}some,text\n", "9,10\n".repeat(4 << 20));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let read = preview(file.path(), "csv", Expected::default(), 10, &Cancel::default()).unwrap();
    assert_eq!((read.rows, read.rejected), (1 + (4 << 20), 2));
    let reasons: Vec<_> = read.rejects.iter().map(|reject| (reject.line.unwrap(), reject.reason.as_str())).collect();
    let expected = [
        (3, "a quote is opened and never closed"),
        (4 + (4 << 20), "it may belong to the quote that is opened on line 3"),
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn lines_that_a_stray_quote_takes_are_rows_only_where_they_look_like_rows() {
    // Text behind the quote that closes it; then a record of too few fields; blank lines are no records.
    let text = "a,b\n1,2\n3,\"stray\n5,6\r\n\nseven,8\n9,\"x\",10\n11,12\n\"13\n14,15\"\n16,17\n18,19\n20,21\n";
    let content = read_bytes(text.as_bytes(), "csv", None).unwrap();
    let belongs = "it may belong to the quote that is opened on line 3";
    assert_eq!(
        bad(&content),
        [
            (3, "there is text behind a closing quote; lines 3 to 7 ran together", "3,\"stray"),
            (6, belongs, "seven,8"),
            (7, belongs, "9,\"x\",10"),
            (9, "1 field, but the header has 2; lines 9 to 10 ran together", "\"13"),
            (10, "it may belong to the quote that is opened on line 9", "14,15\""),
        ]
    );
    let good: Vec<_> =
        content.records.iter().filter(|record| record.problem.is_none()).map(|record| record.line.unwrap()).collect();
    assert_eq!(good, [2, 4, 8, 11, 12, 13]);
}

#[test]
fn two_stray_quotes_do_not_make_a_cell_of_the_records_between_them() {
    let between = "5,6,7\n".repeat(3_000);
    let text = format!("a,b,c\n1,2,3\n4,5,\"stray\n{between}6,7,stray\"\n8,9,10\n");
    let content = read_bytes(text.as_bytes(), "csv", None).unwrap();
    assert_eq!(content.records.len(), 3_004);
    let problem = "the lines between two quotes look like records; lines 3 to 3,004 ran together";
    let belongs = "it may belong to the quote that is opened on line 3";
    assert_eq!(bad(&content), [(3, problem, "4,5,\"stray"), (3_004, belongs, "6,7,stray\"")]);
    // A long text is a cell, though a line of it may have as many commas as a record.
    let poem = "a line\nwith, two, commas\n".repeat(50);
    assert_eq!(cells(&format!("a,b,c\n1,2,\"{poem}\"\n"))[0][2], poem);
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
