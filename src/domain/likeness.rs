//! How alike two columns are, by their names and by their values: which column may be what another was called before.

use std::collections::{BTreeMap, HashSet};

use super::kind::{Kind, kind};
use crate::base::text;

/// How alike two columns have to be for one to be proposed for the other.
const LIKELY: f64 = 0.33;

/// How alike a name has to be to one that was looked for, where no values tell more.
const LIKELY_BY_NAME: f64 = 0.75;

/// The share of a column's values from which on it is called a column of their kind.
const MOST: f64 = 0.95;

/// How many values say of which kind a column is.
const ENOUGH: usize = 5;

/// A column as far as it is compared.
#[derive(Debug, Clone, Default)]
pub struct Traits {
    /// The header as delivered.
    pub name: String,
    filled: usize,
    kinds: BTreeMap<ValueKind, usize>,
    /// The share of values of each shape: `9-9-9` of `2026-10-05`.
    shapes: BTreeMap<String, f64>,
    /// The share that each word has of all of them.
    words: BTreeMap<String, f64>,
    /// The mean number of characters.
    length: f64,
    /// The middle of the values, where most of them are numbers.
    middle: Option<f64>,
    /// The values, in lower case.
    values: HashSet<String>,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Numbers, however they are written.
    Numbers,
    /// Days, times, or both.
    Dates,
    /// Anything else.
    Text,
}

impl ValueKind {
    /// What a value is, if it is one.
    #[must_use]
    pub fn of(value: &str) -> Option<Self> {
        match kind(value) {
            Kind::Empty => None,
            Kind::Number => Some(Self::Numbers),
            Kind::Moment => Some(Self::Dates),
            Kind::Address | Kind::Code | Kind::Text => Some(Self::Text),
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Dates => "dates",
            Self::Text => "text",
        }
    }
}

impl Traits {
    /// Of the values of a column; blank ones tell nothing.
    pub fn of<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Self {
        let values: Vec<(&str, ValueKind)> =
            values.map(str::trim).filter_map(|value| Some((value, ValueKind::of(value)?))).collect();
        let each = share(1, values.len());
        let mut traits = Self { name: name.to_owned(), filled: values.len(), ..Self::default() };
        for (value, kind) in &values {
            *traits.kinds.entry(*kind).or_default() += 1;
            *traits.shapes.entry(shape(value)).or_default() += each;
            traits.length += each * as_number(value.chars().count());
            let lower = value.to_lowercase();
            for word in lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
                *traits.words.entry(word.to_owned()).or_default() += 1.0;
            }
            traits.values.insert(lower);
        }
        let all: f64 = traits.words.values().sum();
        traits.words.values_mut().for_each(|count| *count /= all);
        let mut numbers: Vec<f64> =
            values.iter().filter_map(|(value, _)| value.replace(',', "").parse().ok()).collect();
        numbers.sort_by(f64::total_cmp);
        traits.middle = numbers.get(numbers.len() / 2).copied().filter(|_| 2 * numbers.len() > values.len());
        traits
    }

    /// What nearly all of its values are, where there are enough to tell.
    #[must_use]
    pub fn kind(&self) -> Option<ValueKind> {
        let most = self.kinds.iter().max_by_key(|(_, count)| **count)?;
        (self.filled >= ENOUGH && share(*most.1, self.filled) >= MOST).then_some(*most.0)
    }

    /// Whether it has neither a name nor a value: delimiters at the ends of lines.
    pub fn is_nothing(&self) -> bool {
        self.filled == 0 && self.name.trim().is_empty()
    }

    /// The share of its values that are different from all before them, from 0 to 1.
    fn variety(&self) -> f64 {
        share(self.values.len(), self.filled)
    }

    fn is_of_words(&self) -> bool {
        2 * self.kinds.get(&ValueKind::Text).copied().unwrap_or(0) > self.filled
    }
}

/// How alike two columns are, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// By their names.
    pub name: f64,
    /// By their values.
    pub values: f64,
}

impl Likeness {
    /// Of two columns.
    #[must_use]
    pub fn of(one: &Traits, other: &Traits) -> Self {
        Self { name: names(&one.name, &other.name), values: values(one, other) }
    }

    /// Both together. Names that are as good as the same need no values; values that are need no names.
    #[must_use]
    pub fn score(self) -> f64 {
        let mean = 0.4 * self.name + 0.6 * self.values;
        mean.max(if self.values > 0.3 { 0.9 * self.name } else { 0.0 })
    }
}

/// Which of the columns that came may be which of those that went, by their places: each for one at most, the likeliest
/// first.
#[must_use]
pub fn pairs(gone: &[&Traits], new: &[&Traits]) -> Vec<(usize, usize, Likeness)> {
    let mut pairs: Vec<(usize, usize, Likeness)> = Vec::new();
    for (was, before) in gone.iter().enumerate() {
        pairs.extend(new.iter().enumerate().map(|(is, now)| (was, is, Likeness::of(before, now))));
    }
    pairs.retain(|(_, _, likeness)| likeness.score() >= LIKELY);
    pairs.sort_by(|one, other| other.2.score().total_cmp(&one.2.score()));
    let (mut settled, mut taken) = (HashSet::new(), HashSet::new());
    pairs.retain(|(was, is, _)| {
        let is_free = !settled.contains(was) && !taken.contains(is);
        if is_free {
            settled.insert(*was);
            taken.insert(*is);
        }
        is_free
    });
    pairs
}

/// Which of these columns is called most like one of the names that were looked for, and how alike the names are.
#[must_use]
pub fn nearest<'a>(looked_for: &[&str], columns: impl Iterator<Item = &'a Traits>) -> Option<(&'a Traits, f64)> {
    let likeness = |column: &Traits| looked_for.iter().map(|name| names(name, &column.name)).fold(0.0, f64::max);
    let alike = columns.map(|column| (column, likeness(column))).filter(|(_, alike)| *alike >= LIKELY_BY_NAME);
    alike.max_by(|one, other| one.1.total_cmp(&other.1))
}

/// How alike two names are: by their letters, and by the words that they share.
fn names(one: &str, other: &str) -> f64 {
    let (one, other) = (words(one), words(other));
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    let shared = one.iter().filter(|word| other.iter().any(|other| is_short_for(word, other))).count();
    let (fewer, more) = (one.len().min(other.len()), one.len().max(other.len()));
    let of_fewer = share(shared.min(fewer), fewer);
    let by_words = share(shared.min(fewer), more).max(0.9 * of_fewer * share(fewer, more).sqrt());
    let by_letters = text::likeness(&one.concat(), &other.concat());
    // Any two words are somewhat alike by their letters.
    by_words.max(((by_letters - 0.6) / 0.4).max(0.0))
}

/// Whether one word is the other, or the beginning of it.
fn is_short_for(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short == long || short.chars().count() >= 3 && long.starts_with(short)
}

/// The words of a name, in lower case: `Last_Update`, `lastUpdate` and `LAST UPDATE` have the same.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        let is_new = !character.is_alphanumeric() || before.is_lowercase() && character.is_uppercase();
        if is_new {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// How alike the values of two columns are: by what they look like, or by being the same.
fn values(one: &Traits, other: &Traits) -> f64 {
    if one.filled == 0 || other.filled == 0 || one.is_of_words() != other.is_of_words() {
        return 0.0;
    }
    let shared = one.values.intersection(&other.values).count();
    let same = share(shared, one.values.len().min(other.values.len()));
    let looks = if one.is_of_words() {
        0.2 * near(one.length, other.length)
            + 0.3 * near(one.variety(), other.variety())
            + 0.5 * common(&one.words, &other.words)
    } else {
        let size = match (one.middle, other.middle) {
            (Some(one), Some(other)) => 1.0 / (1.0 + ((one.abs() + 1.0).ln() - (other.abs() + 1.0).ln()).abs()),
            (None, None) => near(one.variety(), other.variety()),
            _ => 0.0,
        };
        0.5 * common(&one.shapes, &other.shapes) + 0.2 * near(one.length, other.length) + 0.3 * size
    };
    // Few values in common are chance where there are few of them.
    let weight = share(one.values.len().min(other.values.len()).min(10), 10);
    looks.max(same * weight)
}

/// How near two numbers above 0 are, from 0 to 1.
fn near(one: f64, other: f64) -> f64 {
    one.min(other) / one.max(other).max(f64::MIN_POSITIVE)
}

/// How much two distributions have in common, from 0 to 1.
fn common(one: &BTreeMap<String, f64>, other: &BTreeMap<String, f64>) -> f64 {
    one.iter().map(|(what, share)| share.min(other.get(what).copied().unwrap_or(0.0))).sum()
}

/// What a value looks like: digits and letters, each run of them once, and the marks between them.
fn shape(value: &str) -> String {
    let mut shape = String::new();
    for character in value.chars() {
        let kind = match character {
            _ if character.is_numeric() => '9',
            _ if character.is_alphabetic() => 'a',
            _ if character.is_whitespace() => ' ',
            other => other,
        };
        if !(matches!(kind, '9' | 'a' | ' ') && shape.ends_with(kind)) {
            shape.push(kind);
        }
        if shape.len() >= 24 {
            break;
        }
    }
    shape
}

/// How much of a whole a part is; of none it is nothing.
#[must_use]
pub fn share(part: usize, whole: usize) -> f64 {
    as_number(part) / as_number(whole.max(1))
}

#[allow(clippy::cast_precision_loss, reason = "at most some thousands")]
fn as_number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn column(name: &str, values: &[&str]) -> Traits {
        Traits::of(name, values.iter().copied())
    }

    fn paired(gone: &[Traits], new: &[Traits]) -> Vec<(String, String)> {
        let pairs = pairs(&gone.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>());
        pairs.into_iter().map(|(was, is, _)| (gone[was].name.clone(), new[is].name.clone())).collect()
    }

    fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(was, is)| ((*was).to_owned(), (*is).to_owned())).collect()
    }

    const DAYS: [&str; 4] = ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-09"];
    const LATER: [&str; 4] = ["2026-11-01", "2026-11-03", "2026-11-05", "2026-11-09"];
    const NAMES: [&str; 4] = ["Clearview Event Services Limited", "Conlon Construction Ltd", "Experian", "MYCSP LTD"];
    const OTHERS: [&str; 4] = ["Redgate Holdings Ltd", "Track Services", "Conlon Construction Ltd", "AGP Limited"];
    const KINDS: [&str; 4] = ["Agency staff", "Agency staff", "Rent", "Agency staff"];
    const SORTS: [&str; 4] = ["Rent", "Agency staff", "Agency staff", "Utilities"];
    const SUMS: [&str; 4] = ["7033.53", "6193.41", "29216.00", "-45.94"];
    const MORE: [&str; 4] = ["4833.20", "1950.00", "-12.50", "32861.00"];

    #[test]
    fn renamed_columns_are_found_by_their_names() {
        let gone = [column("Latitude", &["51.5", "48.8"]), column("Last Update", &DAYS), column("Net amount", &SUMS)];
        let new = [column("Amount (net)", &MORE), column("Lat", &["40.7", "35.6"]), column("last_updated", &LATER)];
        let found = paired(&gone, &new);
        for pair in expected(&[("Latitude", "Lat"), ("Last Update", "last_updated"), ("Net amount", "Amount (net)")]) {
            assert!(found.contains(&pair), "{pair:?} is not in {found:?}");
        }
    }

    #[test]
    fn renamed_columns_that_share_no_word_are_found_by_their_values() {
        let gone =
            [column("Paid on", &DAYS), column("Supplier", &NAMES), column("Spend", &SUMS), column("Type", &KINDS)];
        let new =
            [column("Net value", &MORE), column("Category", &SORTS), column("Date", &LATER), column("Payee", &OTHERS)];
        let found = paired(&gone, &new);
        for pair in
            expected(&[("Paid on", "Date"), ("Supplier", "Payee"), ("Spend", "Net value"), ("Type", "Category")])
        {
            assert!(found.contains(&pair), "{pair:?} is not in {found:?}");
        }
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn what_is_nothing_like_it_is_not_proposed() {
        let gone = [column("Paid on", &DAYS)];
        assert_eq!(paired(&gone, &[column("Supplier", &NAMES), column("Spend", &SUMS)]), []);
        assert_eq!(paired(&gone, &[column("#", &["1", "2", "3"]), column("", &[])]), []);
    }

    #[test]
    fn a_name_alone_is_enough_only_where_it_is_much_alike() {
        let columns = [column("Invoice amount", &SUMS), column("Payee", &NAMES)];
        let name_of = |looked_for: &str| nearest(&[looked_for], columns.iter()).map(|(column, _)| column.name.as_str());
        assert_eq!(name_of("invoice_amt"), Some("Invoice amount"));
        assert_eq!(name_of("supplier"), None);
    }

    #[test]
    fn a_column_is_of_a_kind_where_nearly_all_of_its_values_are() {
        let many = |value: &str, other: &str, others: usize| {
            let values = std::iter::repeat_n(value, 100 - others).chain(std::iter::repeat_n(other, others));
            Traits::of("x", values).kind()
        };
        assert_eq!(many("1,234.50", "", 60), Some(ValueKind::Numbers));
        assert_eq!(many("2026-10-05", "unknown", 3), Some(ValueKind::Dates));
        assert_eq!(many("12", "A12", 20), None);
        assert_eq!(column("few", &["1", "2"]).kind(), None);
    }

    #[test]
    fn words_of_a_name_are_told_apart_however_they_are_joined() {
        for name in ["Last_Update", "lastUpdate", "LAST UPDATE", " last-update "] {
            assert_eq!(words(name), ["last", "update"], "{name}");
        }
    }
}
