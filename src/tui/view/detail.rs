//! One thing in full: a heading, then its items.

use crate::domain::Sample;
use crate::domain::model_change::{ChangedRow, ReadingVerdict, RightReading, listed};
use crate::ops::AnomalyDetail;
use crate::tui::app::{Area, Body, Detail, DetailContent, Item, Piece, Said, Tone, Word};
use crate::tui::widgets::canvas::Canvas;
use crate::tui::widgets::chart::Chart;
use crate::tui::widgets::marked::marked;
use crate::tui::widgets::page::{self, Block};
use crate::tui::widgets::wrap::wrap;

/// Lines of a text that isn't selected.
const FOLDED: usize = 2;

pub fn draw(canvas: &mut Canvas<'_>, area: Area, detail: &Detail) {
    canvas.clear(area);
    let (top, below) = area.top_row();
    let mut title = vec![Piece::new(format!("‹ {}  ", detail.place.name()), Tone::Strong)];
    title.extend(detail.content.as_ref().map(heading).unwrap_or_default());
    canvas.pieces(top, 1, 0, &title, false);
    let below = match &detail.error {
        None => below,
        Some(error) => {
            let (line, rest) = below.top_row();
            canvas.say(line, 1, 0, &format!("✗ {}  (ctrl-r tries again)", error.with_hints()), Tone::Bad);
            rest
        }
    };
    let Some(content) = &detail.content else {
        if detail.error.is_none() {
            canvas.say(below, 2, 1, &format!("… loading {}", detail.place.name()), Tone::Quiet);
        }
        return;
    };
    let room = usize::from(below.width.saturating_sub(3));
    let blocks: Vec<Block> = detail
        .items()
        .iter()
        .enumerate()
        .map(|(index, item)| block(item, detail, content, room, index == detail.cursor))
        .collect();
    page::draw(canvas, below, &blocks, detail.cursor);
}

fn heading(content: &DetailContent) -> Vec<Piece> {
    match content {
        DetailContent::Batch(detail) => {
            vec![
                Piece::plain(format!("{} {}  ", detail.row.provider, detail.row.period)),
                Word::from(detail.row.state).piece(),
            ]
        }
        DetailContent::Model(detail) => vec![Piece::plain(detail.row.aliases.join(", "))],
        DetailContent::Comparison(detail) => {
            vec![Piece::plain(format!("{} beside {}", detail.after, detail.before))]
        }
        DetailContent::Anomaly(detail) => {
            let row = &detail.row;
            let about = format!(
                "  {} of {} judged  {} of {} {}",
                row.assessed, row.samples, row.check, row.subject, row.period
            );
            vec![Word::from(row.state).piece(), Piece::plain(about)]
        }
        DetailContent::Release(detail) => {
            let mut pieces =
                vec![Word::from(detail.row.state).piece(), Piece::plain(format!("  {}  ", detail.row.model))];
            pieces.extend(detail.row.state.is_open().then(|| match detail.row.blocked_by.len() {
                0 => Piece::new("✓ ready", Tone::Good),
                1 => Piece::new("✗ blocked by 1 reason", Tone::Bad),
                count => Piece::new(format!("✗ blocked by {count} reasons"), Tone::Bad),
            }));
            pieces
        }
        DetailContent::Event(detail) => vec![Piece::plain(detail.row.kind.clone())],
        DetailContent::Task(row) => vec![Word::from(&row.state).piece()],
    }
}

/// Long texts are cut to two lines until they are selected.
fn block(item: &Item, open: &Detail, content: &DetailContent, room: usize, selected: bool) -> Block {
    let lines = match (&item.body, content) {
        (Body::Text(pieces), _) => {
            let mut lines = wrap(pieces, room.saturating_sub(1), 2);
            if !selected && lines.len() > FOLDED {
                lines.truncate(FOLDED);
                if let Some(last) = lines.last_mut() {
                    last.push(Piece::new("…", Tone::Quiet));
                }
            }
            lines
        }
        (Body::Sample(index), DetailContent::Anomaly(detail)) => {
            let said = |one| open.judging.of(one);
            detail.samples.get(*index).map(|one| sample(one, said(one), room)).unwrap_or_default()
        }
        (Body::Changed(index), DetailContent::Comparison(detail)) => {
            let lines = detail.samples.get(*index).map(changed_lines).unwrap_or_default();
            wrapped(&lines, room)
        }
        (Body::Chart, DetailContent::Anomaly(detail)) => chart(detail, room),
        _ => Vec::new(),
    };
    Block { section: item.section, lines }
}

fn chart(detail: &AnomalyDetail, room: usize) -> Vec<Vec<Piece>> {
    let row = &detail.row;
    Chart { history: &detail.history, band: row.expected, now: row.period, observed: row.observed }.lines(room)
}

/// A row to judge: why it was picked, its text with what the model found, its other cells, the verdict.
fn sample(sample: &Sample, said: Option<&Said>, room: usize) -> Vec<Vec<Piece>> {
    wrapped(&sample_lines(sample, said), room)
}

/// Lines of which the first is a heading.
fn wrapped(lines: &[Vec<Piece>], room: usize) -> Vec<Vec<Piece>> {
    lines.iter().enumerate().flat_map(|(index, pieces)| wrap(pieces, room, if index == 0 { 2 } else { 4 })).collect()
}

/// A row that two versions read differently: its text, what each of them found in it, and which one is right.
pub fn changed_lines(changed: &ChangedRow) -> Vec<Vec<Piece>> {
    let ChangedRow { slice, row, why, texts, before, after, verdict, .. } = changed;
    let mut lines = vec![vec![
        Piece::new(format!("{} {} row {row} ", slice.provider, slice.period), Tone::Strong),
        match verdict {
            None => Piece::new("○ to judge", Tone::Warning),
            Some(ReadingVerdict { right: RightReading::Neither, by, .. }) => {
                Piece::new(format!("✗ neither is right, says {by}"), Tone::Bad)
            }
            Some(ReadingVerdict { right, by, .. }) => {
                Piece::new(format!("✓ the one {right} is right, says {by}"), Tone::Good)
            }
        },
        Piece::plain(format!("  {why}")),
    ]];
    let said = |name: &str, what: String| vec![Piece::new(format!("  {name:<8}"), Tone::Quiet), Piece::plain(what)];
    lines.push(said("text", texts.values().cloned().collect::<Vec<_>>().join(" | ")));
    lines.push(said("before", listed(before)));
    lines.push(said("after", listed(after)));
    let note = verdict.as_ref().and_then(|verdict| verdict.note.clone());
    lines.extend(note.map(|note| said("note", note)));
    lines
}

/// The same, line by line, however wide. What was just `said` of it takes the place of what is on record.
pub fn sample_lines(sample: &Sample, said: Option<&Said>) -> Vec<Vec<Piece>> {
    let mut lines = vec![vec![
        Piece::new(format!("{} row {} ", sample.provider, sample.row), Tone::Strong),
        verdict(sample, said),
        Piece::plain(format!("  {}", sample.why)),
    ]];
    let has_entities = |field: &str| sample.entities.iter().any(|entity| entity.field == field);
    let mut others = Vec::new();
    for (field, text) in &sample.cells {
        let text = text.as_deref();
        if has_entities(field) {
            let mut pieces = vec![Piece::new(format!("  {field}: "), Tone::Quiet)];
            pieces.extend(marked(text.unwrap_or_default(), field, &sample.entities));
            lines.push(pieces);
        } else {
            others.push(Piece::new(format!("  {field} "), Tone::Quiet));
            others.push(text.map_or_else(|| Piece::new("null", Tone::Quiet), Piece::plain));
        }
    }
    if !others.is_empty() {
        lines.push(others);
    }
    let on_record = || sample.verdict.as_ref().and_then(|verdict| verdict.note.as_ref());
    if let Some(note) = said.map_or_else(on_record, |said| said.note.as_ref()) {
        lines.push(vec![Piece::new("  note: ", Tone::Quiet), Piece::plain(note.clone())]);
    }
    lines
}

fn verdict(sample: &Sample, said: Option<&Said>) -> Piece {
    match (said, &sample.verdict) {
        (Some(said), _) if said.accepted => Piece::new("✓ accepted", Tone::Good),
        (Some(_), _) => Piece::new("✗ rejected", Tone::Bad),
        (None, None) => Piece::new("○ to judge", Tone::Warning),
        (None, Some(verdict)) if verdict.accepted => Piece::new(format!("✓ accepted by {}", verdict.by), Tone::Good),
        (None, Some(verdict)) => Piece::new(format!("✗ rejected by {}", verdict.by), Tone::Bad),
    }
}
