//! `assay batch`.

use super::Call;
use crate::base::clock::minute;
use crate::base::{Result, text};
use crate::cli::arguments::BatchCommand;
use crate::cli::output::Output;
use crate::domain::listing::{BatchRow, Query};
use crate::domain::note::DeliveryNote;
use crate::domain::understood::{Example, Understood};
use crate::domain::{BatchId, BatchState, Request};
use crate::ops::BatchDetail;

pub fn run(call: &Call<'_>, command: &BatchCommand) -> Result<()> {
    let id = |text: &String| BatchId::from_text(text);
    match command {
        BatchCommand::List { dataset, provider, period, state } => list(
            call,
            Query {
                dataset: dataset.dataset.clone(),
                provider: provider.clone(),
                period: *period,
                state: state.clone(),
                ..Query::default()
            },
        ),
        BatchCommand::Scorecard { dataset, provider } => {
            scorecard(call, dataset.dataset.as_deref(), provider.as_deref())
        }
        // It needs no workspace.
        BatchCommand::Preview { .. } => Ok(()),
        BatchCommand::Show { batch } => show(call, &call.workspace.batch(batch)?),
        BatchCommand::Add { file, dataset, provider, period } => call.change(Request::AddBatch {
            file: file.clone(),
            dataset: dataset.dataset.clone(),
            provider: provider.clone(),
            period: *period,
        }),
        BatchCommand::Nil { dataset, provider, period, reason } => call.change(Request::NilReturn {
            dataset: dataset.dataset.clone(),
            provider: provider.clone(),
            period: *period,
            reason: reason.reason.clone(),
        }),
        BatchCommand::Accept { batch, reason } => {
            call.change(Request::AcceptBatch { batch: id(batch), reason: reason.reason.clone() })
        }
        BatchCommand::Reject { batch, reason } => {
            call.change(Request::RejectBatch { batch: id(batch), reason: reason.reason.clone() })
        }
        BatchCommand::Mappings { dataset, provider } => mappings(call, dataset.dataset.as_deref(), provider.as_deref()),
        BatchCommand::Unmap { mapping, reason } => {
            call.change(Request::TakeMappingBack { mapping: *mapping, reason: reason.reason.clone() })
        }
        BatchCommand::Withdraw { batch, reason } => {
            call.change(Request::WithdrawBatch { batch: id(batch), reason: reason.reason.clone() })
        }
    }
}

fn list(call: &Call<'_>, query: Query<BatchId>) -> Result<()> {
    let rows = call.all(query, |row: &BatchRow| row.id.clone(), |query| call.workspace.batches(query))?;
    call.list(&rows, &["batch", "period", "provider", "revision", "state", "rows", "rejected", "file"], |row| {
        vec![
            row.id.to_string(),
            row.period.to_string(),
            row.provider.clone(),
            row.revision.to_string(),
            row.state.as_str().to_owned(),
            text::grouped(row.rows),
            text::grouped(row.rejected),
            row.file.clone(),
        ]
    })
}

fn mappings(call: &Call<'_>, dataset: Option<&str>, provider: Option<&str>) -> Result<()> {
    let mut mappings = call.workspace.mappings()?;
    mappings.retain(|mapping| {
        dataset.is_none_or(|name| mapping.dataset == name) && provider.is_none_or(|name| mapping.provider == name)
    });
    call.list(&mappings, &["mapping", "dataset", "provider", "period", "reads", "by", "at", "reason"], |mapping| {
        vec![
            mapping.id.to_string(),
            mapping.dataset.clone(),
            mapping.provider.clone(),
            mapping.period.to_string(),
            mapping.words(),
            mapping.by.clone(),
            minute(mapping.at),
            mapping.reason.clone(),
        ]
    })
}

fn scorecard(call: &Call<'_>, dataset: Option<&str>, provider: Option<&str>) -> Result<()> {
    let cards = call.workspace.scorecards(dataset, provider)?;
    if provider.is_some() && !call.output.is_json() {
        let zone = call.workspace.contract()?.timezone;
        return cards.iter().try_for_each(|card| call.output.verbatim(&card.letter(zone)));
    }
    let header = [
        "dataset",
        "provider",
        "periods",
        "in time",
        "late",
        "missing",
        "revisions",
        "repaired",
        "refused",
        "columns changed",
    ];
    call.list(&cards, &header, |card| {
        let changed: Vec<String> = card.columns_changed().iter().map(ToString::to_string).collect();
        vec![
            card.dataset.clone(),
            card.provider.clone(),
            card.periods.len().to_string(),
            card.punctual().to_string(),
            card.late().to_string(),
            card.missing().to_string(),
            card.revisions().to_string(),
            text::grouped(card.repaired()),
            card.reject_percent().map_or_else(|| "-".to_owned(), |percent| format!("{percent:.2} %")),
            if changed.is_empty() { "-".to_owned() } else { changed.join(", ") },
        ]
    })
}

fn print_note(out: &Output, note: &DeliveryNote) -> Result<()> {
    let understood = note.understood.iter().flat_map(Understood::words);
    understood.map(|(name, value)| format!("{name}: {value}")).try_for_each(|line| out.line(&format!("  {line}")))?;
    for field in note.fields.iter().filter(|field| field.written.is_some()) {
        out.line(&format!("  {}", field.words()))?;
    }
    let first = |examples: &[Example]| examples.first().map(|first| format!("; {}", first.words())).unwrap_or_default();
    for repair in &note.repairs {
        out.line(&format!("  repaired: {}{}", repair.words(), first(&repair.examples)))?;
    }
    for refusal in &note.rejects {
        out.line(&format!("  refused: {}{}", refusal.words(), first(&refusal.examples)))?;
    }
    Ok(())
}

fn show(call: &Call<'_>, detail: &BatchDetail) -> Result<()> {
    if call.output.is_json() {
        return call.output.document(detail);
    }
    let (out, row) = (call.output, &detail.row);
    out.line(&format!("batch {} is {}", row.id, row.state.as_str()))?;
    let covers = row.covers_words().map(|covers| format!(", of {covers}")).unwrap_or_default();
    out.line(&format!("  {} for {}/{}, revision {}{covers}", row.provider, row.dataset, row.period, row.revision))?;
    out.line(&format!("  {} ({} bytes), by {} at {}", row.file, text::grouped(row.bytes), row.by, minute(row.at)))?;
    out.line(&format!("  {}, {} rejected", text::counted(row.rows, "row"), text::grouped(row.rejected)))?;
    if let Some(retrieved) = &detail.retrieved {
        out.line(&format!("  {}", retrieved.words()))?;
    }
    if let Some(note) = &row.note {
        out.line(&format!("  {note}"))?;
    }
    if let Some(read_in) = &row.misread {
        out.line(&format!("  it was read as {read_in}, and the contract says otherwise now"))?;
    }
    if row.misread.is_some() || row.state == BatchState::Quarantined {
        // Of what could not be read there is no note.
        let when = if detail.note.is_some() { "to take it in all the same" } else { "once it can be read" };
        out.line(&format!("  -> {when}: assay batch accept {} --reason \"...\"", row.id))?;
    }
    if let Some(note) = &detail.note {
        print_note(out, note)?;
    }
    for (delivered, field) in &detail.columns {
        out.line(&format!("  column {delivered} -> {}", field.as_deref().unwrap_or("(no field of the contract)")))?;
    }
    for reject in &detail.rejects {
        let line = reject.line.map(|line| format!(", line {line}")).unwrap_or_default();
        out.line(&format!("  rejected record {}{line}: {}", reject.row, reject.reason))?;
    }
    Ok(())
}
