//! Workbooks: the sheet and the table are found, and every cell says what people see in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use assay::base::{Cancel, Result};
use assay::ops::{FilePreview, Whose, preview_file};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::support::{PREPARER, Workspace, contract, delivery};

fn preview(file: &Path) -> Result<FilePreview> {
    preview_file(None, file, Whose::default(), usize::MAX, &Cancel::default())
}

/// The kinds of repairs, with how often and the first text of each.
fn repairs(preview: &FilePreview) -> Value {
    let repairs = preview.repairs.iter().map(|repair| json!([repair.kind, repair.count, repair.examples[0].raw]));
    repairs.collect()
}

#[test]
fn the_table_in_a_workbook_is_found_and_its_cells_say_what_people_see() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("slips.xlsx");
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Read me").unwrap().write(0, 0, "Sales by shop").unwrap();
    let sheet = book.add_worksheet().set_name("Data").unwrap();
    sheet.write(0, 1, "Sales, monthly").unwrap();
    for (column, name) in (1..).zip(["Slip", "Sold on", "Text", "Amount", "Paid", "At"]) {
        sheet.write(3, column, name).unwrap();
    }
    let (day, moment) = (Format::new().set_num_format("dd/mm/yyyy"), Format::new().set_num_format("yyyy-mm-dd hh:mm"));
    for row in 4..8_u32 {
        sheet.write(row, 1, f64::from(row) * 1000.0).unwrap();
        let date = ExcelDateTime::from_ymd(2026, 10, u8::try_from(row).unwrap()).unwrap();
        sheet.write_with_format(row, 2, &date, &day).unwrap();
        sheet.write(row, 3, "two\nlines, with \"quotes\"").unwrap();
        sheet.write(row, 4, 0.1 + 0.2).unwrap();
        sheet.write(row, 5, row % 2 == 0).unwrap();
        sheet.write_with_format(row, 6, date.and_hms(12, 30, 0).unwrap(), &moment).unwrap();
    }
    sheet.write(9, 0, "Source: the shops").unwrap();
    let hidden = book.add_worksheet().set_name("Lists").unwrap().set_hidden(true);
    for row in 0..100 {
        hidden.write(row, 0, "a value to choose").unwrap();
    }
    book.save(&file).unwrap();

    let preview = preview(&file).unwrap();
    let understood = serde_json::to_value(&preview.understood).unwrap();
    assert_eq!(
        (&understood["format"], &understood["sheet"], &understood["header_row"]),
        (&json!("xlsx"), &json!("Data"), &json!(4))
    );
    assert_eq!(preview.columns, ["Slip", "Sold on", "Text", "Amount", "Paid", "At"]);
    assert_eq!(preview.rows, 4);
    let first: Vec<&str> = preview.sample[0].iter().flatten().map(String::as_str).collect();
    assert_eq!(first, ["4000", "2026-10-04", "two\nlines, with \"quotes\"", "0.3", "true", "2026-10-04T12:30:00"]);
    assert_eq!(
        repairs(&preview),
        json!([
            ["other_sheet", 1, "Read me"],
            ["preamble", 1, "\"Sales, monthly\""],
            ["footer", 1, "\"Source: the shops\""]
        ])
    );
}

/// An `OpenDocument` spreadsheet with this content.
fn ods(folder: &TempDir, name: &str, styles: &str, tables: &str) -> PathBuf {
    let file = folder.path().join(name);
    let mut archive = ZipWriter::new(fs::File::create(&file).unwrap());
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content><office:automatic-styles>{styles}</office:automatic-styles>\
         <office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    for (member, text) in [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)] {
        archive.start_file(member, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    file
}

fn table(name: &str, style: &str, rows: &str) -> String {
    format!("<table:table table:name=\"{name}\" table:style-name=\"{style}\">{rows}</table:table>")
}

fn row(cells: &str) -> String {
    format!("<table:table-row>{cells}</table:table-row>")
}

fn text(shown: &str) -> String {
    format!("<table:table-cell office:value-type=\"string\"><text:p>{shown}</text:p></table:table-cell>")
}

#[test]
fn an_open_document_is_read_with_what_its_cells_repeat() {
    let folder = TempDir::new().unwrap();
    let style = "<style:style style:name=\"off\"><style:table-properties table:display=\"false\"/></style:style>";
    let amount = "<table:table-cell office:value-type=\"currency\" office:value=\"12.50\"><text:p>12,50 EUR</text:p></table:table-cell>";
    let day = "<table:table-cell office:value-type=\"date\" office:date-value=\"2026-10-04\"><text:p>4.10.</text:p></table:table-cell>";
    let noted = "<table:table-cell office:value-type=\"string\"><office:annotation><text:p>check</text:p></office:annotation>\
                 <text:p>R&amp;D<text:s text:c=\"2\"/>&#233;</text:p><text:p>below</text:p></table:table-cell>";
    let body = format!("{noted}{day}{amount}");
    let twice =
        "<table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"float\" office:value=\"7\"/>";
    let rows = [
        "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>".to_owned(),
        row(&["Text", "Day", "Amount"].map(text).concat()),
        row(&body),
        format!("<table:table-row table:number-rows-repeated=\"3\">{body}</table:table-row>"),
        row(&format!("{}{twice}", text("last"))),
        "<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"1024\"/></table:table-row>".to_owned(),
    ];
    let hidden = table("Hidden", "off", &row(&text("x").repeat(50)));
    let file = ods(&folder, "slips.ods", style, &format!("{hidden}{}", table("Data", "on", &rows.concat())));
    let preview = preview(&file).unwrap();
    assert_eq!((preview.understood.sheet.as_deref(), preview.understood.header_row), (Some("Data"), Some(3)));
    assert_eq!(preview.columns, ["Text", "Day", "Amount"]);
    let rows: Vec<Vec<&str>> =
        preview.sample.iter().map(|row| row.iter().flatten().map(String::as_str).collect()).collect();
    assert_eq!(rows[..4], vec![vec!["R&D  é\nbelow", "2026-10-04", "12.5"]; 4]);
    assert_eq!(rows[4], ["last", "7", "7"]);
}

#[test]
fn a_sheet_that_asks_for_more_than_any_sheet_has_is_refused() {
    let folder = TempDir::new().unwrap();
    let cell =
        "<table:table-cell table:number-columns-repeated=\"9000\" office:value-type=\"float\" office:value=\"7\"/>";
    let rows = format!("<table:table-row table:number-rows-repeated=\"1000000\">{cell}</table:table-row>");
    let file = ods(&folder, "bomb.ods", "", &table("Data", "on", &rows));
    assert_eq!(
        preview(&file).unwrap_err().one_line(),
        "reading the file: the sheet repeats its cells millions of times"
    );
}

#[test]
fn what_only_calls_itself_a_workbook_is_read_as_what_it_is() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("export.xls");
    fs::write(&file, "id\tname\n1\tx\n2\ty\n").unwrap();
    let preview = preview(&file).unwrap();
    assert_eq!((preview.understood.format.as_str(), preview.rows), ("csv", 2));
    let damaged = folder.path().join("damaged.xls");
    fs::write(&damaged, [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 2000]].concat()).unwrap();
    let error = super::workbooks::preview(&damaged).unwrap_err().one_line();
    assert!(error.starts_with("the workbook can't be read: "), "{error}");
}

#[test]
fn of_several_sheets_the_one_with_the_columns_of_the_contract_lands() {
    let workspace = Workspace::under(&contract().replace("{period}*.csv", "{period}*.xlsx"));
    let mut book = Workbook::new();
    let codes = book.add_worksheet().set_name("Codes").unwrap();
    codes.write_row(0, 0, ["Item", "Meaning", "Shelf"]).unwrap();
    for row in 1..200 {
        codes.write_row(row, 0, [format!("item {row}"), format!("what stands in row {row}"), row.to_string()]).unwrap();
    }
    let sales = book.add_worksheet().set_name("Sales").unwrap();
    for (row, line) in (0..).zip(delivery("alpha", "2026-10", 20).lines()) {
        sales.write_row(row, 0, line.split(',')).unwrap();
    }
    let file = workspace.path("2026-10.xlsx");
    book.save(&file).unwrap();
    workspace.deliver("alpha", "2026-10.xlsx", fs::read(&file).unwrap());
    workspace.ok(PREPARER, &["ingest"]);

    let batch = workspace.json(&["batch", "list"])[0]["id"].as_str().unwrap().to_owned();
    let landed = workspace.json(&["batch", "show", &batch]);
    assert_eq!((&landed["note"]["understood"]["sheet"], &landed["row"]["rows"]), (&json!("Sales"), &json!(20)));
    let asked = workspace.json(&["batch", "preview", file.to_str().unwrap(), "--provider", "alpha"]);
    assert_eq!((&asked["sheet"], &asked["rows"]), (&json!("Sales"), &json!(20)));
    assert_eq!(preview(&file).unwrap().understood.sheet.as_deref(), Some("Codes"), "whose contract nobody named");
}
