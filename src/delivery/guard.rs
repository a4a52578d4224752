//! Text that a spreadsheet program would run as a formula.
//!
//! A cell of text such as `=cmd|'/C calc'!A0` does nothing in Parquet, and nothing in an xlsx string cell; but a
//! spreadsheet program that opens a CSV file takes it for a formula and runs it. OWASP ("CSV Injection", ASVS 1.2.10)
//! advises an apostrophe in front of text that begins with `=`, `+`, `-`, `@`, a tab or a line end.
//!
//! A release must not arm such a cell, and it must not lose data either. So the apostrophe is put in front of text
//! only (never of numbers or dates, so that `-12.50` stays a number), only where the text could be more than a number,
//! and in such a way that it can always be taken away again: text that already has apostrophes in front of a formula
//! gets one more. [`unguarded`] gives back exactly what [`guarded`] was given.
//!
//! What this can't do: whoever makes a program split the file at another character than the comma makes other cells of
//! it. Parquet is the artifact for programs; xlsx the one for people.

use std::borrow::Cow;

/// Whether a spreadsheet program could take `text` for a formula or a command.
///
/// Plain numbers with a sign and lone dashes are not meant: they do nothing.
pub(super) fn is_armed(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n', '\0']) {
        return true;
    }
    // Programs differ in what they skip before the sign.
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}').chars();
    match rest.next() {
        Some('=' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}') => true,
        Some('+' | '-') => {
            let rest = rest.as_str();
            let number = rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
            let dashes = rest.chars().all(|c| c == '-');
            !(number || dashes)
        }
        _ => false,
    }
}

/// `text` with an apostrophe in front where a spreadsheet program could take it for a formula.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_armed(text.trim_start_matches('\'')) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`guarded`] was given.
#[must_use]
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_armed(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_disarmed() {
        for payload in [
            "=1+1",
            "=cmd|' /C calc'!A0",
            "@SUM(1+9)*cmd|' /C calc'!A0",
            "+1+cmd|' /C calc'!A0",
            "-1+1",
            "+44 20 7946 0000",
            " =1+1",
            "\t=1+1",
            "\u{feff}=1",
            "\r@x",
            "\nplain",
            "\u{ff1d}1",
        ] {
            assert_eq!(guarded(payload), format!("'{payload}"), "{payload:?}");
        }
    }

    #[test]
    fn what_can_do_nothing_stays_as_it_is() {
        for text in ["", "A4 paper", "-", "--", "-12.50", "+1,000", "'tis", "1=1", "a@b.example", "DDE (\"cmd\")"] {
            assert!(matches!(guarded(text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_armed_and_nothing_is_lost(text in "['=+@\\-\t\r\n 0-9a(\u{feff}]{0,8}|\\PC{0,12}") {
            let delivered = guarded(&text);
            prop_assert!(!is_armed(&delivered));
            prop_assert_eq!(unguarded(&delivered), text.as_str());
        }
    }
}
