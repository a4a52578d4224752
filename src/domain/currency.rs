//! Currencies as they stand beside numbers: by their signs, or by their codes (ISO 4217).

use std::fmt;

/// What says in which currency a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// `€`, `kr`; several have the same.
    Sign(&'static str),
    /// `EUR`
    Code(&'static str),
}

/// The codes that are known, those of one sign together.
const CODES: [(Option<&str>, &[&str]); 14] = [
    (Some("£"), &["GBP"]),
    (Some("€"), &["EUR"]),
    (Some("$"), &["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "CLP", "COP", "ARS", "BRL"]),
    (Some("¥"), &["JPY", "CNY"]),
    (Some("₹"), &["INR"]),
    (Some("₩"), &["KRW"]),
    (Some("₽"), &["RUB"]),
    (Some("₺"), &["TRY"]),
    (Some("₴"), &["UAH"]),
    (Some("₪"), &["ILS"]),
    (Some("₫"), &["VND"]),
    (Some("₦"), &["NGN"]),
    (Some("kr"), &["DKK", "ISK", "NOK", "SEK"]),
    (
        None,
        &[
            "AED", "BGN", "BHD", "CHF", "CZK", "EGP", "HUF", "IDR", "JOD", "KES", "KWD", "KZT", "MAD", "MYR", "OMR",
            "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "SAR", "THB", "TND", "UYU", "ZAR",
        ],
    ),
];

/// The signs of one character: what Unicode has as such (Sc), but for what is narrow, wide or of old writing.
const SIGNS: &str = "$¢£¤¥₠₡₢₣₤₥₦₧₨₩₪₫€₭₮₯₰₱₲₳₴₵₶₷₸₹₺₻₼₽₾₿";

/// What is written for one currency, and is not its code.
const WRITTEN: [(&str, &str); 19] = [
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("C$", "CAD"),
    ("AU$", "AUD"),
    ("A$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("Fr.", "CHF"),
    ("lei", "RON"),
    ("Rp", "IDR"),
    ("RM", "MYR"),
    ("руб", "RUB"),
    ("грн", "UAH"),
];

/// A sign of letters.
const CROWNS: [&str; 2] = ["kr", "Kr"];

/// How long a code is, in bytes.
const CODE: usize = 3;

impl Currency {
    /// The one of this code, where it is known.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        if code.len() != CODE || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let known = CODES.iter().flat_map(|(_, codes)| codes.iter());
        known.copied().find(|known| *known == code).map(Self::Code)
    }

    /// The one that a text begins with, and the rest of it.
    #[must_use]
    pub fn at_start(text: &str) -> Option<(Self, &str)> {
        Self::at(Edge::Start, text)
    }

    /// The one that a text ends with, and the rest of it.
    #[must_use]
    pub fn at_end(text: &str) -> Option<(Self, &str)> {
        Self::at(Edge::End, text)
    }

    fn at(edge: Edge, text: &str) -> Option<(Self, &str)> {
        let text = edge.without_point(text);
        let word = |word: &str| edge.without(text, word).filter(|rest| !edge.goes_on(rest));
        let written = || WRITTEN.iter().find_map(|(written, code)| Some((Self::Code(code), word(written)?)));
        let crown = || CROWNS.iter().find_map(|crown| Some((Self::Sign(CROWNS[0]), word(crown)?)));
        let sign = || edge.sign(text).and_then(|sign| Some((Self::Sign(sign), edge.without(text, sign)?)));
        let code = || edge.code(text).and_then(|(code, rest)| Some((Self::of_code(code)?, rest)));
        let code = || code().filter(|(_, rest)| !edge.goes_on(rest));
        if edge.has_letters(text) { written().or_else(crown).or_else(sign).or_else(code) } else { sign() }
    }

    /// Whether both may be the same: a sign says less than a code.
    #[must_use]
    pub fn may_be(self, other: Self) -> bool {
        match (self, other) {
            (Self::Sign(sign), Self::Code(code)) | (Self::Code(code), Self::Sign(sign)) => {
                let is_of_others = || CODES.iter().any(|(own, _)| *own == Some(sign));
                sign_of(code).map_or_else(|| !is_of_others(), |own| own == sign)
            }
            _ => self == other,
        }
    }

    /// What both say of one number, where they may be the same: a code says more than a sign.
    #[must_use]
    pub fn both(self, other: Self) -> Option<Self> {
        let more = if matches!(self, Self::Code(_)) { self } else { other };
        self.may_be(other).then_some(more)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sign(text) | Self::Code(text) => f.write_str(text),
        }
    }
}

/// Where in a text a currency stands.
#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

impl Edge {
    fn without<'a>(self, text: &'a str, mark: &str) -> Option<&'a str> {
        match self {
            Self::Start => text.strip_prefix(mark),
            Self::End => text.strip_suffix(mark),
        }
    }

    /// The text without the point behind a word that is cut short and ends it: `5 kr.`
    fn without_point(self, text: &str) -> &str {
        let cut = text.strip_suffix('.').filter(|cut| cut.ends_with(char::is_alphabetic));
        cut.filter(|_| matches!(self, Self::End)).unwrap_or(text)
    }

    /// Whether words may stand there.
    fn has_letters(self, text: &str) -> bool {
        match self {
            Self::Start => text.starts_with(char::is_alphabetic),
            Self::End => text.contains(char::is_alphabetic),
        }
    }

    /// The sign of one character that stands there.
    fn sign(self, text: &str) -> Option<&'static str> {
        let mut characters = text.chars();
        let sign = match self {
            Self::Start => characters.next(),
            Self::End => characters.next_back(),
        }?;
        let at = SIGNS.find(sign)?;
        SIGNS.get(at..at + sign.len_utf8())
    }

    fn code(self, text: &str) -> Option<(&str, &str)> {
        match self {
            Self::Start => text.split_at_checked(CODE),
            Self::End => text.split_at_checked(text.len().checked_sub(CODE)?).map(|(rest, code)| (code, rest)),
        }
    }

    /// Whether a word goes on in the rest of its text.
    fn goes_on(self, rest: &str) -> bool {
        match self {
            Self::Start => rest.starts_with(char::is_alphabetic),
            Self::End => rest.ends_with(char::is_alphabetic),
        }
    }
}

fn sign_of(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(_, codes)| codes.contains(&code))?.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const EURO: Currency = Currency::Code("EUR");

    #[test]
    fn signs_and_codes_are_found_at_both_ends() {
        assert_eq!(Currency::at_start("€5"), Some((Currency::Sign("€"), "5")));
        assert_eq!(Currency::at_start("EUR 5"), Some((EURO, " 5")));
        assert_eq!(Currency::at_end("5.00 EUR"), Some((EURO, "5.00 ")));
        assert_eq!(Currency::at_end("5$"), Some((Currency::Sign("$"), "5")));
        assert_eq!(Currency::at_start("R$ 5"), Some((Currency::Code("BRL"), " 5")));
        assert_eq!(Currency::at_end("5 zł"), Some((Currency::Code("PLN"), "5 ")));
        assert_eq!(Currency::at_end("5 kr."), Some((Currency::Sign("kr"), "5 ")));
        for text in ["", "5", "EURO 5", "KGM 5", "eur 5", "€"] {
            assert_eq!(Currency::at_start(text).filter(|_| text != "€"), None, "{text}");
        }
    }

    #[test]
    fn a_sign_says_less_than_a_code() {
        let (dollar, canadian) = (Currency::Sign("$"), Currency::Code("CAD"));
        assert_eq!(dollar.both(canadian), Some(canadian));
        assert!(!canadian.may_be(Currency::Code("USD")));
        assert!(!Currency::Sign("£").may_be(EURO));
        assert!(!Currency::Sign("€").may_be(Currency::Code("CHF")));
        assert!(Currency::Sign("¤").may_be(Currency::Code("CHF")));
        assert!(Currency::Sign("kr").may_be(Currency::Code("NOK")) && !Currency::Sign("kr").may_be(EURO));
        assert_eq!(EURO.to_string(), "EUR");
    }
}
