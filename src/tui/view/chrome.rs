//! What surrounds the panes: who and where, tabs, running tasks, what was just said, keys.

use crate::base::text::{counted, grouped};
use crate::domain::TaskKind;
use crate::domain::progress::{Progress, Step};
use crate::tui::app::{
    Area, COMMANDS, Command, Id, Overlay, Scope, State, TextField, Tone, footer_scope, is_heard, tabs as placed_tabs,
    why_not,
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
        if overview.contract_differs {
            marks.push(("! assay.toml differs: C".to_owned(), Tone::Warning));
        }
        if overview.waiting_files > 0 {
            let verb = if overview.waiting_files == 1 { "waits" } else { "wait" };
            marks.push((format!("{} {verb}: i", counted(overview.waiting_files, "file")), Tone::Warning));
        }
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
    let unit = if progress.kind == TaskKind::Train { "sentence" } else { "row" };
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

/// The keys valid now; those that can't be used now stand in brackets, or aren't there. `? help` is always there.
pub fn footer(canvas: &mut Canvas<'_>, area: Area, state: &State) {
    let scope = footer_scope(state);
    let hints = || COMMANDS.iter().filter(|command| !command.hint.is_empty() && is_heard(command, scope));
    let is_tail = |command: &&Command| matches!(command.id, Id::Filter | Id::Palette | Id::Help);
    let tail: Vec<String> = hints().filter(is_tail).map(hint).collect();
    let tail = tail.join("  ");
    let room = area.width.saturating_sub(u16::try_from(width(&tail)).unwrap_or(u16::MAX).saturating_add(1));
    let mut x = 1;
    for command in hints().filter(|command| !is_tail(command)) {
        let refused = matches!(scope, Scope::Pane(_)) && why_not(state, command.id).is_some();
        // What few lines allow would on all others only take the room of what can be used.
        if refused && matches!(command.id, Id::Fold | Id::Rollback) {
            continue;
        }
        let (text, tone) =
            if refused { (format!("({})", hint(command)), Tone::Quiet) } else { (hint(command), Tone::Plain) };
        if x + u16::try_from(width(&text)).unwrap_or(u16::MAX).min(1000) + 1 > room {
            break;
        }
        x = canvas.say(area, x, 0, &text, tone) + 2;
    }
    if matches!(state.overlay, Some(Overlay::Dialog(_) | Overlay::Choice(_) | Overlay::Filter(_))) {
        return;
    }
    canvas.say(area, room, 0, &tail, Tone::Quiet);
}

fn hint(command: &Command) -> String {
    format!("{} {}", command.keys.first().copied().unwrap_or_default(), command.hint)
}
