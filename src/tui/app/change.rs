//! A change on its way: from the key that asks for it, by its dialog, to what came of it.

use super::act::{ask_for, selected_change, selected_sample};
use super::ask::Ask;
use super::catalogue::COMMANDS;
use super::command::Id;
use super::dialog::{Dialog, Fetched};
use super::enabled::why_not;
use super::heard::said;
use super::message::Effect;
use super::overlay::Overlay;
use super::state::State;
use super::text_field::TextField;
use super::words::Tone;
use crate::base::text::counted;
use crate::base::{ErrorKind, Result};
use crate::domain::Request;
use crate::ops::{Next, Reply};

/// Asks for a change at once, or opens the dialog that it needs; or says why it can't be made.
pub(super) fn begin(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    if let Some(reason) = why_not(state, id) {
        let title = COMMANDS.iter().find(|command| command.id == id).map_or("this", |command| command.title);
        return state.say(format!("can't {title}: {reason}"), Tone::Warning);
    }
    let Ok(ask) = ask_for(state, id) else { return };
    let takes_one_key =
        matches!(id, Id::AcceptSample | Id::RejectSample | Id::BeforeIsRight | Id::AfterIsRight | Id::NeitherIsRight);
    let replaces = matches!(ask, Ask::Assess { overrule: true, .. } | Ask::AssessReading { overrule: true, .. });
    let one_key = takes_one_key && !replaces && own_note(state).is_none();
    if ask.is_immediate() || one_key {
        let request = ask.request(&[], None);
        perform(state, request, effects);
    } else {
        open_dialog(state, ask, effects);
    }
}

/// What the person said about the selected row before. A new verdict takes the place of the whole of the old one, so that
/// the note has to be given again, or is lost.
fn own_note(state: &State) -> Option<String> {
    if let Some((_, changed)) = selected_change(state) {
        let own = changed.verdict.as_ref().filter(|verdict| verdict.by == state.me.actor.name);
        return own.and_then(|verdict| verdict.note.clone());
    }
    let (_, sample) = selected_sample(state)?;
    let on_its_way = state.detail.as_ref().and_then(|detail| detail.judging.of(sample));
    let on_record = sample.verdict.as_ref().filter(|verdict| verdict.by == state.me.actor.name);
    on_its_way.map_or_else(|| on_record.and_then(|verdict| verdict.note.clone()), |said| said.note.clone())
}

/// Opens a dialog and asks what it would do. Words that were typed for the very same and refused stand there again.
pub(super) fn open_dialog(state: &mut State, ask: Ask, effects: &mut Vec<Effect>) {
    let note = own_note(state).filter(|_| matches!(ask, Ask::Assess { .. } | Ask::AssessReading { .. }));
    let mut dialog = match state.refused.take_if(|refused| refused.ask == ask) {
        Some(refused) => refused.again(),
        None => Dialog::about(ask),
    };
    if let (Some(note), Some(field)) = (note, dialog.fields.first_mut()) {
        field.input = TextField::with(note);
    }
    fetch(state, &mut dialog, effects);
    if !dialog.hangs_on_input() {
        preview(state, &mut dialog, effects);
    }
    state.overlay = Some(Overlay::Dialog(Box::new(dialog)));
}

/// Asks for the release that a dialog shows, if it shows one.
fn fetch(state: &mut State, dialog: &mut Dialog, effects: &mut Vec<Effect>) {
    if let Some(load) = dialog.load() {
        let generation = state.next_generation();
        dialog.release = Fetched::Awaited(generation);
        effects.push(Effect::Load { generation, load });
    }
}

fn preview(state: &mut State, dialog: &mut Dialog, effects: &mut Vec<Effect>) {
    let generation = state.next_generation();
    dialog.preview = Fetched::Awaited(generation);
    effects.push(Effect::Preview { generation, request: dialog.request() });
}

/// Does what the dialog says, if everything is typed and what it would do was seen. The dialog stays until it is done;
/// of what takes long, it goes away: one goes on working meanwhile.
pub(super) fn submit(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Dialog(mut dialog)) = state.overlay.take() else { return };
    if dialog.sent.is_none() {
        dialog.complaint = dialog.refusal();
        if dialog.complaint.is_none() && matches!(dialog.preview, Fetched::There(_)) {
            let request = dialog.request();
            // Whoever judges goes on at once, as without a note; a refusal brings the words back.
            let judges = matches!(request, Request::Assess { .. } | Request::AssessReading { .. });
            let leaves = request.takes_long() || judges;
            let ticket = perform(state, request, effects);
            dialog.sent = Some(ticket);
            if leaves {
                state.away.push(*dialog);
                return;
            }
        } else if dialog.complaint.is_none()
            || (dialog.hangs_on_input() && matches!(dialog.preview, Fetched::Failed(_)))
        {
            preview(state, &mut dialog, effects);
        }
    }
    state.overlay = Some(Overlay::Dialog(dialog));
}

/// Leaves the dialog: nothing changes, but for what was asked for already.
pub(super) fn leave(state: &mut State) {
    if let Some(Overlay::Dialog(dialog)) = state.overlay.take()
        && dialog.sent.is_some()
    {
        state.away.push(*dialog);
    }
}

/// Sends a request off; an assessor's cursor goes on to the next sample. Answers its ticket.
fn perform(state: &mut State, request: Request, effects: &mut Vec<Effect>) -> u64 {
    if !state.is_busy() {
        state.board.begin();
    }
    if matches!(request, Request::ConfirmAnomaly { .. } | Request::WaiveAnomaly { .. } | Request::ReopenAnomaly { .. })
    {
        state.lists.anomalies.keep_place();
    }
    let (ticket, line) = (state.next_generation(), request.command_line());
    let judges = matches!(request, Request::Assess { .. }) && selected_sample(state).is_some();
    if let Some(detail) = state.detail.as_mut().filter(|_| judges) {
        detail.judging.ask(ticket, &request);
        detail.to_next_sample();
    }
    if let Some(detail) = state.detail.as_mut().filter(|_| matches!(request, Request::AssessReading { .. })) {
        detail.to_next_sample();
    }
    state.say(format!("▶ {line}"), Tone::Busy);
    state.speech.asked(ticket, line);
    effects.push(Effect::Perform { ticket, request });
    ticket
}

/// Takes what came of a request.
pub(super) fn performed(state: &mut State, ticket: u64, answer: &Result<Reply>, effects: &mut Vec<Effect>) {
    state.speech.answered(ticket, answer);
    if !state.is_busy() {
        state.board.end();
    }
    // What was trained or registered is what one goes on with.
    if let Ok(Reply { next: Some(Next::Promote(model)), .. }) = answer {
        state.lists.models.go_to(model.clone());
    }
    let judged = state.detail.as_mut().is_some_and(|detail| detail.judging.answered(ticket, answer.is_ok()));
    told(state, ticket, answer, judged);
    let away = state.away.iter().position(|dialog| dialog.sent == Some(ticket));
    if let Some(dialog) = away.map(|place| state.away.remove(place)) {
        if let Err(error) = answer {
            state.refused = Some(dialog.refused(said(error, state.pane)));
        }
    } else if matches!(&state.overlay, Some(Overlay::Dialog(dialog)) if dialog.sent == Some(ticket))
        && let Some(Overlay::Dialog(dialog)) = state.overlay.take()
        && let Err(error) = answer
    {
        let mut dialog = dialog.refused(said(error, state.pane));
        // The dialog itself says why.
        state.notice = None;
        // It may have been refused because what it shows is not so any more.
        fetch(state, &mut dialog, effects);
        state.overlay = Some(Overlay::Dialog(Box::new(dialog)));
    }
    state.refresh();
}

/// Says what came of a request.
fn told(state: &mut State, ticket: u64, answer: &Result<Reply>, judged: bool) {
    match answer {
        // A refusal among verdicts that follow each other quickly is not to be missed for the next one's success.
        Ok(_) if judged && state.notice.as_ref().is_some_and(|notice| notice.tone == Tone::Bad) => {}
        Ok(reply) => {
            let more = if reply.lines.is_empty() { "" } else { "  (L shows all of it)" };
            let how_far = how_far_judged(state).filter(|_| judged);
            let follows = format!("{}{}{more}", opened(reply), next(reply));
            match &reply.trouble {
                Some(trouble) if trouble.kind() == ErrorKind::Cancelled => {
                    state.say(format!("! {}{follows}", said(trouble, state.pane)), Tone::Warning);
                }
                Some(trouble) => state.say(format!("✗ {}{follows}", said(trouble, state.pane)), Tone::Bad),
                None => {
                    let text = how_far.unwrap_or_else(|| format!("{}{follows}", reply.message));
                    state.say(format!("✓ {text}"), Tone::Good);
                }
            }
        }
        Err(error) if error.kind() == ErrorKind::Cancelled => {
            let asked = state.speech.entries().iter().find(|one| one.ticket == ticket);
            let run = asked.is_some_and(|one| one.line.starts_with("assay run"));
            state.say(if run { "cancelled; r goes on from here" } else { "cancelled" }, Tone::Warning);
        }
        Err(error) => state.say(format!("✗ {}", said(error, state.pane)), Tone::Bad),
    }
}

/// The releases that it opened: where one goes on.
fn opened(reply: &Reply) -> String {
    match reply.opened.as_slice() {
        [] => String::new(),
        [only] => format!("; {only} is opened"),
        [first, rest @ ..] => format!("; {first} and {} are opened", counted(rest.len() as u64, "other release")),
    }
}

/// The key of the next step.
fn next(reply: &Reply) -> String {
    match &reply.next {
        None => String::new(),
        Some(Next::Run) => "; r runs the pipeline".to_owned(),
        Some(Next::Promote(_)) => "; p in Models puts it into production".to_owned(),
        Some(Next::OpenAnother(release)) => format!("; R opens another one for {}", release.period),
    }
}

/// How many rows are judged, once none below waits and nothing is on its way any more.
fn how_far_judged(state: &State) -> Option<String> {
    let detail = state.detail.as_ref().filter(|detail| !detail.judging.are_under_way())?;
    match detail.judged()? {
        (all, 0) => Some(format!("all {} judged; ] next anomaly", counted(all as u64, "row"))),
        (all, open) if !detail.has_more_to_judge() => {
            let verb = if open == 1 { "waits" } else { "wait" };
            Some(format!("{} of {} judged; {open} above {verb}", all - open, counted(all as u64, "row")))
        }
        _ => None,
    }
}
