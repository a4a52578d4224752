//! The workspace: its folder, journal, lake, clock and contract.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveTime, Utc};

use super::Session;
use super::details::ReleaseChanges;
use super::query::memory::Memory;
use crate::base::{Cancel, Clock, Error, Result, ResultExt, files};
use crate::config::{self, CONTRACT_FILE};
use crate::domain::event::Origin;
use crate::domain::model_change::ModelComparison;
use crate::domain::{Actor, Contract, Fact, Role, Via};
use crate::journal::{Journal, Snapshot, Watch};
use crate::lake::Lake;
use crate::pipeline::gate::InForce;
use crate::pipeline::{Context, rules};

pub(super) const JOURNAL_FILE: &str = "assay.db";

/// How to open a workspace.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The folder.
    pub root: PathBuf,
    /// The clock; none: the contract's `today`, or the system's. Outside of a demo the record says of each event that the
    /// clock was held still.
    pub clock: Option<Clock>,
    /// The machine's name for the record; none: its own.
    pub host: Option<String>,
    /// How many tasks may run at once; none: as many as there are processors. With one, the record has one order.
    pub workers: Option<usize>,
}

impl OpenOptions {
    /// A folder, with nothing special about it.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root, clock: None, host: None, workers: None }
    }
}

/// An open workspace. Cheap to clone.
#[derive(Clone)]
pub struct Workspace {
    root: Arc<PathBuf>,
    workers: usize,
    journal: Journal,
    lake: Lake,
    memory: Memory<ReleaseChanges>,
    /// Comparisons of model versions.
    comparisons: Memory<ModelComparison>,
}

/// The contract in force, and what the file says beside it. A file that can't be read, because somebody is in the midst
/// of editing it, differs: work goes on under what is in force.
pub(super) struct ContractState {
    pub(super) version: u32,
    pub(super) contract: Arc<Contract>,
    pub(super) file: Result<Contract>,
    pub(super) differs: bool,
}

impl ContractState {
    pub(super) fn in_force(&self) -> InForce<'_> {
        InForce { contract: &self.contract, file_differs: self.differs }
    }
}

impl Workspace {
    /// Makes a folder a workspace, with a commented assay.toml to fill in.
    pub fn init(options: &OpenOptions, name: &str) -> Result<Self> {
        let file = Self::new_contract(&options.root)?;
        files::write_bytes_atomically(&file, config::template(name).as_bytes())?;
        Self::open(options)
    }

    /// The assay.toml that a new workspace gets, where there is none yet.
    pub fn new_contract(root: &Path) -> Result<PathBuf> {
        let file = root.join(CONTRACT_FILE);
        if !file.exists() {
            return Ok(file);
        }
        Err(Error::refused(format!("{} is there already", file.display()))
            .hint("open the workspace with `assay`, or choose another folder with --workspace"))
    }

    /// Opens the workspace in a folder.
    pub fn open(options: &OpenOptions) -> Result<Self> {
        let root = std::fs::canonicalize(&options.root)
            .with_context(|| format!("opening the workspace {}", options.root.display()))?;
        let described = || config::read(&root.join(CONTRACT_FILE));
        let file = root.join(JOURNAL_FILE);
        if !file.exists() {
            described()?;
        }
        let watch = |snapshot: &Snapshot<'_>| {
            let in_force = snapshot.contract()?.map_or_else(described, |(_, _, contract)| Ok(contract))?;
            // In a demo whose clock is moved nothing real can be dated wrong.
            let held = matches!(options.clock, Some(Clock::Fixed(_))) && !in_force.demo;
            Ok(Watch { clock: options.clock.unwrap_or_else(|| clock_of(&in_force)), held })
        };
        let journal = Journal::open_on(&file, watch, options.host.clone())?;
        let lake = Lake::open(&root)?;
        let workers = options.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
        Ok(Self {
            root: Arc::new(root),
            workers,
            journal,
            lake,
            memory: Memory::default(),
            comparisons: Memory::default(),
        })
    }

    /// The workspace that `start` lies in: the nearest folder upwards with an assay.toml.
    pub fn discover(start: &Path) -> Result<PathBuf> {
        start.ancestors().find(|folder| folder.join(CONTRACT_FILE).is_file()).map(Path::to_path_buf).ok_or_else(|| {
            Error::usage(format!("there is no workspace in {} or above", start.display()))
                .hint("try the sample workspace: assay demo")
                .hint("make this folder a workspace: assay init")
                .hint("name another one: assay --workspace DIR")
        })
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The present instant, by its clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.journal.now()
    }

    /// Changes whenever anybody wrote to the journal.
    pub fn data_version(&self) -> Result<u64> {
        self.journal.data_version()
    }

    /// The contract in force; before the first is applied, the one in the file.
    pub fn contract(&self) -> Result<Contract> {
        Ok(self.contract_state()?.contract.as_ref().clone())
    }

    /// Whether one person may act as each of its people, by the contract in force.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.contract_state().is_ok_and(|state| state.contract.demo)
    }

    /// The session of `name`, or of the login name.
    pub fn session(&self, name: Option<&str>, via: Via) -> Result<Session> {
        let state = self.contract_state()?;
        Session::of(&state.contract, name, via)
    }

    /// Rewrites the journal as one compact file: the same bytes whenever it holds the same.
    pub fn compact(self) -> Result<()> {
        let file = self.root.join(JOURNAL_FILE);
        let copy = files::temporary_beside(&file);
        self.journal.copy_to(&copy)?;
        drop(self);
        std::fs::rename(&copy, &file).with_context(|| format!("writing {}", file.display()))
    }

    /// The file that somebody means: from their home, or from where they are. On the screen nobody sees where that is, so
    /// that what is not there is looked for in the workspace.
    pub(super) fn place_of(&self, via: Via, path: &Path) -> PathBuf {
        let named = files::from_home(path);
        let inside = self.root.join(&named);
        let is_there = named.symlink_metadata().is_ok();
        if via == Via::Tui && !is_there && inside.exists() { inside } else { named }
    }

    pub(super) fn memory(&self) -> &Memory<ReleaseChanges> {
        &self.memory
    }

    pub(super) fn comparisons(&self) -> &Memory<ModelComparison> {
        &self.comparisons
    }

    pub(super) fn journal(&self) -> &Journal {
        &self.journal
    }

    pub(super) fn contract_state(&self) -> Result<ContractState> {
        let file = config::read(&self.root.join(CONTRACT_FILE));
        Ok(match self.journal.read(|snapshot| snapshot.contract())? {
            None => {
                let contract = file?;
                ContractState { version: 0, contract: Arc::new(contract.clone()), file: Ok(contract), differs: false }
            }
            Some((version, _, contract)) => {
                let differs = config::differs(&file, &contract)?;
                ContractState { version, contract: Arc::new(contract), file, differs }
            }
        })
    }

    /// What the pipeline needs to work for `origin`. The first change takes the contract into force.
    pub(super) fn context(&self, origin: &Origin, cancel: &Cancel) -> Result<Context> {
        let mut state = self.contract_state()?;
        if state.version == 0 {
            if state.contract.datasets.is_empty() {
                let file = self.root.join(CONTRACT_FILE);
                return Err(Error::refused("assay.toml describes no dataset yet")
                    .hint(format!("describe one in {}: the template there shows how", file.display())));
            }
            self.apply_first_contract(origin, &state.contract)?;
            state = self.contract_state()?;
        }
        Ok(self.context_with(state, origin.clone(), cancel.clone()))
    }

    /// The same for looking only.
    pub(super) fn reading(&self) -> Result<Context> {
        let actor = Actor { name: String::new(), role: Role::Viewer };
        let origin = Origin { actor, via: Via::Pipeline, command: String::new(), reason: None };
        Ok(self.context_with(self.contract_state()?, origin, Cancel::default()))
    }

    /// The same for trying out, for `origin`, what changes the journal alone.
    pub(super) fn rehearsing(&self, origin: Origin) -> Result<Context> {
        let context = self.context_with(self.contract_state()?, origin, Cancel::default());
        Ok(Context { rehearsal: true, ..context })
    }

    fn context_with(&self, state: ContractState, origin: Origin, cancel: Cancel) -> Context {
        Context {
            journal: self.journal.clone(),
            lake: self.lake.clone(),
            root: self.root.clone(),
            contract: state.contract,
            contract_version: state.version,
            rehearsal: false,
            origin,
            cancel,
            workers: self.workers,
        }
    }

    fn apply_first_contract(&self, origin: &Origin, contract: &Contract) -> Result<()> {
        rules::test(contract)?;
        let contract = contract.clone();
        self.journal.write(origin, move |transaction| {
            if transaction.contract()?.is_none() {
                let digest = contract.digest()?;
                transaction.append(Fact::ContractApplied { version: 1, digest, contract: Box::new(contract) })?;
            }
            Ok(())
        })
    }
}

/// A fixed day means noon of it, in UTC.
fn clock_of(contract: &Contract) -> Clock {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    contract.today.map_or(Clock::System, |today| Clock::Fixed(today.and_time(noon).and_utc()))
}
