//! What a cell looks like: enough of it to tell whether text was cut where its writer cut it.

use super::currency::Currency;
use super::month::month;

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing, or a mark for nothing.
    Empty,
    /// A number as people and programs write them: signs, groups, currency, percent, accounting parentheses.
    Number,
    /// A day, a month, a time, or both.
    Moment,
    /// An address of the web, of a machine there, or of a person's mail.
    Address,
    /// One word of letters, digits and the marks of codes.
    Code,
    /// Words.
    Text,
}

/// What a cell looks like.
pub fn kind(cell: &str) -> Kind {
    let cell = cell.trim();
    if is_nothing(cell) {
        Kind::Empty
    } else if is_number(cell) {
        Kind::Number
    } else if is_moment(cell) {
        Kind::Moment
    } else if is_address(cell) {
        Kind::Address
    } else if is_code(cell) {
        Kind::Code
    } else {
        Kind::Text
    }
}

/// Marks that writers put where there is no value.
const NOTHING: [&str; 11] = [".", "..", "...", "?", "n/a", "na", "nan", "null", "none", "\\n", "#n/a"];

fn is_nothing(cell: &str) -> bool {
    cell.bytes().all(|byte| byte == b'-') || NOTHING.iter().any(|mark| cell.eq_ignore_ascii_case(mark))
}

/// Signs and units that stand around a number.
fn is_around_number(character: char) -> bool {
    matches!(character, '+' | '-' | '\u{2212}' | '(' | ')' | '%' | '<' | '>' | '~' | '*') || character.is_whitespace()
}

fn is_number(cell: &str) -> bool {
    let bare = cell.trim_matches(is_around_number);
    let bare = without_currency(bare).trim_matches(is_around_number);
    let mut characters = bare.chars().peekable();
    let (mut digits, mut marks) = (0_usize, Vec::new());
    while let Some(character) = characters.next() {
        match character {
            '0'..='9' => digits += 1,
            '.' | ',' | '\'' | ' ' | '\u{a0}' | '\u{202f}' => marks.push((character, digits)),
            'e' | 'E' if digits > 0 => {
                let exponent: String = characters.collect();
                return exponent.trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit())
                    && exponent.bytes().any(|byte| byte.is_ascii_digit());
            }
            _ => return false,
        }
    }
    digits > 0 && are_groups(&marks, digits)
}

/// A number without the currency beside it. A word and a whole number may be other things, too: `EUR 2026`, `CAD-001`.
fn without_currency(cell: &str) -> &str {
    let Some((currency, rest)) = Currency::at_start(cell).or_else(|| Currency::at_end(cell)) else { return cell };
    let is_apart = rest.starts_with(char::is_whitespace) || rest.ends_with(char::is_whitespace);
    let is_clear = !currency.to_string().contains(char::is_alphabetic) || is_apart && rest.contains(['.', ',']);
    if is_clear { rest } else { cell }
}

/// Whether marks between digits stand for groups of three, but for the last, which may be the decimal point.
/// `marks` tells how many digits stand before each.
fn are_groups(marks: &[(char, usize)], digits: usize) -> bool {
    let Some(((last, before), groups)) = marks.split_last() else { return true };
    let decimal = matches!(last, '.' | ',') && groups.iter().all(|(mark, _)| mark != last);
    let mut ends: Vec<usize> = groups.iter().map(|(_, before)| *before).collect();
    ends.push(*before);
    if !decimal {
        ends.push(digits);
    }
    let alike = groups.windows(2).all(|pair| pair[0].0 == pair[1].0);
    let first_is_short = groups.is_empty() && decimal || ends.first().is_some_and(|first| (1..=3).contains(first));
    alike && first_is_short && ends.windows(2).all(|pair| pair[1] - pair[0] == 3)
}

/// A day, a month, a time of day, or several of them: parts that are one of these, or belong to one.
fn is_moment(cell: &str) -> bool {
    if cell.len() > 40 {
        return false;
    }
    let (mut found, mut names, mut numbers) = (false, false, false);
    let lower = cell.to_lowercase();
    for part in lower.split([' ', ',']).filter(|part| !part.is_empty()) {
        let word = part.trim_end_matches('.');
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        if is_day(word) || is_time(word) || word.split_once('t').is_some_and(|(day, time)| is_day(day) && is_time(time))
        {
            found = true;
        } else if month(word).is_some() {
            names = true;
        } else if (1..=4).contains(&digits) && matches!(&word[digits..], "" | "st" | "nd" | "rd" | "th") {
            numbers = true;
        } else if !is_beside_time(word) {
            return false;
        }
    }
    (found && !numbers) || (names && numbers)
}

/// Names of days, halves of the day and zones.
fn is_beside_time(word: &str) -> bool {
    let of_week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    matches!(word, "am" | "pm" | "z" | "utc" | "gmt" | "a.m" | "p.m")
        || (word.ends_with("day") || word.len() == 3) && of_week.iter().any(|day| word.starts_with(day))
}

/// Numbers, or one name of a month among them, between two marks of one kind; one mark where a year makes it clear.
fn is_day(word: &str) -> bool {
    ['-', '/', '.'].iter().any(|mark| {
        let pieces: Vec<&str> = word.split(*mark).collect();
        let short = pieces.iter().filter(|piece| (1..=2).contains(&piece.len()) && is_digits(piece)).count();
        let years = pieces.iter().filter(|piece| piece.len() == 4 && is_digits(piece)).count();
        let months = pieces.iter().filter(|piece| month(piece).is_some()).count();
        match pieces.len() {
            3 => short + years + months == 3 && years <= 1 && months <= 1,
            2 => *mark != '.' && (years == 1 && short == 1 || months == 1 && short + years == 1),
            _ => false,
        }
    })
}

fn is_time(word: &str) -> bool {
    let bare = word.trim_end_matches(['z', 'm', 'a', 'p']);
    let bare = bare.split_once('+').map_or(bare, |(time, _)| time);
    let pieces: Vec<&str> = bare.split(':').collect();
    let whole = |piece: &str| (1..=2).contains(&piece.len()) && is_digits(piece);
    let seconds = |piece: &&str| piece.split(['.', ',']).all(is_digits);
    matches!(pieces.len(), 2 | 3)
        && whole(pieces[0])
        && pieces[1].len() == 2
        && whole(pieces[1])
        && pieces.get(2).is_none_or(seconds)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_address(cell: &str) -> bool {
    let has_space = cell.contains(char::is_whitespace);
    let scheme = cell
        .find("://")
        .is_some_and(|at| (1..=10).contains(&at) && cell[..at].bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let mail =
        cell.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !host.contains('@'));
    let of_machine = cell.split('.').count() == 4 && cell.split('.').all(|part| part.parse::<u8>().is_ok());
    !has_space && (scheme || mail || of_machine || cell.to_ascii_lowercase().starts_with("www."))
}

fn is_code(cell: &str) -> bool {
    cell.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '/'))
}
