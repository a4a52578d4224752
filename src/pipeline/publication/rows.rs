//! The rows of a release: silver and the model's annotations, side by side, provider by provider.

use polars::prelude::*;

use crate::base::{Error, Result};
use crate::domain::{Dataset, Period, Release, Slice, lineage};
use crate::pipeline::{Context, enrich, refine, standing};
use crate::quality::stream::{Order, chunks};

type Chunks = Box<dyn Iterator<Item = Result<DataFrame>>>;

/// All rows of a release in order, chunk by chunk. Each slice is opened when its turn comes: a scan takes threads and
/// memory from its first chunk on.
pub fn of(
    context: &Context,
    dataset: &Dataset,
    release: &Release,
) -> Result<impl Iterator<Item = Result<DataFrame>> + use<>> {
    let period: Period = release.name.period;
    let batches = context.journal.read(|snapshot| standing::batches(snapshot, dataset, period))?;
    let mut providers: Vec<String> = batches.into_iter().map(|batch| batch.delivery.slice.provider).collect();
    providers.dedup();
    let (context, release, dataset) = (context.clone(), release.clone(), dataset.name.clone());
    Ok(providers.into_iter().flat_map(move |provider| {
        let slice = Slice { dataset: dataset.clone(), period, provider };
        slice_rows(&context, &slice, &release).unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
    }))
}

fn slice_rows(context: &Context, slice: &Slice, release: &Release) -> Result<Chunks> {
    let (table, partition) = refine::silver(slice);
    let Some(silver) = context.lake.scan(&table, None, &partition)? else { return Ok(Box::new(std::iter::empty())) };
    let silver = chunks(silver, Order::Kept, &context.cancel)?;
    if release.model.is_none() {
        return Ok(Box::new(silver));
    }
    let (table, partition) = enrich::annotations(slice, &release.model);
    let annotations = context
        .lake
        .scan(&table, None, &partition)?
        .ok_or_else(|| Error::corrupt(format!("{slice} has no annotations of {}", release.model)))?
        .select([col(lineage::BATCH), col(lineage::ROW), col(lineage::ENTITIES)]);
    let annotations = Buffer { chunks: Box::new(chunks(annotations, Order::Kept, &context.cancel)?), rest: None };
    Ok(Box::new(SideBySide { silver: Box::new(silver), annotations, slice: slice.to_string() }))
}

/// Pairs each chunk of silver with the annotations of the same rows.
struct SideBySide {
    silver: Chunks,
    annotations: Buffer,
    slice: String,
}

impl Iterator for SideBySide {
    type Item = Result<DataFrame>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.silver.next()? {
            Ok(silver) => Some(self.pair(silver)),
            Err(error) => Some(Err(error)),
        }
    }
}

impl SideBySide {
    fn pair(&mut self, mut silver: DataFrame) -> Result<DataFrame> {
        let annotations = self.annotations.take(silver.height())?;
        let same = |name: &str| -> Result<bool> {
            let (ours, theirs) = (silver.column(name), annotations.column(name));
            Ok(ours.map_err(Error::library)?.equals_missing(theirs.map_err(Error::library)?))
        };
        if annotations.height() != silver.height() || !same(lineage::BATCH)? || !same(lineage::ROW)? {
            return Err(Error::corrupt(format!(
                "the annotations of {} are not row for row those of its silver",
                self.slice
            )));
        }
        let entities = annotations.column(lineage::ENTITIES).map_err(Error::library)?.clone();
        silver.with_column(entities).map_err(Error::library)?;
        Ok(silver)
    }
}

/// Chunks of any size, given out in the sizes asked for.
struct Buffer {
    chunks: Chunks,
    rest: Option<DataFrame>,
}

impl Buffer {
    fn take(&mut self, rows: usize) -> Result<DataFrame> {
        let mut taken = self.rest.take().unwrap_or_default();
        while taken.height() < rows {
            let Some(chunk) = self.chunks.next() else { break };
            let chunk = chunk?;
            if taken.width() == 0 {
                taken = chunk;
            } else {
                taken.vstack_mut_owned(chunk).map_err(Error::library)?;
            }
        }
        if taken.height() > rows {
            let cut = i64::try_from(rows).unwrap_or(i64::MAX);
            self.rest = Some(taken.slice(cut, usize::MAX));
            taken = taken.slice(0, rows);
        }
        taken.rechunk_mut();
        Ok(taken)
    }
}
