//! An entry of the journal: who, when, why, and what exactly.

use super::{Item, instant};
use crate::ops::EventDetail;
use crate::tui::app::words::Piece;

/// Lines of a payload that are shown; the rest is a matter for `assay log --json`.
const MOST_LINES: usize = 500;

pub(super) fn items(detail: &EventDetail) -> Vec<Item> {
    const ENTRY: &str = "Entry";
    let row = &detail.row;
    let mut items = vec![
        Item::fact(ENTRY, "what", format!("{} of {}", row.kind, row.subject)),
        Item::fact(ENTRY, "who", format!("{} as {} by {}", row.actor, row.role, row.via)),
        Item::fact(ENTRY, "when", instant(row.at)),
        Item::fact(ENTRY, "why", row.reason.as_deref().unwrap_or("no reason was given")),
        Item::fact(ENTRY, "command", row.command.clone()),
        Item::fact(ENTRY, "hash", row.hash.clone()),
    ];
    let payload = serde_json::to_string_pretty(&detail.payload).unwrap_or_else(|error| error.to_string());
    let lines = payload.lines().take(MOST_LINES).map(|line| Item::text("Payload", vec![Piece::plain(line)]));
    items.extend(lines);
    items
}
