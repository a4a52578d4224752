//! An anomaly: the finding, its chart, the rows to look at.

use super::{Body, Item, instant, number};
use crate::ops::AnomalyDetail;
use crate::tui::app::words::{Piece, Tone, Word};

/// The samples come first, so that an assessor's cursor starts on the first row to judge.
pub(super) fn items(detail: &AnomalyDetail) -> Vec<Item> {
    let mut items: Vec<Item> = (0..detail.samples.len())
        .map(|index| Item { section: "Rows to look at (a accept, x reject)", body: Body::Sample(index), link: None })
        .collect();
    if !detail.history.is_empty() {
        items.push(Item { section: "The metric over the periods", body: Body::Chart, link: None });
    }
    items.extend(facts(detail));
    items
}

fn facts(detail: &AnomalyDetail) -> Vec<Item> {
    const FINDING: &str = "The finding";
    let (row, anomaly) = (&detail.row, &detail.anomaly);
    let mut items = vec![Item::text(
        FINDING,
        vec![
            Word::from(row.severity).piece(),
            Piece::new(format!(" {} ", row.check), Tone::Strong),
            Piece::plain(row.explanation.clone()),
        ],
    )];
    if let Some(metric) = &anomaly.metric {
        items.push(Item::fact(FINDING, "metric", metric.clone()));
    }
    if let Some(observed) = row.observed {
        items.push(Item::fact(FINDING, "measured", number(observed)));
    }
    if let Some((low, high)) = row.expected {
        items.push(Item::fact(FINDING, "would pass", format!("{} to {}", number(low), number(high))));
    }
    items.push(Item::fact(FINDING, "model", row.model.to_string()));
    items.push(Item::fact(FINDING, "opened", instant(row.at)));
    if let Some(settled) = &anomaly.settled {
        let until = settled.until.map(|until| format!(", until {until}")).unwrap_or_default();
        let text = format!("{} by {}{until}: {}", instant(settled.at), settled.by, settled.reason);
        items.push(Item::fact(FINDING, row.state.as_str(), text));
    }
    items
}
