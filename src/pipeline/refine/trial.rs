//! What refining would make of a file that is not taken in.

use super::refiner::Refiner;
use super::scope::Scope;
use crate::base::{Cancel, Result};
use crate::domain::calendar::Span;
use crate::domain::contract::DeliveryMode;
use crate::domain::note::DeliveryNote;
use crate::domain::understood::{RejectKind, Tally};
use crate::domain::{BatchId, Dataset, Provider};
use crate::frames::CHUNK_ROWS;
use crate::source::read::Reader;

/// What became of the records of a file.
pub struct Trial {
    /// How its columns were read, what was repaired in cells, and why records were refused.
    pub note: DeliveryNote,
    /// Records that would be rows.
    pub kept: u64,
    /// Records that would be refused.
    pub refused: u64,
}

/// Reads a file twice, as a delivery of a provider for these days where they are known: `open` begins it anew.
pub fn run(
    dataset: &Dataset,
    provider: &Provider,
    covers: Option<&Span>,
    open: impl Fn() -> Result<Box<dyn Reader>>,
    cancel: &Cancel,
) -> Result<Trial> {
    let mut refiner = Refiner::of(dataset, provider, covers.and_then(|covers| whole(dataset, covers)));
    let header = open()?.header().to_vec();
    let chunks = || {
        let mut reader = open()?;
        Ok(std::iter::from_fn(move || reader.next_chunk(CHUNK_ROWS, cancel).transpose()))
    };
    let reading = refiner.reading(&header, (0, Scope::all(covers).by_calendar(provider, covers)), |_| chunks())?;
    let (mut kept, mut refused) = (0, 0);
    let (mut repairs, mut refusals) = (Tally::default(), Tally::default());
    for chunk in chunks()? {
        let sorted = refiner.refine(BatchId::from_text("trial"), &reading, &chunk?)?;
        kept += sorted.silver.height() as u64;
        refused += sorted.rejects.height() as u64;
        repairs.absorb(sorted.repairs);
        refusals.absorb(sorted.refusals);
    }
    let (fields, repairs, mut rejects) = (refiner.fields(&reading), repairs.list(), refusals.list());
    if provider.delivery == DeliveryMode::Changes {
        // Of the rows of a key the last one stands.
        let replaced = rejects.extract_if(.., |refusal| refusal.kind == RejectKind::DuplicateKey);
        refused -= replaced.map(|refusal| refusal.count).sum::<u64>();
    }
    Ok(Trial { note: DeliveryNote { understood: None, fields, repairs, rejects }, kept, refused })
}

/// The periods that a delivery for these days has rows of, from the first day to the last.
fn whole(dataset: &Dataset, covers: &Span) -> Option<Span> {
    let periods = dataset.periods_of(covers);
    let (first, last) = (periods.first()?, periods.last()?);
    let label = if first == last { first.to_string() } else { format!("{first} to {last}") };
    Some(Span { first: first.first(), last: last.last(), label })
}
