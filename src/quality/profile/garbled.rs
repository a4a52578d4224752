//! What decoding by a wrong table leaves in a text.

use encoding_rs::WINDOWS_1252;

/// Whether a text shows that it, or a part of it, was decoded by a wrong table: characters that stand for unreadable ones,
/// control characters, or letters that are the bytes of another letter, as `Ã©` is of `é`.
pub fn is_garbled(text: &str) -> bool {
    if text.is_ascii() {
        // The least byte is found without looking at one after the other: nearly no text has any below a space.
        let least = text.bytes().map(|byte| if byte == 0x7f { 0 } else { byte }).min();
        let has_control = least.is_some_and(|least| least < b' ');
        return has_control && text.chars().any(is_trace);
    }
    text.chars().any(is_trace) || text.split(|character: char| character.is_ascii()).any(is_bytes_of_another)
}

fn is_trace(character: char) -> bool {
    character == char::REPLACEMENT_CHARACTER || (character.is_control() && !matches!(character, '\t' | '\n' | '\r'))
}

/// Whether the bytes of characters outside ASCII, in the table that is most often taken by mistake, are those of other
/// characters in UTF-8.
fn is_bytes_of_another(characters: &str) -> bool {
    if characters.chars().nth(1).is_none() {
        return false;
    }
    let (bytes, _, has_unmappable) = WINDOWS_1252.encode(characters);
    !has_unmappable && bytes.utf8_chunks().any(|chunk| !chunk.valid().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrongly_decoded_texts_are_told_from_foreign_ones() {
        for clean in
            ["", "Café Zoë", "naïve façade", "茶", "Ærøskøbing", "a\tb\r\n", "5 € – „quoted“", "İstanbul", "Þórr"]
        {
            assert!(!is_garbled(clean), "{clean}");
        }
        for garbled in ["CafÃ© ZoÃ«", "a\u{fffd}b", "quoteâ€™s", "nul\0", "5 â‚¬", "x\u{85}y"] {
            assert!(is_garbled(garbled), "{garbled}");
        }
    }
}
