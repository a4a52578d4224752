//! The rows of a release: silver and the model's annotations, side by side, provider by provider.

use polars::prelude::*;

use crate::base::{Error, Result};
use crate::domain::{BatchId, Dataset, Period, Release, Slice, lineage};
use crate::frames::{self, Buffer, Order, chunks, same_rows};
use crate::pipeline::{Context, slices, standing};

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
    let (context, release, dataset) = (context.clone(), release.clone(), dataset.name.clone());
    Ok(standing::by_provider(batches).into_iter().flat_map(move |(provider, batches)| {
        let slice = Slice { dataset: dataset.clone(), period, provider };
        slice_rows(&context, &slice, batches, &release).unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
    }))
}

fn slice_rows(context: &Context, slice: &Slice, batches: Vec<BatchId>, release: &Release) -> Result<Chunks> {
    slices::check(context, slice, &release.model)?;
    let (table, partition) = slices::silver(slice);
    let Some(silver) = context.lake.scan(&table, None, &partition)? else { return Ok(Box::new(std::iter::empty())) };
    let of = slice.to_string();
    let silver = chunks(silver, Order::Kept, &context.cancel)?.map(move |chunk| of_batches(chunk?, &batches, &of));
    if release.model.is_none() {
        return Ok(Box::new(silver));
    }
    let (table, partition) = slices::annotations(slice, &release.model);
    let annotations = context
        .lake
        .scan(&table, None, &partition)?
        .ok_or_else(|| Error::corrupt(format!("{slice} has no annotations of {}", release.model)))?
        .select([col(lineage::BATCH), col(lineage::ROW), col(lineage::ENTITIES)]);
    let annotations = Buffer::of(chunks(annotations, Order::Kept, &context.cancel)?);
    Ok(Box::new(SideBySide { silver: Box::new(silver), annotations, slice: slice.to_string() }))
}

/// Refuses rows of other batches than the slice stands on. The journal says that there are none; that clients see only
/// what was judged hangs on it, so that it is looked at where it can be.
fn of_batches(silver: DataFrame, batches: &[BatchId], slice: &str) -> Result<DataFrame> {
    let read = frames::text(&silver, lineage::BATCH)?;
    let other = read.iter().flatten().find(|read| !batches.iter().any(|batch| batch.as_str() == *read));
    if let Some(other) = other {
        return Err(Error::corrupt(format!("silver of {slice} holds rows of batch {other}"))
            .because("the slice does not stand on that batch")
            .hint("assay task list names the task `refine`; assay task retry KEY makes the slice again"));
    }
    Ok(silver)
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
        if !same_rows(&silver, &annotations)? {
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
