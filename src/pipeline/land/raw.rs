//! The verbatim files of landings.

use crate::base::Result;
use crate::domain::Fact;
use crate::domain::batch::Delivery;
use crate::lake::Raw;
use crate::pipeline::Context;

/// Whether a delivery's file is in raw, whole.
pub fn has_raw(context: &Context, delivery: &Delivery) -> Result<bool> {
    let Delivery { content, extension, bytes, .. } = delivery;
    context.lake.has_raw(&Raw { digest: content.clone(), extension: extension.clone(), bytes: *bytes })
}

/// Removes a file from raw that nothing rests on: what was called off leaves nothing behind.
pub fn forget(context: &Context, raw: Raw) -> Result<()> {
    let lake = context.lake.clone();
    // Nobody begins to land the same content meanwhile.
    context.write(move |transaction| {
        let begun = transaction.unfinished()?.into_iter().any(|(_, fact)| match fact {
            Fact::LandingStarted { delivery, .. } => delivery.content == raw.digest,
            _ => false,
        });
        if begun || transaction.rests_on(&raw.digest)? { Ok(()) } else { lake.remove_raw(&raw) }
    })
}
