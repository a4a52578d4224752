//! The terminal while it is ours, and given back however we leave: by the door, by an error, by a panic, by a signal.

use std::io::{IsTerminal, Stdout, Write, stdin, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::clipboard;
use crate::base::{Error, Result, ResultExt, crash};
use crate::tui::app::State;
use crate::tui::view;

static OWNED: AtomicBool = AtomicBool::new(false);

/// The terminal in full-screen mode; dropping it gives the terminal back.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal.
    pub fn open() -> Result<Self> {
        if !stdin().is_terminal() || !stdout().is_terminal() {
            return Err(Error::usage("the screen of assay needs a terminal").hint("for scripts: assay status --json"));
        }
        restore_on_panic(thread::current().id());
        enable_raw_mode().context("taking the terminal")?;
        OWNED.store(true, Ordering::SeqCst);
        let opened = (|| {
            execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableMouseCapture)?;
            Ok(Self { terminal: Terminal::new(CrosstermBackend::new(stdout()))? })
        })();
        opened.map_err(|error: std::io::Error| {
            restore();
            Error::from(error).context("taking the terminal")
        })
    }

    /// Columns and rows.
    pub fn size(&self) -> Result<(u16, u16)> {
        let size = self.terminal.size().context("asking the terminal for its size")?;
        Ok((size.width, size.height))
    }

    /// Draws the state; afterwards nothing of it is undrawn.
    pub fn draw(&mut self, state: &mut State) -> Result<()> {
        crash::panic_point("screen.draw");
        state.changed = false;
        self.terminal.draw(|frame| view::draw(frame.buffer_mut(), state)).context("drawing on the terminal")?;
        Ok(())
    }

    /// Puts text into the clipboard of the terminal.
    pub fn copy(text: &str) -> Result<()> {
        let inside_tmux = std::env::var_os("TMUX").is_some();
        let mut out = stdout();
        out.write_all(clipboard::sequence(text, inside_tmux).as_bytes())?;
        Ok(out.flush()?)
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub fn capture_mouse(capture: bool) -> Result<()> {
        let done =
            if capture { execute!(stdout(), EnableMouseCapture) } else { execute!(stdout(), DisableMouseCapture) };
        done.context("taking or leaving the mouse")
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, once. Failures are of no use to anybody here: the terminal may be gone.
fn restore() {
    if OWNED.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// A panic on the thread that draws gives the terminal back before it is reported. One on a worker becomes an error
/// message (see `workers`) and must not write over the screen.
fn restore_on_panic(drawing: ThreadId) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let owned = OWNED.load(Ordering::SeqCst);
            if owned && thread::current().id() != drawing {
                tracing::error!("a worker panicked: {panic}");
                return;
            }
            restore();
            report(panic);
        }));
    });
}
