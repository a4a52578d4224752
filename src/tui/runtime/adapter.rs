//! The one place that calls `ops`: from loads and requests to its queries and changes.

use std::sync::{Mutex, PoisonError};

use crate::base::{Cancel, Result};
use crate::domain::progress::Progress;
use crate::domain::{Actor, Request, Via};
use crate::ops::{Reply, Session, Workspace};
use crate::tui::app::{Answer, Load};

/// A workspace and who sits in front of it. Every call blocks: call it from a worker thread.
pub struct Desk {
    workspace: Workspace,
    session: Mutex<Session>,
}

impl Desk {
    /// A desk for `session`.
    pub fn new(workspace: Workspace, session: Session) -> Self {
        Self { workspace, session: Mutex::new(session) }
    }

    /// Fetches what a load asks for.
    pub fn load(&self, load: &Load) -> Result<Answer> {
        let workspace = &self.workspace;
        Ok(match load {
            Load::Overview => Answer::Overview(workspace.overview()?),
            Load::Batches(query) => Answer::Batches(workspace.batches(query)?),
            Load::Periods(query) => Answer::Periods(workspace.periods(query)?),
            Load::Models(query) => Answer::Models(workspace.models(query)?),
            Load::Anomalies(query) => Answer::Anomalies(workspace.anomalies(query)?),
            Load::Releases(query) => Answer::Releases(workspace.releases(query)?),
            Load::Tasks(query) => Answer::Tasks(workspace.tasks(query)?),
            Load::Log(query) => Answer::Log(workspace.record().log(query)?),
            Load::Batch(id) => Answer::Batch(workspace.batch(id.as_str())?),
            Load::Comparison(model) => {
                Answer::Comparison(Box::new(workspace.compare_with_production(model, &Cancel::default())?))
            }
            Load::Model(model) => Answer::Model(Box::new(workspace.model(model)?)),
            Load::Anomaly(id) => Answer::Anomaly(Box::new(workspace.anomaly(id.as_str())?)),
            Load::Release(name) => Answer::Release(Box::new(workspace.release(name)?)),
            Load::Event(seq) => Answer::Event(workspace.record().event(*seq)?),
        })
    }

    /// What a request would do, in sentences.
    pub fn preview(&self, request: &Request) -> Result<Vec<String>> {
        self.workspace.preview(&self.session(), request)
    }

    /// Does what somebody asks for.
    pub fn perform(
        &self,
        session: &Session,
        request: Request,
        progress: &(dyn Fn(Progress) + Sync),
        cancel: &Cancel,
    ) -> Result<Reply> {
        self.workspace.perform(session, request, progress, cancel)
    }

    /// Lets somebody else sit here.
    pub fn act_as(&self, name: &str) -> Result<Actor> {
        let session = self.workspace.session(Some(name), Via::Tui)?;
        let actor = session.actor.clone();
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session;
        Ok(actor)
    }

    /// A number that changes when anybody writes.
    pub fn data_version(&self) -> Result<u64> {
        self.workspace.data_version()
    }

    /// Changes when assay.toml or an inbox does.
    pub fn surroundings(&self) -> String {
        self.workspace.surroundings()
    }

    /// Who sits here now.
    pub fn session(&self) -> Session {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
