//! Progress of long work: drawn over itself on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::output::Output;
use crate::base::text;
use crate::domain::TaskKind;
use crate::domain::progress::{Progress, Step};

/// Shows what the pipeline reports.
pub struct Shown<'a> {
    output: &'a Output,
    running: Mutex<BTreeMap<String, (u64, Option<u64>)>>,
}

impl<'a> Shown<'a> {
    /// Shows on `output`.
    pub fn on(output: &'a Output) -> Self {
        Self { output, running: Mutex::default() }
    }

    /// Takes in one report.
    pub fn take(&self, progress: Progress) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{} {}", progress.kind, progress.subject);
        let said = match progress.step {
            Step::Queued => None,
            Step::Running { done, total } => {
                running.insert(name, (done, total));
                None
            }
            Step::Retrying { error } => Some(format!("{name}: trying again: {error}")),
            Step::Done { rows, refused } => {
                running.remove(&name);
                let refused = if refused > 0 { format!(", {} refused", text::grouped(refused)) } else { String::new() };
                Some(format!("{name}: done, {}{refused}", text::counted(rows, progress.kind.unit())))
            }
            Step::Left { why } => {
                running.remove(&name);
                Some(format!("{name}: {why}"))
            }
            Step::Failed { error } => {
                running.remove(&name);
                // The answer of the command says why these failed.
                let is_answered = matches!(
                    progress.kind,
                    TaskKind::Publish | TaskKind::Train | TaskKind::Extract | TaskKind::Download
                );
                (!is_answered).then(|| format!("{name}: failed: {error}"))
            }
            Step::Cancelled => {
                running.remove(&name);
                Some(format!("{name}: cancelled"))
            }
        };
        if self.output.is_interactive() {
            if let Some(said) = said {
                self.output.redraw("");
                self.output.say(&said);
            }
            self.output.redraw(&summary(&running));
        } else if let Some(said) = said {
            self.output.say(&said);
        }
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if self.output.is_interactive() {
            self.output.redraw("");
        }
    }
}

fn summary(running: &BTreeMap<String, (u64, Option<u64>)>) -> String {
    let part = |(name, (done, total)): (&String, &(u64, Option<u64>))| match total.filter(|total| *total > 0) {
        Some(total) => format!("{name} {}%", done * 100 / total),
        None => format!("{name} {}", text::grouped(*done)),
    };
    running.iter().map(part).collect::<Vec<_>>().join(" | ")
}
