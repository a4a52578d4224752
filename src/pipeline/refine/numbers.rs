//! Numbers as people and programs write them: signs, currencies, groups of digits, a point or a comma before the decimals.

use std::collections::BTreeMap;

use crate::domain::currency::Currency;
use crate::domain::understood::RepairKind;
pub use crate::domain::unit::DecimalMark as Mark;

/// A number as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Whether it is below zero.
    pub is_negative: bool,
    /// Its digits, those of the decimals last, without anything between them.
    pub digits: String,
    /// How many of the digits are decimals.
    pub decimals: usize,
    /// The currency that stands beside it.
    pub currency: Option<Currency>,
    /// What was done to read it.
    pub repairs: Vec<RepairKind>,
}

/// The longest text that is a number, in bytes.
pub const LONGEST: usize = 200;

/// How a column writes its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// What stands before the decimals.
    pub mark: Mark,
    /// Whether some of its numbers speak for the other mark.
    pub is_contested: bool,
    /// Whether numbers that had a type of their own in the file are written with a point, whatever the others are.
    pub has_typed: bool,
    /// The currency of the column: a number in another is none of its numbers.
    pub currency: Option<Currency>,
    /// Whether each row says for itself in which currency it is.
    pub is_in_several: bool,
}

impl Numbers {
    /// As programs write them.
    pub const PLAIN: Self =
        Self { mark: Mark::Point, is_contested: false, has_typed: false, currency: None, is_in_several: false };

    /// The number that a cell of the column says; none where it says none, or could be another one, too.
    pub fn read(self, text: &str) -> Option<Number> {
        let (point, comma) = (number(text, Mark::Point), number(text, Mark::Comma));
        let differ = differ(point.as_ref(), comma.as_ref());
        let is_typed = self.has_typed && is_plain(text);
        if differ && (self.is_contested || is_typed && self.mark == Mark::Comma) {
            return None;
        }
        match self.mark {
            // What can only be one number is that one.
            _ if self.is_contested => point.or(comma),
            Mark::Comma if is_typed => point,
            Mark::Comma => comma,
            Mark::Point => point,
        }
    }
}

/// How the numbers of a column are written, as far as its cells tell.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    point: u64,
    comma: u64,
    /// Numbers of which nobody knows whether their point stands before three decimals or before a group of digits.
    either: u64,
    currencies: BTreeMap<Currency, u64>,
}

/// How many cells have to speak for a mark for each that speaks against it.
const FAR_MORE: u64 = 20;

impl Marks {
    /// Takes note of a cell of a column of whole numbers, or of any.
    pub fn add(&mut self, text: &str, is_whole: bool) {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        if !is_whole && says_point(text) {
            self.point += 1;
            return;
        }
        let fits = |mark| number(text, mark).filter(|number| !is_whole || number.is_whole());
        let (point, comma) = (fits(Mark::Point), fits(Mark::Comma));
        match (&point, &comma) {
            (Some(_), None) => self.point += 1,
            (None, Some(_)) => self.comma += 1,
            (Some(point), Some(_)) if point.decimals == 3 => self.either += 1,
            _ => {}
        }
        if let Some(currency) = point.or(comma).and_then(|number| number.currency) {
            *self.currencies.entry(currency).or_default() += 1;
        }
    }

    /// The mark that more of the numbers speak for; none where every number fits both.
    pub fn mark(&self) -> Option<Mark> {
        match self.comma.cmp(&self.point) {
            _ if self.comma == 0 && self.point == 0 => None,
            std::cmp::Ordering::Greater => Some(Mark::Comma),
            _ => Some(Mark::Point),
        }
    }

    /// Whether more than a few speak for the other one.
    pub fn is_contested(&self) -> bool {
        let (most, fewer) = (self.comma.max(self.point), self.comma.min(self.point));
        most < FAR_MORE * fewer
    }

    /// Whether nothing but numbers with three digits behind a point tells of the mark.
    pub fn is_open(&self) -> bool {
        self.either > 0 && self.mark().is_none()
    }

    /// The currency that most of the numbers with one are in. A sign that several have is that of the code beside others.
    pub fn currency(&self) -> Option<Currency> {
        let commonest = |is_meant: &dyn Fn(Currency) -> bool| {
            let meant = self.currencies.iter().rev().filter(|(currency, _)| is_meant(**currency));
            meant.max_by_key(|(_, count)| **count).map(|(currency, _)| *currency)
        };
        let most = commonest(&|_| true)?;
        let code = commonest(&|currency| matches!(currency, Currency::Code(_)) && currency.may_be(most));
        Some(code.unwrap_or(most))
    }
}

impl Number {
    /// Whether it is surely no fraction. Three zeros behind a mark are rather a group.
    pub fn is_whole(&self) -> bool {
        self.decimals != 3 && self.digits[self.digits.len() - self.decimals..].bytes().all(|digit| digit == b'0')
    }
}

/// Whether a text is written as programs write numbers, with decimals that can't be a group of digits.
fn says_point(text: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let parts = text.strip_prefix('-').unwrap_or(text).split_once('.');
    parts.is_some_and(|(whole, decimals)| decimals.len() != 3 && is_number(whole) && is_number(decimals))
}

/// Whether a text says one number with a point before decimals, and another with a comma.
pub fn may_be_two_numbers(text: &str) -> bool {
    differ(number(text, Mark::Point).as_ref(), number(text, Mark::Comma).as_ref())
}

fn differ(one: Option<&Number>, other: Option<&Number>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one.decimals != other.decimals)
}

/// Whether a number is written as programs write it.
fn is_plain(text: &str) -> bool {
    let bare = text.trim().strip_prefix('-').unwrap_or(text.trim());
    bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
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
    let digits = format!("{:0>decimals$}", ungrouped + fraction);
    Some(Number { is_negative, digits, decimals, currency, repairs })
}

/// A number without what is written around it, and what that says.
struct Undressed<'a> {
    bare: &'a str,
    is_negative: bool,
    is_percent: bool,
    currency: Option<Currency>,
    repairs: Vec<RepairKind>,
}

fn undressed(text: &str) -> Option<Undressed<'_>> {
    if text.len() > LONGEST {
        return None;
    }
    let (text, has_dashes) = without_dashes(text);
    let mut found =
        Undressed { bare: text, is_negative: false, is_percent: false, currency: None, repairs: Vec::new() };
    if has_dashes {
        found.repairs.push(RepairKind::NoDecimals);
    }
    let mut is_signed = false;
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (found.bare, found.is_negative, is_signed) = (inner, true, true);
        found.repairs.push(RepairKind::Negative);
    }
    loop {
        found.bare = found.bare.trim_matches(is_space);
        let (first, last) = (found.bare.chars().next()?, found.bare.chars().next_back()?);
        let is_cut_word = found.bare.trim_end_matches('.').ends_with(char::is_alphabetic);
        let beside = match (is_inner(first), is_inner(last) && !is_cut_word) {
            (true, true) => return Some(found),
            (true, false) => Currency::at_end(found.bare),
            (false, _) => Currency::at_start(found.bare),
        };
        if let Some((currency, rest)) = beside {
            if found.currency.is_none() {
                found.repairs.push(RepairKind::Currency);
            }
            found.currency = Some(currency.both(found.currency.unwrap_or(currency))?);
            found.bare = rest;
            continue;
        }
        let is_behind = is_inner(first);
        let (edge, shorter) =
            if is_behind { (last, found.bare.strip_suffix(last)?) } else { (first, found.bare.strip_prefix(first)?) };
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
            _ => return None,
        }
        found.bare = shorter;
    }
}

/// A price without the dashes in the place of its decimals: `5,-`, `7.--`. They are no minus behind it.
fn without_dashes(text: &str) -> (&str, bool) {
    let bare = text.trim_end_matches(['-', '\u{2013}', '\u{2014}']);
    let price = bare.strip_suffix([',', '.']).filter(|price| price.ends_with(|last: char| last.is_ascii_digit()));
    price.filter(|_| bare.len() < text.len()).map_or((text, false), |price| (price, true))
}

fn is_inner(character: char) -> bool {
    character.is_ascii_digit() || matches!(character, '.' | ',')
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{a0}' | '\u{202f}' | '\u{2009}')
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
    let is_head = (1..=3).contains(&head.len()) && !head.starts_with('0');
    // In India all groups but the last have two digits.
    let (last, others) = tail.split_last()?;
    let of = |length: usize| others.iter().all(|group| group.len() == length);
    let are_groups = of(3) || head.len() < 3 && first == ',' && of(2);
    (is_head && last.len() == 3 && are_groups).then(|| groups.concat())
}

#[cfg(test)]
mod tests;
