//! A dialog: what is about to happen, what it would do, what has to be typed. Danger has its own frame and words.

use super::detail::{changed_lines, sample_lines};
use crate::base::text::counted;
use crate::domain::BatchId;
use crate::ops::ReleaseDetail;
use crate::tui::app::{
    Area, Ask, Body, DetailContent, Dialog, Fetched, PLACEHOLDER, Pane, Piece, Risk, State, Tone, release_changes,
    still_may, with_key,
};
use crate::tui::widgets::canvas::Canvas;
use crate::tui::widgets::wrap::wrap;

const WIDEST: u16 = 96;
/// How the sentence goes on that repeats the command line.
const COMMAND: &str = " would run: assay ";

pub fn draw(canvas: &mut Canvas<'_>, state: &State, dialog: &Dialog) {
    let width = state.width.saturating_sub(2).min(WIDEST);
    let room = usize::from(width.saturating_sub(4));
    let mut said = Vec::new();
    for pieces in finding(state, dialog).into_iter().chain(judged_row(state, dialog)).chain(content(dialog, state.pane))
    {
        said.extend(wrap(&pieces, room, 2));
    }
    let complaint = complaint(dialog, room);
    let asked = asked_rows(dialog, complaint.len());
    let wanted = u16::try_from(said.len()).unwrap_or(u16::MAX).saturating_add(asked).saturating_add(2);
    let height = wanted.min(state.height.saturating_sub(1));
    let area = Area {
        x: (state.width - width) / 2,
        y: state.height.saturating_sub(1).saturating_sub(height) / 2,
        width,
        height,
    };
    let danger = dialog.ask.risk() == Risk::Danger;
    let title = if danger { format!("DANGER: {}", dialog.ask.title()) } else { dialog.ask.title() };
    let inside = canvas.frame(area, &title, if danger { Tone::Danger } else { Tone::Plain });
    let (above, below) = inside.bottom_rows(asked);
    // The line that says that there is more takes the place of one.
    let fitting = usize::from(above.height).saturating_sub(1);
    let beyond = said.len().saturating_sub(usize::from(above.height));
    let scrolled = dialog.scrolled.min(if beyond > 0 { said.len().saturating_sub(fitting) } else { 0 });
    let hidden = (said.len() - scrolled).saturating_sub(fitting);
    let shown = if beyond == 0 { usize::from(above.height) } else { fitting };
    for (y, pieces) in (0..above.height).zip(said.iter().skip(scrolled).take(shown)) {
        canvas.pieces(above, 1, y, pieces, false);
    }
    if beyond > 0 && above.height > 0 {
        let more = counted(hidden as u64, "more line");
        let text = if hidden > 0 { format!("… {more}; PgDn shows them") } else { "PgUp goes back".to_owned() };
        canvas.say(above, 1, above.height - 1, &text, Tone::Quiet);
    }
    asked_for(canvas, below, dialog, &complaint);
}

/// Rows of what is wrong at the most: the fields have to stay in sight.
const COMPLAINT: usize = 6;

/// Why it was not done, all of it, or that it is being done.
fn complaint(dialog: &Dialog, room: usize) -> Vec<Vec<Piece>> {
    let said = match (&dialog.complaint, dialog.sent) {
        (_, Some(_)) => Piece::new("▶ it is being done", Tone::Busy),
        (Some(complaint), None) => Piece::new(format!("! {complaint}"), Tone::Warning),
        (None, None) => Piece::plain(""),
    };
    let mut lines = wrap(&[said], room, 2);
    lines.truncate(COMPLAINT);
    lines
}

/// One row per field, at least one for what is wrong, one for the keys.
fn asked_rows(dialog: &Dialog, complaint: usize) -> u16 {
    u16::try_from(dialog.fields.len() + complaint.max(1) + 1).unwrap_or(u16::MAX)
}

fn asked_for(canvas: &mut Canvas<'_>, area: Area, dialog: &Dialog, complaint: &[Vec<Piece>]) {
    let mut y = 0;
    for (index, field) in dialog.fields.iter().enumerate() {
        let focused = index == dialog.focus;
        let mark = if focused { "▸ " } else { "  " };
        let x = canvas.say(
            area,
            1,
            y,
            &format!("{mark}{}: ", field.label),
            if focused { Tone::Strong } else { Tone::Quiet },
        );
        canvas.field(area, x, y, &field.input, focused);
        y += 1;
    }
    for pieces in complaint {
        canvas.pieces(area, 1, y, pieces, false);
        y += 1;
    }
    let does = match &dialog.preview {
        Fetched::Unasked | Fetched::Awaited(_) => "shows what it would do",
        Fetched::Failed(_) if dialog.hangs_on_input() => "shows what it would do",
        Fetched::There(_) | Fetched::Failed(_) => "does it",
    };
    let next = if dialog.fields.len() > 1 { "   Tab next field" } else { "" };
    canvas.say(area, 1, y, &format!("Enter {does}   Esc leaves it{next}"), Tone::Quiet);
}

/// What the person is about to settle.
fn finding(state: &State, dialog: &Dialog) -> Option<Vec<Piece>> {
    let settles = matches!(dialog.ask, Ask::ConfirmAnomaly(_) | Ask::WaiveAnomaly(_) | Ask::ReopenAnomaly(_));
    let row = state.anomaly().filter(|_| settles)?;
    let about = format!("{} of {} in {}: ", row.check, row.subject, row.period);
    Some(vec![Piece::new(about, Tone::Strong), Piece::plain(row.explanation.clone())])
}

/// The row that is about to be judged, and whose verdict that would replace.
fn judged_row(state: &State, dialog: &Dialog) -> Vec<Vec<Piece>> {
    if let Ask::AssessReading { batch, row, .. } = &dialog.ask {
        return judged_reading(state, batch, *row);
    }
    let Ask::Assess { batch, row, .. } = &dialog.ask else { return Vec::new() };
    let Some(DetailContent::Anomaly(anomaly)) = state.detail.as_ref().and_then(|detail| detail.content.as_ref()) else {
        return Vec::new();
    };
    let Some(sample) = anomaly.samples.iter().find(|one| one.batch == *batch && one.row == *row) else {
        return Vec::new();
    };
    let mut lines = sample_lines(sample, None);
    if let Some(verdict) = sample.verdict.as_ref().filter(|verdict| verdict.by != state.me.actor.name) {
        let word = if verdict.accepted { "accepted" } else { "rejected" };
        let text = format!("! {} {word} this row already; yours takes the place of that", verdict.by);
        lines.push(vec![Piece::new(text, Tone::Warning)]);
    }
    lines
}

fn judged_reading(state: &State, batch: &BatchId, row: u64) -> Vec<Vec<Piece>> {
    let content = state.detail.as_ref().and_then(|detail| detail.content.as_ref());
    let Some(DetailContent::Comparison(comparison)) = content else { return Vec::new() };
    let changed = comparison.samples.iter().find(|one| one.batch == *batch && one.row == row);
    let mut lines = changed.map(changed_lines).unwrap_or_default();
    if let Some(verdict) = changed.and_then(|changed| changed.verdict.as_ref()) {
        let text = format!("! {verdict}; yours takes the place of that");
        lines.push(vec![Piece::new(text, Tone::Warning)]);
    }
    lines
}

fn content(dialog: &Dialog, pane: Pane) -> Vec<Vec<Piece>> {
    let line = dialog.request().command_line();
    let mut lines = Vec::new();
    match &dialog.release {
        Fetched::Unasked => {}
        Fetched::Awaited(_) => lines.push(vec![Piece::new("… loading the release", Tone::Quiet)]),
        Fetched::Failed(error) => lines.push(failure(error)),
        Fetched::There(detail) => lines.extend(release(dialog, detail)),
    }
    match &dialog.preview {
        Fetched::Unasked => {}
        Fetched::Awaited(_) => lines.push(vec![Piece::new("… looking at what it would do", Tone::Quiet)]),
        Fetched::Failed(error) => {
            lines.push(failure(error));
            lines.extend(error.hints().iter().map(|hint| vec![Piece::plain(format!("  {}", with_key(hint, pane)))]));
        }
        Fetched::There(sentences) => {
            // Who would run which command line, and what is still to be typed, is shown as typed so far, below.
            let said: Vec<_> =
                sentences.iter().filter(|one| !one.contains(PLACEHOLDER) && !one.contains(COMMAND)).collect();
            lines.extend((!said.is_empty()).then(|| vec![Piece::new("What it would do", Tone::Strong)]));
            lines.extend(said.into_iter().map(|sentence| vec![Piece::plain(format!("  {sentence}"))]));
        }
    }
    // What follows for other releases comes first: where there is little room, it must not be what is hidden.
    if let Fetched::There(detail) = &dialog.release
        && !takes_away(dialog)
    {
        lines.push(vec![Piece::new("What changes for clients", Tone::Strong)]);
        lines.extend(release_changes(detail).into_iter().filter_map(|item| match item.body {
            Body::Text(pieces) => Some(std::iter::once(Piece::plain("  ")).chain(pieces).collect()),
            Body::Sample(_) | Body::Changed(_) | Body::Chart => None,
        }));
    }
    lines.push(vec![Piece::new(line, Tone::Quiet)]);
    lines.push(Vec::new());
    lines
}

fn failure(error: &crate::base::Error) -> Vec<Piece> {
    vec![Piece::new("✗ ", Tone::Bad), Piece::plain(error.one_line())]
}

/// What would be published, or taken away.
fn release(dialog: &Dialog, detail: &ReleaseDetail) -> Vec<Vec<Piece>> {
    let heading = if takes_away(dialog) { "What clients see now" } else { "What will be published" };
    let digest = detail.release.release_digest.as_ref().map_or("not assembled", |digest| digest.short());
    let approvals =
        if detail.row.approvals.is_empty() { "nobody yet".to_owned() } else { detail.row.approvals.join(", ") };
    let mut lines = vec![
        vec![Piece::new(heading, Tone::Strong)],
        vec![Piece::plain(format!(
            "  {} of {}, model {}, content {digest}",
            counted(detail.total_rows, "row"),
            detail.row.name,
            detail.row.model
        ))],
        vec![Piece::plain(format!("  approved by {approvals}"))],
    ];
    if !takes_away(dialog) {
        lines.extend(
            detail.waived.iter().map(|waived| vec![Piece::new("  ! ", Tone::Warning), Piece::plain(waived.sentence())]),
        );
    }
    if matches!(dialog.ask, Ask::Approve(_)) {
        lines.push(vec![Piece::plain(format!("  still may approve: {}", still_may(&detail.row)))]);
    }
    if !detail.artifacts.is_empty() {
        let names: Vec<&str> = detail.artifacts.iter().map(|(name, _)| name.as_str()).collect();
        lines.push(vec![Piece::plain(format!("  artifacts: {}", names.join(", ")))]);
    }
    lines
}

/// Whether clients lose what the dialog shows.
fn takes_away(dialog: &Dialog) -> bool {
    matches!(dialog.ask, Ask::Rollback { .. } | Ask::WithdrawRelease(_))
}
