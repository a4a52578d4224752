//! From what a text means to how it looks. Without colours the modifiers remain, and the words say it all.

use ratatui::style::{Color, Modifier, Style};

use crate::tui::app::Tone;

/// Whether colours are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// False where `NO_COLOR` is set.
    pub colour: bool,
}

impl Theme {
    /// The style of a tone.
    #[must_use]
    pub fn style(self, tone: Tone) -> Style {
        let plain = Style::new();
        let (colour, modifier) = match tone {
            Tone::Plain => (None, Modifier::empty()),
            Tone::Quiet => (None, Modifier::DIM),
            Tone::Strong => (None, Modifier::BOLD),
            Tone::Good => (Some(Color::Green), Modifier::empty()),
            Tone::Warning => (Some(Color::Yellow), Modifier::empty()),
            Tone::Bad => (Some(Color::Red), Modifier::BOLD),
            Tone::Busy => (Some(Color::Cyan), Modifier::empty()),
            Tone::Danger => (Some(Color::Red), Modifier::BOLD.union(Modifier::REVERSED)),
            Tone::Entity => (Some(Color::Cyan), Modifier::UNDERLINED),
        };
        let style = plain.add_modifier(modifier);
        match colour {
            Some(colour) if self.colour => style.fg(colour),
            _ => style,
        }
    }

    /// The style of what is selected, over what it had.
    #[must_use]
    pub fn selected(self, style: Style) -> Style {
        style.add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM)
    }
}
