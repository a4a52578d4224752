//! The program on a real terminal, and when what is seen on it. Shared by benchmarks and tests.
#![allow(dead_code, reason = "each of those who share it uses a part of it")]

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long to wait for something to be seen.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running program and its screen.
pub struct Terminal {
    /// Just before the process was started.
    pub started: Instant,
    child: Box<dyn Child + Send + Sync>,
    // Held open: without its master the terminal hangs up.
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    shown: Arc<(Mutex<Shown>, Condvar)>,
}

struct Shown {
    parser: vt100::Parser,
    at: Instant,
    ended: bool,
}

impl Terminal {
    /// Starts the program with these arguments on a terminal of this size.
    pub fn start(arguments: &[&str], columns: u16, rows: u16) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_assay"));
        command.args(arguments);
        Self::run(command, columns, rows)
    }

    /// The same with nothing else in the environment.
    pub fn start_in(environment: &[(&str, &str)], arguments: &[&str], columns: u16, rows: u16) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_assay"));
        command.args(arguments);
        command.env_clear();
        for (name, value) in environment {
            command.env(name, value);
        }
        Self::run(command, columns, rows)
    }

    fn run(mut command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        command.env("TERM", "xterm-256color");
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let parser = vt100::Parser::new(NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap(), 0);
        let shown = Arc::new((Mutex::new(Shown { parser, at: Instant::now(), ended: false }), Condvar::new()));
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::clone(&shown);
        thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            loop {
                let count = reader.read(&mut bytes).unwrap_or(0);
                let mut shown = screen.0.lock().unwrap();
                shown.at = Instant::now();
                shown.parser.process(&bytes[..count]);
                shown.ended = count == 0;
                screen.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Self { started, child, master: pair.master, keyboard, shown }
    }

    /// The process.
    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits until something is found on the lines of the screen; answers it, and when the bytes came that made it so.
    pub fn wait<T>(&self, what: &str, find: impl Fn(&[String]) -> Option<T>) -> (T, Instant) {
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.shown.0.lock().unwrap();
        loop {
            let lines = lines(&shown.parser);
            if let Some(found) = find(&lines) {
                return (found, shown.at);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!shown.ended && !left.is_zero(), "waited for {what}; the screen shows\n{}", lines.join("\n"));
            shown = self.shown.1.wait_timeout(shown, left).unwrap().0;
        }
    }

    /// Whether the lines of the screen are as wanted now.
    pub fn shows(&self, wanted: impl Fn(&[String]) -> bool) -> bool {
        wanted(&lines(&self.shown.0.lock().unwrap().parser))
    }

    /// Makes the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let mut shown = self.shown.0.lock().unwrap();
        shown.parser.screen_mut().set_size(NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap());
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Waits until the program ended; its exit code.
    pub fn ends(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break self.all_is_read(status.exit_code());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for the end; the screen shows\n{}", self.text());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What was written before the end may still be on its way through the terminal.
    fn all_is_read(&self, code: u32) -> u32 {
        let shown = self.shown.0.lock().unwrap();
        drop(self.shown.1.wait_timeout_while(shown, Duration::from_secs(2), |shown| !shown.ended).unwrap());
        code
    }

    /// Whether the terminal is as it was before: the usual screen, a cursor, no mouse, no bracketed paste.
    pub fn is_given_back(&self) -> bool {
        let shown = self.shown.0.lock().unwrap();
        let screen = shown.parser.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }

    /// What the screen shows.
    pub fn text(&self) -> String {
        lines(&self.shown.0.lock().unwrap().parser).join("\n")
    }

    /// Types keys; answers when.
    pub fn press(&mut self, keys: &str) -> Instant {
        let at = Instant::now();
        // Whoever ended reads no keys: what is shown then says more than a failed write.
        if self.shown.0.lock().unwrap().ended {
            return at;
        }
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
        at
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(parser: &vt100::Parser) -> Vec<String> {
    let screen = parser.screen();
    screen.rows(0, screen.size().1.into()).collect()
}
