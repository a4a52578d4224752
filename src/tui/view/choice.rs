//! A list on top: palette, help, people, command log.

use crate::tui::app::{Area, Choice, Line, Piece, State, Tone, Topic, choices};
use crate::tui::widgets::canvas::Canvas;
use crate::tui::widgets::theme;
use crate::tui::widgets::wrap::wrap;

const WIDEST: u16 = 110;
/// Rows for all that there is to say about the selected line.
const ABOUT: u16 = 3;

pub fn draw(canvas: &mut Canvas<'_>, state: &State, choice: &Choice) {
    let lines = choices(state, choice);
    let width = state.width.saturating_sub(2).min(WIDEST);
    let wanted = u16::try_from(lines.len().max(1)).unwrap_or(u16::MAX).saturating_add(3 + ABOUT);
    let height = wanted.min(state.height.saturating_sub(1));
    let area = Area {
        x: (state.width - width) / 2,
        y: state.height.saturating_sub(1).saturating_sub(height) / 2,
        width,
        height,
    };
    let inside = canvas.frame(area, choice.topic.title(), Tone::Plain);
    let (input, below) = inside.top_row();
    let (below, about) = below.bottom_rows(if below.height > 2 * ABOUT { ABOUT } else { 0 });
    let x = canvas.say(input, 1, 0, "› ", Tone::Strong);
    canvas.field(input, x, 0, &choice.input, true);
    if lines.is_empty() {
        let why = if choice.input.trimmed().is_empty() { "nothing yet" } else { "nothing matches" };
        canvas.say(below, 1, 0, why, Tone::Quiet);
        return;
    }
    let height = usize::from(below.height);
    let top = choice.cursor.saturating_sub(height / 2).min(lines.len().saturating_sub(height));
    for (y, (index, line)) in (0..below.height).zip(lines.iter().enumerate().skip(top)) {
        row(canvas, below, y, line, choice.topic, index == choice.cursor);
    }
    if let Some(line) = lines.get(choice.cursor) {
        let refusal = line.refusal.as_ref().map(|reason| format!("  ✗ not now: {reason}")).unwrap_or_default();
        let pieces = [Piece::plain(line.note.clone()), Piece::new(refusal, Tone::Warning)];
        for (y, line) in (0..about.height).zip(wrap(&pieces, usize::from(about.width.saturating_sub(2)), 0)) {
            canvas.pieces(about, 1, y, &line, false);
        }
    }
}

fn row(canvas: &mut Canvas<'_>, area: Area, y: u16, line: &Line, topic: Topic, selected: bool) {
    let mark = if selected { "▸ " } else { "  " };
    let x = canvas.say(area, 0, y, mark, Tone::Strong);
    let (mut x, title_width) = match topic {
        Topic::Palette | Topic::Help => (column(canvas, area, x, y, &line.keys, 12, Tone::Strong), 30),
        Topic::CommandLog => (column(canvas, area, x, y, line.group, 11, line.tone), area.width.saturating_sub(17)),
        Topic::People => (x, 20),
    };
    let tone = if line.refusal.is_some() { Tone::Quiet } else { line.tone };
    let style = canvas.theme.style(tone);
    let style = if selected { theme::selected(style) } else { style };
    let title = Area { width: (x + title_width.min(line_width(&line.title))).min(area.width), ..area };
    canvas.text(title, x, y, &line.title, style);
    x += title_width.min(line_width(&line.title).max(if topic == Topic::CommandLog { 0 } else { title_width })) + 1;
    match &line.refusal {
        Some(reason) => canvas.say(area, x, y, &format!("✗ {reason}"), Tone::Quiet),
        None => canvas.say(area, x, y, &line.note, Tone::Plain),
    };
}

fn line_width(text: &str) -> u16 {
    u16::try_from(crate::tui::widgets::canvas::width(text)).unwrap_or(u16::MAX)
}

/// A column of fixed width; returns the column behind it.
fn column(canvas: &mut Canvas<'_>, area: Area, x: u16, y: u16, text: &str, width: u16, tone: Tone) -> u16 {
    canvas.say(Area { width: (x + width).min(area.width), ..area }, x, y, text, tone);
    x + width + 1
}
