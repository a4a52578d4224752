//! A model version: how good it is, what it has processed, who pointed to it.

use super::{Item, Link, instant};
use crate::base::text::grouped;
use crate::domain::coverage::Covered;
use crate::domain::model::{AliasGiven, Measured, Score};
use crate::domain::{Slice, TaskState};
use crate::ops::{ModelDetail, ModelOrigin};
use crate::tui::app::words::{Piece, Tone, Word};

const SCORES: &str = "Strict entity scores on held-out data";

/// How many kinds of confusion are shown.
const CONFUSIONS: usize = 12;

pub(super) fn items(detail: &ModelDetail) -> Vec<Item> {
    let mut items = facts(detail);
    if let Some(metrics) = &detail.row.metrics {
        items.push(score("all labels", &metrics.overall));
        items.extend(metrics.leniently().map(|said| Item::fact(SCORES, "", said)));
        items.extend(metrics.labels.iter().map(|(label, one)| score(label, one)));
    }
    items.extend(detail.measured.iter().flat_map(mistakes));
    items.extend(coverage(&detail.coverage));
    items.extend(detail.alias_history.iter().map(|AliasGiven { alias, since, until, by }| {
        let until = until.map_or_else(|| "now".to_owned(), instant);
        Item::fact("Aliases over time", alias, format!("{} to {until}, by {by}", instant(*since)))
    }));
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
    let ModelOrigin { parent, command, training_data, mirrored, trained_on } = &detail.origin;
    let from = mirrored.as_ref().map(|from| format!("{}/{} of {}", from.name, from.version, from.registry));
    let data = trained_on.as_ref().map(|on| format!("{on}; seed {}", on.seed));
    let facts = [
        ("after", parent.as_ref().map(ToString::to_string)),
        ("taken from", from),
        ("trained on", data),
        ("data digest", training_data.as_ref().map(|digest| digest.short().to_owned())),
        ("made by", command.clone()),
    ];
    items.extend(facts.into_iter().filter_map(|(name, fact)| Some(Item::fact(VERSION, name, fact?))));
    if let Some(note) = &row.note {
        items.push(Item::fact(VERSION, "note", note.clone()));
    }
    if row.archived {
        items.push(Item::text(VERSION, vec![Piece::new("- archived: no longer offered", Tone::Warning)]));
    }
    items
}

/// What it took for what, and what it gets wrong again and again.
fn mistakes(measured: &Measured) -> Vec<Item> {
    let plain = |section, line: String| Item::text(section, vec![Piece::plain(line)]);
    let confused =
        measured.confused().into_iter().take(CONFUSIONS).map(|one| plain("What it takes for what", one.to_string()));
    let mistakes = measured.mistakes.iter().map(|one| plain("Most frequent mistakes", one.to_string()));
    confused.chain(mistakes).collect()
}

fn score(label: &str, score: &Score) -> Item {
    let text = format!(
        "F1 {:.3}   precision {:.3}   recall {:.3}   of {}",
        score.f1,
        score.precision,
        score.recall,
        grouped(score.support)
    );
    Item::fact(SCORES, label, text)
}

/// One line per period: provider by provider, what this version has read. Where that is not all, `Enter` lets it.
fn coverage(cells: &[Covered]) -> Vec<Item> {
    let same = |one: &Covered, other: &Covered| {
        (&one.slice.dataset, one.slice.period) == (&other.slice.dataset, other.slice.period)
    };
    cells.chunk_by(same).map(period).collect()
}

fn period(cells: &[Covered]) -> Item {
    let Slice { dataset, period, .. } = &cells[0].slice;
    let mut line = vec![Piece::new(format!("{period:<12} "), Tone::Strong)];
    for Covered { slice, state, .. } in cells {
        let word = Word::from(state);
        let why = match state {
            TaskState::Stale { cause: why } | TaskState::Failed { error: why } => format!(" ({why})"),
            TaskState::Done | TaskState::Missing | TaskState::Running => String::new(),
        };
        line.push(Piece::new(format!("{} {} {}{why}  ", word.glyph, slice.provider, word.word), word.tone));
    }
    let item = Item::text("Coverage: rows read, as they are now", line);
    if cells.iter().all(|cell| matches!(cell.state, TaskState::Done | TaskState::Running)) {
        return item;
    }
    item.to(Link::Read { model: cells[0].model.clone(), dataset: dataset.clone(), period: *period })
}
