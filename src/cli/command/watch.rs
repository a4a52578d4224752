//! `assay ingest --watch`: sources asked again and again, until somebody asks to stop.

use std::collections::HashMap;

use serde_json::json;

use super::Call;
use crate::base::{ErrorKind, Result};
use crate::domain::{Request, Via};
use crate::ops::{Reply, Sources};

impl Call<'_> {
    /// Asks the sources that are meant, and says what came. Ends well when it is stopped.
    pub fn watch(&self, dataset: Option<String>, provider: Option<String>) -> Result<()> {
        let mut sources = Sources::new(&self.workspace, dataset, provider)?;
        let mut said = HashMap::new();
        self.output.say("watching the sources; Ctrl-C stops");
        loop {
            let due = match sources.due(&self.workspace, self.cancel) {
                Err(error) if error.kind() == ErrorKind::Cancelled => return Ok(()),
                due => due?,
            };
            for (provider, request) in due {
                match self.ask(request) {
                    Err(error) if error.kind() == ErrorKind::Cancelled => return Ok(()),
                    Err(error) => self.output.error(&error),
                    Ok(reply) => {
                        self.tell(&provider, &reply, &mut said)?;
                        if reply.trouble.as_ref().is_some_and(|trouble| trouble.kind() == ErrorKind::Cancelled) {
                            return Ok(());
                        }
                    }
                }
                if self.output.is_closed() {
                    return Ok(());
                }
            }
        }
    }

    fn ask(&self, request: Request) -> Result<Reply> {
        let session = self.workspace.session(self.arguments.name.as_deref(), Via::Cli)?;
        self.workspace.perform(&session, request, &|_| {}, self.cancel)
    }

    /// Says what came of asking a source, where that is not what was said of it the last time.
    fn tell(&self, provider: &str, reply: &Reply, said: &mut HashMap<String, Vec<String>>) -> Result<()> {
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
        if let Some(trouble) = &reply.trouble {
            self.output.error(trouble);
        }
        said.insert(provider.to_owned(), lines);
        Ok(())
    }
}
