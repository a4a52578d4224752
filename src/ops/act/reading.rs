//! Verdicts on rows that two model versions have read differently.

use crate::base::{Digest, Error, Result};
use crate::domain::actor::same_person;
use crate::domain::model_change::RightReading;
use crate::domain::{BatchId, Fact, ModelRef, Slice};
use crate::ops::Reply;
use crate::pipeline::{Context, model_changes, plan};

/// What a person said about a row.
pub struct Judgement {
    pub before: ModelRef,
    pub after: ModelRef,
    pub batch: BatchId,
    pub row: u64,
    pub right: RightReading,
    /// What was shown, see [`crate::domain::model_change::ChangedRow::judged`].
    pub digest: Option<Digest>,
    /// Whether it may take the place of somebody else's.
    pub overrule: bool,
    pub note: Option<String>,
}

/// Says which of two versions has read a row right.
pub fn assess(context: &Context, judgement: Judgement) -> Result<Reply> {
    let Judgement { before, after, batch, row, right, digest, overrule, note } = judgement;
    let batch = context.journal.read(|snapshot| {
        snapshot.known_model(&before)?;
        snapshot.known_model(&after)?;
        snapshot.batch_by_prefix(batch.as_str())
    })?;
    let (slice, batch) = (batch.delivery.slice, batch.delivery.batch);
    have_read(context, &slice, &[before.clone(), after.clone()])?;
    let changed = model_changes::row(context, &slice, (&before, &after), &batch, row)?;
    if changed.judged(RightReading::Before) == changed.judged(RightReading::After) {
        return Err(Error::refused(format!("{before} and {after} find the same in row {row} of batch {batch}"))
            .hint(format!("assay model compare {before} {after}")));
    }
    let judged = changed.judged(right);
    if digest.is_some_and(|shown| !judged.as_str().starts_with(shown.as_str())) {
        return Err(Error::refused(format!("row {row} of batch {batch} is not what it was any more"))
            .because("it was refined or read again since it was shown")
            .hint(format!("look again: assay model compare {before} {after}")));
    }
    let judge = context.origin.actor.name.clone();
    let said = match right {
        RightReading::Before => format!("{before} is right in row {row} of batch {batch}"),
        RightReading::After => format!("{after} is right in row {row} of batch {batch}"),
        RightReading::Neither => format!("neither {before} nor {after} is right in row {row} of batch {batch}"),
    };
    context.write(move |transaction| {
        let given = transaction.reading_verdicts(&before, &after)?.remove(&(batch.clone(), row));
        let given = given.filter(|given| given.judged == changed.judged(given.right));
        if let Some(given) = given.filter(|given| !overrule && !same_person(&given.by, &judge)) {
            let error = Error::refused(format!("{} said already of row {row}: {} is right", given.by, given.right));
            let error = given.note.iter().fold(error, |error, note| error.because(note));
            return Err(error.hint("to put your verdict in its place, say the same with --overrule"));
        }
        transaction.append(Fact::ReadingJudged { before, after, batch, row, right, judged, note })?;
        Ok(())
    })?;
    Ok(Reply::new(said))
}

fn have_read(context: &Context, slice: &Slice, models: &[ModelRef]) -> Result<()> {
    let dataset = context.contract.dataset(&slice.dataset)?;
    for model in models {
        if !context.journal.read(|snapshot| plan::has_read(snapshot, dataset, slice, model))? {
            return Err(Error::refused(format!("{model} has not read {slice} as it is now"))
                .hint(format!("assay run --model {model} --period {}", slice.period)));
        }
    }
    Ok(())
}
