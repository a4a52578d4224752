//! Tag schemes: how a column of tags says where entities begin and end.
//!
//! One rule reads IOB1, IOB2, BILOU and IOBES, because no sequence of tags means one thing in one of them and another in
//! another. It is seqeval's in its default mode: an entity begins at `B`, `U` and `S`, and at `I`, `L` and `E` where no entity of
//! the same label is open; it ends after `L`, `E`, `U` and `S`, and before whatever does not continue it.

use crate::ner::label;

/// What one tag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag<'a> {
    /// Not in an entity.
    Outside,
    /// In an entity of this label.
    In {
        /// The label.
        label: &'a str,
        /// Whether an entity begins here in any case.
        begins: bool,
        /// Whether the entity is over with this token.
        ends: bool,
    },
}

/// Reads one tag, or says why it is none.
pub fn parse(text: &str) -> Result<Tag<'_>, String> {
    if text == "O" {
        return Ok(Tag::Outside);
    }
    let unknown = || "is not a tag: expected `O`, or `B-` or `I-` (in BILOU also `L-` and `U-`) and a label".to_owned();
    let (prefix, label) = text.split_once('-').ok_or_else(unknown)?;
    let (begins, ends) = match prefix {
        "B" => (true, false),
        "I" => (false, false),
        "L" | "E" => (false, true),
        "U" | "S" => (true, true),
        _ => return Err(unknown()),
    };
    label::problem(label).map_or(Ok(Tag::In { label, begins, ends }), |problem| Err(format!("is not a tag: {problem}")))
}

/// The entities of a sequence of tags: label, first token, one past the last token.
pub fn entities<'a>(tags: &[Tag<'a>]) -> Vec<(&'a str, usize, usize)> {
    let mut entities: Vec<(&str, usize, usize)> = Vec::new();
    let mut open = false;
    for (at, tag) in tags.iter().enumerate() {
        let Tag::In { label, begins, ends } = *tag else {
            open = false;
            continue;
        };
        match entities.last_mut() {
            Some(last) if open && !begins && last.0 == label => last.2 = at + 1,
            _ => entities.push((label, at, at + 1)),
        }
        open = !ends;
    }
    entities
}
