//! Where a token stands in a short line. Lines of products and ingredients are laid out alike (amount, unit, thing, remarks after a comma
//! or in brackets); prose is not, and long lines are taken for prose.

/// The most tokens of a line that counts as short.
const SHORT: usize = 24;

/// Tokens from either end that are told apart.
const NEAR: u32 = 4;

/// Separators that are counted.
const PARTS: u32 = 2;

/// Where one token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Tokens before it, up to four.
    pub from_start: u32,
    /// Tokens after it, up to four.
    pub from_end: u32,
    /// Which part of the line it is in: within brackets or not, after how many separators.
    pub part: u32,
}

/// Walks over a line.
#[derive(Debug)]
pub struct Layout {
    tokens: usize,
    seen: usize,
    in_brackets: bool,
    separators: u32,
}

impl Layout {
    /// For a line of so many tokens.
    #[must_use]
    pub fn new(tokens: usize) -> Self {
        Self { tokens, seen: 0, in_brackets: false, separators: 0 }
    }

    /// Where the next token of the line stands; nothing is said of long lines.
    pub fn next(&mut self, token: &str) -> Option<Place> {
        if self.tokens > SHORT {
            return None;
        }
        if matches!(token, ")" | "]") {
            self.in_brackets = false;
        }
        let up_to_near = |tokens: usize| u32::try_from(tokens).map_or(NEAR, |tokens| tokens.min(NEAR));
        self.seen += 1;
        let place = Place {
            from_start: up_to_near(self.seen - 1),
            from_end: up_to_near(self.tokens.saturating_sub(self.seen)),
            part: u32::from(self.in_brackets) * (PARTS + 1) + self.separators,
        };
        match token {
            "(" | "[" => self.in_brackets = true,
            "," | ";" | ":" => self.separators = (self.separators + 1).min(PARTS),
            _ => {}
        }
        Some(place)
    }
}
