//! What clients would see that they don't see now; of what they see already, what they did not see before.

use crate::base::text::grouped;
use crate::domain::ReleaseState;
use crate::ops::{BatchChange, ReleaseDetail};
use crate::tui::app::items::{Item, Link};
use crate::tui::app::place::Place;
use crate::tui::app::words::Piece;

/// What a release changes, item by item.
pub fn changes(detail: &ReleaseDetail) -> Vec<Item> {
    let changes = &detail.changes;
    let section = if changes.was_live { "What it changed for clients" } else { "What changes for clients" };
    let mut items = vec![
        Item::fact(section, "since", since(detail)),
        Item::fact(
            section,
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
        (Some(before), _) => items.push(Item::fact(section, "model", format!("{before} → {}", detail.row.model))),
        (None, None) => items.push(Item::fact(section, "model", detail.row.model.to_string())),
        (None, Some(_)) => {}
    }
    items.extend(changes.batches.iter().flat_map(|one| batch(section, one)));
    items.extend(changes.labels.iter().map(|(label, before, after)| {
        let causes = changes.causes(label);
        let causes = causes.map(|(data, model)| format!("   data {data:+}, model {model:+}")).unwrap_or_default();
        let text = format!("{} → {}{}{causes}", grouped(*before), grouped(*after), difference(*before, *after));
        Item::fact(section, label, text)
    }));
    items
}

fn since(detail: &ReleaseDetail) -> String {
    let state = detail.release.state;
    match (&detail.changes.since, detail.changes.was_live) {
        (Some(before), true) if state == ReleaseState::Published => {
            format!("live now; compared with {before}, live before it")
        }
        (Some(before), true) => format!("{state}; compared with {before}, which clients saw before it"),
        (None, true) if state == ReleaseState::Published => "live now; the first that clients saw".to_owned(),
        (None, true) => format!("{state}; it was the first that clients saw"),
        (Some(live), false) => format!("compared with {live}, live now"),
        (None, false) => "nothing is live yet".to_owned(),
    }
}

/// A provider with other batches: which, how many rows that touches, and the sums that it moves.
fn batch(section: &'static str, change: &BatchChange) -> Vec<Item> {
    let mut items = vec![
        Item::fact(section, &change.provider, change.batches_in_words()),
        Item::fact(section, "", change.rows_in_words()),
    ];
    if let Some(batch) = change.after.last().or(change.before.last())
        && let Some(first) = items.first_mut()
    {
        first.link = Some(Link::To(Place::Batch(batch.id.clone())));
    }
    let sums = change.rows.iter().flat_map(|rows| &rows.sums);
    items.extend(sums.map(|(name, before, after)| {
        let text = format!("sum of {name} {} → {}", readable(before), readable(after));
        Item::text(section, vec![Piece::plain(format!("{:13}{text}", ""))])
    }));
    items
}

/// A number as text with its thousands apart.
fn readable(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let Ok(whole) = whole.parse::<u64>() else { return number.to_owned() };
    let rest = rest.map(|rest| format!(".{rest}")).unwrap_or_default();
    format!("{sign}{}{rest}", grouped(whole))
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
