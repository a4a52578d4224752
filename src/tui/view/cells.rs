//! What each row of a list says, column by column as `columns` declares them.

use crate::base::text::grouped;
use crate::domain::TaskState;
use crate::domain::listing::{AnomalyRow, BatchRow, LogRow, ModelRow, ReleaseRow, TaskRow};
use crate::tui::app::{Pane, Piece, State, Tone, Word};

/// The row at a place of the list of `pane`, if it is at hand.
pub fn row(state: &State, pane: Pane, place: u64) -> Option<Vec<Piece>> {
    let lists = &state.lists;
    match pane {
        Pane::Batches => lists.batches.at(place).map(batch),
        Pane::Models => lists.models.at(place).map(model),
        Pane::Anomalies => lists.anomalies.at(place).map(anomaly),
        Pane::Releases => lists.releases.at(place).map(release),
        Pane::Log => lists.log.at(place).map(entry),
        Pane::Tasks => lists.tasks.at(place).map(task),
        Pane::Completeness => None,
    }
}

/// Characters of a text that a column could ever show; the rest of a monstrous one isn't even copied.
pub(super) const LONGEST: usize = 400;

fn brief(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

fn plain(text: impl AsRef<str>) -> Piece {
    Piece::plain(brief(text.as_ref()))
}

fn quiet(text: impl AsRef<str>) -> Piece {
    Piece::new(brief(text.as_ref()), Tone::Quiet)
}

fn strong(text: impl AsRef<str>) -> Piece {
    Piece::new(brief(text.as_ref()), Tone::Strong)
}

fn when(at: chrono::DateTime<chrono::Utc>) -> Piece {
    quiet(at.format("%Y-%m-%d %H:%M").to_string())
}

fn batch(row: &BatchRow) -> Vec<Piece> {
    let refused =
        Piece::new(format!("{:>8}", grouped(row.rejected)), if row.rejected > 0 { Tone::Warning } else { Tone::Quiet });
    vec![
        Word::from(row.state).piece(),
        plain(row.period.to_string()),
        strong(&row.provider),
        plain(format!("{:>3}", row.revision)),
        plain(format!("{:>10}", grouped(row.rows))),
        refused,
        plain(&row.file),
        when(row.at),
        quiet(&row.by),
        quiet(row.id.to_string()),
        plain(row.note.as_deref().unwrap_or_default()),
    ]
}

fn model(row: &ModelRow) -> Vec<Piece> {
    let (done, all) = row.coverage;
    let (glyph, tone) = match (row.archived, done == all) {
        (true, _) => ('-', Tone::Quiet),
        (false, true) => ('✓', Tone::Good),
        (false, false) => ('…', Tone::Plain),
    };
    vec![
        strong(format!("{}/{}", row.name, row.version)),
        plain(row.kind.as_str()),
        Piece::new(if row.archived { "archived".to_owned() } else { row.aliases.join(", ") }, tone),
        plain(row.f1.map_or_else(|| "-".to_owned(), |f1| format!("{f1:.3}"))),
        Piece::new(format!("{glyph} {done} of {all}"), tone),
        quiet(row.labels.join(" ")),
        when(row.at),
        quiet(&row.by),
        plain(row.note.as_deref().unwrap_or_default()),
    ]
}

fn anomaly(row: &AnomalyRow) -> Vec<Piece> {
    vec![
        Word::from(row.state).piece(),
        Word::from(row.severity).piece(),
        plain(row.period.to_string()),
        strong(&row.check),
        plain(&row.subject),
        plain(format!("{}/{}", row.assessed, row.samples)),
        quiet(row.id.to_string()),
        plain(&row.explanation),
        quiet(row.model.to_string()),
    ]
}

/// What the gate says of a release, shortest first.
fn gate(row: &ReleaseRow) -> Piece {
    match row.blocked_by.as_slice() {
        _ if !row.state.is_open() => quiet(""),
        [] => Piece::new("✓ ready", Tone::Good),
        [only] => Piece::new(format!("✗ {}", brief(&only.text)), Tone::Bad),
        // The number is short, so that the first reason is read in a narrow column too.
        [first, ..] => Piece::new(format!("✗ {}: {}", row.blocked_by.len(), brief(&first.text)), Tone::Bad),
    }
}

fn release(row: &ReleaseRow) -> Vec<Piece> {
    vec![
        strong(row.name.to_string()),
        Word::from(row.state).piece(),
        gate(row),
        plain(row.approvals.join(", ")),
        plain(row.model.to_string()),
        plain(row.generation.map(|generation| generation.to_string()).unwrap_or_default()),
        when(row.at),
        quiet(&row.cause),
    ]
}

fn entry(row: &LogRow) -> Vec<Piece> {
    vec![
        quiet(format!("{:>7}", row.seq)),
        when(row.at),
        plain(&row.actor),
        strong(&row.kind),
        plain(&row.subject),
        plain(row.reason.as_deref().unwrap_or_default()),
        quiet(&row.command),
    ]
}

fn task(row: &TaskRow) -> Vec<Piece> {
    let cause = match &row.state {
        TaskState::Stale { cause } => cause.as_str(),
        TaskState::Failed { error } => error.as_str(),
        TaskState::Done | TaskState::Missing | TaskState::Running => "",
    };
    vec![
        Word::from(&row.state).piece(),
        strong(row.kind.as_str()),
        plain(&row.subject),
        plain(cause),
        quiet(row.key.short()),
    ]
}
