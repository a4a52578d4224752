//! From what the terminal reports to messages.

use std::sync::mpsc::SyncSender;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};
use crossterm::terminal;

use super::thread::spawn;
use crate::base::Result;
use crate::tui::app::{Key, Msg, Pointer};

/// Listens on a thread of its own; it sleeps until something happens. A terminal that goes away ends the program.
pub fn listen(sender: SyncSender<Msg>) -> Result<()> {
    spawn("terminal-events", move || {
        // Whoever changes the size before the first look at the keyboard has told nobody: from here on one hears of it.
        if let Ok((width, height)) = event::poll(Duration::ZERO).and_then(|_| terminal::size())
            && sender.send(Msg::Resized { width, height }).is_err()
        {
            return;
        }
        loop {
            let msg = match event::read() {
                Ok(event) => message(&event),
                Err(_) => Some(Msg::Terminated),
            };
            let over = matches!(msg, Some(Msg::Terminated));
            let gone = msg.is_some_and(|msg| sender.send(msg).is_err());
            if over || gone {
                return;
            }
        }
    })
}

/// The message of an event; `None` for those that mean nothing, such as a key being let go.
pub(super) fn message(event: &Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => self::key(*key).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Paste(text.clone())),
        Event::Resize(width, height) => Some(Msg::Resized { width: *width, height: *height }),
        Event::Mouse(mouse) => {
            let pointer = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Pointer::Click,
                MouseEventKind::ScrollUp => Pointer::WheelUp,
                MouseEventKind::ScrollDown => Pointer::WheelDown,
                _ => return None,
            };
            Some(Msg::Mouse { pointer, x: mouse.column, y: mouse.row })
        }
        _ => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let name = match event.code {
        // AltGr arrives as Ctrl and Alt together with the character that it makes.
        KeyCode::Char(character) if ctrl && !alt => return Some(Key::ctrl(character)),
        KeyCode::Char(character) if alt && !ctrl => return Some(Key::named(&format!("alt-{character}"))),
        KeyCode::Char(character) => return Some(Key::typed(character)),
        KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => "shift-tab",
        KeyCode::BackTab => "shift-tab",
        KeyCode::Enter => "enter",
        KeyCode::Esc => "esc",
        KeyCode::Tab => "tab",
        KeyCode::Backspace => "backspace",
        KeyCode::Delete => "delete",
        KeyCode::Up => "up",
        KeyCode::Down => "down",
        KeyCode::Left => "left",
        KeyCode::Right => "right",
        KeyCode::Home => "home",
        KeyCode::End => "end",
        KeyCode::PageUp => "page-up",
        KeyCode::PageDown => "page-down",
        _ => return None,
    };
    Some(Key::named(name))
}
