//! Sources being watched: which of them is to be asked, and when.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Workspace;
use crate::base::{Cancel, Result};
use crate::domain::{Request, Source};
use crate::source::inbox::{self, Watch};

/// How long an inbox is left alone after it was looked into, whatever happens in it: a file that can't be taken in and is
/// put back is something that happens.
const REST: Duration = Duration::from_secs(3);

/// How long nothing is looked for where there is no source.
const IDLE: Duration = Duration::from_mins(1);

/// The sources of a workspace, each asked at its interval, and inboxes also as soon as something comes in.
pub struct Sources {
    dataset: Option<String>,
    provider: Option<String>,
    inboxes: Watch,
    /// When each source, by dataset and provider, was asked last.
    asked: BTreeMap<(String, String), Instant>,
}

impl Sources {
    /// Watches all sources, or those of this dataset and name.
    pub fn new(workspace: &Workspace, dataset: Option<String>, provider: Option<String>) -> Result<Self> {
        let inboxes = Watch::new(&workspace.root().join(inbox::FOLDER))?;
        Ok(Self { dataset, provider, inboxes, asked: BTreeMap::new() })
    }

    /// Waits until some sources are to be asked. What to ask for, with the name of each provider.
    pub fn due(&mut self, workspace: &Workspace, cancel: &Cancel) -> Result<Vec<(String, Request)>> {
        let mut something_came = false;
        loop {
            // The contract may have changed since.
            let contract = workspace.contract()?;
            let (mut due, mut next) = (Vec::new(), None::<Instant>);
            for (dataset, provider) in contract.providers(self.dataset.as_deref(), self.provider.as_deref())? {
                let source = (dataset.name.clone(), provider.name.clone());
                let is_told = something_came && matches!(provider.source, Source::Inbox { .. });
                let wait = if is_told { REST } else { provider.source.every().duration() };
                let at = self.asked.get(&source).map(|asked| *asked + wait);
                if at.is_none_or(|at| at <= Instant::now()) {
                    due.push(source);
                } else {
                    next = next.into_iter().chain(at).min();
                }
            }
            if !due.is_empty() {
                return Ok(due.into_iter().map(|source| self.ask(source)).collect());
            }
            let end = next.unwrap_or_else(|| Instant::now() + IDLE);
            something_came |= self.inboxes.wait(end, cancel)?;
        }
    }

    fn ask(&mut self, (dataset, provider): (String, String)) -> (String, Request) {
        self.asked.insert((dataset.clone(), provider.clone()), Instant::now());
        let request = Request::Ingest { dataset: Some(dataset), provider: Some(provider.clone()), full: false };
        (provider, request)
    }
}
