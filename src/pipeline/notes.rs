//! The notes of deliveries: written by `land` and `refine`, read together.

use super::Context;
use crate::base::Result;
use crate::domain::Batch;
use crate::domain::note::{DeliveryNote, Noted};
use crate::lake::Shelf;

/// Keeps a note, and says how events name it.
pub fn write(context: &Context, note: &DeliveryNote) -> Result<Noted> {
    let digest = context.lake.write_document(Shelf::Notes, &serde_json::to_vec(note)?)?;
    let repairs = note.repairs.iter().map(|repair| (repair.kind, repair.count)).collect();
    let rejects = note.rejects.iter().map(|refusal| (refusal.kind, refusal.count)).collect();
    Ok(Noted { digest, repairs, rows: None, rejects })
}

/// What is to be told of a batch; none where nothing was noted.
pub fn of(context: &Context, batch: &Batch) -> Result<Option<DeliveryNote>> {
    let read = |noted: &Noted| -> Result<DeliveryNote> {
        Ok(serde_json::from_slice(&context.lake.read_document(Shelf::Notes, &noted.digest)?)?)
    };
    let Some(landing) = batch.landing.as_ref().map(read).transpose()? else { return Ok(None) };
    let refining = batch.refining.as_ref().map(read).transpose()?;
    Ok(Some(match refining {
        Some(refining) => landing.refined(refining),
        None => landing,
    }))
}
