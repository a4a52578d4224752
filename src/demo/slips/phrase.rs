//! Labelled text: every description knows where its brand, product, size, pack and price stand.

/// What a piece of a description is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Label {
    /// Who makes it.
    Brand,
    /// What it is.
    Product,
    /// How much is in one piece.
    Size,
    /// How many pieces there are, with their size where it is written in one: `6x330ml`.
    Pack,
    /// The price that is printed on it.
    Price,
}

impl Label {
    /// Its name in training data and models.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Brand => "BRAND",
            Self::Product => "PRODUCT",
            Self::Size => "SIZE",
            Self::Pack => "PACK",
            Self::Price => "PRICE",
        }
    }
}

/// Where something stands in a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What it is.
    pub label: Label,
    /// The first character, counted in Unicode scalar values from 0.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

/// A description with its gold spans, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phrase {
    /// What the slip says.
    pub text: String,
    /// What it means.
    pub spans: Vec<Span>,
    characters: usize,
}

impl Phrase {
    /// Appends a piece behind a blank; `None` is a piece that no label fits.
    pub fn push(&mut self, label: Option<Label>, piece: &str) {
        if self.characters > 0 {
            self.text.push(' ');
            self.characters += 1;
        }
        let start = self.characters;
        self.text.push_str(piece);
        self.characters += piece.chars().count();
        self.spans.extend(label.map(|label| Span { label, start, end: self.characters }));
    }

    /// The text that a span stands for.
    #[must_use]
    pub fn text_of(&self, span: Span) -> String {
        self.text.chars().skip(span.start).take(span.end - span.start).collect()
    }
}
