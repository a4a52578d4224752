//! The gate's facts, read in one snapshot, and its verdict on a release.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{assemble, plan};
use crate::base::Digest;
use crate::base::{Error, Result};
use crate::domain::completeness::{self, Cell};
use crate::domain::gate::{self, GateFacts};
use crate::domain::{
    Anomaly, Contract, Dataset, Evaluation, Reason, Release, Role, Task, TaskKind, TaskState, TaskSubject, due, policy,
};
use crate::journal::Snapshot;

/// What the gate says of a release.
#[derive(Debug, Clone, Default)]
pub struct GateVerdict {
    /// Every reason why it may not be published.
    pub reasons: Vec<Reason>,
    /// Those that keep people from approving: all but the missing approvals.
    pub unready: Vec<Reason>,
    /// The people whose approval counts.
    pub approvers: Vec<String>,
    /// Who may not approve, and why.
    pub excluded: BTreeMap<String, String>,
    /// The completeness of the period.
    pub cells: Vec<Cell>,
}

/// The contract and whether the file says something else.
#[derive(Debug, Clone, Copy)]
pub struct InForce<'a> {
    /// The contract in force.
    pub contract: &'a Contract,
    /// Whether assay.toml differs from it.
    pub file_differs: bool,
}

/// Asks the gate.
pub fn verdict(
    snapshot: &Snapshot<'_>,
    in_force: InForce<'_>,
    release: &Release,
    now: DateTime<Utc>,
) -> Result<GateVerdict> {
    let dataset = in_force.contract.dataset(&release.name.dataset)?;
    let gathered = Gathered::of(snapshot, in_force.contract, dataset, release, now)?;
    let facts = gathered.facts(in_force, dataset, release, now);
    Ok(GateVerdict {
        reasons: gate::reasons(&facts),
        unready: gate::readiness(&facts),
        approvers: gate::valid_approvers(&facts).into_iter().map(str::to_owned).collect(),
        excluded: gathered.excluded.clone(),
        cells: gathered.cells.clone(),
    })
}

/// [`verdict`], as an error that names every reason, unless the release may be published.
pub fn require(snapshot: &Snapshot<'_>, in_force: InForce<'_>, release: &Release, now: DateTime<Utc>) -> Result<()> {
    refuse(&verdict(snapshot, in_force, release, now)?.reasons, &format!("{} can't be published", release.name))
}

/// An error that names every reason, if there are any.
pub fn refuse(reasons: &[Reason], message: &str) -> Result<()> {
    if reasons.is_empty() {
        return Ok(());
    }
    let error = reasons.iter().fold(Error::refused(message), |error, reason| error.because(&reason.text));
    let mut fixes: Vec<&str> = reasons.iter().map(|reason| reason.fix.as_str()).collect();
    fixes.dedup();
    Err(fixes.into_iter().fold(error, Error::hint))
}

struct Gathered {
    cells: Vec<Cell>,
    tasks: Vec<(Task, TaskState)>,
    unprocessed: BTreeMap<String, u64>,
    evaluated_inputs: Option<Digest>,
    evaluations: Vec<Evaluation>,
    anomalies: Vec<Anomaly>,
    assessed: BTreeMap<String, u32>,
    excluded: BTreeMap<String, String>,
    live: Option<u32>,
    period_ends: DateTime<Utc>,
}

impl Gathered {
    fn of(
        snapshot: &Snapshot<'_>,
        contract: &Contract,
        dataset: &Dataset,
        release: &Release,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let (name, period) = (&release.name, release.name.period);
        let batches = snapshot.batches_of(&dataset.name, period)?;
        let plan_facts = plan::facts(snapshot, dataset, release, &[])?;
        let mut unprocessed = BTreeMap::new();
        let mut tasks = Vec::new();
        for step in plan::plan(&plan_facts) {
            if let TaskSubject::Annotated { slice, model } = &step.task.subject
                && step.task.kind == TaskKind::Enrich
                && *model == release.model
                && let Some(output) = plan_facts.outputs.get(&step.task.slot())
            {
                unprocessed.insert(slice.provider.clone(), output.rejected);
            }
            tasks.push((step.task, step.state));
        }
        let (evaluated_inputs, evaluations) = snapshot.evaluations(name)?.unzip();
        let anomalies = assemble::concerning(snapshot, release)?;
        let mut assessed = BTreeMap::new();
        for anomaly in &anomalies {
            let verdicts = snapshot.verdicts(&anomaly.id)?.len();
            assessed.insert(anomaly.id.to_string(), u32::try_from(verdicts).unwrap_or(u32::MAX));
        }
        Ok(Self {
            cells: completeness::cells(dataset, period, contract.timezone, now, &batches),
            tasks,
            unprocessed,
            evaluated_inputs,
            evaluations: evaluations.unwrap_or_default(),
            anomalies,
            assessed,
            excluded: excluded(snapshot, contract, dataset, release)?,
            live: snapshot.live_release(&dataset.name, period)?.map(|live| live.name.n),
            period_ends: due::end_of(period, contract.timezone),
        })
    }

    fn facts<'a>(
        &'a self,
        in_force: InForce<'_>,
        dataset: &'a Dataset,
        release: &'a Release,
        now: DateTime<Utc>,
    ) -> GateFacts<'a> {
        GateFacts {
            release,
            policy: &dataset.release,
            now,
            period_ends: self.period_ends,
            cells: &self.cells,
            contract_differs: in_force.file_differs,
            model_missing: !dataset.text.is_empty() && release.model.is_none(),
            tasks: &self.tasks,
            unprocessed: &self.unprocessed,
            evaluated_inputs: self.evaluated_inputs.as_ref(),
            evaluations: &self.evaluations,
            anomalies: &self.anomalies,
            assessed: &self.assessed,
            excluded: &self.excluded,
            live: self.live,
        }
    }
}

/// Who may not approve the release, and why: those who prepared it, those who settled what stood against it, those
/// who changed its rules since the last publication, and those who may not manage at all.
fn excluded(
    snapshot: &Snapshot<'_>,
    contract: &Contract,
    dataset: &Dataset,
    release: &Release,
) -> Result<BTreeMap<String, String>> {
    let mut excluded = BTreeMap::new();
    for (name, roles) in &contract.people {
        if policy::strongest(roles) < Role::Manager {
            excluded.insert(name.clone(), format!("{name} may not approve: {}", policy::strongest(roles)));
        }
    }
    if dataset.release.separation {
        for (who, did) in snapshot.hands_on(&dataset.name, release.name.period)? {
            excluded.entry(who.clone()).or_insert_with(|| format!("{who} {did}"));
        }
    }
    Ok(excluded)
}
