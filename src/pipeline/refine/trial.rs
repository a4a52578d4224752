//! What refining would make of a file that is not taken in.

use super::refiner::Refiner;
use crate::base::{Cancel, Result};
use crate::domain::note::DeliveryNote;
use crate::domain::understood::Tally;
use crate::domain::{BatchId, Dataset, Period, Provider};
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

/// Reads a file twice, as a delivery of a provider for this period where that is known: `open` begins it anew.
pub fn run(
    dataset: &Dataset,
    provider: &Provider,
    period: Option<Period>,
    open: impl Fn() -> Result<Box<dyn Reader>>,
    cancel: &Cancel,
) -> Result<Trial> {
    let mut refiner = Refiner::of(dataset, provider, period);
    let header = open()?.header().to_vec();
    let chunks = || {
        let mut reader = open()?;
        Ok(std::iter::from_fn(move || reader.next_chunk(CHUNK_ROWS, cancel).transpose()))
    };
    let reading = refiner.reading(&header, |_| chunks())?;
    let (mut kept, mut refused) = (0, 0);
    let (mut repairs, mut refusals) = (Tally::default(), Tally::default());
    for chunk in chunks()? {
        let sorted = refiner.refine(BatchId::from_text("trial"), &reading, &chunk?)?;
        kept += sorted.silver.height() as u64;
        refused += sorted.rejects.height() as u64;
        repairs.absorb(sorted.repairs);
        refusals.absorb(sorted.refusals);
    }
    let (fields, repairs, rejects) = (refiner.fields(&reading), repairs.list(), refusals.list());
    Ok(Trial { note: DeliveryNote { understood: None, fields, repairs, rejects }, kept, refused })
}
