//! Reads the deliveries back by code that shares nothing with the writer.

use serde_json::Value;

use super::{Material, Purpose, RawFile};

/// The records of a CSV text, header first: quotes may hold commas, doubled quotes and line ends.
pub fn csv(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let record = records.last_mut().unwrap();
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => record.last_mut().unwrap().push(letters.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => records.push(vec![String::new()]),
            other => record.last_mut().unwrap().push(other),
        }
    }
    assert_eq!(records.pop().unwrap(), [""], "the last line has its end");
    records
}

/// The text of a file, by the encoding that its provider is known for.
pub fn text(file: &RawFile) -> String {
    match file.provider {
        "harbourline" => {
            let (text, _, broken) = encoding_rs::WINDOWS_1252.decode(&file.bytes);
            assert!(!broken);
            text.into_owned()
        }
        _ => String::from_utf8(file.bytes.clone()).unwrap().trim_start_matches('\u{feff}').to_owned(),
    }
}

/// The names of the columns.
pub fn header(file: &RawFile) -> Vec<String> {
    if file.provider == "fairmead" {
        let whole = text(file).lines().find_map(|line| serde_json::from_str::<Value>(line).ok()).unwrap();
        return whole.as_object().unwrap().keys().cloned().collect();
    }
    csv(&text(file)).swap_remove(0)
}

/// The records as text, line by line, without the header.
pub fn lines(file: &RawFile) -> Vec<String> {
    let skipped = usize::from(file.provider != "fairmead");
    text(file).lines().skip(skipped).map(str::to_owned).collect()
}

/// The cells of one column, as text; records that are broken are left out.
pub fn column(file: &RawFile, name: &str) -> Vec<String> {
    if file.provider == "fairmead" {
        let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let rows = lines(file).into_iter().filter_map(|line| serde_json::from_str::<Value>(&line).ok());
        return rows.map(|row| cell(&row[name])).collect();
    }
    let records = csv(&text(file));
    let place = records[0].iter().position(|column| column == name).unwrap();
    let width = records[0].len();
    records
        .into_iter()
        .skip(1)
        .filter(|record| record.len() == width)
        .map(|mut record| record.swap_remove(place))
        .collect()
}

/// The names that a provider gives slip, line, day and amount.
pub fn names(provider: &str) -> [&'static str; 4] {
    match provider {
        "northgate" => ["Slip", "Line", "Date", "Net amount"],
        "harbourline" => ["TXN", "LN", "TXN DATE", "VALUE"],
        "cobbleton" => ["Receipt no", "Line no", "Sale date", "Net amount"],
        "fairmead" => ["basket", "position", "sold", "total"],
        _ => ["Docket", "Pos", "Day", "Goods value"],
    }
}

/// The one file of this provider, period and purpose.
pub fn file<'a>(material: &'a Material, provider: &str, period: &str, purpose: Purpose) -> &'a RawFile {
    let wanted =
        |file: &&RawFile| file.provider == provider && file.period.to_string() == period && file.purpose == purpose;
    let mut found = material.files.iter().filter(wanted);
    let file = found.next().unwrap();
    assert!(found.next().is_none());
    file
}

/// The median of the amounts that are numbers, as they are written.
pub fn median_amount(files: &[&RawFile]) -> f64 {
    let amounts = files.iter().flat_map(|file| {
        let [.., amount] = names(file.provider);
        column(file, amount)
    });
    let mut amounts: Vec<f64> = amounts.filter_map(|cell| cell.parse().ok()).collect();
    amounts.sort_by(f64::total_cmp);
    amounts[amounts.len() / 2]
}
