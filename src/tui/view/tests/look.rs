//! A frame as text: each line, and behind `»` the runs of cells that have a style.

use std::fmt::Write as _;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::tui::app::State;
use crate::tui::view::draw;

/// The frame of a state.
pub fn frame(state: &State) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(state.width, state.height)).unwrap();
    terminal.draw(|frame| draw(frame.buffer_mut(), state)).unwrap();
    terminal.backend().buffer().clone()
}

/// The lines of a frame, without styles.
pub fn lines(state: &State) -> Vec<String> {
    let buffer = frame(state);
    let line = |y| (0..state.width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..state.height).map(line).collect()
}

/// The frame as text with its style runs. Empty lines at the end of the body fold into one.
pub fn look(state: &State) -> String {
    let buffer = frame(state);
    let mut text = String::new();
    let mut blank = 0;
    for (y, line) in (0..).zip(lines(state)) {
        let runs = runs(&buffer, y, state.width);
        if line.is_empty() && runs.is_empty() {
            blank += 1;
            continue;
        }
        if blank > 0 {
            let _ = writeln!(text, "  ({blank} blank)");
            blank = 0;
        }
        text.push('|');
        text.push_str(&line);
        if !runs.is_empty() {
            let _ = write!(text, "  » {runs}");
        }
        text.push('\n');
    }
    text
}

fn runs(buffer: &Buffer, y: u16, width: u16) -> String {
    let mut runs: Vec<(u16, u16, String)> = Vec::new();
    for x in 0..width {
        let style = style(&buffer[(x, y)]);
        match runs.last_mut() {
            _ if style.is_empty() => {}
            Some((_, end, last)) if *end + 1 == x && *last == style => *end = x,
            _ => runs.push((x, x, style)),
        }
    }
    runs.iter().map(|(start, end, style)| format!("{start}-{end}{style}")).collect::<Vec<_>>().join(" ")
}

/// b bold, d dim, u underlined, r reversed; then the colour.
fn style(cell: &Cell) -> String {
    let marks = [(Modifier::BOLD, 'b'), (Modifier::DIM, 'd'), (Modifier::UNDERLINED, 'u'), (Modifier::REVERSED, 'r')];
    let mut text: String =
        marks.iter().filter(|(modifier, _)| cell.modifier.contains(*modifier)).map(|(_, mark)| *mark).collect();
    if cell.fg != Color::Reset {
        text += &format!("/{:?}", cell.fg).to_lowercase();
    }
    text
}
