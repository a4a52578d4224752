//! What surrounds the panes: who and where, tabs, running tasks, what was just said, keys.

use crate::base::text::{counted, grouped};
use crate::domain::progress::{Progress, Step};
use crate::tui::app::{
    Area, COMMANDS, Command, Id, Scope, State, TextField, Tone, footer_scope, is_heard, tabs as placed_tabs, why_not,
};
use crate::tui::widgets::canvas::{Canvas, width};
use crate::tui::widgets::theme;

const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

pub fn header(canvas: &mut Canvas<'_>, area: Area, state: &State) {
    let name = state.overview.as_ref().map_or(state.me.folder.as_str(), |overview| overview.workspace.as_str());
    let x = canvas.say(area, 0, 0, " assay ", Tone::Strong);
    let me = &state.me.actor;
    let who = format!(" {} ({}) ", me.name, me.role);
    let room = area.width.saturating_sub(u16::try_from(width(&who)).unwrap_or(u16::MAX));
    let x = canvas.say(Area { width: room, ..area }, x, 0, name, Tone::Plain);
    let mut marks = Vec::new();
    if state.me.stranger {
        marks.push(("! not in [people]: you may look".to_owned(), Tone::Warning));
    }
    if let Some(overview) = &state.overview {
        if overview.contract_error.is_some() {
            marks.push(("! assay.toml can't be read: C".to_owned(), Tone::Warning));
        } else if overview.contract_differs {
            marks.push(("! assay.toml differs: C".to_owned(), Tone::Warning));
        }
        marks.extend(overview.waiting.sentence().map(|waiting| (format!("{waiting}: i"), Tone::Warning)));
        if overview.unprotected {
            marks.push(("! no [people]: everybody is owner".to_owned(), Tone::Warning));
        }
    }
    if state.me.demo {
        marks.push(("demo: A acts as others".to_owned(), Tone::Quiet));
    }
    let mut x = x;
    for (text, tone) in marks {
        x = canvas.say(Area { width: room, ..area }, x + 2, 0, &text, tone);
    }
    canvas.say(area, room, 0, &who, Tone::Strong);
}

pub fn tabs(canvas: &mut Canvas<'_>, area: Area, state: &State) {
    for tab in placed_tabs(state) {
        let tone = if tab.waiting > 0 { Tone::Strong } else { Tone::Plain };
        let style = canvas.theme.style(tone);
        let style = if tab.pane == state.pane { theme::selected(style) } else { style };
        canvas.text(area, tab.x, 0, &tab.text, style);
    }
}

pub fn strip(canvas: &mut Canvas<'_>, area: Area, state: &State) {
    let board = &state.board;
    if !state.is_busy() {
        let (glyph, tone) = match (board.failed, board.cancelled) {
            (0, 0) => ('✓', Tone::Good),
            (0, _) => ('-', Tone::Warning),
            _ => ('✗', Tone::Bad),
        };
        let x = canvas.say(area, 1, 0, &format!("{glyph} tasks: {}", over(state)), tone);
        let rest =
            board.last_failure.as_ref().map(|failure| format!("  {failure}  (t shows the tasks)")).unwrap_or_default();
        canvas.say(area, x, 0, &rest, Tone::Plain);
        return;
    }
    let spinner = SPINNER[board.frame % SPINNER.len()];
    let x = canvas.say(area, 1, 0, &format!("{spinner} "), Tone::Busy);
    if board.is_blank() {
        let line = state.speech.running().last().map(|spoken| spoken.line.as_str()).unwrap_or_default();
        canvas.say(area, x, 0, &format!("{line}  (X stops it)"), Tone::Busy);
        return;
    }
    let bar = bar(board.percent(), if area.width >= 100 { 20 } else { 8 });
    let text = format!("{bar} {} running, {} waiting, {}  ", board.running(), board.waiting(), over(state));
    let x = canvas.say(area, x, 0, &text, Tone::Busy);
    if let Some(progress) = board.foremost() {
        canvas.say(area, x, 0, &at_work(progress), Tone::Plain);
    }
}

fn over(state: &State) -> String {
    let board = &state.board;
    let parts = [(board.done, "done"), (board.failed, "failed"), (board.cancelled, "cancelled")];
    let said = parts.iter().filter(|(count, word)| *count > 0 || *word == "done");
    said.map(|(count, word)| format!("{} {word}", grouped(*count))).collect::<Vec<_>>().join(", ")
}

fn bar(percent: u64, cells: usize) -> String {
    let full = usize::try_from(percent).unwrap_or(100).min(100) * cells / 100;
    format!("{}{} {percent:>3} %", "█".repeat(full), "░".repeat(cells - full))
}

fn at_work(progress: &Progress) -> String {
    let unit = progress.kind.unit();
    let how_far = match &progress.step {
        Step::Running { done, total: Some(total) } => format!("{} of {}", grouped(*done), counted(*total, unit)),
        Step::Running { done, total: None } if *done > 0 => counted(*done, unit),
        Step::Retrying { error } => format!("again after: {error}"),
        _ => String::new(),
    };
    format!("{} {} {how_far}", progress.kind, progress.subject)
}

pub fn filter(canvas: &mut Canvas<'_>, area: Area, field: &TextField) {
    let x = canvas.say(area, 0, 0, " / ", Tone::Strong);
    canvas.field(area, x, 0, field, true);
}

pub fn notice(canvas: &mut Canvas<'_>, area: Area, state: &State) {
    if let Some(notice) = &state.notice {
        canvas.say(area, 1, 0, &notice.text, notice.tone);
    }
}

/// The keys valid now: first those that can be used, then in brackets, where there is room, those that can't. How to
/// look inside and how to find everything else is always there.
pub fn footer(canvas: &mut Canvas<'_>, area: Area, state: &State) {
    let scope = footer_scope(state);
    let is_pane = matches!(scope, Scope::Pane(_));
    let hints = COMMANDS.iter().filter(|command| !command.hint.is_empty() && is_heard(command, scope));
    let (tail, own): (Vec<&Command>, Vec<_>) =
        hints.partition(|command| matches!(command.id, Id::Open | Id::Filter | Id::Palette | Id::Help));
    let is_refused = |command: &Command| is_pane && why_not(state, command.id).is_some();
    let said = |command: &Command| if is_refused(command) { format!("({})", hint(command)) } else { hint(command) };
    let tail =
        tail.into_iter().filter(|command| is_pane && !is_refused(command)).map(hint).collect::<Vec<_>>().join("  ");
    let room = usize::from(area.width).saturating_sub(width(&tail) + 1);
    let (refused, usable): (Vec<&Command>, Vec<_>) = own.into_iter().partition(|command| is_refused(command));
    // What few lines allow would on all others only take room.
    let rarely = |id| {
        matches!(
            id,
            Id::Fold
                | Id::Rollback
                | Id::WithdrawBatch
                | Id::WithdrawRelease
                | Id::ReopenAnomaly
                | Id::BeforeIsRight
                | Id::AfterIsRight
                | Id::NeitherIsRight
        )
    };
    let refused = refused.into_iter().filter(|command| !rarely(command.id));
    let mut x = 1;
    for command in usable.into_iter().chain(refused) {
        let text = said(command);
        if usize::from(x) + width(&text) + 2 > room {
            break;
        }
        let tone = if is_refused(command) { Tone::Quiet } else { Tone::Plain };
        x = canvas.say(area, x, 0, &text, tone) + 2;
    }
    canvas.say(area, u16::try_from(room).unwrap_or(u16::MAX), 0, &tail, Tone::Quiet);
}

fn hint(command: &Command) -> String {
    format!("{} {}", command.keys.first().copied().unwrap_or_default(), command.hint)
}
