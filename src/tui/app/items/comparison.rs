//! Two model versions on the same rows: label by label, what is found otherwise, and rows to look at.

use super::{Body, Item, Link};
use crate::base::text::{counted, grouped};
use crate::domain::model_change::{LabelChange, ModelComparison};
use crate::tui::app::place::Place;
use crate::tui::app::words::{Piece, Tone};

pub(super) fn items(comparison: &ModelComparison) -> Vec<Item> {
    let ModelComparison { before, after, rows, changed_rows, slices, unread, .. } = comparison;
    let plain = |section, line: String| Item::text(section, vec![Piece::plain(line)]);
    let period = slices.first().map(|slice| slice.period.to_string()).unwrap_or_default();
    let mut items = vec![
        Item::fact(COMPARED, "before", before.to_string()).to(Link::To(Place::Model(before.clone()))),
        Item::fact(COMPARED, "after", after.to_string()).to(Link::To(Place::Model(after.clone()))),
        Item::fact(COMPARED, "rows", format!("{} of {period}, {} differ", grouped(*rows), grouped(*changed_rows))),
    ];
    items.extend((comparison.failed_rows > 0).then(|| {
        let line = format!("… {} left out, which one of them could not read", counted(comparison.failed_rows, "row"));
        Item::text(COMPARED, vec![Piece::new(line, Tone::Warning)])
    }));
    items.extend(unread.first().map(|first| {
        let line = format!(
            "… {} left out, the first {} by {}",
            counted(unread.len() as u64, "slice"),
            first.slice,
            first.model
        );
        Item::text(COMPARED, vec![Piece::new(line, Tone::Warning)])
    }));
    items.extend(comparison.labels.iter().map(|(label, change)| Item::fact("Entities by label", label, told(change))));
    let relabelled = |one: &crate::domain::model_change::Relabelled| {
        plain("Other labels", format!("{} -> {}: {}", one.from, one.to, grouped(one.count)))
    };
    items.extend(comparison.relabelled.iter().map(relabelled));
    items.extend(comparison.surfaces.iter().map(|one| plain("What is most often found otherwise", one.to_string())));
    items.extend(comparison.samples.iter().enumerate().map(|(index, changed)| {
        Item::new(ROWS, Body::Changed(index)).to(Link::To(Place::Batch(changed.batch.clone())))
    }));
    items
}

const COMPARED: &str = "Compared";
const ROWS: &str = "Rows that differ (which is right? < before, > after, x neither)";

fn told(change: &LabelChange) -> String {
    let LabelChange { before, after, same, moved, relabelled, gained, lost } = *change;
    let agreement = change.agreement().map_or_else(|| "-".to_owned(), |agreement| format!("{agreement:.3}"));
    let changes = [("gained", gained), ("lost", lost), ("relabelled", relabelled), ("moved", moved)];
    let changes = changes.into_iter().filter(|(_, count)| *count > 0);
    let head = format!("{} -> {}   agreement {agreement}   same {}", grouped(before), grouped(after), grouped(same));
    changes.fold(head, |line, (name, count)| format!("{line}   {name} {}", grouped(count)))
}
