//! Sources being watched: which of them is to be asked, and when.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
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

/// How many databases and servers are asked at a time. They are waited for, so that this has nothing to do with cores.
const AT_A_TIME: usize = 8;

/// How often it is looked for answers that are waited for.
const LOOK: Duration = Duration::from_secs(1);

/// A source that is to be asked. As long as this lives it is being asked, and isn't to be asked again.
pub struct Due {
    /// The name of the provider.
    pub provider: String,
    /// What to ask for.
    pub request: Request,
    /// Whether it may let wait for its answer: an inbox does not.
    pub is_remote: bool,
    _asking: Arc<()>,
}

/// When a source was asked.
struct Asked {
    at: Instant,
    is_remote: bool,
    /// Lives as long as it is being asked.
    asking: Weak<()>,
}

impl Asked {
    fn goes_on(&self) -> bool {
        self.asking.strong_count() > 0
    }
}

/// The sources of a workspace, each asked at its interval, and inboxes also as soon as something comes in.
pub struct Sources {
    dataset: Option<String>,
    provider: Option<String>,
    inboxes: Watch,
    /// When each source, by dataset and provider, was asked last.
    asked: BTreeMap<(String, String), Asked>,
}

impl Sources {
    /// Watches all sources, or those of this dataset and name.
    pub fn new(workspace: &Workspace, dataset: Option<String>, provider: Option<String>) -> Result<Self> {
        let inboxes = Watch::new(&workspace.root().join(inbox::FOLDER))?;
        Ok(Self { dataset, provider, inboxes, asked: BTreeMap::new() })
    }

    /// Waits until some sources are to be asked.
    pub fn due(&mut self, workspace: &Workspace, cancel: &Cancel) -> Result<Vec<Due>> {
        let mut something_came = false;
        loop {
            // The contract may have changed since.
            let contract = workspace.contract()?;
            let (mut due, mut next) = (Vec::new(), None::<Instant>);
            let mut remote = self.asked.values().filter(|asked| asked.is_remote && asked.goes_on()).count();
            for (dataset, provider) in contract.providers(self.dataset.as_deref(), self.provider.as_deref())? {
                let source = (dataset.name.clone(), provider.name.clone());
                let is_remote = !matches!(provider.source, Source::Inbox { .. });
                let wait = if something_came && !is_remote { REST } else { provider.source.every().duration() };
                let asked = self.asked.get(&source);
                let is_busy = asked.is_some_and(Asked::goes_on) || is_remote && remote >= AT_A_TIME;
                let at = if is_busy { Some(Instant::now() + LOOK) } else { asked.map(|asked| asked.at + wait) };
                if at.is_none_or(|at| at <= Instant::now()) {
                    remote += usize::from(is_remote);
                    due.push((source, is_remote));
                } else {
                    next = next.into_iter().chain(at).min();
                }
            }
            if !due.is_empty() {
                return Ok(due.into_iter().map(|(source, is_remote)| self.ask(source, is_remote)).collect());
            }
            let end = next.unwrap_or_else(|| Instant::now() + IDLE);
            something_came |= self.inboxes.wait(end, cancel)?;
        }
    }

    fn ask(&mut self, (dataset, provider): (String, String), is_remote: bool) -> Due {
        let asking = Arc::new(());
        let asked = Asked { at: Instant::now(), is_remote, asking: Arc::downgrade(&asking) };
        self.asked.insert((dataset.clone(), provider.clone()), asked);
        let request = Request::Ingest { dataset: Some(dataset), provider: Some(provider.clone()), full: false };
        Due { provider, request, is_remote, _asking: asking }
    }
}
