//! The gate asked of a release: its facts read in one snapshot, and its answer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{arrival, assemble, hands, land, plan};
use crate::base::{Digest, Error, Result};
use crate::domain::actor::same_person;
use crate::domain::approval::Rules;
use crate::domain::batch::Delivery;
use crate::domain::completeness::{Asked, Cell};
use crate::domain::gate::{self, GateFacts, ModelMissing};
use crate::domain::policy::ReleasePolicy;
use crate::domain::{
    Anomaly, Batch, Contract, Dataset, Evaluation, Fact, ModelRef, Reason, Release, ReleaseState, Slice, Task,
    TaskKind, TaskState, TaskSubject, due,
};
use crate::journal::{Snapshot, Transaction};

/// What the gate says of a release.
#[derive(Debug, Clone)]
pub struct GateAnswer {
    /// Where it stands by the rules in force.
    pub state: ReleaseState,
    /// How many approvals have to count.
    pub wanted: u32,
    /// Every reason why it may not be published.
    pub reasons: Vec<Reason>,
    /// Those that keep people from approving: all but the missing approvals.
    pub unready: Vec<Reason>,
    /// The people whose approval counts.
    pub approvers: Vec<String>,
    /// The people whose approval does not count, and why.
    pub void: BTreeMap<String, String>,
    /// Who is known and may not approve, and why.
    pub excluded: BTreeMap<String, String>,
    /// Who may approve and has not; `None` where anybody may.
    pub may_approve: Option<Vec<String>>,
    /// The completeness of the period.
    pub cells: Vec<Cell>,
}

impl GateAnswer {
    /// Where there is nothing to ask: the release is not open any more, or the contract no longer names its dataset. Who
    /// signed it stays who signed it, whatever becomes of them.
    fn unasked(release: &Release) -> Self {
        let signed: BTreeSet<&String> = release.approvals.iter().map(|approval| &approval.by).collect();
        Self {
            state: release.state,
            wanted: 0,
            reasons: Vec::new(),
            unready: Vec::new(),
            approvers: signed.into_iter().cloned().collect(),
            void: BTreeMap::new(),
            excluded: BTreeMap::new(),
            may_approve: Some(Vec::new()),
            cells: Vec::new(),
        }
    }

    /// Why a person may not approve, if they may not.
    #[must_use]
    pub fn excludes(&self, name: &str) -> Option<&str> {
        let entry = self.excluded.iter().find(|(excluded, _)| same_person(excluded, name));
        entry.map(|(_, why)| why.as_str())
    }
}

/// The contract and whether the file says something else.
#[derive(Debug, Clone, Copy)]
pub struct InForce<'a> {
    /// The contract in force.
    pub contract: &'a Contract,
    /// Whether assay.toml differs from it.
    pub file_differs: bool,
}

/// The gate's answer about any release; only one that is open, of a dataset that there is, is asked about.
pub fn answer(
    snapshot: &Snapshot<'_>,
    in_force: InForce<'_>,
    release: &Release,
    now: DateTime<Utc>,
) -> Result<GateAnswer> {
    if release.state.is_open() && in_force.contract.dataset(&release.name.dataset).is_ok() {
        return ask(snapshot, in_force, release, now);
    }
    Ok(GateAnswer::unasked(release))
}

/// Asks the gate.
pub fn ask(
    snapshot: &Snapshot<'_>,
    in_force: InForce<'_>,
    release: &Release,
    now: DateTime<Utc>,
) -> Result<GateAnswer> {
    let dataset = in_force.contract.dataset(&release.name.dataset)?;
    let gathered = Gathered::of(snapshot, in_force.contract, dataset, release, now)?;
    let facts = gathered.facts(in_force, dataset, release, now);
    let count = facts.rules.count(release);
    Ok(GateAnswer {
        state: facts.rules.state(release),
        wanted: facts.rules.wanted(),
        reasons: gate::reasons(&facts),
        unready: gate::readiness(&facts),
        may_approve: facts.rules.left(&count),
        approvers: count.valid.into_iter().collect(),
        void: count.void,
        excluded: facts.rules.excluded(),
        cells: gathered.cells.clone(),
    })
}

/// [`ask`], as an error that names every reason, unless the release may be published.
pub fn require(snapshot: &Snapshot<'_>, in_force: InForce<'_>, release: &Release, now: DateTime<Utc>) -> Result<()> {
    if !release.state.is_open() {
        release.state.allow(ReleaseState::Publishing)?;
    }
    refuse(&ask(snapshot, in_force, release, now)?.reasons, &format!("{} can't be published", release.name))
}

/// Something other than an approval may have changed whether enough approvals count: the state follows.
pub fn recount(transaction: &mut Transaction<'_>, in_force: InForce<'_>, release: &Release) -> Result<()> {
    let state = ask(transaction, in_force, release, transaction.now())?.state;
    if state != release.state {
        let complete = state == ReleaseState::Approved;
        transaction.append(Fact::ApprovalsCounted { release: release.name.clone(), complete })?;
    }
    Ok(())
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
    landing: Vec<Delivery>,
    misread: Vec<Batch>,
    in_production: Vec<ModelRef>,
    /// The model version that reads the dataset.
    reader: Option<ModelRef>,
    batches: usize,
    tasks: Vec<(Task, TaskState)>,
    unprocessed: BTreeMap<String, u64>,
    evaluated_inputs: Option<Digest>,
    evaluations: Vec<Evaluation>,
    anomalies: Vec<Anomaly>,
    assessed: BTreeMap<String, u64>,
    hands: BTreeMap<String, String>,
    live: Option<u32>,
    period_ends: DateTime<Utc>,
    asked: Option<ReleasePolicy>,
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
        let is_of_period = |delivery: &Delivery| {
            let Slice { dataset: of, period: when, provider } = &delivery.slice;
            (of, *when) == (&dataset.name, period) && dataset.provider(provider).is_ok()
        };
        let plan_facts = plan::facts(snapshot, dataset, release, &[])?;
        let (reader, standing) = (arrival::model_for(snapshot, dataset)?, plan_facts.batches.len());
        let mut unprocessed = BTreeMap::new();
        let mut tasks = Vec::new();
        for step in plan::plan(&plan_facts) {
            if let TaskSubject::Annotated { slice, model } = &step.task.subject
                && step.task.kind == TaskKind::Enrich
                && *model == release.model
                && let Some(output) = plan_facts.on_record.outputs.get(&step.task.slot())
            {
                unprocessed.insert(slice.provider.clone(), output.rejected);
            }
            tasks.push((step.task, step.state));
        }
        let (evaluated_inputs, evaluations) = snapshot.evaluations(name)?.unzip();
        let anomalies = assemble::concerning(snapshot, release)?;
        let mut assessed = BTreeMap::new();
        for anomaly in &anomalies {
            assessed.insert(anomaly.id.to_string(), anomaly.assessed(&snapshot.verdicts(anomaly)?));
        }
        let seen = &snapshot.providers_seen(&dataset.name)?;
        Ok(Self {
            cells: Asked { dataset, zone: contract.timezone, now, seen }.cells(period, &batches),
            landing: snapshot.landings_under_way()?.into_iter().filter(is_of_period).collect(),
            misread: plan_facts.batches.into_iter().filter(|batch| land::is_misread(dataset, batch)).collect(),
            in_production: if reader.is_none() { snapshot.production_models()? } else { Vec::new() },
            reader,
            batches: standing,
            tasks,
            unprocessed,
            evaluated_inputs,
            evaluations: evaluations.unwrap_or_default(),
            anomalies,
            assessed,
            hands: hands::on(snapshot, dataset, release)?,
            live: snapshot.live_release(&dataset.name, period)?.map(|live| live.name.n),
            period_ends: due::end_of(period, contract.timezone),
            asked: asked(snapshot, release)?,
        })
    }

    fn facts<'a>(
        &'a self,
        in_force: InForce<'a>,
        dataset: &'a Dataset,
        release: &'a Release,
        now: DateTime<Utc>,
    ) -> GateFacts<'a> {
        GateFacts {
            release,
            rules: Rules {
                policy: &dataset.release,
                asked: self.asked.as_ref(),
                people: &in_force.contract.people,
                hands: &self.hands,
            },
            now,
            period_ends: self.period_ends,
            cells: &self.cells,
            batches: self.batches,
            contract_differs: in_force.file_differs,
            landing: &self.landing,
            misread: &self.misread,
            model_missing: match (&self.reader, &dataset.model) {
                (Some(reader), _) if *reader == release.model => None,
                (Some(reader), _) => Some(ModelMissing::Other(reader)),
                (None, Some(named)) => Some(ModelMissing::Named(named)),
                (None, None) if self.in_production.len() > 1 => Some(ModelMissing::Several(&self.in_production)),
                (None, None) => Some(ModelMissing::NoneInProduction),
            },
            tasks: &self.tasks,
            unprocessed: &self.unprocessed,
            evaluated_inputs: self.evaluated_inputs.as_ref(),
            evaluations: &self.evaluations,
            checks: &dataset.checks,
            anomalies: &self.anomalies,
            assessed: &self.assessed,
            live: self.live,
        }
    }
}

/// The policy under which the present content was put up for approval, where another contract was in force then.
pub fn asked(snapshot: &Snapshot<'_>, release: &Release) -> Result<Option<ReleasePolicy>> {
    let in_force = snapshot.contract_version()?;
    let Some(version) = release.asked_under.filter(|version| *version != in_force) else { return Ok(None) };
    let contract = snapshot.contract_of(version)?;
    let dataset = contract.as_ref().and_then(|contract| contract.dataset(&release.name.dataset).ok());
    Ok(dataset.map(|dataset| dataset.release.clone()))
}
