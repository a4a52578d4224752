//! Reference tables taken in: what lies in their inboxes becomes their newest revision.

use std::path::Path;

use serde_json::json;

use super::super::contract::bind_anew;
use super::recover::hold_one;
use super::tally::Tally;
use super::{BEING_WRITTEN, SETTLE};
use crate::base::{Error, ErrorKind, Result, ResultExt, text};
use crate::domain::calendar::Rhythm;
use crate::domain::{Dataset, Fact, Granularity, Reference};
use crate::journal::Transaction;
use crate::lake::{Raw, extension_of};
use crate::ops::outlived::{Outlived, outlived};
use crate::pipeline::reference::Changes;
use crate::pipeline::{Context, reference};
use crate::source::inbox::{self, Claim, Found, Look};

/// Why a file is left that could be taken in.
const BEFORE: &str = "what came before it could not be taken in; mend that, or remove it";

/// What came of a file.
enum Landing {
    Landed { revision: u32, rows: u64, changes: Option<Changes>, outlived: Vec<Outlived> },
    Unchanged { revision: u32 },
}

/// Takes in what lies in the inboxes of reference tables, the oldest file first. With what is to go on under: rows are read
/// by what the tables are now. A table that can't be taken in keeps no other out.
pub fn take_in(context: &Context, dataset: Option<&str>, tally: &mut Tally) -> Result<Context> {
    let mut context = context.clone();
    for (dataset, reference) in of(&context, dataset)? {
        match folder(&mut context, &dataset, &reference, tally) {
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) => tally.fails(&reference.name, error),
            Ok(()) => {}
        }
    }
    Ok(context)
}

/// What lies in the inboxes of reference tables, and what would become of it.
pub fn preview(context: &Context, dataset: Option<&str>) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (dataset, reference) in of(context, dataset)? {
        let mut is_held_back = false;
        for file in waiting(context, &reference)? {
            let name = &file.file_name;
            if is_held_back {
                lines.push(format!("would leave {name} of {}: {BEFORE}", reference.name));
                continue;
            }
            let read = reference::read(&file.path, &extension_of(Path::new(name)), &reference, &context.cancel);
            let read = read.map(|rows| (rows.height(), Changes::since(context, &reference, &rows)));
            lines.push(match read {
                Ok((rows, changes)) => format!(
                    "would take in {name} as the reference table {} of {}, {}",
                    reference.name,
                    dataset.name,
                    told(rows as u64, changes)
                ),
                Err(error) => {
                    is_held_back = true;
                    format!("would leave {name} of {}: {}", reference.name, error.one_line())
                }
            });
        }
    }
    Ok(lines)
}

fn of(context: &Context, dataset: Option<&str>) -> Result<Vec<(Dataset, Reference)>> {
    let datasets: Vec<&Dataset> = match dataset {
        Some(name) => vec![context.contract.dataset(name)?],
        None => context.contract.datasets.iter().collect(),
    };
    let of = |dataset: &&Dataset| {
        let dataset = (*dataset).clone();
        dataset.references.clone().into_iter().map(move |reference| (dataset.clone(), reference)).collect::<Vec<_>>()
    };
    Ok(datasets.iter().flat_map(of).collect())
}

/// The files that lie there, the oldest first.
fn waiting(context: &Context, reference: &Reference) -> Result<Vec<Found>> {
    let folder = context.root.join(inbox::FOLDER).join(&reference.name);
    // Of no period: the pattern has no place for one.
    let mut files = inbox::scan(&folder, &reference.pattern, &Rhythm::Every(Granularity::Year))?;
    files.sort_by(|one, other| (one.modified, &one.file_name).cmp(&(other.modified, &other.file_name)));
    Ok(files)
}

fn folder(context: &mut Context, dataset: &Dataset, reference: &Reference, tally: &mut Tally) -> Result<()> {
    let below = context.root.join(inbox::FOLDER).join(&reference.name);
    if waiting(context, reference)?.is_empty() && inbox::left_aside(&below)?.is_empty() {
        return Ok(());
    }
    let _held = hold_one(context, &reference.name)?;
    // What a dead process left aside is back now: it comes in its order.
    let files = waiting(context, reference)?;
    let paths: Vec<&Path> = files.iter().map(|file| file.path.as_path()).collect();
    let mut is_held_back = false;
    for (file, seen) in files.iter().zip(inbox::settled(&paths, SETTLE)?) {
        context.cancel.check()?;
        if is_held_back {
            tally.left(&file.file_name, BEFORE);
            continue;
        }
        let Some(seen) = seen else {
            tally.left(&file.file_name, BEING_WRITTEN);
            continue;
        };
        let landing = claimed(context, dataset, reference, &file.path, seen);
        match landing.with_context(|| format!("taking in {} as {}", file.file_name, reference.name)) {
            Ok(Landing::Landed { revision, rows, changes, outlived }) => {
                let said = format!(
                    "{}: {}, revision {revision} of the reference table {}",
                    file.file_name,
                    told(rows, changes),
                    reference.name
                );
                tally.referred(
                    &said,
                    json!({
                        "file": file.file_name, "result": "landed", "dataset": dataset.name,
                        "reference": reference.name, "revision": revision, "rows": rows, "changes": changes,
                    }),
                );
                // What clients see is brought up to date period by period, and each line says how.
                tally.runs |= outlived.is_empty();
                for of_dataset in outlived {
                    tally.remark(of_dataset.to_string());
                }
            }
            Ok(Landing::Unchanged { revision }) => {
                let said = format!(
                    "{}: what revision {revision} of the reference table {} is already; nothing changed",
                    file.file_name, reference.name
                );
                tally.referred(
                    &said,
                    json!({
                        "file": file.file_name, "result": "unchanged", "dataset": dataset.name,
                        "reference": reference.name, "revision": revision,
                    }),
                );
            }
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) => {
                tally.fails(&file.file_name, error);
                // What came later is not to count before it.
                is_held_back = true;
            }
        }
        *context = newest(context)?;
    }
    Ok(())
}

/// The same work under what stands by now.
fn newest(context: &Context) -> Result<Context> {
    let now = context.journal.read(|snapshot| snapshot.contract())?;
    Ok(match now {
        Some((version, _, contract)) if version == context.contract_version => {
            Context { contract: contract.into(), ..context.clone() }
        }
        _ => context.clone(),
    })
}

/// Moves a file aside and takes it in: what was read goes, what was not comes back.
fn claimed(context: &Context, dataset: &Dataset, reference: &Reference, path: &Path, seen: Look) -> Result<Landing> {
    let at = context.journal.read(|snapshot| snapshot.head())?.0;
    let claim = Claim::take(path, at)?.ok_or_else(|| Error::not_found("somebody else took it in"))?;
    let landing = land(context, dataset, reference, &claim, seen);
    let ended = if landing.is_ok() { claim.remove() } else { claim.put_back() };
    landing.and_then(|landing| ended.map(|()| landing))
}

fn land(context: &Context, dataset: &Dataset, reference: &Reference, claim: &Claim, seen: Look) -> Result<Landing> {
    let raw = context.lake.store_raw(&claim.path, &claim.name, &context.cancel)?;
    let kept = context.lake.raw_path(&raw.digest, &raw.extension);
    let read = reference::read(&kept, &raw.extension, reference, &context.cancel)?;
    let (rows, changes) = (read.height() as u64, Changes::since(context, reference, &read));
    if inbox::look(&claim.path)? != Some(seen) {
        return Err(Error::busy(BEING_WRITTEN));
    }
    let file_differs = context.file_differs()?;
    let (dataset, name, file) = (dataset.name.clone(), reference.name.clone(), claim.name.clone());
    context.write(move |transaction| {
        let newest = transaction.revisions_of(&dataset, &name)?.into_iter().next();
        if let Some(newest) = newest.as_ref().filter(|newest| newest.content == raw.digest) {
            return Ok(Landing::Unchanged { revision: newest.revision });
        }
        let revision = newest.map_or(1, |newest| newest.revision + 1);
        let cause = format!("revision {revision} of the reference table {name} came");
        let Raw { digest: content, extension, bytes } = raw;
        let reference = name;
        transaction.append(Fact::ReferenceLanded {
            dataset,
            reference,
            revision,
            content,
            extension,
            file,
            bytes,
            rows,
        })?;
        Ok(Landing::Landed { revision, rows, changes, outlived: follow(transaction, &cause, file_differs)? })
    })
}

/// How many rows a table has, and how it differs from the one before.
fn told(rows: u64, changes: Option<Changes>) -> String {
    let rows = text::counted(rows, "row");
    changes.map_or(rows.clone(), |changes| format!("{rows} ({changes})"))
}

/// What rests on the table hears of it. What clients see of other data since.
fn follow(transaction: &mut Transaction<'_>, cause: &str, file_differs: bool) -> Result<Vec<Outlived>> {
    let Some((_, _, contract)) = transaction.contract()? else { return Ok(Vec::new()) };
    bind_anew(transaction, &contract, cause, file_differs)?;
    outlived(transaction, &contract)
}
