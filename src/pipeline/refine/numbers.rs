//! Numbers as people and programs write them: signs, currencies, groups of digits, a point or a comma before the decimals.

use std::collections::BTreeMap;

pub use crate::domain::contract::DecimalMark as Mark;
use crate::domain::understood::RepairKind;

/// A number as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Whether it is below zero.
    pub is_negative: bool,
    /// Its digits, those of the decimals last, without anything between them.
    pub digits: String,
    /// How many of the digits are decimals.
    pub decimals: usize,
    /// The sign of the currency beside it.
    pub currency: Option<char>,
    /// What was done to read it.
    pub repairs: Vec<RepairKind>,
}

/// How a column writes its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// What stands before the decimals.
    pub mark: Mark,
    /// The currency of the column: a number in another is none of its numbers.
    pub currency: Option<char>,
}

impl Numbers {
    /// As programs write them.
    pub const PLAIN: Self = Self { mark: Mark::Point, currency: None };
}

/// How the numbers of a column are written, as far as its cells tell.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    only_point: u64,
    only_comma: u64,
    currencies: BTreeMap<char, u64>,
}

impl Marks {
    /// Takes note of a cell.
    pub fn add(&mut self, text: &str) {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let (point, comma) = (number(text, Mark::Point), number(text, Mark::Comma));
        match (&point, &comma) {
            (Some(_), None) => self.only_point += 1,
            (None, Some(_)) => self.only_comma += 1,
            _ => {}
        }
        if let Some(currency) = point.or(comma).and_then(|number| number.currency) {
            *self.currencies.entry(currency).or_default() += 1;
        }
    }

    /// The mark that fewer of the numbers contradict; none where every number fits both.
    pub fn mark(&self) -> Option<Mark> {
        match self.only_comma.cmp(&self.only_point) {
            _ if self.only_comma == 0 && self.only_point == 0 => None,
            std::cmp::Ordering::Greater => Some(Mark::Comma),
            _ => Some(Mark::Point),
        }
    }

    /// The currency that most of the numbers with one are in.
    pub fn currency(&self) -> Option<char> {
        self.currencies.iter().rev().max_by_key(|(_, count)| **count).map(|(currency, _)| *currency)
    }
}

/// The number that a text says, with this mark; none where it says none, or could be read in more than one way.
pub fn number(text: &str, mark: Mark) -> Option<Number> {
    let Undressed { bare, is_negative, is_percent, currency, mut repairs } = undressed(text.trim())?;
    let (point, group) = match mark {
        Mark::Point => ('.', ','),
        Mark::Comma => (',', '.'),
    };
    let (whole, fraction) = bare.split_once(point).unwrap_or((bare, ""));
    let ungrouped = ungrouped(whole, group)?;
    let is_fraction = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_fraction || ungrouped.is_empty() && fraction.is_empty() {
        return None;
    }
    if ungrouped.len() < whole.len() {
        repairs.push(RepairKind::GroupedDigits);
    }
    if mark == Mark::Comma && bare.contains(point) {
        repairs.push(RepairKind::DecimalComma);
    }
    let decimals = fraction.len() + if is_percent { 2 } else { 0 };
    Some(Number { is_negative, digits: ungrouped + fraction, decimals, currency, repairs })
}

/// A number without what is written around it, and what that says.
struct Undressed<'a> {
    bare: &'a str,
    is_negative: bool,
    is_percent: bool,
    currency: Option<char>,
    repairs: Vec<RepairKind>,
}

fn undressed(text: &str) -> Option<Undressed<'_>> {
    let mut found =
        Undressed { bare: text, is_negative: false, is_percent: false, currency: None, repairs: Vec::new() };
    let mut is_signed = false;
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (found.bare, found.is_negative, is_signed) = (inner, true, true);
        found.repairs.push(RepairKind::Negative);
    }
    loop {
        found.bare = found.bare.trim_matches(is_space);
        let (first, last) = (found.bare.chars().next()?, found.bare.chars().next_back()?);
        let (edge, shorter, is_behind) = if !is_inner(first) {
            (first, found.bare.strip_prefix(first)?, false)
        } else if !is_inner(last) {
            (last, found.bare.strip_suffix(last)?, true)
        } else {
            return Some(found);
        };
        match edge {
            '-' | '\u{2212}' | '\u{2013}' | '+' if !is_signed => {
                (found.is_negative, is_signed) = (edge != '+', true);
                if edge != '+' && (is_behind || edge != '-') {
                    found.repairs.push(RepairKind::Negative);
                }
            }
            '%' if !found.is_percent => {
                found.is_percent = true;
                found.repairs.push(RepairKind::Percent);
            }
            edge if is_currency(edge) && found.currency.is_none() => {
                found.currency = Some(edge);
                found.repairs.push(RepairKind::Currency);
            }
            _ => return None,
        }
        found.bare = shorter;
    }
}

fn is_inner(character: char) -> bool {
    character.is_ascii_digit() || matches!(character, '.' | ',')
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

fn is_currency(character: char) -> bool {
    matches!(character, '$' | '¢' | '£' | '¤' | '¥' | '€' | '\u{20a0}'..='\u{20cf}')
}

/// Digits without what stands between groups of three: one kind of mark, everywhere or nowhere.
fn ungrouped(whole: &str, group: char) -> Option<String> {
    let mut separators = whole.chars().filter(|character| !character.is_ascii_digit());
    let Some(first) = separators.next() else { return Some(whole.to_owned()) };
    let is_known = first == group || is_space(first) || matches!(first, '\'' | '\u{2019}');
    if !is_known || separators.any(|separator| separator != first) {
        return None;
    }
    let groups: Vec<&str> = whole.split(first).collect();
    let (head, tail) = groups.split_first()?;
    let is_whole = (1..=3).contains(&head.len()) && tail.iter().all(|group| group.len() == 3);
    is_whole.then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, mark: Mark) -> Option<String> {
        let Number { is_negative, digits, decimals, .. } = number(text, mark)?;
        let digits = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
        Some(format!("{}{whole}{fraction}", if is_negative { "-" } else { "" }))
    }

    #[test]
    fn numbers_are_read_however_they_are_dressed() {
        for (text, expected) in [
            ("7033.53", "7033.53"),
            ("-0.5", "-0.5"),
            (" 1,234,567.89 ", "1234567.89"),
            ("£1,234.50", "1234.50"),
            ("-£12.00", "-12.00"),
            ("£-12.00", "-12.00"),
            ("(260.11)", "-260.11"),
            ("(£1,260.11)", "-1260.11"),
            ("£(1,260.11)", ""),
            ("260.11-", "-260.11"),
            ("12.5%", "0.125"),
            ("12 500.5", "12500.5"),
            ("1'234.5", "1234.5"),
            ("100 €", "100"),
            ("\u{2212}3", "-3"),
            ("+5.", "5"),
            (".5", "0.5"),
        ] {
            assert_eq!(written(text, Mark::Point).unwrap_or_default(), expected, "{text}");
        }
        for (text, expected) in [
            ("1.234,50", "1234.50"),
            ("12,5", "12.5"),
            ("-1.234.567", "-1234567"),
            ("12 410,5 kr", ""),
            ("4,8 %", "0.048"),
        ] {
            assert_eq!(written(text, Mark::Comma).unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn what_was_done_to_read_a_number_is_told() {
        use RepairKind::{Currency, DecimalComma, GroupedDigits, Negative, Percent};
        let done = |text, mark| number(text, mark).map(|number| number.repairs).unwrap_or_default();
        assert_eq!(done("-7033.53", Mark::Point), []);
        assert_eq!(done("(£1,260.11)", Mark::Point), [Negative, Currency, GroupedDigits]);
        assert_eq!(done("5-", Mark::Point), [Negative]);
        assert_eq!(done("12,5%", Mark::Comma), [Percent, DecimalComma]);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "-",
            "()",
            "abc",
            "1.2.3",
            "1,23",
            "12,34.5",
            "1,234 567.0",
            "--5",
            "(-5)",
            "5%%",
            "1e5",
            "£",
            "1,,234",
            ",5",
            "2020-01-01",
            "£5$",
        ] {
            assert_eq!(number(text, Mark::Point), None, "{text}");
        }
    }

    #[test]
    fn a_column_is_written_with_one_mark_and_in_one_currency() {
        let decided = |texts: &[&str]| {
            let mut marks = Marks::default();
            for text in texts {
                marks.add(text);
            }
            (marks.mark(), marks.currency())
        };
        assert_eq!(decided(&["1,234", "5"]), (None, None));
        assert_eq!(decided(&["1,234", "5,5"]).0, Some(Mark::Comma));
        assert_eq!(decided(&["1.234", "12.345,00"]).0, Some(Mark::Comma));
        assert_eq!(decided(&["1,234", "5.5", "n/a"]).0, Some(Mark::Point));
        assert_eq!(decided(&["$5", "£5", "£6"]).1, Some('£'));
    }
}
