//! What lies in the files themselves, counted without any of the program's code.

use std::fs;
use std::path::Path;

/// A payment as its public body wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// ISO 8601, or nothing.
    pub paid_on: String,
    pub supplier: String,
    pub category: String,
    pub pence: i128,
}

/// The columns of a public body that hold date, supplier, category and amount.
pub type Columns = [&'static str; 4];

/// All payments of a file, in its order.
pub fn payments(file: &Path, columns: Columns) -> Vec<Payment> {
    let mut records = records(&decoded(&fs::read(file).unwrap())).into_iter();
    let header = records.next().unwrap();
    let places = columns.map(|column| header.iter().position(|name| name == column).unwrap());
    records
        .map(|record| {
            let [paid_on, supplier, category, amount] = places.map(|place| record[place].trim().to_owned());
            Payment { paid_on, supplier, category, pence: pence(&amount) }
        })
        .collect()
}

/// UTF-8, or else windows-1252, as far as the files use it.
pub fn decoded(bytes: &[u8]) -> String {
    let one = |byte: &u8| match byte {
        0x80 => '€',
        0x91 => '‘',
        0x92 => '’',
        0x93 => '“',
        0x94 => '”',
        0x96 => '–',
        0x97 => '—',
        0x81..=0x9f => panic!("byte {byte:#x} is not in the table of this test"),
        other => char::from(*other),
    };
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(one).collect(), str::to_owned)
}

/// The records of a CSV file: commas, quotes doubled inside quotes, any line end. A quote amid a cell is text.
pub fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let record = records.last_mut().unwrap();
        let cell = record.last_mut().unwrap();
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    records.retain(|record| record.len() > 1);
    records
}

/// An amount as `-1234.5`, in pence.
fn pence(amount: &str) -> i128 {
    let (sign, digits) = amount.strip_prefix('-').map_or((1, amount), |digits| (-1, digits));
    let (pounds, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let rest: i128 = format!("{rest:0<2}").parse().unwrap();
    assert!(rest < 100, "{amount} has more than two decimals");
    sign * (pounds.parse::<i128>().unwrap() * 100 + rest)
}

/// How often a supplier's name holds one of the company suffixes as a whole word.
pub fn suffixes(supplier: &str) -> usize {
    let words: Vec<String> =
        supplier.split(|character: char| !character.is_alphanumeric()).map(str::to_lowercase).collect();
    let single = ["ltd", "limited", "plc", "llp", "council", "university"];
    words.iter().filter(|word| single.contains(&word.as_str())).count()
        + words.windows(2).filter(|pair| pair[0] == "nhs" && pair[1] == "trust").count()
}
