//! A batch: what became of it, its columns, its rejected rows, its first rows.

use super::{Item, Link, instant};
use crate::base::text::counted;
use crate::ops::BatchDetail;
use crate::tui::app::place::Place;
use crate::tui::app::words::{Piece, Tone, Word};

pub(super) fn items(detail: &BatchDetail) -> Vec<Item> {
    let mut items = facts(detail);
    items.extend(detail.releases.iter().map(|release| {
        Item::fact("Releases that rest on it", "release", release.to_string())
            .to(Link::To(Place::Release(release.clone())))
    }));
    items.extend(detail.rejects.iter().map(|reject| {
        let line = reject.line.map(|line| format!(", line {line}")).unwrap_or_default();
        let pieces = vec![
            Piece::new(format!("row {}{line}: ", reject.row), Tone::Strong),
            Piece::new(reject.reason.clone(), Tone::Bad),
            Piece::new(reject.raw.as_ref().map(|raw| format!("  {raw}")).unwrap_or_default(), Tone::Quiet),
        ];
        Item::text("Rows rejected", pieces)
    }));
    items.extend(detail.columns.iter().map(|(delivered, field)| {
        let field =
            field.as_ref().map_or_else(|| Piece::new("not used", Tone::Quiet), |field| Piece::plain(field.clone()));
        Item::text("Columns as delivered → field of the contract", vec![Piece::plain(format!("{delivered} → ")), field])
    }));
    items.extend(detail.preview.iter().enumerate().map(|(index, cells)| {
        let mut pieces = vec![Piece::new(format!("{:>3} ", index + 1), Tone::Quiet)];
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                pieces.push(Piece::new(" | ", Tone::Quiet));
            }
            pieces
                .push(cell.as_ref().map_or_else(|| Piece::new("null", Tone::Quiet), |text| Piece::plain(text.clone())));
        }
        Item::text("First rows as delivered", pieces)
    }));
    items
}

fn facts(detail: &BatchDetail) -> Vec<Item> {
    const BATCH: &str = "Batch";
    let row = &detail.row;
    let misread =
        row.misread.as_ref().map(|read_in| format!("read as {read_in}, and the contract says otherwise now: a"));
    let note = misread.or_else(|| row.note.clone()).map(|note| format!(": {note}")).unwrap_or_default();
    vec![
        Item::text(BATCH, vec![Word::from(row.state).piece(), Piece::plain(note)]),
        Item::fact(BATCH, "file", format!("{} ({})", row.file, counted(row.bytes, "byte"))),
        Item::fact(
            BATCH,
            "slice",
            format!("{}/{}/{}, revision {}", row.dataset, row.period, row.provider, row.revision),
        )
        .to(Link::Cell { dataset: row.dataset.clone(), period: row.period, provider: row.provider.clone() }),
        Item::fact(BATCH, "rows", format!("{}, {} of them rejected", counted(row.rows, "row"), row.rejected)),
        Item::fact(BATCH, "came in", format!("{} by {}", instant(row.at), row.by)),
    ]
}
