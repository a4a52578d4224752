//! The one way to put text on the screen: made safe, cut at the edge of its area, never outside of it.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::theme::Theme;
use crate::base::text::safe;
use crate::tui::app::{Area, Piece, TextField, Tone};

/// A screen being drawn.
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    /// How tones look.
    pub theme: Theme,
}

impl<'a> Canvas<'a> {
    /// Draws on `buffer`.
    pub fn new(buffer: &'a mut Buffer, theme: Theme) -> Self {
        Self { buffer, theme }
    }

    /// Puts text at a column and row of `area`, both from 0; what does not fit ends in `…`. Returns the column behind it.
    pub fn text(&mut self, area: Area, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let room = area.width.saturating_sub(x);
        if y >= area.height || room == 0 || text.is_empty() {
            return x;
        }
        let (left, top) = (area.x.saturating_add(x), area.y.saturating_add(y));
        if !self.buffer.area().contains((left, top).into()) {
            return x;
        }
        let shown = cut(text, room);
        let (end, _) = self.buffer.set_stringn(left, top, &shown, usize::from(room), style);
        end.saturating_sub(area.x)
    }

    /// Puts text in a tone.
    pub fn say(&mut self, area: Area, x: u16, y: u16, text: &str, tone: Tone) -> u16 {
        self.text(area, x, y, text, self.theme.style(tone))
    }

    /// Puts pieces one behind the other; `selected` ones stand out.
    pub fn pieces(&mut self, area: Area, x: u16, y: u16, pieces: &[Piece], selected: bool) -> u16 {
        pieces.iter().fold(x, |x, piece| {
            let style = self.theme.style(piece.tone);
            let style = if selected { self.theme.selected(style) } else { style };
            self.text(area, x, y, &piece.text, style)
        })
    }

    /// Gives a whole area a style.
    pub fn tint(&mut self, area: Area, style: Style) {
        let area = self.rect(area);
        self.buffer.set_style(area, style);
    }

    /// Makes an area blank.
    pub fn clear(&mut self, area: Area) {
        let area = self.rect(area);
        for position in area.positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.reset();
            }
        }
    }

    /// Draws a frame with a title; returns what is inside.
    pub fn frame(&mut self, area: Area, title: &str, tone: Tone) -> Area {
        self.clear(area);
        if area.width < 2 || area.height < 2 {
            return Area::default();
        }
        let lines = if tone == Tone::Danger {
            ['╔', '╗', '╚', '╝', '═', '║']
        } else {
            ['┌', '┐', '└', '┘', '─', '│']
        };
        let [top_left, top_right, bottom_left, bottom_right, level, upright] = lines;
        let inner = usize::from(area.width - 2);
        let level: String = std::iter::repeat_n(level, inner).collect();
        let border = if tone == Tone::Danger { Tone::Bad } else { tone };
        self.say(area, 0, 0, &format!("{top_left}{level}{top_right}"), border);
        for y in 1..area.height - 1 {
            self.say(area, 0, y, &upright.to_string(), border);
            self.say(area, area.width - 1, y, &upright.to_string(), border);
        }
        self.say(area, 0, area.height - 1, &format!("{bottom_left}{level}{bottom_right}"), border);
        let title_area = Area { x: area.x + 1, width: area.width - 2, height: 1, ..area };
        let strong = if tone == Tone::Danger { Tone::Danger } else { Tone::Strong };
        self.say(title_area, 1, 0, &format!(" {title} "), strong);
        Area { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
    }

    /// Draws a line being typed, with its caret where it is `focused`; the caret is always on the screen.
    pub fn field(&mut self, area: Area, x: u16, y: u16, field: &TextField, focused: bool) {
        let room = usize::from(area.width.saturating_sub(x));
        let before = tail(&safe(field.before_caret()), room.saturating_sub(1)).to_owned();
        let plain = self.theme.style(Tone::Plain);
        let x = self.text(area, x, y, &before, plain);
        let after = safe(field.after_caret()).into_owned();
        let under = after.graphemes(true).next().unwrap_or(" ");
        let caret = if focused { self.theme.selected(plain) } else { plain };
        let x = self.text(area, x, y, under, caret);
        self.text(area, x, y, after.get(under.len()..).unwrap_or_default(), plain);
    }

    fn rect(&self, area: Area) -> Rect {
        Rect::new(area.x, area.y, area.width, area.height).intersection(*self.buffer.area())
    }
}

/// How many columns a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The beginning of a text, made safe: only as much of it is looked at as could ever be shown.
#[must_use]
pub fn shown(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", safe(&text[..end]))),
        None => safe(text),
    }
}

/// `text` made safe and cut to `room` columns, ending in `…` where something is missing.
fn cut(text: &str, room: u16) -> Cow<'_, str> {
    let room = usize::from(room);
    // A column holds one base character and perhaps some that combine with it.
    let text = shown(text, room * 8);
    if width(&text) <= room {
        return text;
    }
    let mut used = 0;
    let mut kept = String::new();
    for cluster in text.graphemes(true) {
        used += width(cluster);
        if used >= room {
            break;
        }
        kept.push_str(cluster);
    }
    kept.push('…');
    Cow::Owned(kept)
}

/// The end of a text that fits into `room` columns.
fn tail(text: &str, room: usize) -> &str {
    let mut used = 0;
    let mut start = text.len();
    for (at, cluster) in text.grapheme_indices(true).rev() {
        used += width(cluster);
        if used > room {
            break;
        }
        start = at;
    }
    &text[start..]
}
