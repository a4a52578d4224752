//! Makes the sample workspace from its raw files: every step of its history is a request like anybody's.

use std::fs;
use std::path::{Path, PathBuf};

use super::shop;
use super::slips::act::{Act, Step};
use super::slips::{Material, Purpose, RawFile, TEST, material};
use crate::base::{Cancel, Clock, Error, Result, ResultExt, files};
use crate::domain::listing::{Fetch, Query};
use crate::domain::{AnomalyState, ModelRef, Period, ReleaseName, Request, Severity, Via};
use crate::ops::{OpenOptions, Workspace};

/// The model of the sample workspace.
const MODEL: &str = "slips";
/// Where the labelled lines lie that its versions were trained on.
const TRAINING: &str = "training";
/// Where deliveries lie that did not come in yet.
pub const HELD_BACK: &str = "held_back";
/// The machine on record: none, so that the bytes are the same wherever it is built.
const HOST: &str = "demo";

/// Makes the sample workspace in `folder`, which must be empty or missing. `say` hears of each step.
pub fn build(folder: &Path, seed: u64, say: &dyn Fn(&str), cancel: &Cancel) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    if fs::read_dir(folder)?.next().is_some() {
        return Err(Error::refused(format!("{} is not empty", folder.display())).hint("name a new folder"));
    }
    // Requests name files as somebody in the folder would, so that the record holds no path of this machine.
    std::env::set_current_dir(folder).with_context(|| format!("going to {}", folder.display()))?;
    let root = std::env::current_dir()?;
    let material = material(seed)?;
    write_material(&root, &material)?;
    let builder = Builder { root, material: &material, cancel };
    for step in &material.plan.steps {
        cancel.check()?;
        say(&format!("{} {} {}", step.at.format("%Y-%m-%d"), step.by, builder.told(step)));
        builder
            .take(step)
            .with_context(|| format!("{} on {}: {}", step.by, step.at.format("%Y-%m-%d"), builder.told(step)))?;
    }
    builder.settle()
}

fn write_material(root: &Path, material: &Material) -> Result<()> {
    shop::found(root)?;
    let write = |path: PathBuf, bytes: &[u8]| files::write_bytes_atomically(&root.join(path), bytes);
    write("assay.toml".into(), material.assay_toml.as_bytes())?;
    write(Path::new(TRAINING).join(material.lexicon.0), &material.lexicon.1)?;
    for file in &material.training {
        write(Path::new(TRAINING).join(file.name), &file.bytes)?;
    }
    for file in &material.files {
        if file.purpose != Purpose::Delivery {
            write(Path::new(HELD_BACK).join(file.provider).join(&file.name), &file.bytes)?;
        }
    }
    Ok(())
}

struct Builder<'a> {
    root: PathBuf,
    material: &'a Material,
    cancel: &'a Cancel,
}

impl Builder<'_> {
    /// The workspace at a moment of its history. One worker: everything is recorded in one order, whatever the machine.
    fn open(&self, clock: Option<Clock>) -> Result<Workspace> {
        let host = Some(HOST.to_owned());
        Workspace::open(&OpenOptions { root: self.root.clone(), clock, host, workers: Some(1) })
    }

    fn take(&self, step: &Step) -> Result<()> {
        let workspace = self.open(Some(Clock::Fixed(step.at)))?;
        for request in self.requests(&workspace, step)? {
            let session = workspace.session(Some(step.by), Via::Cli)?;
            workspace.perform(&session, request, &|_| {}, self.cancel)?;
        }
        Ok(())
    }

    /// What the step asks for, as the workspace stands.
    fn requests(&self, workspace: &Workspace, step: &Step) -> Result<Vec<Request>> {
        let ingest = || vec![Request::Ingest { dataset: None, provider: None, full: false }];
        Ok(match &step.act {
            Act::Register { file, note } => vec![Request::RegisterModel {
                name: MODEL.to_owned(),
                file: Path::new(TRAINING).join(file),
                test: Some(Path::new(TRAINING).join(TEST)),
                note: Some((*note).to_owned()),
            }],
            Act::Train { file, note } => vec![Request::TrainModel {
                name: MODEL.to_owned(),
                data: vec![Path::new(TRAINING).join(file)],
                verdicts: false,
                lexicons: Vec::new(),
                silver: false,
                test: Some(Path::new(TRAINING).join(TEST)),
                seed: 1,
                note: Some((*note).to_owned()),
            }],
            Act::Promote { version, waive, reason } => vec![Request::PromoteModel {
                model: ModelRef::new(MODEL, *version),
                waive: *waive,
                reason: Some((*reason).to_owned()),
            }],
            Act::Deliver { period } => {
                self.drop_files(|file| file.period == *period && file.purpose == Purpose::Delivery)?;
                ingest()
            }
            Act::Correct { provider, period } => {
                self.drop_files(|file| {
                    file.provider == *provider && file.period == *period && file.purpose == Purpose::Corrected
                })?;
                fs::remove_file(self.held_back(provider, *period)?)?;
                ingest()
            }
            Act::Run => vec![Request::Run { dataset: None, period: None, model: None }],
            Act::Baseline { period, reason } => {
                vec![Request::Baseline { dataset: None, period: *period, reason: (*reason).to_owned() }]
            }
            Act::Confirm { period, check, reason } => self
                .standing(workspace, *period, check)?
                .into_iter()
                .map(|id| Request::ConfirmAnomaly { id, reason: (*reason).to_owned() })
                .collect(),
            Act::Waive { period, check, reason } => self
                .standing(workspace, *period, check)?
                .into_iter()
                .map(|id| Request::WaiveAnomaly { id, reason: (*reason).to_owned(), until: None })
                .collect(),
            Act::Assess { period, check, accepted, note } => {
                self.judgements(workspace, *period, check, *accepted, note)?
            }
            Act::Approve { period, note } => vec![Request::Approve {
                release: open_release(workspace, *period)?,
                digest: None,
                note: Some((*note).to_owned()),
            }],
            Act::Publish { period } => vec![Request::Publish { release: open_release(workspace, *period)? }],
            Act::Reject { period, reason } => vec![Request::RejectRelease {
                release: open_release(workspace, *period)?,
                reason: (*reason).to_owned(),
            }],
            Act::Withdraw { period, reason } => vec![Request::WithdrawRelease {
                release: live_release(workspace, *period)?,
                reason: (*reason).to_owned(),
            }],
        })
    }

    fn drop_files(&self, wanted: impl Fn(&RawFile) -> bool) -> Result<()> {
        for file in self.material.files.iter().filter(|file| wanted(file)) {
            files::write_bytes_atomically(&self.root.join("inbox").join(file.provider).join(&file.name), &file.bytes)?;
        }
        Ok(())
    }

    fn held_back(&self, provider: &str, period: Period) -> Result<PathBuf> {
        let file = self
            .material
            .files
            .iter()
            .find(|file| file.provider == provider && file.period == period && file.purpose == Purpose::Corrected);
        let file = file.ok_or_else(|| Error::internal(format!("{provider} has no corrected file for {period}")))?;
        Ok(self.root.join(HELD_BACK).join(provider).join(&file.name))
    }

    /// The blocking anomalies of a period and check that are not settled.
    fn standing(
        &self,
        workspace: &Workspace,
        period: Period,
        check: &str,
    ) -> Result<Vec<crate::domain::anomaly::AnomalyId>> {
        let query = Query { period: Some(period), fetch: Fetch::First, limit: 1000, ..Query::default() };
        let rows = workspace.anomalies(&query)?.rows.into_iter();
        Ok(rows
            .filter(|row| row.check == check && row.severity == Severity::Blocking && row.state == AnomalyState::Open)
            .map(|row| row.id)
            .collect())
    }

    /// As many verdicts as the policy wants, on each of the period's blocking anomalies of a check.
    fn judgements(
        &self,
        workspace: &Workspace,
        period: Period,
        check: &str,
        accepted: bool,
        note: &str,
    ) -> Result<Vec<Request>> {
        let wanted = workspace.contract()?.only_dataset()?.release.assess as usize;
        let query = Query { period: Some(period), fetch: Fetch::First, limit: 1000, ..Query::default() };
        let mut requests = Vec::new();
        for row in workspace.anomalies(&query)?.rows {
            if row.check != check || row.severity != Severity::Blocking || row.state == AnomalyState::Fixed {
                continue;
            }
            let anomaly = workspace.anomaly(row.id.as_str())?.anomaly;
            requests.extend(anomaly.rows.iter().take(wanted).map(|sample| Request::Assess {
                overrule: false,
                id: anomaly.id.clone(),
                batch: sample.batch.clone(),
                row: sample.row,
                accepted,
                note: Some(note.to_owned()),
            }));
        }
        Ok(requests)
    }

    fn told(&self, step: &Step) -> String {
        format!("{:?}", step.act)
    }

    /// Checks that every release stands where the plan says, and leaves one compact journal file.
    fn settle(&self) -> Result<()> {
        let workspace = self.open(None)?;
        let dataset = workspace.contract()?.only_dataset()?.name.clone();
        for (period, n, state) in &self.material.plan.outcome {
            let name = ReleaseName { dataset: dataset.clone(), period: *period, n: *n };
            let release = workspace.release(&name)?.release;
            if release.state != *state {
                return Err(Error::internal(format!("{name} is {}, and the plan wants it {state}", release.state)));
            }
        }
        workspace.compact()?;
        for leftover in ["logs", "inbox", "lake/identities"] {
            match fs::remove_dir_all(self.root.join(leftover)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }
}

fn open_release(workspace: &Workspace, period: Period) -> Result<ReleaseName> {
    release_where(workspace, period, "open", crate::domain::ReleaseState::is_open)
}

fn live_release(workspace: &Workspace, period: Period) -> Result<ReleaseName> {
    release_where(workspace, period, "live", |state| state == crate::domain::ReleaseState::Published)
}

fn release_where(
    workspace: &Workspace,
    period: Period,
    wanted: &str,
    is: impl Fn(crate::domain::ReleaseState) -> bool,
) -> Result<ReleaseName> {
    let rows = workspace.releases(&Query { period: Some(period), ..Query::default() })?.rows;
    rows.into_iter()
        .find(|row| is(row.state))
        .map(|row| row.name)
        .ok_or_else(|| Error::not_found(format!("{period} has no {wanted} release")))
}
