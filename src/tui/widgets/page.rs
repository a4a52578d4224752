//! A page of blocks of lines with headings, scrolled so that the selected block is in sight.

use super::canvas::Canvas;
use crate::tui::app::{Area, Piece, Tone};

/// A block of lines under a heading.
pub struct Block {
    /// The heading; blocks of the same one share it.
    pub section: &'static str,
    /// The lines.
    pub lines: Vec<Vec<Piece>>,
}

struct Row<'a> {
    block: Option<usize>,
    first: bool,
    pieces: &'a [Piece],
}

/// Draws `blocks` with the one at `cursor` selected.
pub fn draw(canvas: &mut Canvas<'_>, area: Area, blocks: &[Block], cursor: usize) {
    let headings: Vec<[Piece; 1]> = blocks.iter().map(|block| [Piece::new(block.section, Tone::Strong)]).collect();
    let mut rows = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        if index == 0 || blocks[index - 1].section != block.section {
            if index > 0 {
                rows.push(Row { block: None, first: false, pieces: &[] });
            }
            rows.push(Row { block: None, first: false, pieces: &headings[index] });
        }
        let lines = block.lines.iter().enumerate();
        rows.extend(lines.map(|(line, pieces)| Row { block: Some(index), first: line == 0, pieces }));
    }
    let top = top(&rows, cursor, usize::from(area.height));
    for (y, row) in (0..area.height).zip(rows.iter().skip(top)) {
        let selected = row.block == Some(cursor);
        let mark = match (selected, row.block) {
            (true, _) if row.first => "▸ ",
            (true, _) => "│ ",
            (false, Some(_)) => "  ",
            (false, None) => " ",
        };
        let x = canvas.say(area, 0, y, mark, Tone::Strong);
        canvas.pieces(area, x, y, row.pieces, selected && row.first);
    }
    let more = rows.len().saturating_sub(top + usize::from(area.height));
    if more > 0 && area.height > 1 && area.width > 20 {
        let text = format!(" ↓ {more} more ");
        let x = area.width.saturating_sub(u16::try_from(text.chars().count()).unwrap_or(0));
        canvas.say(area, x, area.height - 1, &text, Tone::Quiet);
    }
}

/// The first row on the screen: as near to the start as it can be with the selected block in the middle.
fn top(rows: &[Row<'_>], cursor: usize, height: usize) -> usize {
    let of_block = |row: &Row<'_>| row.block == Some(cursor);
    let first = rows.iter().position(of_block).unwrap_or(0);
    let last = rows.iter().rposition(of_block).unwrap_or(0);
    let middle = usize::midpoint(first, last);
    middle.saturating_sub(height / 2).min(rows.len().saturating_sub(height)).min(first)
}
