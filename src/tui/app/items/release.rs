//! A release: what keeps it back, what it would change, what it rests on.

use super::{Item, Link, instant};
use crate::base::text::{counted, grouped};
use crate::domain::{Outcome, Severity};
use crate::ops::ReleaseDetail;
use crate::tui::app::detail::Place;
use crate::tui::app::words::{Piece, Tone, Word};

const GATE: &str = "Gate: what keeps it from clients (Enter leads to the place that clears it)";

pub(super) fn items(detail: &ReleaseDetail) -> Vec<Item> {
    let mut items = gate(detail);
    items.extend(changes(detail));
    items.extend(detail.cells.iter().map(|cell| {
        let pieces = vec![Piece::plain(format!("{:<16} ", cell.provider)), Word::from(cell.state).piece()];
        let item = Item::text("Completeness", pieces);
        match &cell.batch {
            Some(batch) => item.to(Link::To(Place::Batch(batch.clone()))),
            None => item.to(Link::Cell { period: detail.row.period, provider: cell.provider.clone() }),
        }
    }));
    items.extend(checks(detail));
    items.extend(facts(detail));
    items
}

fn gate(detail: &ReleaseDetail) -> Vec<Item> {
    if detail.row.blocked_by.is_empty() {
        let verdict =
            if detail.release.state.is_open() { "nothing; it may go out" } else { "nothing to decide any more" };
        return vec![Item::text(GATE, vec![Piece::new(format!("✓ {verdict}"), Tone::Good)])];
    }
    let line = |reason: &crate::domain::Reason| {
        Item::text(GATE, vec![Piece::new("✗ ", Tone::Bad), Piece::plain(reason.text.clone())])
            .to(Link::Clear(detail.row.name.clone(), reason.clone()))
    };
    detail.row.blocked_by.iter().map(line).collect()
}

/// What clients would see that they don't see now.
pub fn changes(detail: &ReleaseDetail) -> Vec<Item> {
    const CHANGES: &str = "What changes for clients";
    let changes = &detail.changes;
    let since = changes
        .since
        .as_ref()
        .map_or_else(|| "nothing is live yet".to_owned(), |live| format!("compared with {live}, live now"));
    let mut items = vec![
        Item::fact(CHANGES, "since", since),
        Item::fact(
            CHANGES,
            "rows",
            format!(
                "{} → {}{}",
                grouped(changes.rows_before),
                grouped(changes.rows_after),
                difference(changes.rows_before, changes.rows_after)
            ),
        ),
    ];
    match (&changes.model_before, &changes.since) {
        (Some(before), _) => items.push(Item::fact(CHANGES, "model", format!("{before} → {}", detail.row.model))),
        (None, None) => items.push(Item::fact(CHANGES, "model", detail.row.model.to_string())),
        (None, Some(_)) => {}
    }
    for (sign, word, batches) in
        [("+", "new batch", &changes.batches_added), ("-", "batch gone", &changes.batches_gone)]
    {
        items.extend(
            batches.iter().map(|batch| Item::text(CHANGES, vec![Piece::plain(format!("{sign} {word:<10} {batch}"))])),
        );
    }
    items.extend(changes.labels.iter().map(|(label, before, after)| {
        let text = format!("{} → {}{}", grouped(*before), grouped(*after), difference(*before, *after));
        Item::fact(CHANGES, label, text)
    }));
    items
}

/// By how much a count changed, in percent with one decimal.
fn difference(before: u64, after: u64) -> String {
    match before {
        0 => String::new(),
        _ if before == after => " (same)".to_owned(),
        _ => {
            let before = u128::from(before);
            let per_mille = (u128::from(after).abs_diff(before) * 1000 + before / 2) / before;
            let sign = if u128::from(after) > before { '+' } else { '-' };
            format!(" ({sign}{}.{} %)", per_mille / 10, per_mille % 10)
        }
    }
}

fn checks(detail: &ReleaseDetail) -> Vec<Item> {
    let mut evaluations: Vec<_> = detail.evaluations.iter().collect();
    evaluations.sort_by_key(|evaluation| match evaluation.outcome {
        Outcome::Failed => 0,
        Outcome::Unknown => 1,
        Outcome::Passed => 2,
    });
    let line = |evaluation: &&crate::domain::Evaluation| {
        let weight = if evaluation.severity == Severity::Warning { " (warning)" } else { "" };
        let named = format!(" {} of {}{weight}: ", evaluation.check, evaluation.subject);
        let pieces = vec![
            Word::from(evaluation.outcome).piece(),
            Piece::new(named, Tone::Strong),
            Piece::plain(evaluation.explanation.clone()),
        ];
        Item::text("Checks", pieces)
    };
    evaluations.iter().map(line).collect()
}

fn facts(detail: &ReleaseDetail) -> Vec<Item> {
    const RECORD: &str = "On the record";
    let release = &detail.release;
    let mut items = vec![
        Item::fact(RECORD, "opened", format!("{}: {}", instant(release.at), release.cause)),
        Item::fact(RECORD, "inputs", release.input_digest.short()),
        Item::fact(
            RECORD,
            "content",
            release.release_digest.as_ref().map_or("not assembled yet", |digest| digest.short()),
        ),
    ];
    items.extend(release.approvals.iter().map(|approval| {
        let note = approval.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        let void = detail.void.iter().find(|(by, _)| *by == approval.by).filter(|_| release.state.is_open());
        let stands = void.map(|(_, why)| format!(" (does not count: {why})")).unwrap_or_default();
        Item::fact(RECORD, "approved", format!("{} by {}{stands}{note}", instant(approval.at), approval.by))
    }));
    items.extend(detail.excluded.iter().map(|(name, why)| {
        Item::text(
            RECORD,
            vec![Piece::new("! ", Tone::Warning), Piece::plain(format!("{name} may not approve: {why}"))],
        )
    }));
    if let Some(generation) = release.generation {
        items.push(Item::fact(RECORD, "generation", generation.to_string()));
    }
    items.extend(
        detail
            .artifacts
            .iter()
            .map(|(name, bytes)| Item::fact(RECORD, "artifact", format!("{name} ({})", counted(*bytes, "byte")))),
    );
    items
}
