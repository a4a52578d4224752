//! A batch: what became of it, its columns, its rejected rows, its first rows.

use super::{Item, Link, instant};
use crate::base::text::counted;
use crate::domain::note::{DeliveryNote, FieldRead};
use crate::domain::understood::{Counted, Example, InWords, Understood};
use crate::ops::BatchDetail;
use crate::tui::app::place::Place;
use crate::tui::app::words::{Piece, Tone, Word};

pub(super) fn items(detail: &BatchDetail) -> Vec<Item> {
    let mut items = facts(detail);
    items.extend(detail.releases.iter().map(|release| {
        Item::fact("Releases that rest on it", "release", release.to_string())
            .to(Link::To(Place::Release(release.clone())))
    }));
    items.extend(detail.note.iter().flat_map(|found| understood(found)));
    items.extend(detail.note.iter().flat_map(|found| refused(found, detail.rejects.is_empty())));
    items.extend(detail.rejects.iter().map(|reject| {
        let line = reject.line.map(|line| format!(", line {line}")).unwrap_or_default();
        let pieces = vec![
            Piece::new(format!("row {}{line}: ", reject.row), Tone::Strong),
            Piece::new(reject.reason.clone(), Tone::Bad),
            Piece::new(reject.raw.as_ref().map(|raw| format!("  {raw}")).unwrap_or_default(), Tone::Quiet),
        ];
        Item::text(REJECTED, pieces)
    }));
    items.extend(detail.note.iter().flat_map(|found| repaired(found)));
    items.extend(detail.columns.iter().map(|(delivered, field)| {
        let field =
            field.as_ref().map_or_else(|| Piece::new("not used", Tone::Quiet), |field| Piece::plain(field.clone()));
        Item::text("Columns as delivered → field of the contract", vec![Piece::plain(format!("{delivered} → ")), field])
    }));
    items.extend(detail.scorecard.iter().flat_map(|card| {
        card.words().into_iter().map(|(name, said)| Item::fact("How its provider delivers", name, said))
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

const REJECTED: &str = "Rows rejected";

/// How the file was read.
fn understood(note: &DeliveryNote) -> Vec<Item> {
    const UNDERSTOOD: &str = "How it was understood";
    let words = note.understood.iter().flat_map(Understood::words);
    let words: Vec<String> = words.map(|(name, value)| format!("{name} {value}")).collect();
    let written = note.fields.iter().filter(|field| field.written.is_some()).map(FieldRead::words);
    let lines = std::iter::once(words.join(", ")).chain(written);
    lines.map(|line| Item::text(UNDERSTOOD, vec![Piece::plain(line)])).collect()
}

/// Why records were refused, with examples where nothing else shows them.
fn refused(note: &DeliveryNote, with_examples: bool) -> Vec<Item> {
    let items = |refusal| counted_items(REJECTED, Tone::Bad, refusal, with_examples);
    note.rejects.iter().flat_map(items).collect()
}

fn repaired(note: &DeliveryNote) -> Vec<Item> {
    note.repairs.iter().flat_map(|repair| counted_items("Repaired", Tone::Strong, repair, true)).collect()
}

fn counted_items<K: InWords + Copy>(
    section: &'static str,
    tone: Tone,
    counted: &Counted<K>,
    with_examples: bool,
) -> Vec<Item> {
    let kind = Item::text(section, vec![Piece::new(counted.words(), tone)]);
    let example =
        |example: &Example| Item::text(section, vec![Piece::new(format!("  {}", example.words()), Tone::Quiet)]);
    let examples = counted.examples.iter().filter(|_| with_examples).map(example);
    std::iter::once(kind).chain(examples).collect()
}

fn facts(detail: &BatchDetail) -> Vec<Item> {
    const BATCH: &str = "Batch";
    let row = &detail.row;
    let misread =
        row.misread.as_ref().map(|read_in| format!("read as {read_in}, and the contract says otherwise now: a"));
    let note = misread.or_else(|| row.note.clone()).map(|note| format!(": {note}")).unwrap_or_default();
    let covers = row.covers_words().map(|covers| format!(", of {covers}")).unwrap_or_default();
    let mut facts = vec![
        Item::text(BATCH, vec![Word::from(row.state).piece(), Piece::plain(note)]),
        Item::fact(BATCH, "file", format!("{} ({})", row.file, counted(row.bytes, "byte"))),
        Item::fact(
            BATCH,
            "slice",
            format!("{}/{}/{}, revision {}{covers}", row.dataset, row.period, row.provider, row.revision),
        )
        .to(Link::Cell { dataset: row.dataset.clone(), period: row.period, provider: row.provider.clone() }),
        Item::fact(BATCH, "rows", format!("{}, {} of them rejected", counted(row.rows, "row"), row.rejected)),
        Item::fact(BATCH, "came in", format!("{} by {}", instant(row.at), row.by)),
    ];
    facts.extend(detail.retrieved.iter().map(|retrieved| Item::fact(BATCH, "got", retrieved.words())));
    facts
}
