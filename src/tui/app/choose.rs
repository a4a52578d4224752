//! Lists on top: the palette, the help, the people to act as, the command log. Typing narrows them.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::catalogue::COMMANDS;
use super::choice::{Choice, Topic};
use super::command::{Command, Group, Id, Risk, Scope};
use super::enabled::why_not;
use super::heard::help_lines;
use super::speech::{Outcome, Spoken};
use super::state::State;
use super::words::Tone;

/// One line to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What stands at the left: a heading in the help, a mark in the log.
    pub group: &'static str,
    /// Its keys.
    pub keys: String,
    /// Its name.
    pub title: String,
    /// What there is to say about it.
    pub note: String,
    /// Why it can't be taken now.
    pub refusal: Option<String>,
    /// How the title is meant.
    pub tone: Tone,
    /// What taking it does.
    pub pick: Pick,
}

/// What taking a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// Runs a command.
    Command(Id),
    /// Acts as this person.
    Person(String),
    /// Copies this text.
    Text(String),
}

/// The lines of a list on top that match what was typed, best first.
#[must_use]
pub fn choices(state: &State, choice: &Choice) -> Vec<Line> {
    let lines = match choice.topic {
        Topic::Palette => palette(state),
        Topic::Help => help(state),
        Topic::People => people(state),
        Topic::CommandLog => command_log(state),
    };
    narrowed(lines, choice.input.trimmed(), choice.topic)
}

/// Fuzzy in the palette, where the best match comes first; plain elsewhere, where the order says something.
fn narrowed(lines: Vec<Line>, typed: &str, topic: Topic) -> Vec<Line> {
    if typed.is_empty() {
        return lines;
    }
    if topic != Topic::Palette {
        let typed = typed.to_lowercase();
        let holds =
            |line: &Line| [&line.keys, &line.title, &line.note].iter().any(|text| text.to_lowercase().contains(&typed));
        return lines.into_iter().filter(holds).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut characters = Vec::new();
    let mut scored: Vec<(u32, Line)> = lines
        .into_iter()
        .filter_map(|line| Some((pattern.score(Utf32Str::new(&line.title, &mut characters), &mut matcher)?, line)))
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, line)| line).collect()
}

fn command_line(command: &Command, refusal: Option<String>) -> Line {
    Line {
        group: command.group.title(),
        keys: command.keys.join(" "),
        title: command.title.to_owned(),
        note: command.help.to_owned(),
        refusal,
        tone: if command.risk == Risk::Danger { Tone::Danger } else { Tone::Plain },
        pick: Pick::Command(command.id),
    }
}

/// What belongs to the pane at hand, then what belongs everywhere; each command once.
fn palette(state: &State) -> Vec<Line> {
    help_lines(state)
        .into_iter()
        .filter(|(command, _)| !matches!(command.id, Id::Palette))
        .map(|(command, refusal)| command_line(command, refusal))
        .chain(elsewhere(state))
        .collect()
}

/// Commands of other panes: shown, with the reason that they belong elsewhere.
fn elsewhere(state: &State) -> Vec<Line> {
    COMMANDS
        .iter()
        .filter(|command| command.group == Group::Here)
        .filter_map(|command| match command.scope {
            Scope::Pane(pane) if pane != state.pane => {
                let refusal = format!("belongs to {}; press {}", pane.title(), pane.key());
                Some(command_line(command, Some(refusal)))
            }
            _ => None,
        })
        .collect()
}

/// Where one is, then what can be done here.
fn help(state: &State) -> Vec<Line> {
    let folder = &state.me.folder;
    let here = Line {
        group: Group::Program.title(),
        keys: String::new(),
        title: "the workspace".to_owned(),
        note: folder.clone(),
        refusal: None,
        tone: Tone::Plain,
        pick: Pick::Text(folder.clone()),
    };
    let commands = help_lines(state).into_iter().map(|(command, refusal)| command_line(command, refusal));
    std::iter::once(here).chain(commands).collect()
}

fn people(state: &State) -> Vec<Line> {
    let people = state.overview.as_ref().map(|overview| overview.people.as_slice()).unwrap_or_default();
    people
        .iter()
        .map(|person| Line {
            group: "",
            keys: String::new(),
            title: person.name.clone(),
            note: person.role.as_str().to_owned(),
            refusal: (person.name == state.me.actor.name).then(|| "you act as this person now".to_owned()),
            tone: Tone::Plain,
            pick: Pick::Person(person.name.clone()),
        })
        .collect()
}

fn command_log(state: &State) -> Vec<Line> {
    let line = |spoken: &Spoken| {
        let (group, note, tone) = match &spoken.outcome {
            Outcome::Running => ("▶ running", String::new(), Tone::Busy),
            Outcome::Done(lines) => ("✓ done", lines.join("; "), Tone::Plain),
            Outcome::Cancelled => ("- cancelled", String::new(), Tone::Warning),
            Outcome::Failed(lines) => ("✗ failed", lines.join("; "), Tone::Bad),
        };
        let (title, pick) = (spoken.line.clone(), Pick::Text(spoken.line.clone()));
        Line { group, keys: String::new(), title, note, refusal: None, tone, pick }
    };
    state.speech.entries().iter().rev().map(line).collect()
}

/// Whether a command may run, for those who choose it from a list.
#[must_use]
pub fn refusal(state: &State, line: &Line) -> Option<String> {
    match line.pick {
        Pick::Command(id) => line.refusal.clone().or_else(|| why_not(state, id)),
        _ => line.refusal.clone(),
    }
}
