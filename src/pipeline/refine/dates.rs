//! Dates as people and programs write them. The order of day and month is one for a whole column.

use chrono::{Days, FixedOffset, NaiveDate, NaiveTime};

/// What comes first where a date is numbers alone and begins with no year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// `29/04/2022`
    DayFirst,
    /// `04/29/2022`
    MonthFirst,
    /// `44680`: days since the end of 1899, as spreadsheets count them.
    Serial,
}

impl DateOrder {
    /// What a column has whose dates are in this order.
    pub fn words(self) -> &'static str {
        match self {
            Self::DayFirst => "the day first",
            Self::MonthFirst => "the month first",
            Self::Serial => "the day numbers of a spreadsheet",
        }
    }
}

/// Which order the dates of a column are in, as far as its cells tell.
#[derive(Debug, Clone, Copy, Default)]
pub struct Orders {
    only_day_first: u64,
    only_month_first: u64,
    serial: u64,
    /// Of dates that could be either: how many lie where they are expected, read the one way and the other.
    expected: (u64, u64),
}

impl Orders {
    /// Takes note of a cell, and of whether the day that it may say is one that is expected.
    pub fn add(&mut self, text: &str, is_expected: impl Fn(NaiveDate) -> bool) {
        if text.parse::<NaiveDate>().is_ok() {
            return;
        }
        let (text, _) = day_and_time(text);
        match (date(text, DateOrder::DayFirst), date(text, DateOrder::MonthFirst)) {
            (Some(_), None) => self.only_day_first += 1,
            (None, Some(_)) => self.only_month_first += 1,
            (None, None) => self.serial += u64::from(date(text, DateOrder::Serial).is_some()),
            (Some(day_first), Some(month_first)) if day_first != month_first => {
                self.expected.0 += u64::from(is_expected(day_first));
                self.expected.1 += u64::from(is_expected(month_first));
            }
            _ => {}
        }
    }

    /// The order that fewer of the dates contradict; none where every date fits more than one.
    pub fn told(self) -> Option<DateOrder> {
        let most = self.only_day_first.max(self.only_month_first).max(self.serial);
        match most {
            0 => None,
            _ if most == self.only_day_first => Some(DateOrder::DayFirst),
            _ if most == self.only_month_first => Some(DateOrder::MonthFirst),
            _ => Some(DateOrder::Serial),
        }
    }

    /// The order in which more of the dates lie where they are expected.
    pub fn expected(self) -> Option<DateOrder> {
        match self.expected.0.cmp(&self.expected.1) {
            std::cmp::Ordering::Greater => Some(DateOrder::DayFirst),
            std::cmp::Ordering::Less => Some(DateOrder::MonthFirst),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// The day that a text without a time of day says, in this order; none where it says none.
pub fn date(text: &str, order: DateOrder) -> Option<NaiveDate> {
    let text = text.trim();
    if let Ok(iso) = text.parse() {
        return Some(iso);
    }
    let lower = text.to_lowercase();
    let parts: Vec<&str> = lower
        .split([' ', ',', '/', '-', '.', '\u{a0}'])
        .filter(|part| !part.is_empty() && !is_weekday(part) && *part != "de" && *part != "of")
        .collect();
    let month = parts.iter().position(|part| month(part).is_some());
    match (&parts[..], month) {
        ([_, _, _], Some(place)) => named(&parts, place),
        ([first, second, third], None) if first.len() == 4 => ymd(year(first)?, second, third),
        ([first, second, third], None) => match order {
            DateOrder::DayFirst => ymd(year(third)?, second, first),
            DateOrder::MonthFirst => ymd(year(third)?, first, second),
            DateOrder::Serial => None,
        },
        ([digits], None) if digits.len() == 8 => ymd(year(digits.get(..4)?)?, digits.get(4..6)?, digits.get(6..)?),
        ([digits] | [digits, "0" | "00"], None) if order == DateOrder::Serial => serial(digits),
        _ => None,
    }
}

/// What says the day, and what says the time of it.
pub fn day_and_time(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    let Some(colon) = text.find(':') else { return (text, None) };
    let hour = text[..colon].trim_end_matches(|character: char| character.is_ascii_digit()).len();
    let (day, time) = text.split_at(hour);
    (day.trim_end_matches(['T', 't', ' ', ',', '\u{a0}']), Some(time))
}

/// A time of day, and the zone where it names one: `10:30`, `10:30:05.5Z`, `10:30 PM`, `10:30:05+02:00`.
pub fn time(text: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    let upper = text.trim().to_uppercase();
    let (bare, zone) = match upper.strip_suffix('Z').or_else(|| upper.strip_suffix("UTC")) {
        Some(bare) => (bare.trim_end(), FixedOffset::east_opt(0)),
        None => match upper.rfind(['+', '-']) {
            Some(place) => (upper[..place].trim_end(), Some(upper[place..].parse::<FixedOffset>().ok()?)),
            None => (upper.as_str(), None),
        },
    };
    let forms = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S%.f %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p"];
    let time = forms.iter().find_map(|form| NaiveTime::parse_from_str(bare, form).ok())?;
    Some((time, zone))
}

/// A date with the name of its month at this place.
fn named(parts: &[&str], place: usize) -> Option<NaiveDate> {
    let mut others = parts.iter().enumerate().filter(|(index, _)| *index != place).map(|(_, part)| *part);
    let (first, second) = (others.next()?, others.next()?);
    let (day, of_year) = if first.len() == 4 && number(first, 4).is_some() { (second, first) } else { (first, second) };
    let day = day.trim_end_matches(|character: char| character.is_alphabetic() || character == 'º');
    NaiveDate::from_ymd_opt(year(of_year)?, month(parts[place])?, number(day, 2)?)
}

fn ymd(year: i32, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)
}

/// A year of four digits, or of two: from 1970 to 2069.
fn year(text: &str) -> Option<i32> {
    let number = i32::try_from(number(text, 4)?).ok()?;
    match text.len() {
        4 => Some(number),
        2 if number < 70 => Some(2000 + number),
        2 => Some(1900 + number),
        _ => None,
    }
}

/// Digits, at most so many.
fn number(text: &str, most: usize) -> Option<u32> {
    let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// From 1954 to 2119: what is less or more is hardly a day.
fn serial(text: &str) -> Option<NaiveDate> {
    let days = number(text, 5).filter(|days| (20_000..=80_000).contains(days))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(u64::from(days)))
}

/// What the names of months begin with, in order, in the languages of Europe that are written with Latin letters.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "sty", "led"],
    &["feb", "fev", "fév", "lut", "úno"],
    &["mar", "mär", "mrt", "maa", "bře"],
    &["apr", "avr", "abr", "kwi", "dub"],
    &["may", "mai", "mag", "mei", "maj"],
    &["jun", "juin", "giu", "cze", "čer"],
    &["jul", "juil", "lug", "lip"],
    &["aug", "aoû", "ago", "sie", "srp"],
    &["sep", "set", "wrz", "zář"],
    &["oct", "okt", "ott", "out", "paź"],
    &["nov"],
    &["dec", "dez", "dic", "déc", "gru", "pro"],
];

fn month(text: &str) -> Option<u32> {
    let is_name = text.chars().count() >= 3 && text.chars().all(char::is_alphabetic);
    let place = MONTHS.iter().position(|names| is_name && names.iter().any(|name| text.starts_with(name)))?;
    u32::try_from(place + 1).ok()
}

fn is_weekday(text: &str) -> bool {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    (text.ends_with("day") || (3..=5).contains(&text.len())) && days.iter().any(|day| text.starts_with(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str, order: DateOrder) -> String {
        date(text, order).map(|date| date.to_string()).unwrap_or_default()
    }

    #[test]
    fn dates_are_read_in_every_usual_form() {
        for text in [
            "2022-04-29",
            "2022/4/29",
            "20220429",
            "29/04/2022",
            "29.4.22",
            "29-Apr-2022",
            "29 April 2022",
            "Friday, April 29, 2022",
            "Apr 29th, 2022",
            "29 avril 2022",
            "29 de abril de 2022",
            "Fri 29 Apr 2022",
        ] {
            assert_eq!(iso(text, DateOrder::DayFirst), "2022-04-29", "{text}");
        }
        assert_eq!(iso("04/29/2022", DateOrder::MonthFirst), "2022-04-29");
        assert_eq!(iso("44680", DateOrder::Serial), "2022-04-29");
        assert_eq!(iso("44680.0", DateOrder::Serial), "2022-04-29");
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in ["", "2022", "2022-04", "31/02/2022", "abc", "1.5", "44680", "99/99/9999", "Marketing 5 2022x"] {
            assert_eq!(iso(text, DateOrder::DayFirst), "", "{text}");
        }
    }

    #[test]
    fn the_time_of_a_day_is_told_from_the_day() {
        for (text, day, clock) in [
            ("2022-04-29T10:30:00Z", "2022-04-29", "10:30:00 +00:00"),
            ("29/04/2022 10:30", "29/04/2022", "10:30:00"),
            ("4/29/2022 12:00:00 AM", "4/29/2022", "00:00:00"),
            ("2022-04-29 10:30:00.25+02:00", "2022-04-29", "10:30:00.250 +02:00"),
            ("Friday, April 29, 2022, 1:05 pm", "Friday, April 29, 2022", "13:05:00"),
            ("29/04/2022", "29/04/2022", ""),
        ] {
            let (found, rest) = day_and_time(text);
            let said = rest.and_then(time).map(|(time, zone)| match zone {
                Some(zone) => format!("{time} {zone}"),
                None => time.to_string(),
            });
            assert_eq!((found, said.unwrap_or_default().as_str()), (day, clock), "{text}");
        }
    }

    #[test]
    fn a_column_has_one_order() {
        let found = |texts: &[&str]| {
            let mut orders = Orders::default();
            let in_february = |day: NaiveDate| day.to_string().starts_with("2022-02");
            for text in texts {
                orders.add(text, in_february);
            }
            (orders.told(), orders.expected())
        };
        assert_eq!(found(&["01/02/2022", "13/02/2022"]).0, Some(DateOrder::DayFirst));
        assert_eq!(found(&["01/02/2022", "02/13/2022"]).0, Some(DateOrder::MonthFirst));
        assert_eq!(found(&["44680", "44681"]).0, Some(DateOrder::Serial));
        assert_eq!(found(&["01/02/2022", "2022-01-01"]), (None, Some(DateOrder::DayFirst)));
        assert_eq!(found(&["02/02/2022"]), (None, None));
    }
}
