//! Commands: what each does to the state.

use super::change;
use super::choice::{Choice, Topic};
use super::choose::{Pick, choices, refusal};
use super::command::Id;
use super::enabled::why_not;
use super::filter::Filter;
use super::items::Link;
use super::jump;
use super::message::Effect;
use super::navigate::{self, leave_for_place, selected_place};
use super::overlay::Overlay;
use super::place::Place;
use super::state::State;
use super::text_field::TextField;
use super::words::Tone;
use crate::domain::ModelRef;

/// The filter of the log that leaves out what the pipeline notes for itself.
const DECISIONS: &str = "state:decisions";

/// Runs a command, or says why it can't run.
pub(super) fn run(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let asked_to_quit = std::mem::take(&mut state.quit_asked);
    // Back takes a notice away by itself.
    if !matches!(id, Id::Back | Id::Left) {
        state.forget_remark();
    }
    if navigate::moved(state, id) {
        return;
    }
    if matches!(id, Id::Open | Id::Right) {
        return jump::open(state, effects);
    }
    state.notice = None;
    match id {
        Id::Filter => {
            state.detail = None;
            let typed = state.list().filter().typed();
            // What is typed next is another word.
            let typed = if typed.is_empty() { String::new() } else { format!("{typed} ") };
            state.overlay = Some(Overlay::Filter(TextField::with(typed)));
        }
        Id::Palette => state.overlay = Some(Overlay::Choice(Choice::about(Topic::Palette))),
        Id::Help => state.overlay = Some(Overlay::Choice(Choice::about(Topic::Help))),
        Id::CommandLog => state.overlay = Some(Overlay::Choice(Choice::about(Topic::CommandLog))),
        Id::ActAs => act_as(state),
        Id::Reload => state.refresh(),
        Id::Copy => copy_name(state, effects),
        Id::CopyCommand => copy_command(state, effects),
        Id::Mouse => {
            state.mouse = !state.mouse;
            effects.push(Effect::CaptureMouse(state.mouse));
            let who = if state.mouse { "assay" } else { "the terminal" };
            state.say(format!("the mouse belongs to {who}"), Tone::Quiet);
        }
        Id::Quit => quit(state, asked_to_quit, effects),
        Id::Stop => stop(state, effects),
        Id::KeepFilter | Id::Close => state.overlay = None,
        Id::Cancel => change::leave(state),
        Id::DropFilter => {
            state.overlay = None;
            state.lists.of_mut(state.pane).set_filter(Filter::default());
        }
        Id::ChoiceUp => step_choice(state, -1),
        Id::ChoiceDown => step_choice(state, 1),
        Id::ChoicePageUp => step_choice(state, -page(state)),
        Id::ChoicePageDown => step_choice(state, page(state)),
        Id::Choose => choose(state, effects),
        Id::NextField | Id::PreviousField => {
            if let Some(Overlay::Dialog(dialog)) = &mut state.overlay {
                dialog.step(if id == Id::NextField { 1 } else { -1 });
            }
        }
        Id::ReadUp | Id::ReadDown => {
            let page = usize::from(state.height / 2);
            if let Some(Overlay::Dialog(dialog)) = &mut state.overlay {
                let on = if id == Id::ReadDown { dialog.scrolled + page } else { dialog.scrolled.saturating_sub(page) };
                dialog.scrolled = on;
            }
        }
        Id::Submit => change::submit(state, effects),
        Id::Decisions => decisions(state),
        Id::CompareModel => compare(state),
        _ => change::begin(state, id, effects),
    }
}

/// Narrows the log to decisions, or widens it again.
fn decisions(state: &mut State) {
    let narrowed = state.list().filter().typed() == DECISIONS;
    let filter = if narrowed { Filter::default() } else { Filter::parse(DECISIONS) };
    state.detail = None;
    state.lists.of_mut(state.pane).set_filter(filter);
    let text =
        if narrowed { "everything on record" } else { "only what people decided and what came of it; d shows all" };
    state.say(text, Tone::Quiet);
}

fn act_as(state: &mut State) {
    match why_not(state, Id::ActAs) {
        Some(reason) => state.say(format!("can't act as somebody else: {reason}"), Tone::Warning),
        None => state.overlay = Some(Overlay::Choice(Choice::about(Topic::People))),
    }
}

fn copy(state: &mut State, text: String, effects: &mut Vec<Effect>) {
    state.say(format!("copied: {text}"), Tone::Good);
    effects.push(Effect::Copy(text));
}

fn copy_name(state: &mut State, effects: &mut Vec<Effect>) {
    let name = match (&state.detail, state.period()) {
        (Some(detail), _) => Some(detail.place.name()),
        (None, Some(row)) => Some(row.period.to_string()),
        (None, None) => selected_place(state).map(|place| place.name()),
    };
    match name {
        Some(name) => copy(state, name, effects),
        None => state.say("nothing is selected", Tone::Quiet),
    }
}

/// Opens the version at hand beside the one in production.
fn compare(state: &mut State) {
    match state.model().map(|row| ModelRef::new(row.name.clone(), row.version)) {
        Some(model) => leave_for_place(state, Place::Comparison(model)),
        None => state.say("no model version is selected", Tone::Quiet),
    }
}

/// The command that clears the selected reason, else the last one of this session.
fn copy_command(state: &mut State, effects: &mut Vec<Effect>) {
    let item = state.detail.as_ref().and_then(super::detail::Detail::selected);
    let fix = match item.and_then(|item| item.link) {
        Some(Link::Clear(_, reason)) => Some(reason.fix),
        _ => None,
    };
    match fix.or_else(|| state.speech.entries().last().map(|spoken| spoken.line.clone())) {
        Some(line) => copy(state, line, effects),
        None => state.say("no command was run yet", Tone::Quiet),
    }
}

fn quit(state: &mut State, asked: bool, effects: &mut Vec<Effect>) {
    if state.is_busy() && !asked {
        state.quit_asked = true;
        state.say("work is going on in the background; again: stop it and leave", Tone::Warning);
        return;
    }
    stop(state, effects);
    effects.push(Effect::Quit);
}

fn stop(state: &mut State, effects: &mut Vec<Effect>) {
    let tickets: Vec<u64> = state.speech.running().map(|spoken| spoken.ticket).collect();
    let text = if tickets.is_empty() { "nothing is running" } else { "stopping; nothing stays half-done" };
    state.say(text, Tone::Warning);
    effects.extend(tickets.into_iter().map(|ticket| Effect::Cancel { ticket }));
}

fn step_choice(state: &mut State, by: isize) {
    let Some(Overlay::Choice(choice)) = &state.overlay else { return };
    let count = choices(state, choice).len();
    if let Some(Overlay::Choice(choice)) = &mut state.overlay {
        choice.cursor = choice.cursor.saturating_add_signed(by).min(count.saturating_sub(1));
    }
}

/// Half of the screen: as many lines as a list on top shows for certain.
fn page(state: &State) -> isize {
    (state.height / 2).cast_signed().into()
}

fn choose(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Choice(choice)) = &state.overlay else { return };
    let Some(line) = choices(state, choice).into_iter().nth(choice.cursor) else { return };
    let reason = refusal(state, &line);
    state.overlay = None;
    match (reason, line.pick) {
        (Some(reason), _) => state.say(format!("can't {}: {reason}", line.title), Tone::Warning),
        (None, Pick::Command(id)) => run(state, id, effects),
        (None, Pick::Person(name)) => effects.push(Effect::ActAs(name)),
        (None, Pick::Text(text)) => copy(state, text, effects),
    }
}
