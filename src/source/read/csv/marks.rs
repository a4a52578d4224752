//! The bytes that a cell may end at.

use memchr::memchr3;

/// Every byte of a word with the value one.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of every byte of a word.
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// How many words are looked through before a cell counts as long.
const WORDS: usize = 4;

/// The first line end, or `mark`, in a text. Cells are short: most end within a few words, before a search of long texts
/// has begun.
#[inline]
pub fn next(text: &[u8], mark: u8) -> Option<usize> {
    let (words, _) = text.as_chunks::<8>();
    for (index, word) in words.iter().take(WORDS).enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = has(word, mark) | has(word, b'\n') | has(word, b'\r');
        if found != 0 {
            return Some(8 * index + (found.trailing_zeros() / 8) as usize);
        }
    }
    let passed = 8 * words.len().min(WORDS);
    memchr3(mark, b'\n', b'\r', &text[passed..]).map(|offset| passed + offset)
}

/// The highest bit of the first byte of a word that is this one is set; no lower bit is. (Of bytes behind it that may be
/// wrong: "Determine if a word has a byte equal to n", S. E. Anderson, Bit Twiddling Hacks.)
#[inline]
fn has(word: u64, byte: u8) -> u64 {
    let zeros = word ^ (ONES * u64::from(byte));
    zeros.wrapping_sub(ONES) & !zeros & HIGHEST
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_mark_is_found(text in proptest::collection::vec(prop_oneof![Just(b','), Just(b'\n'), Just(b'\r'), any::<u8>(), Just(b'a')], 0..90), mark: u8) {
            let expected = text.iter().position(|byte| *byte == mark || matches!(byte, b'\n' | b'\r'));
            prop_assert_eq!(next(&text, mark), expected);
        }

        #[test]
        fn a_mark_far_behind_is_found(far in 0_usize..200, byte in prop_oneof![Just(b';'), Just(b'\n'), Just(b'\r')]) {
            let mut text = vec![b':'; far];
            text.push(byte);
            text.extend([b';'; 20]);
            prop_assert_eq!(next(&text, b';'), Some(far));
        }
    }
}
