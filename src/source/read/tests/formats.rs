//! JSON lines and Parquet.

use super::*;

#[test]
fn json_values_stay_as_they_are_written() {
    let text = concat!(
        "{\"a\": 1.10, \"b\": \"x\\u00e9\\n\", \"c\": null}\r\n",
        "\n",
        "{\"b\": \"\", \"late\": [1, {\"k\": 2}], \"a\": 12345678901234567890123, \"c\": true}\n",
        "{}",
    );
    let content = read_bytes(text.as_bytes(), "jsonl", None).unwrap();
    assert_eq!(content.names, ["a", "b", "c", "late"]);
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(content.records[0].cells, [some("1.10"), some("xé\n"), None, None]);
    assert_eq!(
        content.records[1].cells,
        [some("12345678901234567890123"), some(""), some("true"), some("[1, {\"k\": 2}]")]
    );
    assert_eq!(content.records[2].cells, [None, None, None, None]);
    assert_eq!(content.records.iter().map(|record| record.line).collect::<Vec<_>>(), [Some(1), Some(3), Some(4)]);
}

#[test]
fn bad_json_lines_come_out_once_with_the_reason() {
    let lines = [
        "{\"a\": 1}",
        "{\"a\": 1",
        "[1, 2]",
        "{\"a\": 1} {\"a\": 2}",
        "{\"a\": 1, \"a\": 2}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": 01}",
        "{'a': 1}",
        "{\"a\": 1,}",
        "null",
    ];
    let deep = format!("{{\"a\": {}", "[".repeat(100_000));
    let text = lines.iter().copied().chain([deep.as_str()]).collect::<Vec<_>>().join("\n");
    let content = read_bytes(text.as_bytes(), "ndjson", None).unwrap();
    let problems: Vec<_> = content.records.iter().map(|record| record.problem.clone().unwrap_or_default()).collect();
    assert_eq!(
        problems,
        [
            "",
            "invalid JSON at byte 8 of the line: expected `}`",
            "the line holds JSON, but not an object",
            "invalid JSON at byte 10 of the line: there is text behind the object",
            "the key `a` stands in the object twice",
            "the value of `a` is not valid JSON: unexpected end of hex escape",
            "invalid JSON at byte 8 of the line: invalid number",
            "invalid JSON at byte 2 of the line: expected value",
            "invalid JSON at byte 9 of the line: expected value",
            "the line holds JSON, but not an object",
            "invalid JSON at byte 100006 of the line: EOF while parsing a list",
        ]
    );
    assert_eq!(content.records[1].raw.as_deref(), Some(lines[1]));
}

#[test]
fn an_array_of_objects_is_read_element_by_element() {
    let text = "\n[\n  {\"a\": 1, \"b\": [\"x]\", {\"k\": \"\\\\\\\"}\"}]},\n  {\n    \"a\": \"two\"\n  },\n 3, {\"a\": 4}\n]\n";
    let content = read_bytes(text.as_bytes(), "json", None).unwrap();
    assert_eq!(content.names, ["a", "b"]);
    let cells: Vec<_> = content.records.iter().map(|record| record.cells[0].as_deref().unwrap_or("-")).collect();
    assert_eq!(cells, ["1", "two", "-", "4"]);
    let lines: Vec<_> = content.records.iter().map(|record| record.line.unwrap()).collect();
    assert_eq!(lines, [3, 4, 7, 7]);
    assert_eq!(content.records[2].problem.as_deref(), Some("the line holds JSON, but not an object"));
    assert_eq!(read_bytes(b"[]", "json", None).err().unwrap().message(), "the file holds no text");
    assert!(
        refusal(b"[{\"a\": 1}, {\"a\"", "json", None).starts_with("the array is never closed: the file is cut off")
    );
    assert!(refusal(b"[{\"a\": 1}]\nx", "json", None).starts_with("there is text behind the array, on line 2"));
}

#[test]
fn parquet_values_become_text_without_loss() {
    let instant = 1_791_201_600_123_456_i64;
    let mut frame = DataFrame::new_infer_height(vec![
        Column::new("Text".into(), [Some("é"), Some(""), None]),
        Column::new("Whole".into(), [Some(i64::MIN), Some(0), None]),
        Column::new("Float".into(), [Some(0.1 + 0.2), Some(1e300), Some(1.0)]),
        Column::new("Single".into(), [Some(0.1_f32), Some(f32::NAN), Some(f32::NEG_INFINITY)]),
        Column::new("Truth".into(), [Some(true), Some(false), None]),
        Int32Chunked::new("Day".into(), [Some(20_731), Some(-1), None]).into_date().into_column(),
        Int64Chunked::new("Naive".into(), [Some(instant), Some(0), None])
            .into_datetime(TimeUnit::Microseconds, None)
            .into_column(),
        Int64Chunked::new("Instant".into(), [Some(instant), Some(-1), None])
            .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            .into_column(),
        Int128Chunked::new("Money".into(), [Some(-5), Some(123_456), None]).into_decimal_unchecked(12, 2).into_column(),
        Column::new(
            "List".into(),
            [
                Series::new("".into(), [1, 2]),
                Series::new("".into(), [3]),
                Series::new_empty("".into(), &DataType::Int32),
            ],
        ),
        Column::new("Bytes".into(), [Some(b"ok".as_slice()), Some(b"ok".as_slice()), Some(b"\xff\xfe".as_slice())]),
    ])
    .unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    ParquetWriter::new(file.reopen().unwrap()).with_row_group_size(Some(2)).finish(&mut frame).unwrap();
    let content = drain(open(file.path(), "parquet", Expected::default(), &Cancel::default()).unwrap(), 2).unwrap();
    let shown = |index: usize| -> Vec<&str> {
        content.records[index].cells.iter().map(|cell| cell.as_deref().unwrap_or("null")).collect()
    };
    assert_eq!(content.names[..3], ["text", "whole", "float"]);
    assert_eq!(
        shown(0),
        [
            "é",
            "-9223372036854775808",
            "0.30000000000000004",
            "0.1",
            "true",
            "2026-10-05",
            "2026-10-05T12:00:00.123456",
            "2026-10-05T12:00:00.123456Z",
            "-0.05",
            "[1,2]",
            "ok"
        ]
    );
    assert_eq!(
        shown(1),
        [
            "",
            "0",
            "1e300",
            "NaN",
            "false",
            "1969-12-31",
            "1970-01-01T00:00:00",
            "1969-12-31T23:59:59.999999Z",
            "1234.56",
            "[3]",
            "ok"
        ]
    );
    assert_eq!(content.records[2].problem.as_deref(), Some("Bytes: 2 bytes that are not UTF-8 text"));
    assert_eq!(content.records[2].line, None);
}

/// A Parquet file of these columns, read.
fn parquet(columns: Vec<Column>) -> Content {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut frame = DataFrame::new_infer_height(columns).unwrap();
    ParquetWriter::new(file.reopen().unwrap()).finish(&mut frame).unwrap();
    drain(open(file.path(), "parquet", Expected::default(), &Cancel::default()).unwrap(), 2).unwrap()
}

fn shown(record: &Record) -> Vec<&str> {
    record.cells.iter().map(|cell| cell.as_deref().unwrap_or("null")).collect()
}

#[test]
fn categories_are_their_names_and_arrays_are_lists() {
    let words = |name: &str| Column::new(name.into(), [Some("net \"8\""), None, Some("gross")]);
    let categories = DataType::from_categories(Categories::global());
    let fixed = DataType::from_frozen_categories(FrozenCategories::new(["net \"8\"", "gross"]).unwrap());
    let numbers: Vec<Series> = (0..3).map(|from| Series::new("".into(), [from; 40])).collect();
    let array = DataType::Array(Box::new(DataType::Int32), 40);
    let content = parquet(vec![
        words("Free").cast(&categories).unwrap(),
        words("Fixed").cast(&fixed).unwrap(),
        Column::new("Array".into(), numbers).cast(&array).unwrap(),
    ]);
    let zeros = format!("[{}]", ["0"; 40].join(","));
    assert_eq!(shown(&content.records[0]), ["net \"8\"", "net \"8\"", &zeros]);
    assert_eq!(shown(&content.records[1])[..2], ["null", "null"]);
    assert_eq!(shown(&content.records[2])[..2], ["gross", "gross"]);
}

#[test]
fn a_bad_cell_of_a_parquet_file_moves_no_other() {
    let bytes = [b"\xff".as_slice(), b"b", b"c", b"d"];
    let content = parquet(vec![Column::new("Bytes".into(), bytes), Column::new("Number".into(), [1, 2, 3, 4])]);
    assert_eq!(content.records[0].problem.as_deref(), Some("Bytes: 1 byte that are not UTF-8 text"));
    assert_eq!((shown(&content.records[1]), shown(&content.records[2])), (vec!["b", "2"], vec!["c", "3"]));
}

#[test]
fn a_parquet_record_longer_than_a_record_may_be_is_bad() {
    let long = "x".repeat(MAX_RECORD + 1);
    let half = "y".repeat(MAX_RECORD / 2 + 1);
    let list = Series::new("".into(), [half.as_str(), half.as_str(), half.as_str()]);
    let content = parquet(vec![
        Column::new("A".into(), [long.as_str(), half.as_str(), "fits", "fits"]),
        Column::new("B".into(), ["b", half.as_str(), "fits", "fits"]),
        Column::new(
            "C".into(),
            [Series::new("".into(), ["c"]), Series::new("".into(), ["c"]), list, Series::new("".into(), ["c"])],
        ),
    ]);
    let problems: Vec<_> = content.records.iter().map(|record| record.problem.as_deref()).collect();
    assert_eq!(
        problems,
        [
            Some("A: the text is longer than 16 MiB"),
            Some("the record is longer than 16 MiB"),
            Some("C: the nested value is longer than 16 MiB"),
            None,
        ]
    );
}

#[test]
fn long_texts_of_a_small_parquet_file_come_few_at_a_time() {
    // 100 GB of text from a file of a few kilobytes: a dictionary holds it once.
    let long = "x".repeat(1 << 20);
    let column = StringChunked::full("Long".into(), &long, 100_000).into_column();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut frame = DataFrame::new_infer_height(vec![column]).unwrap();
    ParquetWriter::new(file.reopen().unwrap()).finish(&mut frame).unwrap();
    assert!(file.path().metadata().unwrap().len() < 1 << 20);
    let mut reader = open(file.path(), "parquet", Expected::default(), &Cancel::default()).unwrap();
    for _ in 0..3 {
        let chunk = reader.next_chunk(1 << 16, &Cancel::default()).unwrap().unwrap();
        assert_eq!(chunk.height(), 64, "64 MiB");
    }
}

#[test]
fn a_damaged_parquet_file_never_yields_other_than_all_its_rows() {
    let text: Vec<String> = (0..1_000).map(|number| format!("row {}", number % 37)).collect();
    let numbers: Vec<i64> = (0..1_000).collect();
    let columns = vec![Column::new("a".into(), numbers), Column::new("b".into(), text)];
    let mut frame = DataFrame::new_infer_height(columns).unwrap();
    let mut sound = Vec::new();
    ParquetWriter::new(&mut sound).finish(&mut frame).unwrap();
    assert!(refusal(&sound[..sound.len() / 2], "parquet", None).starts_with("not a sound Parquet file"));
    for start in (0..sound.len()).step_by(61) {
        let mut bytes = sound.clone();
        let end = bytes.len().min(start + 5);
        bytes[start..end].fill(0xff);
        if let Ok(content) = read_bytes(&bytes, "parquet", None) {
            assert_eq!(content.records.len(), 1_000);
        }
    }
}

#[test]
fn one_object_that_holds_the_rows_is_no_list_of_them() {
    let rows = r#"[{"id":"a-1","amount":1},{"id":"a-2","amount":2}]"#;
    let wrapped = format!(r#"{{"meta":{{"count":2}},"data":{rows}}}"#);
    assert!(refusal(wrapped.as_bytes(), "json", None).contains("which holds its rows under `data`"));
    let pretty = "{\n  \"data\": [\n    {\"id\":\"a-1\"},\n    {\"id\":\"a-2\"}\n  ]\n}\n";
    assert!(refusal(pretty.as_bytes(), "json", None).contains("the lines hold no JSON objects, one on each"));
    let nested = "{\"id\":\"a-1\",\"lines\":[{\"n\":1}]}\n{\"id\":\"a-2\",\"lines\":[{\"n\":2}]}\n";
    assert_eq!(read_bytes(nested.as_bytes(), "json", None).unwrap().records.len(), 2);
}
