//! `assay log`. It needs the journal alone, so that it works where assay.toml is missing or broken.

use std::time::Duration;

use serde_json::json;

use super::named_workspace;
use crate::base::{Cancel, Error, Result, text};
use crate::cli::arguments::{Arguments, LogCommand};
use crate::cli::output::Output;
use crate::domain::listing::{Fetch, LogRow, Query};
use crate::ops::Record;

/// How often a followed log is asked whether anybody wrote.
const LOOK: Duration = Duration::from_millis(200);

/// How many events are fetched at once.
const PAGE: u32 = 1000;

/// The journal and how answers are given.
pub struct Log<'a> {
    record: Record,
    dry_run: bool,
    output: &'a Output,
    cancel: &'a Cancel,
}

impl<'a> Log<'a> {
    /// The log of the workspace that is meant.
    pub fn open(arguments: &Arguments, output: &'a Output, cancel: &'a Cancel) -> Result<Self> {
        let record = Record::open(&named_workspace(arguments, Record::discover)?)?;
        Ok(Self { record, dry_run: arguments.dry_run, output, cancel })
    }

    /// Carries out a command; without one, prints the events.
    pub fn run(&self, command: Option<&LogCommand>, follow: bool, filter: Option<String>) -> Result<()> {
        match command {
            None => self.print(follow, filter),
            Some(LogCommand::Verify { head }) => self.verify(head.as_deref()),
            Some(LogCommand::Rebuild) => self.rebuild(),
        }
    }

    /// Events as they are, oldest first: lines for people, JSON lines for programs.
    fn print(&self, follow: bool, filter: Option<String>) -> Result<()> {
        let mut query = Query { text: filter, limit: PAGE, ..Query::default() };
        loop {
            // Asked before reading: what is written meanwhile makes the next answer another one.
            let seen = self.record.data_version()?;
            self.print_new(&mut query)?;
            if !follow || self.output.is_closed() {
                return Ok(());
            }
            while self.record.data_version()? == seen {
                self.cancel.check()?;
                std::thread::sleep(LOOK);
            }
        }
    }

    /// Prints the events after the last one printed.
    fn print_new(&self, query: &mut Query<u64>) -> Result<()> {
        loop {
            self.cancel.check()?;
            let page = self.record.log(query)?;
            for row in &page.rows {
                if self.output.is_json() {
                    self.output.json_line(row)?;
                } else {
                    self.output.line(&said(row))?;
                }
            }
            match page.rows.last() {
                Some(last) if !self.output.is_closed() => query.fetch = Fetch::After(last.seq),
                _ => return Ok(()),
            }
        }
    }

    fn verify(&self, head: Option<&str>) -> Result<()> {
        let verified = self.record.verify(head, self.cancel)?;
        if let Some(bad) = &verified.first_bad {
            return Err(Error::corrupt(format!(
                "the journal is not as it was written: entry {} is the first bad one",
                bad.seq
            ))
            .because(&bad.why)
            .hint("restore assay.db from a backup"));
        }
        if self.output.is_json() {
            return self.output.document(&json!({ "events": verified.events, "head": verified.head }));
        }
        let events = text::counted(verified.events, "event");
        self.output.line(&format!("{events} verified, head {}", verified.head))
    }

    fn rebuild(&self) -> Result<()> {
        if self.dry_run {
            let events = text::counted(self.record.events()?, "event");
            return self.output.would(&[format!("would replay {events} into fresh tables")]);
        }
        let events = self.record.rebuild(self.cancel, &|_, _| {})?;
        if self.output.is_json() {
            return self.output.document(&json!({ "events": events }));
        }
        self.output.line(&format!("{} replayed", text::counted(events, "event")))
    }
}

fn said(row: &LogRow) -> String {
    let reason = row.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!(
        "{:>6}  {}  {:<10} {:<20} {}{reason}",
        row.seq,
        row.at.format("%Y-%m-%d %H:%M:%S"),
        row.actor,
        row.kind,
        row.subject
    )
}
