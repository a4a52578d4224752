//! A list: its heading, its columns, the rows in sight, and what to say when there are none.

use super::{cells, columns};
use crate::base::text::grouped;
use crate::tui::app::{Area, Layout, Pane, Piece, State, Status, Tone, with_key};
use crate::tui::widgets::canvas::{Canvas, shown, width};
use crate::tui::widgets::table::{Column, fit};
use crate::tui::widgets::theme;
use crate::tui::widgets::wrap::wrap;

pub fn draw(canvas: &mut Canvas<'_>, layout: &Layout, state: &State) {
    heading(canvas, layout.list, state);
    let (_, below) = layout.list.top_row();
    if no_rows(canvas, below, state) {
        return;
    }
    let list = state.list();
    let places = list.top()..list.total().min(list.top() + u64::from(layout.rows.height));
    let rows: Vec<_> = places.map(|place| (place, cells::row(state, state.pane, place))).collect();
    let columns = columns::of(state.pane);
    // Two columns in front for the mark of the selected row.
    let widths = fit(columns, &needs(columns, &rows), layout.list.width.saturating_sub(2));
    titles(canvas, below, columns, &widths);
    for (y, (place, cells)) in (0..).zip(&rows) {
        match cells {
            Some(cells) => row(canvas, layout.rows, y, &widths, cells, *place == list.cursor()),
            None => {
                canvas.say(layout.rows, 2, y, "…", Tone::Quiet);
            }
        }
    }
}

/// What the list is, where in it the selection is, what narrows it, and whether it could be had.
pub fn heading(canvas: &mut Canvas<'_>, area: Area, state: &State) {
    let list = state.list();
    let mut x = canvas.say(area, 1, 0, state.pane.title(), Tone::Strong) + 2;
    if list.total() > 0 {
        x = canvas.say(
            area,
            x,
            0,
            &format!("{} of {}", grouped(list.cursor() + 1), grouped(list.total())),
            Tone::Quiet,
        ) + 2;
    }
    if !list.filter().is_empty() {
        x = canvas.say(area, x, 0, &format!("only: {}", list.filter().typed()), Tone::Warning) + 2;
        if let Some(complaint) = list.filter().complaint(state.pane).filter(|_| list.total() > 0) {
            x = canvas.say(area, x, 0, &format!("✗ {complaint}"), Tone::Bad) + 2;
        }
    }
    if let Status::Failed(error) = list.status()
        && list.total() > 0
    {
        canvas.say(area, x, 0, &format!("✗ may be old: {}", error.one_line()), Tone::Bad);
    }
}

/// Says why there are no rows; false where there are some.
pub fn no_rows(canvas: &mut Canvas<'_>, area: Area, state: &State) -> bool {
    let list = state.list();
    if list.total() > 0 {
        return false;
    }
    let mut lines: Vec<(String, Tone)> = Vec::new();
    match list.status() {
        Status::Loading => lines.push((format!("… loading {}", state.pane.noun()), Tone::Quiet)),
        Status::Failed(error) => {
            lines.push((format!("✗ {}", error.message()), Tone::Bad));
            lines.extend(error.causes().iter().map(|cause| (format!("  because {cause}"), Tone::Plain)));
            lines.extend(error.hints().iter().map(|hint| (format!("  {}", with_key(hint, state.pane)), Tone::Plain)));
            lines.push(("  ctrl-r tries again".to_owned(), Tone::Quiet));
        }
        Status::Ready if !list.filter().is_empty() => {
            lines.push((format!("nothing matches `{}`; Esc lifts the filter", list.filter().typed()), Tone::Plain));
            lines.extend(list.filter().complaint(state.pane).map(|complaint| (format!("✗ {complaint}"), Tone::Bad)));
        }
        Status::Ready if state.overview.as_ref().is_some_and(|overview| overview.datasets.is_empty()) => {
            lines.push((format!("no {} yet: no dataset is described", state.pane.noun()), Tone::Plain));
            lines.push((
                "  fill in assay.toml, where the template shows how; it is seen here at once".to_owned(),
                Tone::Plain,
            ));
        }
        Status::Ready => lines.push((nothing_yet(state.pane).to_owned(), Tone::Plain)),
    }
    let room = usize::from(area.width.saturating_sub(4));
    let wrapped = lines.into_iter().flat_map(|(line, tone)| wrap(&[Piece::new(line, tone)], room, 2));
    for (y, pieces) in (1..area.height).zip(wrapped) {
        canvas.pieces(area, 2, y, &pieces, false);
    }
    true
}

fn nothing_yet(pane: Pane) -> &'static str {
    match pane {
        Pane::Batches => "no batches yet: put files into inbox/<provider>/ and press i, or n to add one",
        Pane::Completeness => {
            "no periods yet: they begin with `since` of a provider in assay.toml, or with the first batch"
        }
        Pane::Models => "no model versions yet: n registers a model file, T trains one on labelled text",
        Pane::Anomalies => "nothing to settle: no check found anything",
        Pane::Releases => "no releases yet: one opens with the first batch of a period; i takes in the inboxes",
        Pane::Log => "nothing happened yet",
        Pane::Tasks => "no tasks yet: they come with the first batch",
    }
}

fn titles(canvas: &mut Canvas<'_>, area: Area, columns: &[Column], widths: &[Option<u16>]) {
    let mut x = 2;
    for (column, width) in columns.iter().zip(widths) {
        if let Some(width) = *width {
            canvas.say(Area { width: (x + width).min(area.width), ..area }, x, 0, column.title, Tone::Quiet);
            x += width + 1;
        }
    }
}

/// What the rows in sight would fill, column by column.
fn needs(columns: &[Column], rows: &[(u64, Option<Vec<Piece>>)]) -> Vec<u16> {
    let need = |index: usize, column: &Column| {
        let cells = rows.iter().filter_map(|(_, cells)| cells.as_ref()?.get(index));
        let widest = cells.map(|cell| width(&shown(&cell.text, usize::from(column.most)))).max();
        u16::try_from(widest.unwrap_or(0)).unwrap_or(u16::MAX)
    };
    columns.iter().enumerate().map(|(index, column)| need(index, column)).collect()
}

fn row(canvas: &mut Canvas<'_>, area: Area, y: u16, widths: &[Option<u16>], cells: &[Piece], selected: bool) {
    if selected {
        let style = theme::selected(canvas.theme.style(Tone::Plain));
        canvas.tint(Area { y: area.y + y, height: 1, ..area }, style);
        canvas.text(area, 0, y, "▸", style);
    }
    let mut x = 2;
    for (cell, width) in cells.iter().zip(widths) {
        if let Some(width) = *width {
            let column = Area { width: (x + width).min(area.width), ..area };
            canvas.pieces(column, x, y, std::slice::from_ref(cell), selected);
            x += width + 1;
        }
    }
}
