//! Taking a changed assay.toml into force.

use std::collections::BTreeSet;

use serde_json::json;

use super::Reply;
use crate::base::{Error, Result, ResultExt};
use crate::domain::{Contract, Fact, Period, ReleaseName, Source};
use crate::journal::Transaction;
use crate::ops::Workspace;
use crate::ops::outlived::outlived;
use crate::pipeline::gate::{self, InForce};
use crate::pipeline::{Context, arrival, land, rules};
use crate::source::inbox;

/// What the file would change, line by line, of the contract in force.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ContractDiff {
    /// The version in force.
    pub version: u32,
    /// Lines of the contract in force that the file no longer has, and new ones: `- ...`, `+ ...`.
    pub lines: Vec<String>,
}

impl Workspace {
    /// What assay.toml would change.
    pub fn contract_diff(&self) -> Result<ContractDiff> {
        let state = self.contract_state()?;
        // Before the first is in force, all of the file is new.
        let before =
            if state.version == 0 { Vec::new() } else { flat(&serde_json::to_value(state.contract.as_ref())?) };
        let after = flat(&serde_json::to_value(&state.file?)?);
        let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("- {line}"));
        let new = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+ {line}"));
        Ok(ContractDiff { version: state.version, lines: gone.chain(new).collect() })
    }
}

/// Takes the file into force, as a new version on the actor's name.
pub fn apply(workspace: &Workspace, context: &Context) -> Result<Reply> {
    let state = workspace.contract_state()?;
    if !state.differs {
        return Err(Error::refused(format!("assay.toml says what version {} says", state.version)));
    }
    let contract = state.file?;
    rules::test(&contract)?;
    rules::test_references(context, &contract)?;
    let (version, outlived) = context.write(move |transaction| {
        let version = transaction.contract()?.map_or(0, |(version, _, _)| version) + 1;
        keeps_open_releases(transaction, &contract)?;
        keeps_periods(transaction, &contract)?;
        put_in_force(transaction, &contract, version)?;
        Ok((version, outlived(transaction, &contract)?))
    })?;
    let mut lines = if context.rehearsal { Vec::new() } else { inboxes(workspace)? };
    lines.extend(outlived.iter().map(ToString::to_string));
    let waiting = context.journal.read(|snapshot| snapshot.batches_not_in_utf8())?;
    let contract = workspace.contract()?;
    let misread = waiting.into_iter().filter(|batch| {
        contract.dataset(&batch.delivery.slice.dataset).is_ok_and(|dataset| land::is_misread(dataset, batch))
    });
    lines.extend(misread.map(|batch| {
        let (slice, id) = (&batch.delivery.slice, &batch.delivery.batch);
        format!("{slice} was read in another encoding; to read it again: assay batch accept {id} --reason \"...\"")
    }));
    Ok(Reply { lines, ..in_force(version) })
}

/// The change that an application is.
pub fn put_in_force(transaction: &mut Transaction<'_>, contract: &Contract, version: u32) -> Result<()> {
    let digest = contract.digest()?;
    let cause = format!("contract {version} came into force");
    transaction.append(Fact::ContractApplied { version, digest, contract: Box::new(contract.clone()) })?;
    let contract = transaction.contract()?.map_or_else(|| contract.clone(), |(_, _, in_force)| in_force);
    bind_anew(transaction, &contract, &cause, false)
}

/// Open releases rest on what the contract says now. The policy, the people, or who had a hand in them may be others: what
/// was approved may no longer be, or be now.
pub fn bind_anew(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    cause: &str,
    file_differs: bool,
) -> Result<()> {
    arrival::refresh_all(transaction, contract, cause)?;
    let in_force = InForce { contract, file_differs };
    for release in transaction.open_releases()? {
        if contract.dataset(&release.name.dataset).is_ok() {
            gate::recount(transaction, in_force, &release)?;
        }
    }
    Ok(())
}

/// Makes the folders that the contract in force expects files in. Says which are new: that is where files go.
pub fn inboxes(workspace: &Workspace) -> Result<Vec<String>> {
    let contract = workspace.contract()?;
    let all = contract.datasets.iter().flat_map(|dataset| &dataset.providers);
    let with_inbox = all.filter(|provider| matches!(provider.source, Source::Inbox { .. }));
    let references = contract.datasets.iter().flat_map(|dataset| &dataset.references);
    let names = with_inbox.map(|provider| &provider.name).chain(references.map(|reference| &reference.name));
    let mut lines = Vec::new();
    for provider in names.map(String::as_str).collect::<BTreeSet<_>>() {
        let folder = workspace.root().join(inbox::FOLDER).join(provider);
        if !folder.exists() {
            std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
            lines.push(format!("files of {provider} go to {}/{provider}/", inbox::FOLDER));
        }
    }
    Ok(lines)
}

/// Refuses a contract without the dataset of a release that somebody still works on.
fn keeps_open_releases(transaction: &Transaction<'_>, contract: &Contract) -> Result<()> {
    let stranded = |release: &ReleaseName| contract.dataset(&release.dataset).is_err();
    for (_, fact) in transaction.unfinished()? {
        if let Fact::PublishStarted { release, .. }
        | Fact::RollbackStarted { from: release, .. }
        | Fact::WithdrawalStarted { release } = fact
            && stranded(&release)
        {
            return Err(Error::refused(format!("assay.toml no longer names the dataset `{}`", release.dataset))
                .because(format!("{release} is past the point of no return"))
                .hint("keep the dataset until it is completed"));
        }
    }
    let open = transaction.open_releases()?.into_iter().map(|release| release.name);
    let open: Vec<ReleaseName> = open.filter(stranded).collect();
    let Some(first) = open.first() else { return Ok(()) };
    let names: Vec<String> = open.iter().map(ToString::to_string).collect();
    let error = Error::refused(format!("assay.toml no longer names the dataset `{}`", first.dataset))
        .because(format!("releases of it are open: {}", names.join(", ")))
        .hint(format!("keep the dataset, or turn them down first: assay release reject {first} --reason \"...\""));
    Err(error)
}

/// Refuses periods of another length than those that stand: the same rows would go out under both.
fn keeps_periods(transaction: &Transaction<'_>, contract: &Contract) -> Result<()> {
    let open: Vec<ReleaseName> = transaction.open_releases()?.into_iter().map(|release| release.name).collect();
    let begun: Vec<(String, Period)> = transaction.unfinished()?.iter().filter_map(|(_, fact)| begun(fact)).collect();
    for dataset in &contract.datasets {
        let name = &dataset.name;
        let begun = begun.iter().filter(|(of, _)| of == name).map(|(_, period)| *period);
        let open = open.iter().filter(|release| release.dataset == *name).map(|release| release.period);
        let mut standing = transaction.periods_published(name)?.into_iter().chain(open).chain(begun);
        if let Some(other) = standing.find(|period| period.granularity() != dataset.period) {
            return Err(Error::refused(format!(
                "`period` of `{name}` can't change: {other} is published, open or being landed"
            ))
            .because("the same rows would be released under both periods")
            .hint("leave `period` as it was, or give the other dataset a name of its own"));
        }
    }
    Ok(())
}

/// The period that is begun and not finished.
fn begun(fact: &Fact) -> Option<(String, Period)> {
    match fact {
        Fact::LandingStarted { delivery, .. } => Some((delivery.slice.dataset.clone(), delivery.slice.period)),
        Fact::PublishStarted { release, .. }
        | Fact::RollbackStarted { from: release, .. }
        | Fact::WithdrawalStarted { release } => Some((release.dataset.clone(), release.period)),
        _ => None,
    }
}

/// The answer of whoever took a version into force.
pub fn in_force(version: u32) -> Reply {
    Reply {
        message: format!("contract {version} is in force"),
        lines: Vec::new(),
        document: json!({ "version": version }),
        ..Reply::default()
    }
}

/// Every leaf of a JSON value with its path. Named things in lists go by their name.
fn flat(value: &serde_json::Value) -> Vec<String> {
    fn walk(path: &str, value: &serde_json::Value, lines: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    walk(&format!("{path}.{name}"), value, lines);
                }
            }
            serde_json::Value::Array(items) if items.iter().any(serde_json::Value::is_object) => {
                for (index, item) in items.iter().enumerate() {
                    let name = item.get("name").and_then(|name| name.as_str()).map(str::to_owned);
                    walk(&format!("{path}[{}]", name.unwrap_or_else(|| index.to_string())), item, lines);
                }
            }
            leaf => lines.push(format!("{} = {leaf}", path.trim_start_matches('.'))),
        }
    }
    let mut lines = Vec::new();
    walk("", value, &mut lines);
    lines
}
