//! A program with its three streams, each in a thread of its own, so that none of them can hold up the others.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::declaration::Declaration;
use super::protocol::{LONGEST, quoted};
use crate::base::{Error, ErrorKind, Result};

/// How long one look at what the program says takes, at most.
const LOOK: Duration = Duration::from_millis(50);
/// Lines that may wait to be looked at: a program that writes without being asked is held up.
const WAITING: usize = 1;
/// The most that is kept of one line of the error stream, in bytes.
const LONGEST_COMPLAINT: u64 = 4_096;
/// Lines of the error stream that are kept for messages.
const COMPLAINTS: usize = 3;

/// What a program said.
pub enum Said {
    /// A whole line.
    Line(Vec<u8>),
    /// More than a line may have.
    TooLong,
    /// Nothing more, after this part of a line.
    End(Vec<u8>),
}

/// A program that runs. It ends when this is dropped.
pub struct Process {
    name: String,
    child: Child,
    requests: SyncSender<Vec<u8>>,
    lines: Receiver<Said>,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts the program of a declaration in a folder.
    pub fn start(declaration: &Declaration, home: &Path) -> Result<Self> {
        let name = declaration.said();
        let (program, arguments) = declaration.command.split_first().ok_or_else(|| Error::internal("no program"))?;
        let mut child = std::process::Command::new(program)
            .args(arguments)
            .current_dir(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Of its own: Ctrl-C in the terminal is not meant for it, and what it starts ends with it.
            .process_group(0)
            .spawn()
            .map_err(|error| {
                Error::bad_data(format!("the model's program `{program}` can't be started"))
                    .because(error)
                    .hint("look at `command` in the model file; its folder is that of the model version")
            })?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Error::internal("a program without streams"));
        };
        let (requests, to_write) = sync_channel(1);
        let (said, lines) = sync_channel(WAITING);
        let complaints = Arc::<Mutex<Vec<String>>>::default();
        let kept = complaints.clone();
        let of = name.clone();
        thread::spawn(move || write_all(stdin, &to_write));
        thread::spawn(move || read_lines(stdout, &said));
        thread::spawn(move || read_complaints(stderr, &of, &kept));
        Ok(Self { name, child, requests, lines, complaints })
    }

    /// Sends a line, without waiting until the program reads it. While it has not even begun with the one before, false.
    pub fn say(&self, line: &mut Vec<u8>) -> Result<bool> {
        match self.requests.try_send(std::mem::take(line)) {
            Ok(()) => Ok(true),
            Err(TrySendError::Disconnected(_)) => Err(self.failed(ErrorKind::Busy, "ended before it was asked")),
            Err(TrySendError::Full(unsent)) => {
                *line = unsent;
                thread::sleep(LOOK);
                Ok(false)
            }
        }
    }

    /// The next line, where there is one soon.
    pub fn heard(&self) -> Option<Said> {
        match self.lines.recv_timeout(LOOK) {
            Ok(said) => Some(said),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Said::End(Vec::new())),
        }
    }

    /// An error about this program, with what it last complained of.
    pub fn failed(&self, kind: ErrorKind, what: &str) -> Error {
        let error = Error::new(kind, format!("the model's program {} {what}", quoted(&self.name)));
        // What it wrote before it ended may still be on its way.
        thread::sleep(LOOK);
        let complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        complaints.iter().rev().fold(error, |error, line| error.because(line))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The whole group: a program may have been started by a shell.
        let group = format!("-{}", self.child.id());
        let _ = std::process::Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write_all(mut stdin: ChildStdin, lines: &Receiver<Vec<u8>>) {
    for line in lines {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read_lines(stdout: ChildStdout, said: &SyncSender<Said>) {
    let mut reader = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        // A read that fails ends like a stream that ends.
        let _ = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        let whole = line.last() == Some(&b'\n');
        let ended = !whole && line.len() as u64 != LONGEST;
        let now = if whole {
            Said::Line(line)
        } else if ended {
            Said::End(line)
        } else {
            Said::TooLong
        };
        if said.send(now).is_err() || !whole {
            return;
        }
    }
}

fn read_complaints(stderr: ChildStderr, of: &str, kept: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stderr);
    loop {
        let mut line = Vec::new();
        if !matches!(reader.by_ref().take(LONGEST_COMPLAINT).read_until(b'\n', &mut line), Ok(1..)) {
            return;
        }
        let line = crate::base::text::safe(String::from_utf8_lossy(&line).trim_end()).into_owned();
        if line.is_empty() {
            continue;
        }
        tracing::info!(program = of, "{line}");
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == COMPLAINTS {
            kept.remove(0);
        }
        kept.push(line);
    }
}
