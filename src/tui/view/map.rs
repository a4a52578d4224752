//! The map of completeness: periods by providers, and what is said about the cell under the cursor.

use super::list::{heading, no_rows};
use crate::base::clock::minute;
use crate::domain::completeness::Cell;
use crate::domain::listing::PeriodRow;
use crate::tui::app::{Area, CELL, Layout, PERIOD, Piece, State, Tone, Word};
use crate::tui::widgets::canvas::Canvas;

pub fn draw(canvas: &mut Canvas<'_>, layout: &Layout, state: &State) {
    heading(canvas, layout.list, state);
    let (_, below) = layout.list.top_row();
    if no_rows(canvas, below, state) {
        return;
    }
    let first = state.first_column;
    if let Some(row) = state.lists.periods.selected() {
        titles(canvas, below, row, first);
        about(canvas, layout.about, row, state);
    }
    let list = state.list();
    for y in 0..layout.rows.height {
        let place = list.top() + u64::from(y);
        match state.lists.periods.at(place) {
            Some(row) => line(canvas, layout.rows, y, row, first, state, place == list.cursor()),
            None if place < list.total() => {
                canvas.say(layout.rows, 2, y, "…", Tone::Quiet);
            }
            None => break,
        }
    }
}

fn titles(canvas: &mut Canvas<'_>, area: Area, row: &PeriodRow, first: usize) {
    canvas.say(area, 2, 0, "PERIOD", Tone::Quiet);
    let mut x = PERIOD;
    for cell in row.cells.iter().skip(first) {
        let column = Area { width: (x + CELL - 1).min(area.width), ..area };
        canvas.say(column, x, 0, &cell.provider, Tone::Quiet);
        x = x.saturating_add(CELL);
    }
    if first > 0 {
        canvas.say(area, PERIOD - 2, 0, "‹", Tone::Strong);
    }
    if x > area.width {
        canvas.say(area, area.width.saturating_sub(1), 0, "›", Tone::Strong);
    } else {
        canvas.say(area, x, 0, "LIVE", Tone::Quiet);
    }
}

fn line(canvas: &mut Canvas<'_>, area: Area, y: u16, row: &PeriodRow, first: usize, state: &State, selected: bool) {
    if selected {
        canvas.say(area, 0, y, "▸", Tone::Strong);
    }
    let word = Word::from(row.state);
    let several = state.overview.as_ref().is_some_and(|overview| overview.datasets.len() > 1);
    let name = if several { format!("{} {}", row.period, row.dataset) } else { row.period.to_string() };
    let name_area = Area { width: PERIOD.min(area.width), ..area };
    canvas.pieces(
        name_area,
        2,
        y,
        &[Piece::new(name, Tone::Strong), Piece::new(format!(" {}", word.glyph), word.tone)],
        false,
    );
    let mut x = PERIOD;
    for (column, cell) in row.cells.iter().enumerate().skip(first) {
        let word = Word::from(cell.state);
        let here = selected && column == state.column;
        if here {
            canvas.say(area, x - 1, y, "›", Tone::Strong);
        }
        canvas.pieces(Area { width: (x + CELL - 1).min(area.width), ..area }, x, y, &[word.piece()], here);
        x = x.saturating_add(CELL);
    }
    if let Some(live) = &row.live {
        // The row names the dataset; where there is little room, the number is what must not be cut.
        canvas.say(area, x, y, &format!("{}.{}", live.period, live.n), Tone::Plain);
    }
}

/// The cell under the cursor in words, and the period that it belongs to.
fn about(canvas: &mut Canvas<'_>, area: Area, row: &PeriodRow, state: &State) {
    if let Some(cell) = row.cells.get(state.column) {
        let mut pieces = vec![
            Piece::new(format!("{} {}: ", cell.provider, row.period), Tone::Strong),
            Word::from(cell.state).piece(),
        ];
        pieces.push(Piece::plain(in_words(cell)));
        canvas.pieces(area, 1, 0, &pieces, false);
    }
    let live = row.live.as_ref().map_or_else(|| "nothing is live".to_owned(), |live| format!("live: {live}"));
    let baseline = if row.baseline { ", accepted as baseline" } else { "" };
    let pieces = [
        Piece::plain("the period as a whole: "),
        Word::from(row.state).piece(),
        Piece::plain(format!("; {live}{baseline}")),
    ];
    canvas.pieces(area, 1, 1, &pieces, false);
}

fn in_words(cell: &Cell) -> String {
    let due = cell.due.map(|due| format!(", due {}", minute(due))).unwrap_or_default();
    let batch = cell
        .batch
        .as_ref()
        .map_or_else(|| "; n adds the file".to_owned(), |batch| format!("; Enter shows batch {batch}"));
    let lacks = cell.lacks().map(|lacks| format!(", {lacks}")).unwrap_or_default();
    format!("{lacks}{due}{batch}")
}
