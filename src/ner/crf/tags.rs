//! Tags of tokens: outside, or the beginning or the inside of an entity of one label (BIO).

/// A tag: 0 is outside, `1 + 2k` begins an entity of label `k`, `2 + 2k` continues one.
pub type Tag = u16;

/// Not in an entity.
pub const OUTSIDE: Tag = 0;

/// An entity as tokens of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenSpan {
    /// The index of its label.
    pub label: usize,
    /// The first token.
    pub start: usize,
    /// One past the last token.
    pub end: usize,
}

/// How many tags so many labels need.
#[must_use]
pub fn count(labels: usize) -> usize {
    1 + 2 * labels
}

/// The tag that begins an entity.
#[must_use]
pub fn begin(label: usize) -> usize {
    1 + 2 * label
}

/// The tag that continues an entity.
#[must_use]
pub fn inside(label: usize) -> usize {
    2 + 2 * label
}

/// Whether `tag` may follow `previous`, or open a sentence where there is none: an entity is continued only where one
/// of its label is open.
#[must_use]
pub fn may_follow(previous: Option<usize>, tag: usize) -> bool {
    let continues = tag > 0 && tag.is_multiple_of(2);
    !continues || previous.is_some_and(|previous| previous == tag || previous + 1 == tag)
}

/// The entities of a sequence of tags.
pub fn spans(tags: &[Tag]) -> impl Iterator<Item = TokenSpan> {
    let mut next = 0;
    std::iter::from_fn(move || {
        let start = next + tags.get(next..)?.iter().position(|tag| *tag != OUTSIDE)?;
        let label = usize::from(tags[start] - 1) / 2;
        let continued = tags[start + 1..].iter().take_while(|tag| usize::from(**tag) == inside(label)).count();
        next = start + 1 + continued;
        Some(TokenSpan { label, start, end: next })
    })
}

/// Writes entities as tags. Of two that share a token the longer stays.
#[must_use]
pub fn encode(tokens: usize, entities: &[TokenSpan]) -> Vec<Tag> {
    let mut by_length: Vec<TokenSpan> = entities.to_vec();
    by_length.sort_by_key(|entity| (std::cmp::Reverse(entity.end - entity.start), entity.start));
    let mut tags = vec![OUTSIDE; tokens];
    for TokenSpan { label, start, end } in by_length {
        let Some(place) = tags.get_mut(start..end) else { continue };
        if place.iter().any(|tag| *tag != OUTSIDE) {
            continue;
        }
        for (index, tag) in place.iter_mut().enumerate() {
            let value = if index == 0 { begin(label) } else { inside(label) };
            *tag = Tag::try_from(value).unwrap_or(OUTSIDE);
        }
    }
    tags
}
