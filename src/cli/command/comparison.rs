//! What one model version finds otherwise than another, in words.

use super::Call;
use crate::base::Result;
use crate::base::text::{counted, grouped, safe};
use crate::domain::model_change::{ChangedRow, LabelChange, ModelComparison, listed};

pub fn print(call: &Call<'_>, comparison: &ModelComparison) -> Result<()> {
    if call.output.is_json() {
        return call.output.document(comparison);
    }
    let ModelComparison { before, after, slices, unread, rows, changed_rows, .. } = comparison;
    let (out, read) = (call.output, counted(slices.len() as u64, "slice"));
    out.line(&format!(
        "{before} and {after} on {} in {read}: {} differ",
        counted(*rows, "row"),
        grouped(*changed_rows)
    ))?;
    if comparison.failed_rows > 0 {
        out.say(&format!("left out: {} that one of them could not read", counted(comparison.failed_rows, "row")));
    }
    if let Some(first) = unread.first() {
        let left = counted(unread.len() as u64, "slice");
        let (model, slice, state) = (&first.model, &first.slice, first.state.as_str());
        out.say(&format!("left out: {left} not read as they are now, the first {slice} by {model} ({state})"));
        out.say(&format!("-> to have them read: assay run --model {model}"));
    }
    let row = |(label, change): (&String, &LabelChange)| {
        let LabelChange { before, after, same, moved, relabelled, gained, lost } = *change;
        let agreement = change.agreement().map_or_else(String::new, |agreement| format!("{agreement:.3}"));
        let counts = [before, after, same, moved, relabelled, gained, lost].map(grouped);
        std::iter::once(label.clone()).chain(counts).chain([agreement]).collect()
    };
    let rows: Vec<Vec<String>> = comparison.labels.iter().map(row).collect();
    let header = ["label", "before", "after", "same", "moved", "relabelled", "gained", "lost", "agreement"];
    out.table(&header, &rows)?;
    for one in &comparison.relabelled {
        out.line(&format!("{} -> {}: {}", one.from, one.to, grouped(one.count)))?;
    }
    comparison.surfaces.iter().try_for_each(|surface| out.line(&surface.to_string()))?;
    comparison.samples.iter().try_for_each(|sample| changed_row(call, sample))?;
    if comparison.samples.iter().any(|sample| sample.verdict.is_none()) {
        let command =
            format!("assay model assess {before} {after} --batch BATCH --row ROW --right before|after|neither");
        out.say(&format!("-> to say which one has read a row right: {command}"));
    }
    Ok(())
}

fn changed_row(call: &Call<'_>, changed: &ChangedRow) -> Result<()> {
    let ChangedRow { slice, batch, row, why, texts, before, after, verdict } = changed;
    call.output.line(&format!("{slice}, batch {batch}, row {row}: {why}"))?;
    for text in texts.values() {
        call.output.line(&format!("  {}", safe(text)))?;
    }
    call.output.line(&format!("  before: {}", safe(&listed(before))))?;
    call.output.line(&format!("  after:  {}", safe(&listed(after))))?;
    verdict.iter().try_for_each(|verdict| call.output.line(&format!("  {verdict}")))
}
