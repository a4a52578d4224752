//! What comes back from the workers: rows, details, previews, progress, outcomes.

use super::change;
use super::message::{Answer, Effect, Msg};
use super::overlay::Overlay;
use super::state::State;
use super::words::Tone;
use crate::base::Result;

/// Takes an answer; false where nothing on the screen changes, because nobody waits for it any more.
pub(super) fn answered(state: &mut State, msg: Msg, effects: &mut Vec<Effect>) -> bool {
    match msg {
        Msg::Loaded { generation, answer } => return loaded(state, generation, answer.map(|answer| *answer)),
        Msg::Previewed { generation, answer } => match &mut state.overlay {
            Some(Overlay::Dialog(dialog)) => return dialog.previewed(generation, answer),
            _ => return false,
        },
        Msg::Progressed(facts) => facts.into_iter().for_each(|fact| state.board.note(fact)),
        Msg::Performed { ticket, answer } => change::performed(state, ticket, &answer, effects),
        Msg::Acting(Ok(actor)) => {
            state.say(format!("you act as {}, {}", actor.name, actor.role), Tone::Good);
            state.me.actor = actor;
            state.me.stranger = false;
            state.refresh();
        }
        Msg::Acting(Err(error)) => state.say(error.one_line(), Tone::Bad),
        Msg::Changed => state.refresh(),
        Msg::Unwatched(error) => {
            state.say(format!("what is shown may be old: {}", error.one_line()), Tone::Warning);
        }
        Msg::Key(_) | Msg::Paste(_) | Msg::Mouse { .. } | Msg::Resized { .. } | Msg::Tick | Msg::Terminated => {
            return false;
        }
    }
    true
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
        return detail.arrive(generation, answer);
    }
    match answer {
        Ok(answer) => state.lists.arrive(generation, answer),
        Err(error) => state.lists.fail(generation, &error),
    }
}
