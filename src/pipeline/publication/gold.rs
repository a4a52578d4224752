//! Gold: the partition of a period is replaced, in one Delta commit, by what a release holds.

use polars::prelude::*;

use super::manifest::parquet;
use crate::base::{Error, Result};
use crate::domain::{Dataset, Period, ReleaseName, lineage};
use crate::frames::{self, Order, chunks};
use crate::lake::{Commit, Committed, Table};
use crate::pipeline::{Context, refine};

fn table(release: &ReleaseName) -> Table {
    Table::Gold { dataset: release.dataset.clone() }
}

fn partition(period: Period) -> Vec<(String, String)> {
    vec![(lineage::PERIOD.to_owned(), period.to_string())]
}

fn commit(context: &Context, release: &ReleaseName, operation: &str, seq: u64) -> Result<Commit> {
    let at = context.journal.read(|snapshot| snapshot.event_time(seq))?;
    Ok(Commit::new(partition(release.period), seq, operation, release.to_string(), at))
}

/// Puts a release's rows, from its folder, in the place of what the period had.
pub fn publish(context: &Context, release: &ReleaseName, model: &str, operation: &str, seq: u64) -> Result<Committed> {
    let plan = frames::parquet(&parquet(context, release))?
        .drop(Selector::ByName { names: [PlSmallStr::from_static(lineage::PERIOD)].into(), strict: false })
        .with_columns([lit(model).alias(lineage::MODEL), lit(release.to_string()).alias(lineage::RELEASE)]);
    let schema = plan.clone().collect_schema().map_err(Error::library)?;
    let mut rows = chunks(plan, Order::Kept, &context.cancel)?;
    let commit = commit(context, release, operation, seq)?;
    context.lake.replace(&table(release), &schema, &commit, &mut rows, &context.cancel)
}

/// Refuses to go on where gold is no longer the table that was published to: a new one would hold nothing of what else
/// clients see.
pub fn stands(context: &Context, dataset: &str) -> Result<()> {
    let Some((_, published)) = context.journal.read(|snapshot| snapshot.newest_generation(dataset))? else {
        return Ok(());
    };
    let table = Table::Gold { dataset: dataset.to_owned() };
    match context.lake.version(&table)? {
        Some(version) if version >= published => Ok(()),
        found => {
            let found = found.map_or("it is gone".to_owned(), |version| format!("its newest version is {version}"));
            Err(Error::corrupt(format!("the table {table} is not the one that was published to"))
                .because(format!("version {published} is on record; {found}"))
                .hint(format!("put {} back from a backup", table.path().display())))
        }
    }
}

/// Refuses where gold is not as it was published to, or could not take what a release of the period holds.
pub fn is_ready(context: &Context, dataset: &Dataset, period: Period) -> Result<()> {
    stands(context, &dataset.name)?;
    takes(context, dataset, period)
}

/// Refuses what gold could not take: it would be noticed past the point of no return otherwise. Only the contract's own
/// columns can clash, and silver has them as gold gets them.
pub fn takes(context: &Context, dataset: &Dataset, period: Period) -> Result<()> {
    let table = Table::Gold { dataset: dataset.name.clone() };
    context.lake.takes(&table, &refine::schemas::silver(dataset), &partition(period))
}

/// Checks that what the period had when `release` was published can be brought back.
pub fn verify(context: &Context, release: &ReleaseName, version: u64) -> Result<()> {
    let (table, partition) = (table(release), partition(release.period));
    context.lake.takes_back(&table, version, &partition)?;
    context.lake.verify(&table, Some(version), &partition, &context.cancel)
}

/// Brings back exactly the files that the period had when `release` was published.
pub fn restore(context: &Context, release: &ReleaseName, version: u64, seq: u64) -> Result<Committed> {
    let commit = commit(context, release, "rollback", seq)?;
    context.lake.restore(&table(release), &commit, version)
}

/// Takes the period of a release out.
pub fn withdraw(context: &Context, release: &ReleaseName, seq: u64) -> Result<Committed> {
    let commit = commit(context, release, "withdraw", seq)?;
    context.lake.remove(&table(release), &commit)
}
