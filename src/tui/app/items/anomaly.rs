//! An anomaly: the finding, its chart, the rows to look at.

use super::{Body, Item, Link, instant, number};
use crate::domain::AnomalyState;
use crate::ops::AnomalyDetail;
use crate::tui::app::place::Place;
use crate::tui::app::words::{Piece, Tone, Word};

/// Where the cursor starts: on the first row that nobody judged yet.
pub fn first_to_judge(detail: &AnomalyDetail) -> usize {
    detail.samples.iter().position(|sample| sample.verdict.is_none()).map_or(0, |index| index + 1)
}

pub(super) fn items(detail: &AnomalyDetail) -> Vec<Item> {
    let samples = (0..detail.samples.len()).map(|index| Item::new("Rows to look at", Body::Sample(index)));
    let mut items: Vec<Item> = std::iter::once(in_short(detail)).chain(samples).collect();
    if !detail.history.is_empty() {
        items.push(Item::new("The metric over the periods", Body::Chart));
    }
    items.extend(differences(detail));
    items.extend(ways_on(detail));
    items.extend(facts(detail));
    items
}

fn in_short(detail: &AnomalyDetail) -> Item {
    let row = &detail.row;
    let fixed = row.state == AnomalyState::Fixed;
    let drift = detail.anomaly.drift.as_ref().filter(|_| !fixed);
    let text = match (&detail.anomaly.metric, drift) {
        (Some(metric), _) => {
            let is = if fixed { "was" } else { "is" };
            let measured = row.observed.map(|observed| format!(" {is} {}", number(observed))).unwrap_or_default();
            let passing = row.expected.map(|range| format!("; {range} would pass")).unwrap_or_default();
            format!(" {metric} of {}{measured}{passing}", row.subject)
        }
        // What differs is listed below.
        (None, Some(drift)) => format!(" {} of {}: {}", row.check, row.subject, drift.summary()),
        // What was counted has no name but in the sentence.
        (None, None) if fixed => format!(" {} of {} was: {}", row.check, row.subject, row.explanation),
        (None, None) => format!(" {} of {}: {}", row.check, row.subject, row.explanation),
    };
    let item = Item::text("In short", vec![Word::from(row.severity).piece(), Piece::plain(text)]);
    match detail.batches.as_slice() {
        [only] => item.to(Link::To(Place::Batch(only.id.clone()))),
        _ => item,
    }
}

/// What differs of the columns, one by one.
fn differences(detail: &AnomalyDetail) -> Vec<Item> {
    let sentences = detail.anomaly.drift.iter().flat_map(|drift| drift.sentences());
    sentences.map(|said| Item::text("What differs", vec![Piece::plain(said)])).collect()
}

/// What it is about, and what would clear it.
fn ways_on(detail: &AnomalyDetail) -> Vec<Item> {
    const ABOUT: &str = "What it is about, and what clears it (Enter leads there)";
    let row = &detail.row;
    let mut items: Vec<Item> = detail
        .batches
        .iter()
        .map(|batch| {
            let text = format!("{} revision {}, {} ({})", batch.provider, batch.revision, batch.file, batch.id);
            Item::fact(ABOUT, "batch", text).to(Link::To(Place::Batch(batch.id.clone())))
        })
        .collect();
    if matches!(row.state, AnomalyState::Open | AnomalyState::Confirmed) {
        let delivery = match &row.provider {
            Some(provider) => format!("a corrected delivery of {provider} for {}", row.period),
            None => "corrected deliveries".to_owned(),
        };
        let mended = if row.is_drift {
            "m, which accepts the columns as they came"
        } else if row.model.is_none() {
            "a mended assay.toml where it reads the delivery wrongly"
        } else {
            "another model version in production"
        };
        let clears = format!("{delivery}, {mended}, or a waiver with a reason");
        let item = Item::fact(ABOUT, "cleared by", clears);
        items.push(match &row.provider {
            Some(provider) => {
                item.to(Link::Cell { dataset: row.dataset.clone(), period: row.period, provider: provider.clone() })
            }
            None => item,
        });
    }
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
    if let Some(range) = row.expected {
        items.push(Item::fact(FINDING, "would pass", range.to_string()));
    }
    items.push(Item::fact(FINDING, "model", row.model.to_string()));
    items.push(Item::fact(FINDING, "opened", instant(row.at)));
    if let Some(settled) = &anomaly.settled {
        let text = format!("{} by {settled}", instant(settled.at));
        items.push(Item::fact(FINDING, row.state.as_str(), text));
    }
    items
}
