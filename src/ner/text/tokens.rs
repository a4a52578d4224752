//! Cuts a text into tokens that keep their place in it, and into sentences of bounded length.
//!
//! Tokens are finer than words, so that a span can begin or end wherever people mark one: `2x500ml` is `2 x 500 ml`,
//! `£1.20` is `£ 1.20`, `Sainsbury's` is `Sainsbury 's`. A character and its combining marks are never parted.

use super::characters::{Class, class, ends_line};

/// The most tokens of a sentence: tagging a text of any length then needs memory for one sentence at a time.
const LONGEST_SENTENCE: usize = 256;

/// What sort of token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters, with an apostrophe in front where they follow one: `'s`.
    Word,
    /// Digits, with `.` and `,` between them.
    Number,
    /// An address: `https://...` or `www....` to the next space.
    Link,
    /// One sign, an emoji with all that belongs to it, or the same punctuation mark several times.
    Symbol,
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The first byte.
    pub from: usize,
    /// One past the last byte.
    pub to: usize,
    /// The first character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// What sort of token it is.
    pub kind: TokenKind,
    /// Whether it touches the token before it.
    pub glued: bool,
}

/// Reads the sentences of a text one after the other, holding no more than one. A sentence ends with its line, and is cut
/// where it grows too long. Every character that is not white space is in exactly one token.
pub struct Sentences<'a> {
    scanner: Scanner<'a>,
    /// Where the token before ended, in bytes, and its kind.
    previous: Option<(usize, TokenKind)>,
}

impl<'a> Sentences<'a> {
    /// Starts before the first sentence.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { scanner: Scanner { text, byte: 0, character: 0 }, previous: None }
    }

    /// Puts the tokens of the next sentence in place of what `sentence` held; there is at least one. False at the end.
    pub fn read(&mut self, sentence: &mut Vec<Token>) -> bool {
        sentence.clear();
        while let Some(first) = self.scanner.peek() {
            if class(first) == Class::Space {
                if ends_line(first) && !sentence.is_empty() {
                    break;
                }
                self.scanner.advance();
                continue;
            }
            if sentence.len() == LONGEST_SENTENCE {
                break;
            }
            let (from, start) = (self.scanner.byte, self.scanner.character);
            let touches = self.previous.filter(|(to, _)| *to == from).map(|(_, kind)| kind);
            let kind = self.scanner.token(first, touches);
            let (to, end) = (self.scanner.byte, self.scanner.character);
            sentence.push(Token { from, to, start, end, kind, glued: touches.is_some() });
            self.previous = Some((to, kind));
        }
        !sentence.is_empty()
    }
}

/// A place in a text, counted in bytes and in characters.
struct Scanner<'a> {
    text: &'a str,
    byte: usize,
    character: usize,
}

impl Scanner<'_> {
    #[inline]
    fn peek(&self) -> Option<char> {
        self.text[self.byte..].chars().next()
    }

    /// The character after the next.
    fn peek_second(&self) -> Option<char> {
        self.text[self.byte..].chars().nth(1)
    }

    #[inline]
    fn advance(&mut self) {
        if let Some(character) = self.peek() {
            self.byte += character.len_utf8();
            self.character += 1;
        }
    }

    #[inline]
    fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) {
        while self.peek().is_some_and(&mut wanted) {
            self.advance();
        }
    }

    /// Passes one token that begins with `first`; `touches` is the kind of the token right before it.
    fn token(&mut self, first: char, touches: Option<TokenKind>) -> TokenKind {
        match class(first) {
            Class::Letter if self.at_link() => {
                self.take_while(|character| class(character) != Class::Space);
                TokenKind::Link
            }
            Class::Letter => {
                self.word();
                TokenKind::Word
            }
            Class::Ideograph => {
                self.one_with_marks();
                TokenKind::Word
            }
            Class::Digit => {
                self.number();
                TokenKind::Number
            }
            _ if matches!(first, '\'' | '’')
                && touches == Some(TokenKind::Word)
                && self.peek_second().is_some_and(|second| class(second) == Class::Letter) =>
            {
                self.advance();
                self.word();
                TokenKind::Word
            }
            _ => {
                self.symbol(first);
                TokenKind::Symbol
            }
        }
    }

    fn at_link(&self) -> bool {
        let rest = &self.text.as_bytes()[self.byte..];
        ["http://", "https://", "www."].iter().any(|opening| {
            rest.get(..opening.len()).is_some_and(|start| start.eq_ignore_ascii_case(opening.as_bytes()))
        })
    }

    fn word(&mut self) {
        self.take_while(|character| matches!(class(character), Class::Letter | Class::Mark));
    }

    fn one_with_marks(&mut self) {
        self.advance();
        self.take_while(|character| class(character) == Class::Mark);
    }

    fn number(&mut self) {
        loop {
            self.take_while(|character| matches!(class(character), Class::Digit | Class::Mark));
            let separated = matches!(self.peek(), Some('.' | ','))
                && self.peek_second().is_some_and(|second| class(second) == Class::Digit);
            if !separated {
                return;
            }
            self.advance();
        }
    }

    /// One symbol with its marks. Joined emoji, flags and skin tones stay whole; a repeated punctuation mark is one token.
    fn symbol(&mut self, first: char) {
        let mut last = first;
        self.advance();
        if first.is_ascii_punctuation() {
            self.take_while(|character| character == first);
        }
        if is_flag_letter(first) && self.peek().is_some_and(is_flag_letter) {
            self.advance();
        }
        while let Some(character) = self.peek() {
            let joined = last == '\u{200d}' && class(character) == Class::Symbol;
            let skin_tone = matches!(character, '\u{1f3fb}'..='\u{1f3ff}');
            if !joined && !skin_tone && class(character) != Class::Mark {
                return;
            }
            last = character;
            self.advance();
        }
    }
}

fn is_flag_letter(character: char) -> bool {
    matches!(character, '\u{1f1e6}'..='\u{1f1ff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sentences(text: &str) -> Vec<Vec<Token>> {
        let mut reader = Sentences::new(text);
        let mut all = Vec::new();
        let mut sentence = Vec::new();
        while reader.read(&mut sentence) {
            all.push(sentence.clone());
        }
        all
    }

    fn cut(text: &str) -> Vec<&str> {
        sentences(text).concat().iter().map(|token| &text[token.from..token.to]).collect()
    }

    fn lengths(text: &str) -> Vec<usize> {
        sentences(text).iter().map(Vec::len).collect()
    }

    #[test]
    fn sizes_packs_and_prices_can_be_marked() {
        assert_eq!(cut("PEPSI MAX 2x500ml £1.20"), ["PEPSI", "MAX", "2", "x", "500", "ml", "£", "1.20"]);
        assert_eq!(cut("1,000.50kg, 3/4\" 1½ l"), ["1,000.50", "kg", ",", "3", "/", "4", "\"", "1½", "l"]);
        assert_eq!(cut("12.x 7. A4"), ["12", ".", "x", "7", ".", "A", "4"]);
        assert_eq!(cut("Sainsbury's don’t 'quoted'"), ["Sainsbury", "'s", "don", "’t", "'", "quoted", "'"]);
    }

    #[test]
    fn what_belongs_together_stays_together() {
        assert_eq!(cut("e\u{301}te\u{301}"), ["e\u{301}te\u{301}"]);
        assert_eq!(cut("👩‍👩‍👧🇬🇧🇫🇷👍🏽❤️"), ["👩‍👩‍👧", "🇬🇧", "🇫🇷", "👍🏽", "❤️"]);
        assert_eq!(cut("日本の茶 tea"), ["日", "本", "の", "茶", "tea"]);
        assert_eq!(
            cut("wait... see https://a.b/c?d=1 now!!"),
            ["wait", "...", "see", "https://a.b/c?d=1", "now", "!!"]
        );
        assert_eq!(cut("\u{301}a"), ["\u{301}", "a"]);
    }

    #[test]
    fn offsets_are_characters() {
        let tokens = sentences("é👍🏽 ab").concat();
        let places: Vec<_> = tokens.iter().map(|token| (token.start, token.end, token.glued)).collect();
        assert_eq!(places, [(0, 1, false), (1, 3, true), (4, 6, false)]);
    }

    #[test]
    fn sentences_end_with_lines_and_are_bounded() {
        assert_eq!(lengths("a b\r\n\n c\u{2028}d"), [2, 1, 1]);
        assert_eq!(lengths(&"word ".repeat(1_000)), [256, 256, 256, 232]);
        assert!(lengths(" \n ").is_empty());
    }

    proptest! {
        #[test]
        fn tokens_cover_every_visible_character_once(text in "\\PC{0,40}|[a-z0-9 '’.,\n👍\u{301}\u{200d}]{0,40}") {
            let characters: Vec<(usize, char)> = text.char_indices().collect();
            let tokens = sentences(&text).concat();
            let mut covered = vec![false; characters.len()];
            for token in &tokens {
                prop_assert!(token.start < token.end);
                prop_assert_eq!(characters[token.start].0, token.from);
                prop_assert_eq!(characters.get(token.end).map_or(text.len(), |(byte, _)| *byte), token.to);
                for place in &mut covered[token.start..token.end] {
                    prop_assert!(!*place);
                    *place = true;
                }
            }
            for ((_, character), covered) in characters.iter().zip(covered) {
                prop_assert!(covered || class(*character) == Class::Space);
            }
        }
    }
}
