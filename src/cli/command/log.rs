//! `assay log`.

use std::time::Duration;

use serde_json::json;

use super::Call;
use crate::base::{Error, Result, text};
use crate::cli::arguments::LogCommand;
use crate::domain::listing::{Fetch, LogRow, Query};

/// How often a followed log is looked at.
const LOOK: Duration = Duration::from_millis(500);

pub fn run(call: &Call<'_>, command: Option<&LogCommand>, follow: bool, filter: Option<String>) -> Result<()> {
    match command {
        None => print(call, follow, filter),
        Some(LogCommand::Verify { head }) => verify(call, head.as_deref()),
        Some(LogCommand::Rebuild) => {
            let events = call.workspace.rebuild_log(call.cancel, &|_, _| {})?;
            if call.output.is_json() {
                return call.output.document(&json!({ "events": events }));
            }
            call.output.line(&format!("{} replayed", text::counted(events, "event")))
        }
    }
}

/// Events as they are, oldest first: lines for people, JSON lines for programs.
fn print(call: &Call<'_>, follow: bool, filter: Option<String>) -> Result<()> {
    let mut query = Query { text: filter, limit: 1000, ..Query::default() };
    loop {
        let page = call.workspace.log(&query)?;
        for row in &page.rows {
            if call.output.is_json() {
                call.output.json_line(row)?;
            } else {
                call.output.line(&said(row))?;
            }
        }
        if let Some(last) = page.rows.last() {
            query.fetch = Fetch::After(last.seq);
            continue;
        }
        if !follow {
            return Ok(());
        }
        call.cancel.check()?;
        std::thread::sleep(LOOK);
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

fn verify(call: &Call<'_>, head: Option<&str>) -> Result<()> {
    let verified = call.workspace.verify_log(head, call.cancel)?;
    if let Some(bad) = &verified.first_bad {
        return Err(Error::corrupt(format!(
            "the journal is not as it was written: entry {} is the first bad one",
            bad.seq
        ))
        .because(&bad.why)
        .hint("restore assay.db from a backup"));
    }
    if call.output.is_json() {
        return call.output.document(&json!({ "events": verified.events, "head": verified.head }));
    }
    call.output.line(&format!("{} verified, head {}", text::counted(verified.events, "event"), verified.head))
}
