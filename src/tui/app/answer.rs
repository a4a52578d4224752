//! What comes back from the workers: rows, details, previews, progress, outcomes.

use super::message::{Answer, Msg};
use super::overlay::Overlay;
use super::state::State;
use super::words::Tone;
use crate::base::text::counted;
use crate::base::{ErrorKind, Result};
use crate::ops::Reply;

/// Takes an answer; false where nothing on the screen changes, because nobody waits for it any more.
pub(super) fn answered(state: &mut State, msg: Msg) -> bool {
    match msg {
        Msg::Loaded { generation, answer } => return loaded(state, generation, answer.map(|answer| *answer)),
        Msg::Previewed { generation, answer } => match &mut state.overlay {
            Some(Overlay::Dialog(dialog)) => return dialog.previewed(generation, answer),
            _ => return false,
        },
        Msg::Progressed(facts) => facts.into_iter().for_each(|fact| state.board.note(fact)),
        Msg::Performed { ticket, answer } => performed(state, ticket, &answer),
        Msg::Acting(Ok(actor)) => {
            state.say(format!("you act as {}, {}", actor.name, actor.role), Tone::Good);
            state.me.actor = actor;
            state.me.stranger = false;
            refresh(state);
        }
        Msg::Acting(Err(error)) => state.say(error.one_line(), Tone::Bad),
        Msg::Changed => refresh(state),
        Msg::Unwatched(error) => {
            state.say(format!("what is shown may be old: {}", error.one_line()), Tone::Warning);
        }
        Msg::Key(_) | Msg::Paste(_) | Msg::Mouse { .. } | Msg::Resized { .. } | Msg::Tick | Msg::Terminated => {
            return false;
        }
    }
    true
}

/// Asks again for what is on the screen.
pub(super) fn refresh(state: &mut State) {
    state.freshness.wanted = true;
    state.lists.of_mut(state.pane).refresh();
    if let Some(detail) = &mut state.detail {
        detail.refresh();
    }
}

fn loaded(state: &mut State, generation: u64, answer: Result<Answer>) -> bool {
    if state.freshness.awaited.take_if(|awaited| *awaited == generation).is_some() {
        match answer {
            Ok(Answer::Overview(overview)) => {
                state.me.under(&overview);
                state.overview = Some(overview);
            }
            Ok(_) => return false,
            Err(error) => state.say(error.one_line(), Tone::Bad),
        }
        return true;
    }
    if let Some(Overlay::Dialog(dialog)) = &mut state.overlay
        && dialog.awaits(generation)
    {
        return dialog.arrive(generation, answer);
    }
    if let Some(detail) = state.detail.as_mut().filter(|detail| detail.awaits(generation)) {
        let before = detail.judged();
        let arrived = detail.arrive(generation, answer);
        if let (Some((_, 1..)), Some((all, 0))) = (before, detail.judged()) {
            state.say(format!("all {} judged; ] next anomaly", counted(all as u64, "row")), Tone::Good);
        }
        return arrived;
    }
    match answer {
        Ok(answer) => state.lists.arrive(generation, answer),
        Err(error) => state.lists.fail(generation, &error),
    }
}

fn performed(state: &mut State, ticket: u64, answer: &Result<Reply>) {
    state.speech.answered(ticket, answer);
    let line = state.speech.entries().iter().find(|one| one.ticket == ticket).map(|one| one.line.clone());
    if !state.is_busy() {
        state.board.end();
    }
    match answer {
        Ok(reply) => {
            let more = if reply.lines.is_empty() { "" } else { "  (L shows all of it)" };
            let (glyph, tone) = if reply.trouble.is_some() { ('✗', Tone::Bad) } else { ('✓', Tone::Good) };
            state.say(format!("{glyph} {}{more}", reply.message), tone);
        }
        Err(error) if error.kind() == ErrorKind::Cancelled => {
            let run = line.is_some_and(|line| line.starts_with("assay run"));
            state.say(if run { "cancelled; r goes on from here" } else { "cancelled" }, Tone::Warning);
        }
        Err(error) => {
            let hint = error.hints().first().map(|hint| format!("; {hint}")).unwrap_or_default();
            state.say(format!("✗ {}{hint}", error.one_line()), Tone::Bad);
        }
    }
    refresh(state);
}
