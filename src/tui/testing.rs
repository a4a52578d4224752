//! A person at the keyboard and a workspace in memory, for tests: keys go through the real keymap, loads are answered
//! by keyset pages over plain vectors.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod model;
mod rows;
mod sample;

pub use sample::World;

use crate::base::{Error, Result};
use crate::domain::listing::{Fetch, Page, Query};
use crate::domain::{Actor, Request, Role};
use crate::ops::Reply;

use super::app::{Answer, Effect, Identity, Key, Load, Msg, Pointer, State, start, update};

/// How the workspace answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// At once.
    Promptly,
    /// Not at all.
    Never,
    /// With an error.
    WithError,
}

/// A person at the keyboard.
pub struct Person {
    /// What the person sees.
    pub state: State,
    /// What the person works on.
    pub world: World,
    /// How the workspace answers.
    pub answers: Answers,
    /// What the person asked for, not yet answered.
    pub asked: Vec<(u64, Request)>,
    /// Everything else that reached the runtime.
    pub effects: Vec<Effect>,
}

impl Person {
    /// A manager in front of a terminal of this size, before anything was fetched.
    pub fn sits_down(world: World, width: u16, height: u16) -> Self {
        Self::with_role(world, width, height, "mira", Role::Manager)
    }

    /// Somebody in front of a terminal of this size.
    pub fn with_role(world: World, width: u16, height: u16, name: &str, role: Role) -> Self {
        let actor = Actor { name: name.to_owned(), role };
        let mut world = world;
        if !world.overview.people.iter().any(|person| person.name == name) {
            world.overview.people.push(actor.clone());
        }
        let me = Identity { actor, folder: "/data/slips".to_owned(), demo: true, stranger: false, colour: true };
        let state = State::new(me, width, height);
        Self { state, world, answers: Answers::Promptly, asked: Vec::new(), effects: Vec::new() }
    }

    /// Looks at the first frame, which comes before the first answer.
    pub fn starts(mut self) -> Self {
        let effects = start(&mut self.state);
        self.follow(effects);
        self
    }

    /// Presses keys by their names, one after the other.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for name in keys.split(' ') {
            let key = Key::parse(name).unwrap_or_else(|| panic!("no key is called `{name}`"));
            self.sends(Msg::Key(key));
        }
        self
    }

    /// Types text, character by character.
    pub fn types(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.sends(Msg::Key(Key::typed(character)));
        }
        self
    }

    /// Clicks.
    pub fn clicks(&mut self, x: u16, y: u16) -> &mut Self {
        self.sends(Msg::Mouse { pointer: Pointer::Click, x, y })
    }

    /// Something happens.
    pub fn sends(&mut self, msg: Msg) -> &mut Self {
        let effects = update(&mut self.state, msg);
        self.follow(effects);
        self
    }

    /// The oldest request is answered.
    pub fn is_answered(&mut self, answer: Result<&str>) -> &mut Self {
        let (ticket, _) = self.asked.remove(0);
        let reply = |message: &str| Reply { message: message.to_owned(), ..Reply::default() };
        self.sends(Msg::Performed { ticket, answer: answer.map(reply) })
    }

    /// The requests made so far, as command lines.
    pub fn lines(&self) -> Vec<String> {
        self.state.speech.entries().iter().map(|spoken| spoken.line.clone()).collect()
    }

    /// What was just said to the person.
    pub fn hears(&self) -> &str {
        self.state.notice.as_ref().map_or("", |notice| notice.text.as_str())
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Load { generation, load } => {
                    let answer = match self.answers {
                        Answers::Never => continue,
                        Answers::Promptly => self.world.answer(&load).map(Box::new),
                        Answers::WithError => Err(broken()),
                    };
                    self.sends(Msg::Loaded { generation, answer });
                }
                Effect::Preview { generation, request } if self.answers == Answers::Promptly => {
                    let answer = Ok(self.world.preview(&request));
                    self.sends(Msg::Previewed { generation, answer });
                }
                Effect::Perform { ticket, request } => self.asked.push((ticket, request)),
                other => self.effects.push(other),
            }
        }
    }
}

fn broken() -> Error {
    Error::busy("the journal `assay.db` is locked")
        .because("another process holds it since 2026-11-20 09:00 UTC")
        .hint("wait, or see who it is: assay doctor")
}

/// Part of a list by keyset, as the journal does it.
pub fn page<R: Clone, K: PartialEq>(
    rows: &[R],
    query: &Query<K>,
    key: impl Fn(&R) -> K,
    text: impl Fn(&R) -> String,
) -> Page<R> {
    let all: Vec<R> = rows.iter().filter(|row| query.holds(&text(row))).cloned().collect();
    let limit = query.limit as usize;
    let at = |wanted: &K| all.iter().position(|row| key(row) == *wanted);
    let (from, to) = match &query.fetch {
        Fetch::First => (0, limit),
        Fetch::Last => (all.len().saturating_sub(limit), all.len()),
        Fetch::After(last) => at(last).map_or((0, 0), |index| (index + 1, index + 1 + limit)),
        Fetch::Before(first) => at(first).map_or((0, 0), |index| (index.saturating_sub(limit), index)),
        Fetch::At(row) => at(row).map_or((0, 0), |index| (index, index + limit)),
    };
    let to = to.min(all.len());
    Page { rows: all[from.min(to)..to].to_vec(), offset: from as u64, total: all.len() as u64 }
}

impl World {
    /// The answer to a load.
    pub fn answer(&self, load: &Load) -> Result<Answer> {
        Ok(match load {
            Load::Overview => Answer::Overview(self.overview.clone()),
            Load::Batches(query) => {
                Answer::Batches(page(&self.batches, query, |row| row.id.clone(), |row| format!("{row:?}")))
            }
            Load::Periods(query) => {
                Answer::Periods(page(&self.periods, query, |row| row.key(), |row| format!("{row:?}")))
            }
            Load::Models(query) => {
                let key = |row: &crate::domain::listing::ModelRow| {
                    crate::domain::ModelRef::new(row.name.clone(), row.version)
                };
                Answer::Models(page(&self.models, query, key, |row| format!("{row:?}")))
            }
            Load::Anomalies(query) => {
                Answer::Anomalies(page(&self.anomalies, query, |row| row.id.clone(), |row| format!("{row:?}")))
            }
            Load::Releases(query) => {
                Answer::Releases(page(&self.releases, query, |row| row.name.clone(), |row| format!("{row:?}")))
            }
            Load::Tasks(query) => {
                let key = |row: &crate::domain::listing::TaskRow| format!("{} {}", row.kind, row.subject);
                Answer::Tasks(page(&self.tasks, query, key, |row| format!("{row:?}")))
            }
            Load::Log(query) => Answer::Log(page(&self.log, query, |row| row.seq, |row| format!("{row:?}"))),
            Load::Batch(id) => Answer::Batch(self.batch(id)?),
            Load::Model(model) => Answer::Model(Box::new(self.model(model)?)),
            Load::Comparison(model) => Answer::Comparison(Box::new(model::comparison(model))),
            Load::Anomaly(id) => Answer::Anomaly(Box::new(self.anomaly(id)?)),
            Load::Release(name) => Answer::Release(Box::new(self.release(name)?)),
            Load::Event(seq) => Answer::Event(self.event(*seq)?),
        })
    }
}
