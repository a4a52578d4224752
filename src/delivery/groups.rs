//! The rows of a release in groups: where they are cut depends on nothing but the rows.

use std::collections::VecDeque;

use polars::prelude::{DataFrame, ListNameSpaceImpl};

use super::chunk::Layout;
use crate::base::{Cancel, Error, Result};

/// The most text and entities of a group, in bytes; a longer row is a group by itself.
const GROUP_BYTES: usize = 32 << 20;

/// What an entity takes beside its text, in bytes.
const ENTITY_BYTES: usize = 64;

/// Cuts a stream of chunks of any size into groups of one size, smaller where the rows are long. Where it cuts depends on
/// the rows alone, so that the same rows give the same bytes.
pub struct Groups<'a> {
    rows: &'a mut dyn Iterator<Item = Result<DataFrame>>,
    layout: &'a Layout,
    waiting: DataFrame,
    /// The bytes of each row that waits.
    bytes: VecDeque<usize>,
    size: usize,
}

impl<'a> Groups<'a> {
    /// Groups of `size` rows.
    pub fn new(rows: &'a mut dyn Iterator<Item = Result<DataFrame>>, layout: &'a Layout, size: usize) -> Self {
        let waiting = DataFrame::empty_with_schema(&layout.schema());
        Self { rows, layout, waiting, bytes: VecDeque::new(), size }
    }

    /// The next group, each column in one piece; `None` after the last.
    pub fn next_group(&mut self, cancel: &Cancel) -> Result<Option<DataFrame>> {
        while self.waiting.height() < self.size && self.fitting() == self.waiting.height() {
            cancel.check()?;
            let Some(chunk) = self.rows.next() else { break };
            let chunk = self.layout.conform(&chunk?)?;
            self.bytes.extend(bytes_of(&chunk));
            self.waiting.vstack_mut_owned(chunk).map_err(Error::library)?;
        }
        cancel.check()?;
        if self.waiting.height() == 0 {
            return Ok(None);
        }
        let size = self.size.min(self.fitting()).max(1);
        self.bytes.drain(..size);
        let mut group = self.waiting.slice(0, size);
        group.rechunk_mut();
        self.waiting = self.waiting.slice(i64::try_from(size).unwrap_or(i64::MAX), usize::MAX);
        Ok(Some(group))
    }
}

impl Groups<'_> {
    /// How many of the rows that wait are no more than a group's bytes.
    fn fitting(&self) -> usize {
        let mut left = GROUP_BYTES;
        self.bytes.iter().take_while(|bytes| left.checked_sub(**bytes).map(|rest| left = rest).is_some()).count()
    }
}

/// The bytes of each row's texts and entities.
fn bytes_of(chunk: &DataFrame) -> Vec<usize> {
    let mut bytes = vec![0; chunk.height()];
    for column in chunk.columns() {
        if let Ok(texts) = column.str() {
            bytes.iter_mut().zip(texts.iter()).for_each(|(bytes, text)| *bytes += text.map_or(0, str::len));
        } else if let Ok(entities) = column.list() {
            let counts = entities.lst_lengths();
            let counted = bytes.iter_mut().zip(counts.iter());
            counted.for_each(|(bytes, count)| *bytes += count.unwrap_or(0) as usize * ENTITY_BYTES);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use polars::prelude::{Column, DataFrame, df};

    use super::*;
    use crate::domain::{Field, FieldType, ModelRef};

    /// Rows of a release whose one text has a mebibyte, but for each tenth, which is short.
    fn rows(count: usize) -> DataFrame {
        let texts: Vec<String> = (0..count).map(|row| "x".repeat(if row % 10 == 0 { 3 } else { 1 << 20 })).collect();
        let numbers: Vec<i64> = (1..=i64::try_from(count).unwrap()).collect();
        df! {
            "_batch" => vec!["b"; count], "_provider" => vec!["north"; count], "_period" => vec!["2026-10"; count],
            "_row" => numbers, "text" => texts,
        }
        .unwrap()
    }

    fn heights(rows: &DataFrame, chunk: usize) -> Vec<usize> {
        let field = Field::new("text".to_owned(), FieldType::String);
        let layout = Layout::of(&[field], &ModelRef::none());
        let starts = (0..rows.height()).step_by(chunk);
        let mut chunks = starts.map(|start| Ok(rows.slice(i64::try_from(start).unwrap(), chunk)));
        let mut groups = Groups::new(&mut chunks, &layout, 1000);
        let mut heights = Vec::new();
        while let Some(group) = groups.next_group(&Cancel::default()).unwrap() {
            heights.push(group.height());
        }
        heights
    }

    #[test]
    fn long_rows_make_small_groups_wherever_the_chunks_end() {
        let rows = rows(100);
        let expected = heights(&rows, 100);
        assert_eq!(expected.iter().sum::<usize>(), 100);
        assert!(expected.iter().all(|height| *height <= 36) && expected.len() == 3, "{expected:?}");
        for chunk in [1, 7, 33] {
            assert_eq!(heights(&rows, chunk), expected, "chunks of {chunk}");
        }
        let longest = "x".repeat(GROUP_BYTES + 1);
        let mut longer = self::rows(2);
        longer.with_column(Column::new("text".into(), [longest.as_str(), longest.as_str()])).unwrap();
        assert_eq!(heights(&longer, 2), [1, 1]);
    }
}
