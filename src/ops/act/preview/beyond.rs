//! What follows from a decision beyond what it does itself: whoever is about to take it should know.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::{Error, Result, text};
use crate::domain::check::HISTORY;
use crate::domain::listing::Query;
use crate::domain::{
    AnomalyState, Contract, Dataset, Fact, Period, ReasonCode, Release, ReleaseName, ReleaseState, Request, Role,
};
use crate::ops::act::{batch, ingest, nil, promotion};
use crate::ops::{Session, Workspace};
use crate::pipeline::{Context, arrival, consequences, gate, land, publication};

/// Names that a sentence lists.
const NAMED: usize = 6;

impl Workspace {
    /// Where duties are separated, whoever prepares what a release stands on may not approve it.
    pub(super) fn costs_approval(&self, session: &Session, request: &Request) -> Result<Option<String>> {
        let state = self.contract_state()?;
        let contract = match (request, state.file) {
            (Request::ApplyContract { .. }, Ok(next)) => Arc::new(next),
            _ => state.contract,
        };
        if session.actor.role < Role::Manager || contract.people.is_empty() {
            return Ok(None);
        }
        let prepared = self.prepared(session, &contract, request)?;
        let separated = self.journal().read(|snapshot| {
            let mut separated = BTreeSet::new();
            for (name, period) in prepared {
                let Ok(dataset) = contract.dataset(&name) else { continue };
                // Other data is put up for approval anew; what is let pass of the same data is not.
                let asked = match snapshot.open_release(&name, period)? {
                    Some(release) if settles(request) => gate::asked(snapshot, &release)?,
                    _ => None,
                };
                if dataset.release.separation || asked.is_some_and(|policy| policy.separation) {
                    separated.insert(format!("{name}/{period}"));
                }
            }
            Ok(separated)
        })?;
        let list = separated.into_iter().collect::<Vec<_>>().join(", ");
        Ok((!list.is_empty()).then(|| format!("{} could then not approve releases of {list}", session.actor.name)))
    }

    /// The periods whose releases would stand on what a request does.
    fn prepared(&self, session: &Session, contract: &Contract, request: &Request) -> Result<Vec<(String, Period)>> {
        let of_open = |takes: &dyn Fn(&Dataset) -> bool| {
            let open = self.journal().read(|snapshot| snapshot.open_releases())?.into_iter().map(|open| open.name);
            let taken = open.filter(|name| contract.dataset(&name.dataset).is_ok_and(takes));
            Ok(taken.map(|name| (name.dataset, name.period)).collect())
        };
        let slices = match request {
            Request::Ingest { dataset, provider, .. } => {
                ingest::slices(&self.reading()?, dataset.as_deref(), provider.as_deref())?
            }
            Request::AddBatch { file, dataset, provider, period } => {
                let (file, dataset, provider) = (file.clone(), dataset.clone(), provider.clone());
                let addressed = ingest::Addressed { file, dataset, provider, period: *period };
                let (context, file) = (self.reading()?, &addressed.file);
                let meant = ingest::destination_of(&context, &addressed)?;
                if ingest::changes(&context, &meant, file)? { land::slices(&context, &meant) } else { Vec::new() }
            }
            Request::NilReturn { dataset, provider, period, .. } => {
                vec![nil::meant(&self.reading()?, dataset.as_deref(), provider, *period)?.2]
            }
            Request::AcceptBatch { batch, .. }
            | Request::RejectBatch { batch, .. }
            | Request::WithdrawBatch { batch, .. } => vec![batch::find(&self.reading()?, batch)?.delivery.slice],
            Request::Baseline { dataset, period, .. } => {
                let dataset = contract.dataset_or_only(dataset.as_deref())?;
                return Ok(vec![(dataset.name.clone(), *period)]);
            }
            Request::ConfirmAnomaly { id, .. }
            | Request::WaiveAnomaly { id, .. }
            | Request::ReopenAnomaly { id, .. } => {
                let anomaly = self.journal().read(|snapshot| snapshot.anomaly_by_prefix(id.as_str()))?;
                return Ok(vec![(anomaly.dataset, anomaly.period)]);
            }
            Request::AcceptMapping { id, .. } => {
                let anomaly = self.journal().read(|snapshot| snapshot.anomaly_by_prefix(id.as_str()))?;
                return of_open(&|dataset| dataset.name == anomaly.dataset);
            }
            Request::TakeMappingBack { mapping, .. } => {
                let mapping = self.journal().read(|snapshot| snapshot.known_mapping(*mapping))?;
                return of_open(&|dataset| dataset.name == mapping.dataset);
            }
            Request::ApplyContract { .. } => return of_open(&|_| true),
            Request::PromoteModel { model, .. } => {
                let reads = |named: &str| named == model.name;
                let mut rebased =
                    of_open(&|dataset| !dataset.text.is_empty() && dataset.model.as_deref().is_none_or(reads))?;
                let (next, model) = (contract.clone(), model.clone());
                let follows = consequences::of(&self.rehearsing(session.permitted(request)?)?, move |transaction| {
                    promotion::point_to(transaction, &next, model, None)
                })?;
                rebased.extend(follows.opened.into_iter().map(|(name, _)| (name.dataset, name.period)));
                return Ok(rebased);
            }
            _ => Vec::new(),
        };
        Ok(slices.into_iter().map(|slice| (slice.dataset, slice.period)).collect())
    }

    /// The deliveries of providers that another contract no longer names, or that it would read otherwise.
    pub(super) fn would_count_no_more(&self, present: &Contract, next: &Contract) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for dataset in &present.datasets {
            let kept = next.dataset(&dataset.name);
            let delivered = self.journal().read(|snapshot| snapshot.slices_delivered(&dataset.name))?;
            let misread = self.journal().read(|snapshot| snapshot.batches_not_in_utf8())?;
            let misread = misread.iter().filter(|batch| batch.delivery.slice.dataset == dataset.name).filter(|batch| {
                kept.as_ref().is_ok_and(|kept| land::is_misread(kept, batch)) && !land::is_misread(dataset, batch)
            });
            lines.extend(misread.map(|batch| format!("{} would have to be read again", batch.delivery.slice)));
            for provider in dataset.providers.iter().map(|provider| &provider.name) {
                let periods = delivered.iter().filter(|(_, by)| by == provider).count() as u64;
                if periods > 0 && kept.as_ref().is_ok_and(|kept| kept.provider(provider).is_err()) {
                    let periods = text::counted(periods, "period");
                    lines.push(format!("what {provider} delivered for {periods} would count no more"));
                }
            }
        }
        Ok(lines)
    }

    /// The releases that running a period would open.
    pub(super) fn would_open(&self, dataset: Option<&str>, period: Period) -> Result<Vec<String>> {
        let contract = self.contract()?;
        let wanted = contract.datasets.iter().filter(|other| dataset.is_none_or(|name| name == other.name));
        self.journal().read(|snapshot| {
            let mut lines = Vec::new();
            for dataset in wanted {
                let reason = arrival::reason_to_reopen(snapshot, dataset, period)?;
                lines.extend(
                    reason.map(|reason| {
                        format!("would open another release of {period}, and run what it needs: {reason}")
                    }),
                );
            }
            Ok(lines)
        })
    }

    /// What the checks of a period could judge once it is a baseline, and what of it would then be a measure although
    /// nobody settled it.
    pub(super) fn would_be_judged(&self, dataset: &str, period: Period) -> Result<Vec<String>> {
        let of_period = Query { dataset: Some(dataset.to_owned()), period: Some(period), ..Query::default() };
        let fix = format!("assay period baseline {period} --dataset {dataset} ");
        let mut lines = Vec::new();
        for release in self.releases(&of_period)?.rows {
            let cleared = |code: ReasonCode, by: &str| code == ReasonCode::EvaluationUnknown && by.starts_with(&fix);
            let reasons = release.blocked_by.iter().filter(|reason| cleared(reason.code, &reason.fix));
            let checks: Vec<String> = reasons.map(|reason| reason.subject.clone()).collect();
            if !checks.is_empty() {
                let count = text::counted(checks.len() as u64, "check");
                lines.push(format!("{count} of {} could then be judged: {}", release.name, some_of(&checks)));
            }
        }
        let found = self.journal().read(|snapshot| snapshot.anomalies_of(dataset, period))?.into_iter();
        let unsettled = found.filter(|one| matches!(one.state, AnomalyState::Open | AnomalyState::Confirmed));
        let unsettled: Vec<String> = unsettled.map(|one| format!("{} of {}", one.check, one.subject)).collect();
        if !unsettled.is_empty() {
            let count = text::counted(unsettled.len() as u64, "finding");
            lines.push(format!(
                "warning: nobody settled {count} of {period}, which would be a measure for others: {}",
                some_of(&unsettled)
            ));
        }
        Ok(lines)
    }

    /// The open releases of earlier periods whose publication would let an approval that is given now fall.
    pub(super) fn would_fall(&self, context: &Context, approved: &ReleaseName) -> Result<Vec<String>> {
        let looks_back_at = |period: Period| {
            let later = std::iter::successors(period.next(), |period| period.next()).take(HISTORY);
            later.into_iter().any(|later| later == approved.period)
        };
        let open = self.journal().read(|snapshot| snapshot.open_releases())?;
        let mut lines = Vec::new();
        for earlier in open {
            if earlier.name.dataset != approved.dataset || !looks_back_at(earlier.name.period) {
                continue;
            }
            let name = earlier.name.clone();
            // What can't be published yet will be some day: unknown is no all-clear.
            let follows = published(context, earlier);
            if follows.map_or(true, |follows| follows.checked_again.iter().any(|one| one.release == *approved)) {
                lines.push(format!("{name} is open too: publishing it afterwards lets this approval fall"));
            }
        }
        Ok(lines)
    }
}

/// What the publication of an open release means for the others, whoever has yet to approve it.
fn published(context: &Context, release: Release) -> Result<consequences::Consequences> {
    let contract = context.contract.clone();
    consequences::of(context, move |transaction| {
        if release.state == ReleaseState::Open {
            let not_assembled = || Error::refused(format!("{} is not assembled", release.name));
            let release_digest = release.release_digest.clone().ok_or_else(not_assembled)?;
            let release = release.name.clone();
            transaction.append(Fact::ReleaseApproved { release, release_digest, complete: true })?;
        }
        publication::rehearse_publish(transaction, &contract, &release.name)
    })
}

/// Whether a request is a word about a finding: the data stays what it is.
fn settles(request: &Request) -> bool {
    matches!(request, Request::ConfirmAnomaly { .. } | Request::WaiveAnomaly { .. } | Request::ReopenAnomaly { .. })
}

/// The first of many names.
fn some_of(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", names[..names.len() - more].join(", "))
}
