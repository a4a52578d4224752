//! What happens when: the arrival rules of releases. All of it in the transaction that records the arrival.

use std::collections::BTreeMap;

use super::{Context, inputs, standing};
use crate::base::Result;
use crate::domain::batch::{Bronze, Delivery, Holder};
use crate::domain::check::HISTORY;
use crate::domain::model::PRODUCTION;
use crate::domain::note::Noted;
use crate::domain::{
    BatchId, BatchState, Contract, Dataset, Fact, ModelRef, Period, Release, ReleaseName, ReleaseState, Slice,
};
use crate::journal::{Snapshot, Transaction};

/// Records that a delivery, whose landing was begun at `seq`, is in bronze, and what follows for its period. Where it has
/// rows of several periods, `parts` says how many of each, and it is a batch in each.
pub fn landed(
    context: &Context,
    seq: u64,
    delivery: Delivery,
    bronze: Bronze,
    parts: BTreeMap<Period, u64>,
) -> Result<()> {
    context.conclude(seq, move |transaction, contract| {
        let (dataset, home) = (contract.dataset(&delivery.slice.dataset)?, delivery.slice.period);
        let rows = parts.get(&home).copied().unwrap_or(bronze.rows);
        lands(transaction, dataset, delivery.clone(), Bronze { rows, ..bronze.clone() })?;
        for (period, rows) in parts.into_iter().filter(|(period, _)| *period != home) {
            let part = part_of(transaction, &delivery, period)?;
            lands(transaction, dataset, part, Bronze { rows, ..bronze.clone() })?;
        }
        Ok(())
    })
}

/// The part of a delivery for another of its periods: the one that there is, where it comes once more.
fn part_of(snapshot: &Snapshot<'_>, delivery: &Delivery, period: Period) -> Result<Delivery> {
    let known = snapshot.parts_of(&delivery.batch)?.into_iter().map(|part| part.delivery);
    if let Some(known) = known.into_iter().find(|part| part.slice.period == period) {
        return Ok(known);
    }
    let slice = Slice { period, ..delivery.slice.clone() };
    let revision = snapshot.newest_revision(&slice)? + 1;
    let batch = BatchId::of(&slice, revision, &delivery.content);
    let held_by = Some(Holder { batch: delivery.batch.clone(), period: delivery.slice.period });
    Ok(Delivery { batch, slice, revision, held_by, ..delivery.clone() })
}

fn lands(transaction: &mut Transaction<'_>, dataset: &Dataset, delivery: Delivery, bronze: Bronze) -> Result<()> {
    let (period, of) = (delivery.slice.period, delivery.destination());
    let what = of.covers.map_or_else(|| period.to_string(), |covers| covers.to_string());
    let cause = match delivery.revision {
        1 => format!("{} delivered {what}", of.slice.provider),
        revision => format!("{} delivered revision {revision} of {what}", of.slice.provider),
    };
    let Bronze { columns, rows, encoding, noted } = bronze;
    transaction.append(Fact::BatchLanded { delivery, columns, rows, encoding, noted: Some(noted) })?;
    data_changed(transaction, dataset, period, &cause)
}

/// Sets aside those of a slice's batches of which more was refused than their provider may have refused, unless somebody has
/// taken them in all the same.
pub fn set_aside(transaction: &mut Transaction<'_>, dataset: &Dataset, refused: &[(BatchId, u64)]) -> Result<()> {
    for (id, refused) in refused {
        let batch = transaction.known_batch(id)?;
        let Delivery { slice, .. } = &batch.delivery;
        let provider = dataset.provider(&slice.provider)?;
        // A share is one of the whole delivery, whatever periods it is for.
        let parts = transaction.parts_of(batch.delivery.holder())?;
        let others = parts.iter().filter(|part| part.delivery.batch != *id);
        let refused = refused + others.filter_map(|part| part.refining.as_ref()).map(Noted::rejected).sum::<u64>();
        let records = parts.iter().map(|part| part.rows).sum();
        let Some(too_much) = provider.too_much_refused(refused, records) else { continue };
        if batch.state != BatchState::Landed || batch.doubted {
            continue;
        }
        let gaps = dataset.gaps(provider, &batch.columns).join(", ");
        let lacks = if gaps.is_empty() { String::new() } else { format!("; it lacks {gaps}") };
        let note = format!("{too_much}{lacks}");
        let cause = format!("batch {id} of {} is set aside: {note}", slice.provider);
        for part in parts {
            if part.state == BatchState::Landed {
                let (batch, note) = (part.delivery.batch, note.clone());
                transaction.append(Fact::BatchSetAside { batch, note })?;
                data_changed(transaction, dataset, part.delivery.slice.period, &cause)?;
            }
        }
    }
    Ok(())
}

/// Records that nobody can finish the landing that was begun at `seq`.
pub fn given_up(context: &Context, seq: u64, delivery: Delivery, note: String) -> Result<()> {
    context.conclude(seq, move |transaction, _| transaction.append(Fact::LandingGivenUp { delivery, note }).map(drop))
}

/// Records that a delivery, whose landing was begun at `seq`, can't be used as it is.
pub fn quarantined(context: &Context, seq: u64, delivery: Delivery, note: String) -> Result<()> {
    context.conclude(seq, move |transaction, contract| {
        let dataset = contract.dataset(&delivery.slice.dataset).ok();
        let periods = dataset.zip(delivery.covers.as_ref()).map(|(dataset, covers)| dataset.periods_of(covers));
        for period in periods.unwrap_or_default().into_iter().filter(|period| *period != delivery.slice.period) {
            let (part, note) = (part_of(transaction, &delivery, period)?, note.clone());
            transaction.append(Fact::BatchQuarantined { delivery: part, note })?;
        }
        transaction.append(Fact::BatchQuarantined { delivery, note }).map(drop)
    })
}

/// The data of a period changed: its open release hears of it, or one is opened.
pub fn data_changed(transaction: &mut Transaction<'_>, dataset: &Dataset, period: Period, cause: &str) -> Result<()> {
    // Of a length that the dataset had before: its rows go out under the periods that it has now.
    if period.granularity() != dataset.period {
        return Ok(());
    }
    if transaction.open_release(&dataset.name, period)?.is_none() {
        let model = model_for(transaction, dataset)?.unwrap_or_else(ModelRef::none);
        let number = transaction.newest_number(&dataset.name, period)?;
        let cause = if number == 0 { cause.to_owned() } else { format!("amendment: {cause}") };
        open(transaction, dataset, period, number + 1, model, cause)?;
    }
    refresh(transaction, dataset, period, cause)
}

/// Opens the next release of a period on somebody's demand, where there is a [`reason_to_reopen`] it.
pub fn reopened(context: &Context, dataset: &str, period: Period) -> Result<Option<ReleaseName>> {
    let contract = context.contract.clone();
    let dataset = dataset.to_owned();
    context.write(move |transaction| {
        let dataset = contract.dataset(&dataset)?;
        let Some(reason) = reason_to_reopen(transaction, dataset, period)? else { return Ok(None) };
        data_changed(transaction, dataset, period, &reason)?;
        Ok(transaction.open_release(&dataset.name, period)?.map(|release| release.name))
    })
}

/// The newest release of a period whose batches stand, where nothing of the period is on its way to clients: it was turned
/// down or taken away, or clients see none of those that they once saw.
pub fn ended(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period) -> Result<Option<Release>> {
    let releases = snapshot.releases_of(&dataset.name, period)?;
    let is_dead = |release: &Release| matches!(release.state, ReleaseState::Rejected | ReleaseState::Withdrawn);
    let none_alive = releases.iter().all(|release| is_dead(release) || release.state == ReleaseState::Superseded);
    let newest = releases.into_iter().max_by_key(|release| release.name.n);
    let ended = newest.filter(|newest| is_dead(newest) || none_alive);
    Ok(if standing::batches(snapshot, dataset, period)?.is_empty() { None } else { ended })
}

/// Why another release of a period may be opened on demand, in words: it [`ended`], or what clients see is [`outlived`].
pub fn reason_to_reopen(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period) -> Result<Option<String>> {
    if let Some(newest) = ended(snapshot, dataset, period)? {
        return Ok(Some(format!("{} was {}", newest.name, newest.state)));
    }
    Ok(outlived(snapshot, dataset, period)?.map(|live| format!("{live} was published of other data")))
}

/// What clients see of a period, where the contract in force gives other batches of it, or reads them otherwise, and no
/// release is open that would bring them that: a changed contract opens none by itself. What was rolled back is no reason:
/// somebody decided against it.
pub fn outlived(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period) -> Result<Option<ReleaseName>> {
    let Some(live) = snapshot.live_release(&dataset.name, period)? else { return Ok(None) };
    let now = inputs::Data::of(snapshot, dataset, period)?;
    if now.batches.is_empty() || snapshot.open_release(&dataset.name, period)?.is_some() {
        return Ok(None);
    }
    for release in snapshot.releases_of(&dataset.name, period)?.into_iter().filter(|one| one.name.n >= live.name.n) {
        let was_seen = matches!(release.state, ReleaseState::Published | ReleaseState::Superseded);
        if was_seen && snapshot.release_inputs(&release.name)?.is_some_and(|then| now.is_of(&then)) {
            return Ok(None);
        }
    }
    Ok(Some(live.name))
}

/// Opens a release with the inputs as they stand.
pub fn open(
    transaction: &mut Transaction<'_>,
    dataset: &Dataset,
    period: Period,
    n: u32,
    model: ModelRef,
    cause: String,
) -> Result<()> {
    let inputs = inputs::of(transaction, dataset, period, &model)?;
    let input_digest = inputs.digest()?;
    let release = ReleaseName { dataset: dataset.name.clone(), period, n };
    transaction.append(Fact::ReleaseOpened { release, model, cause, inputs, input_digest })?;
    Ok(())
}

/// [`refresh`], where the contract still names the dataset.
pub fn refresh_of(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    dataset: &str,
    period: Period,
    cause: &str,
) -> Result<()> {
    contract.dataset(dataset).map_or(Ok(()), |dataset| refresh(transaction, dataset, period, cause))
}

/// Something that releases of `period`, or of the periods that look back at it, rest on may have changed.
pub fn refresh(transaction: &mut Transaction<'_>, dataset: &Dataset, period: Period, cause: &str) -> Result<()> {
    let reach = std::iter::successors(Some(period), |period| period.next()).take(HISTORY + 1);
    let touched: Vec<Period> = reach.collect();
    for release in transaction.open_releases()? {
        if release.name.dataset == dataset.name && touched.contains(&release.name.period) {
            rebind(transaction, dataset, &release, release.model.clone(), cause)?;
        }
    }
    Ok(())
}

/// The same for every open release: a new contract. It may be what names the model at last.
pub fn refresh_all(transaction: &mut Transaction<'_>, contract: &Contract, cause: &str) -> Result<()> {
    for release in transaction.open_releases()? {
        if let Ok(dataset) = contract.dataset(&release.name.dataset) {
            let model = model_for(transaction, dataset)?.unwrap_or_else(|| release.model.clone());
            rebind(transaction, dataset, &release, model, cause)?;
        }
    }
    Ok(())
}

/// Moves open releases that are made with another model version than the one that reads their dataset by now.
pub fn settle_models(context: &Context) -> Result<()> {
    let contract = context.contract.clone();
    let strays = |snapshot: &Snapshot<'_>| -> Result<bool> {
        for release in snapshot.open_releases()? {
            if let Ok(dataset) = contract.dataset(&release.name.dataset)
                && model_for(snapshot, dataset)?.is_some_and(|model| model != release.model)
            {
                return Ok(true);
            }
        }
        Ok(false)
    };
    if !context.journal.read(strays)? {
        return Ok(());
    }
    let contract = context.contract.clone();
    context.write(move |transaction| refresh_all(transaction, &contract, "another model version reads it"))
}

/// Binds an open release to what it rests on now, and to `model`, if that is anything new.
fn rebind(
    transaction: &mut Transaction<'_>,
    dataset: &Dataset,
    release: &Release,
    model: ModelRef,
    cause: &str,
) -> Result<()> {
    let inputs = inputs::of(transaction, dataset, release.name.period, &model)?;
    let input_digest = inputs.digest()?;
    if input_digest == release.input_digest && model == release.model {
        return Ok(());
    }
    let (release, cause) = (release.name.clone(), cause.to_owned());
    transaction.append(Fact::ReleaseChanged { release, model, cause, inputs, input_digest })?;
    Ok(())
}

/// A model version went into production: open releases move to it, and the newest published periods are re-opened.
pub fn model_promoted(transaction: &mut Transaction<'_>, dataset: &Dataset, model: &ModelRef) -> Result<()> {
    if model_for(transaction, dataset)?.as_ref() != Some(model) {
        return Ok(());
    }
    let cause = format!("{model} went into production");
    for release in transaction.open_releases()? {
        if release.name.dataset == dataset.name && release.model != *model {
            rebind(transaction, dataset, &release, model.clone(), &cause)?;
        }
    }
    let newest = transaction.periods_published(&dataset.name)?;
    for period in newest.into_iter().take(dataset.release.reprocess as usize) {
        let replaced = transaction.live_release(&dataset.name, period)?.is_some_and(|live| live.model != *model);
        if replaced && transaction.open_release(&dataset.name, period)?.is_none() {
            let number = transaction.newest_number(&dataset.name, period)?;
            open(transaction, dataset, period, number + 1, model.clone(), cause.clone())?;
        }
    }
    Ok(())
}

/// The model version that new releases of a dataset are made with: none without text, `None` where nothing is in
/// production yet.
pub fn model_for(snapshot: &Snapshot<'_>, dataset: &Dataset) -> Result<Option<ModelRef>> {
    if dataset.text.is_empty() {
        return Ok(Some(ModelRef::none()));
    }
    match &dataset.model {
        Some(name) => snapshot.alias(name, PRODUCTION),
        None => Ok(match snapshot.production_models()?.as_slice() {
            [model] => Some(model.clone()),
            _ => None,
        }),
    }
}
