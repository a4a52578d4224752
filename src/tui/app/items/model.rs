//! A model version: how good it is, what it has processed, who pointed to it.

use std::collections::BTreeMap;

use super::{Item, instant};
use crate::base::text::grouped;
use crate::domain::model::Score;
use crate::domain::{Period, TaskState};
use crate::ops::ModelDetail;
use crate::tui::app::words::{Piece, Tone, Word};

pub(super) fn items(detail: &ModelDetail) -> Vec<Item> {
    let mut items = facts(detail);
    if let Some(metrics) = &detail.row.metrics {
        items.push(score("all labels", &metrics.overall));
        items.extend(metrics.labels.iter().map(|(label, one)| score(label, one)));
    }
    items.extend(coverage(&detail.coverage));
    items.extend(
        detail
            .alias_history
            .iter()
            .map(|(at, alias, by)| Item::fact("Aliases over time", alias, format!("{} by {by}", instant(*at)))),
    );
    items
}

fn facts(detail: &ModelDetail) -> Vec<Item> {
    const VERSION: &str = "Version";
    let row = &detail.row;
    let aliases = if row.aliases.is_empty() { "none".to_owned() } else { row.aliases.join(", ") };
    let mut items = vec![
        Item::fact(VERSION, "kind", row.kind.as_str()),
        Item::fact(VERSION, "aliases", aliases),
        Item::fact(VERSION, "labels", row.labels.join(", ")),
        Item::fact(VERSION, "registered", format!("{} by {}", instant(row.at), row.by)),
    ];
    if let Some(note) = &row.note {
        items.push(Item::fact(VERSION, "note", note.clone()));
    }
    if row.archived {
        items.push(Item::text(VERSION, vec![Piece::new("- archived: no longer offered", Tone::Warning)]));
    }
    items
}

fn score(label: &str, score: &Score) -> Item {
    let text = format!(
        "F1 {:.3}   precision {:.3}   recall {:.3}   of {}",
        score.f1,
        score.precision,
        score.recall,
        grouped(score.support)
    );
    Item::fact("Strict entity scores on held-out data", label, text)
}

/// One line per period: provider by provider, what this version has processed.
fn coverage(cells: &[(Period, String, TaskState)]) -> Vec<Item> {
    let mut periods: BTreeMap<Period, Vec<Piece>> = BTreeMap::new();
    for (period, provider, state) in cells {
        let word = Word::from(state);
        let head = || vec![Piece::new(format!("{period:<12} "), Tone::Strong)];
        let line = periods.entry(*period).or_insert_with(head);
        line.push(Piece::new(format!("{} {provider} {}  ", word.glyph, word.word), word.tone));
    }
    let lines = periods.into_values().rev();
    lines.map(|line| Item::text("Coverage: slices under the present inputs", line)).collect()
}
