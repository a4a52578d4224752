//! The one place that prints. What a program may read goes to stdout, what a person is told to stderr.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use unicode_width::UnicodeWidthStr;

use crate::base::{Error, Result, text};

/// Causes that a person is told; a program reads all.
const CAUSES: usize = 8;

/// How answers are given.
pub struct Output {
    json: bool,
    quiet: bool,
    closed: AtomicBool,
    /// Whether the one document is printed.
    answered: AtomicBool,
}

impl Output {
    /// Answers as JSON if asked for; `quiet` leaves out what is not data.
    pub fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, closed: AtomicBool::new(false), answered: AtomicBool::new(false) }
    }

    /// Whether answers are JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether progress may be drawn over itself.
    pub fn is_interactive(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// One JSON document.
    pub fn document(&self, value: &impl serde::Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value)?;
        self.answered.store(true, Ordering::Relaxed);
        self.write(&text)
    }

    /// One line of a JSON stream.
    pub fn json_line(&self, value: &impl serde::Serialize) -> Result<()> {
        self.write(&serde_json::to_string(value)?)
    }

    /// A line of data.
    pub fn line(&self, text: &str) -> Result<()> {
        self.write(&text::safe(text))
    }

    /// Text of our own, as it is.
    pub fn verbatim(&self, text: &str) -> Result<()> {
        self.write(text.trim_end())
    }

    /// What a command would do, for `--dry-run`.
    pub fn would(&self, lines: &[String]) -> Result<()> {
        if self.json {
            return self.document(&serde_json::json!({ "dry_run": lines }));
        }
        lines.iter().try_for_each(|line| self.line(line))
    }

    /// A table with aligned columns; the last is cut by nothing.
    pub fn table(&self, header: &[&str], rows: &[Vec<String>]) -> Result<()> {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| text::safe(cell).into_owned()).collect()).collect();
        let widths: Vec<usize> = header
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width());
                cells.chain([name.width()]).max().unwrap_or(0)
            })
            .collect();
        let header: Vec<String> = header.iter().map(|name| name.to_uppercase()).collect();
        for row in std::iter::once(&header).chain(&rows) {
            let mut shown = String::new();
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if index > 0 {
                    shown.push_str("  ");
                }
                shown.push_str(cell);
                if index + 1 < row.len() {
                    shown.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width())));
                }
            }
            self.write(shown.trim_end())?;
        }
        Ok(())
    }

    /// Something told to a person.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            tell(text);
        }
    }

    /// Draws over the line that is there; an empty text clears it.
    pub fn redraw(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "\r\x1b[2K{}", text::safe(text)).and_then(|()| stderr.flush());
    }

    /// What went wrong, why, and what to do next. As a document too, unless one says already what was done.
    pub fn error(&self, error: &Error) {
        tell(&format!("error: {}", error.message()));
        let causes = error.causes();
        let more = if causes.len() > CAUSES + 1 { causes.len() - CAUSES } else { 0 };
        for cause in &causes[..causes.len() - more] {
            tell(&format!("  because: {cause}"));
        }
        if more > 0 {
            tell(&format!("  because: … and {more} more; --json lists them"));
        }
        self.hints(error.hints());
        if self.json && !self.answered.load(Ordering::Relaxed) {
            let _ = self.failure(error);
        }
    }

    /// What to do next.
    pub fn hints(&self, hints: &[String]) {
        for hint in hints {
            tell(&format!("  hint: {hint}"));
        }
    }

    /// What went wrong, as a document.
    pub fn failure(&self, error: &Error) -> Result<()> {
        self.document(&serde_json::json!({
            "error": error.message(), "kind": error.kind(), "causes": error.causes(), "hints": error.hints(),
        }))
    }

    /// Whether nobody reads what is printed any more. It is seen by printing.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// A closed pipe behind us (`| head`) is no failure.
    fn write(&self, text: &str) -> Result<()> {
        match writeln!(std::io::stdout().lock(), "{text}") {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            other => Ok(other?),
        }
    }
}

/// A line on stderr. Where nobody listens there is nobody to tell.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text::safe(line));
}
