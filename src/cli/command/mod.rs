//! One file per noun: what is said becomes a query or a request, and the answer is printed.

mod anomaly;
mod batch;
mod channel;
mod check;
mod comparison;
mod contract;
mod demo;
mod log;
mod model;
mod period;
mod preview;
mod profile;
mod reference;
mod release;
pub mod screen;
mod status;
mod task;
mod watch;

use std::path::{Path, PathBuf};

use clap::CommandFactory;
use serde_json::json;

use super::arguments::{Arguments, BatchCommand, Command};
use super::logging;
use super::output::Output;
use super::progress::Shown;
use crate::base::{Cancel, Clock, Error, Result};
use crate::domain::listing::{Fetch, Page, Query};
use crate::domain::{Request, Via};
use crate::ops::{OpenOptions, Whose, Workspace};

/// What every command has at hand.
pub struct Call<'a> {
    pub workspace: Workspace,
    pub arguments: &'a Arguments,
    pub output: &'a Output,
    pub cancel: &'a Cancel,
}

/// Carries out a command.
pub fn run(arguments: &Arguments, command: &Command, output: &Output, cancel: &Cancel) -> Result<()> {
    match command {
        Command::Demo(options) => return demo::run(arguments, options, output, cancel),
        Command::Init { name } => return init(arguments, name, output),
        Command::Completions { shell } => return completions(*shell, output),
        Command::Log { command, follow, text } => {
            let log = log::Log::open(arguments, output, cancel)?;
            return log.run(command.as_ref(), *follow, text.clone());
        }
        Command::Batch(BatchCommand::Preview { file, dataset, provider, rows }) => {
            let whose = Whose { dataset: dataset.dataset.as_deref(), provider: provider.as_deref() };
            return preview::run(arguments, file, whose, *rows, output, cancel);
        }
        Command::Check(command) => return check::run(command, output, cancel),
        Command::Profile(command) => return profile::run(arguments, command, output, cancel),
        _ => {}
    }
    let workspace = open(arguments)?;
    let _traces = logging::start(workspace.root());
    let call = Call { workspace, arguments, output, cancel };
    match command {
        Command::Demo(_)
        | Command::Init { .. }
        | Command::Completions { .. }
        | Command::Log { .. }
        | Command::Profile(_)
        | Command::Check(_) => Ok(()),
        Command::Status => status::run(&call),
        Command::Contract(command) => contract::run(&call, command),
        Command::Ingest { dataset, provider, watch: true, .. } => call.watch(dataset.dataset.clone(), provider.clone()),
        Command::Ingest { dataset, provider, full, .. } => {
            let (dataset, provider) = (dataset.dataset.clone(), provider.clone());
            call.change(Request::Ingest { dataset, provider, full: *full })
        }
        Command::Run { dataset, period, model } => {
            call.change(Request::Run { dataset: dataset.dataset.clone(), period: *period, model: model.clone() })
        }
        Command::Task(command) => task::run(&call, command),
        Command::Batch(command) => batch::run(&call, command),
        Command::Period(command) => period::run(&call, command),
        Command::Model(command) => model::run(&call, command),
        Command::Anomaly(command) => anomaly::run(&call, command),
        Command::Assess(verdict) => anomaly::assess(&call, verdict),
        Command::Release(command) => release::run(&call, command),
        Command::Channel(command) => channel::run(&call, command),
        Command::Reference(command) => reference::run(&call, command),
    }
}

/// The workspace that is meant.
pub fn open(arguments: &Arguments) -> Result<Workspace> {
    let root = named_workspace(arguments, Workspace::discover)?;
    Workspace::open(&OpenOptions { clock: fixed_clock()?, ..OpenOptions::at(root) })
}

/// The folder that was named, or the one that `discover` finds above the present folder.
pub fn named_workspace(arguments: &Arguments, discover: fn(&Path) -> Result<PathBuf>) -> Result<PathBuf> {
    match &arguments.workspace {
        Some(folder) => Ok(folder.clone()),
        None => discover(&std::env::current_dir()?),
    }
}

/// `ASSAY_NOW` holds the clock still, for tests and scripts that must give the same answer tomorrow. Outside of a demo the
/// record says so.
pub fn fixed_clock() -> Result<Option<Clock>> {
    let Ok(text) = std::env::var("ASSAY_NOW") else { return Ok(None) };
    let instant = chrono::DateTime::parse_from_rfc3339(&text)
        .map_err(|error| Error::usage(format!("ASSAY_NOW is `{text}`, not an instant")).because(error))?;
    Ok(Some(Clock::Fixed(instant.to_utc())))
}

impl Call<'_> {
    /// Carries out a request, or with `--dry-run` says what it would do.
    pub fn change(&self, request: Request) -> Result<()> {
        let session = self.workspace.session(self.arguments.name.as_deref(), Via::Cli)?;
        if self.arguments.dry_run {
            let lines = self.workspace.preview(&session, &request)?;
            return self.output.would(&lines);
        }
        let shown = Shown::on(self.output);
        let reply = self.workspace.perform(&session, request, &|progress| shown.take(progress), self.cancel)?;
        drop(shown);
        for line in &reply.lines {
            self.output.say(line);
        }
        if let Some(next) = &reply.next {
            self.output.say(&format!("-> {}", next.command()));
        }
        if self.output.is_json() {
            self.output.document(&reply.document)?;
        } else {
            self.output.line(&reply.message)?;
        }
        reply.trouble.map_or(Ok(()), Err)
    }

    /// Every row of a list, page by page.
    pub fn all<T, K>(
        &self,
        mut query: Query<K>,
        key: impl Fn(&T) -> K,
        fetch: impl Fn(&Query<K>) -> Result<Page<T>>,
    ) -> Result<Vec<T>> {
        query.limit = 1000;
        let mut rows: Vec<T> = Vec::new();
        loop {
            self.cancel.check()?;
            let page = fetch(&query)?;
            let Some(last) = page.rows.last() else { return Ok(rows) };
            query.fetch = Fetch::After(key(last));
            rows.extend(page.rows);
            if rows.len() as u64 >= page.total {
                return Ok(rows);
            }
        }
    }

    /// A list: as JSON, or as a table.
    pub fn list<T: serde::Serialize>(
        &self,
        rows: &[T],
        header: &[&str],
        cells: impl Fn(&T) -> Vec<String>,
    ) -> Result<()> {
        if self.output.is_json() {
            return self.output.document(&rows);
        }
        if rows.is_empty() {
            self.output.say("nothing to list");
            return Ok(());
        }
        self.output.table(header, &rows.iter().map(cells).collect::<Vec<_>>())
    }
}

pub use crate::base::number::text as number;

fn init(arguments: &Arguments, name: &str, output: &Output) -> Result<()> {
    let root = match &arguments.workspace {
        Some(folder) => folder.clone(),
        None => std::env::current_dir()?,
    };
    if arguments.dry_run {
        Workspace::new_contract(&root)?;
        return output.would(&[format!("would make {} a workspace", root.display())]);
    }
    let workspace = Workspace::init(&OpenOptions { clock: fixed_clock()?, ..OpenOptions::at(root) }, name)?;
    let file = workspace.root().join("assay.toml");
    if output.is_json() {
        return output.document(&json!({ "workspace": workspace.root() }));
    }
    output.line(&format!("{} is a workspace", workspace.root().display()))?;
    output.say(&format!("next: describe your datasets in {}", file.display()));
    output.say("then: assay contract apply --reason \"...\" takes them into force and makes the inboxes");
    output.say("then: drop files into inbox/<provider>/ and run assay ingest");
    Ok(())
}

fn completions(shell: clap_complete::Shell, output: &Output) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "assay", &mut script);
    output.verbatim(&String::from_utf8_lossy(&script))
}
