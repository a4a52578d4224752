//! Draws the state. Nothing here asks anybody for anything, so that a frame can't fail and can't block.

mod cells;
mod choice;
mod chrome;
mod columns;
mod detail;
mod dialog;
mod list;
mod map;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;

use super::app::{Overlay, Pane, State, layout};
use super::widgets::canvas::Canvas;
use super::widgets::theme::Theme;

/// Draws everything.
pub fn draw(buffer: &mut Buffer, state: &State) {
    let mut canvas = Canvas::new(buffer, Theme { colour: state.me.colour });
    let layout = layout(state);
    chrome::header(&mut canvas, layout.header, state);
    chrome::tabs(&mut canvas, layout.tabs, state);
    if layout.list.height > 0 {
        match state.pane {
            Pane::Completeness => map::draw(&mut canvas, &layout, state),
            _ => list::draw(&mut canvas, &layout, state),
        }
    }
    if let Some(open) = &state.detail {
        detail::draw(&mut canvas, layout.detail, open);
    }
    chrome::strip(&mut canvas, layout.strip, state);
    chrome::notice(&mut canvas, layout.notice, state);
    chrome::footer(&mut canvas, layout.footer, state);
    match &state.overlay {
        None => {}
        Some(Overlay::Filter(field)) => chrome::filter(&mut canvas, layout.filter, field),
        Some(Overlay::Choice(open)) => choice::draw(&mut canvas, state, open),
        Some(Overlay::Dialog(open)) => dialog::draw(&mut canvas, state, open),
    }
}
