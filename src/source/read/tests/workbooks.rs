//! Workbooks as programs write them that are none for people.

use std::io::{Cursor, Read as _};

use ::zip::ZipArchive;

use super::*;

/// The same workbook without the results of its formulas, as programs write it that can't compute.
fn without_results(book: Vec<u8>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(book)).unwrap();
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).unwrap();
        let mut content = String::new();
        member.read_to_string(&mut content).unwrap();
        members.push((member.name().unwrap().into_owned(), content.replace("</f><v>0</v>", "</f>")));
    }
    let members: Vec<_> = members.iter().map(|(name, content)| (name.as_str(), content.as_bytes())).collect();
    packed::zip(&members)
}

#[test]
fn a_formula_without_a_result_is_not_taken_for_nothing() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["slip", "price", "gross"]).unwrap();
    for row in 1..4 {
        sheet.write_string(row, 0, format!("a-{row}")).unwrap();
        sheet.write_number(row, 1, f64::from(row)).unwrap();
        sheet.write_formula(row, 2, format!("B{}*2", row + 1).as_str()).unwrap();
    }
    let book = book.save_to_buffer().unwrap();
    let gross = |book: &[u8]| -> Vec<Option<String>> {
        let records = read_bytes(book, "xlsx", None).unwrap().records;
        records.into_iter().map(|record| record.cells[2].clone()).collect()
    };
    assert_eq!(gross(&book), ["0", "0", "0"].map(|zero| Some(zero.to_owned())), "what was saved counts");
    assert_eq!(gross(&without_results(book)), ["=B2*2", "=B3*2", "=B4*2"].map(|formula| Some(formula.to_owned())));
}
