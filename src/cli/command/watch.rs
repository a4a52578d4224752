//! `assay ingest --watch`: sources asked again and again, until somebody asks to stop.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::json;

use super::Call;
use crate::base::{Cancel, ErrorKind, Result};
use crate::domain::Via;
use crate::ops::{Due, Reply, Sources};

/// What was said last of each provider.
type Said = HashMap<String, Vec<String>>;

impl Call<'_> {
    /// Asks the sources that are meant, and says what came. Ends well when it is stopped. Databases and servers are asked
    /// beside all else: one that lets wait for its answer keeps nothing else out.
    pub fn watch(&self, dataset: Option<String>, provider: Option<String>) -> Result<()> {
        let mut sources = Sources::new(&self.workspace, dataset, provider)?;
        let said = Mutex::default();
        let stop = self.cancel.child();
        self.output.say("watching the sources; Ctrl-C stops");
        thread::scope(|scope| {
            let watched = loop {
                let due = match sources.due(&self.workspace, &stop) {
                    Err(error) if error.kind() == ErrorKind::Cancelled => break Ok(()),
                    Err(error) => break Err(error),
                    Ok(due) => due,
                };
                for due in due {
                    let is_remote = due.is_remote;
                    let ask = || {
                        let due = due;
                        // Nobody listens any more where nothing can be said.
                        if self.asked(&due, &stop, &said).is_err() || self.output.is_closed() {
                            stop.cancel();
                        }
                    };
                    if is_remote {
                        scope.spawn(ask);
                    } else {
                        ask();
                    }
                }
            };
            stop.cancel();
            watched
        })
    }

    /// Asks a source, and says what came.
    fn asked(&self, due: &Due, stop: &Cancel, said: &Mutex<Said>) -> Result<()> {
        let session = self.workspace.session(self.arguments.name.as_deref(), Via::Cli);
        let answer = session.and_then(|session| self.workspace.perform(&session, due.request.clone(), &|_| {}, stop));
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Err(error) if error.kind() == ErrorKind::Cancelled => {}
            Err(error) => self.output.error(&error),
            Ok(reply) => self.tell(&due.provider, &reply, &mut said)?,
        }
        Ok(())
    }

    /// Says what came of asking a source, where that is not what was said of it the last time.
    fn tell(&self, provider: &str, reply: &Reply, said: &mut Said) -> Result<()> {
        let trouble = reply.trouble.as_ref().map(|error| error.one_line());
        let lines: Vec<String> = reply.lines.iter().cloned().chain(trouble).collect();
        if said.get(provider) == Some(&lines) {
            return Ok(());
        }
        if self.output.is_json() {
            self.output.json_line(&json!({ "provider": provider, "results": reply.document }))?;
        } else {
            lines.iter().try_for_each(|line| self.output.line(line))?;
        }
        if let Some(trouble) = reply.trouble.as_ref().filter(|trouble| trouble.kind() != ErrorKind::Cancelled) {
            self.output.error(trouble);
        }
        said.insert(provider.to_owned(), lines);
        Ok(())
    }
}
