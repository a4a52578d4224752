//! A program that tags: started once, asked line by line, and started again after it failed.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use super::another;
use super::declaration::{Answers, Declaration};
use super::process::{Process, Said};
use super::protocol::{self, Request, VERSION};
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::ner::tagger::{Answer, Tagger};

/// How long somebody waits before looking again whether the program is free.
const WAIT: Duration = Duration::from_millis(20);

/// A model that is a program.
pub struct Command {
    declaration: Declaration,
    answers: Answers,
    home: PathBuf,
    running: Mutex<Option<Running>>,
}

/// A program that has said who it is.
struct Running {
    process: Process,
    asked: u64,
}

impl Command {
    /// Of a declaration that holds what the model says of itself; the program runs in `home`.
    pub fn new(declaration: Declaration, home: &Path) -> Result<Self> {
        let answers = declaration.answers()?.clone();
        Ok(Self { declaration, answers, home: home.to_path_buf(), running: Mutex::new(None) })
    }

    /// The program, once nobody else asks it.
    fn turn(&self, cancel: &Cancel) -> Result<MutexGuard<'_, Option<Running>>> {
        loop {
            match self.running.try_lock() {
                Ok(running) => return Ok(running),
                Err(TryLockError::Poisoned(left)) => return Ok(left.into_inner()),
                Err(TryLockError::WouldBlock) => {
                    cancel.check()?;
                    std::thread::sleep(WAIT);
                }
            }
        }
    }

    fn start(&self, cancel: &Cancel) -> Result<Running> {
        self.declaration.check_files(&self.home)?;
        let (process, now) = begin(&self.declaration, &self.home, cancel)?;
        let Answers { model, version, labels } = &self.answers;
        if now.model != *model {
            return Err(another("name", &now.model, model));
        }
        if now.version != *version {
            return Err(another("version", &now.version, version));
        }
        if now.labels != *labels {
            return Err(another("labels", &now.labels.join(", "), &labels.join(", ")));
        }
        Ok(Running { process, asked: 0 })
    }

    /// One request to the program, which is started if it does not run. After a failure it does not: what it may still say belongs to
    /// a question that nobody asks any more.
    fn ask(&self, running: &mut Option<Running>, texts: &[&str], cancel: &Cancel) -> Result<Vec<Answer>> {
        let mut program = match running.take() {
            Some(program) => program,
            None => self.start(cancel)?,
        };
        program.asked += 1;
        let mut request = serde_json::to_vec(&Request { id: program.asked, texts })?;
        request.push(b'\n');
        let limit = self.declaration.limit();
        said(&program.process, request, limit, cancel)?;
        let line = heard(&program.process, limit, "an answer", cancel)?;
        let (id, _, answers) = protocol::read(&line, texts.len())?;
        if id != Some(program.asked) {
            let id = id.map_or_else(|| "none".to_owned(), |id| id.to_string());
            return Err(Error::bad_data(format!("the model answered request {id} when {} was asked", program.asked)));
        }
        *running = Some(program);
        Ok(answers)
    }
}

impl Tagger for Command {
    fn labels(&self) -> &[String] {
        &self.answers.labels
    }

    fn tag(&self, texts: &[&str], cancel: &Cancel) -> Result<Vec<Answer>> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let mut running = self.turn(cancel)?;
        match self.ask(&mut running, texts, cancel) {
            // A program that died may have died of what went before: once more, from its beginning.
            Err(error) if error.kind() == ErrorKind::Busy => {
                tracing::warn!(program = self.declaration.said(), "{}; it is started again", error.one_line());
                self.ask(&mut running, texts, cancel)
            }
            done => done,
        }
    }

    fn batch(&self) -> usize {
        self.declaration.texts
    }

    fn calls(&self, _threads: usize) -> usize {
        1
    }
}

/// Starts the program of a declaration, and asks it who it is.
pub fn ask_who_it_is(declaration: &Declaration, home: &Path, cancel: &Cancel) -> Result<Answers> {
    begin(declaration, home, cancel).map(|(_, answers)| answers)
}

fn begin(declaration: &Declaration, home: &Path, cancel: &Cancel) -> Result<(Process, Answers)> {
    let process = Process::start(declaration, home)?;
    let limit = Duration::from_secs(declaration.start_seconds);
    let line = heard(&process, limit, "the line with who it is", cancel)?;
    let hello = protocol::hello(&line)?;
    if hello.assay_tagger != VERSION {
        let (theirs, said) = (hello.assay_tagger, declaration.said());
        return Err(Error::bad_data(format!(
            "{said} speaks version {theirs} of the protocol, and assay speaks {VERSION}"
        )));
    }
    let mut labels = hello.labels;
    labels.sort_unstable();
    labels.dedup();
    let answers = Answers { model: hello.model, version: hello.version, labels };
    // What it says is checked as what a person writes.
    Declaration { answers: Some(answers.clone()), ..declaration.clone() }.check()?;
    Ok((process, answers))
}

/// Gives a program a line to read, within a time.
fn said(process: &Process, mut line: Vec<u8>, limit: Duration, cancel: &Cancel) -> Result<()> {
    let end = Instant::now() + limit;
    while !process.say(&mut line)? {
        cancel.check()?;
        if Instant::now() >= end {
            let late = format!("did not read what it was asked within {} s", limit.as_secs());
            return Err(process.failed(ErrorKind::Io, &late));
        }
    }
    Ok(())
}

/// The next line of a program, within a time.
fn heard(process: &Process, limit: Duration, what: &str, cancel: &Cancel) -> Result<Vec<u8>> {
    let end = Instant::now() + limit;
    loop {
        cancel.check()?;
        match process.heard() {
            Some(Said::Line(line)) => return Ok(line),
            Some(Said::TooLong) => {
                let most = protocol::LONGEST >> 20;
                return Err(process.failed(ErrorKind::BadData, &format!("wrote a line of more than {most} MiB")));
            }
            Some(Said::End(rest)) if rest.is_empty() => {
                return Err(process.failed(ErrorKind::Busy, &format!("ended before {what} came")));
            }
            Some(Said::End(rest)) => {
                let half = protocol::quoted(&String::from_utf8_lossy(&rest));
                return Err(process.failed(ErrorKind::Busy, &format!("ended within a line: {half}")));
            }
            None if Instant::now() >= end => {
                return Err(
                    process.failed(ErrorKind::Io, &format!("did not write {what} within {} s", limit.as_secs()))
                );
            }
            None => {}
        }
    }
}
