//! The threads that call `ops`: two that answer questions, and those of the changes that are going on.

use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use super::adapter::Desk;
use super::changes::Changes;
use super::queue::{Question, Queue};
use super::thread::{guarded, spawn};
use super::watch;
use crate::base::Result;
use crate::domain::progress::Progress;
use crate::domain::{Request, TaskKey};
use crate::tui::app::{Effect, Msg};

/// Threads that answer questions: one may be slow while the other serves the list being typed at.
const READERS: usize = 2;

/// The latest fact of each task, until the loop fetches it. Later facts replace earlier ones of the same task, so
/// that it is as long as there are tasks at the most, and the last fact, the outcome, is never lost.
#[derive(Clone, Default)]
struct Mailbox(Arc<Mutex<BTreeMap<TaskKey, Progress>>>);

impl Mailbox {
    fn put(&self, fact: Progress) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(fact.task.clone(), fact);
    }

    fn empty(&self) -> Vec<Progress> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_values().collect()
    }
}

/// The workers.
pub struct Workers {
    desk: Arc<Desk>,
    queue: Arc<Queue>,
    mailbox: Mailbox,
    changes: Changes,
}

impl Workers {
    /// Starts the threads that answer questions and the one that watches for others who write.
    pub fn start(desk: Desk, sender: SyncSender<Msg>) -> Result<Self> {
        let desk = Arc::new(desk);
        let queue = Arc::new(Queue::default());
        watch::workspace(desk.clone(), sender.clone())?;
        for _ in 0..READERS {
            let (desk, queue, sender) = (desk.clone(), queue.clone(), sender.clone());
            spawn("reader", move || while sender.send(answer(&desk, queue.take())).is_ok() {})?;
        }
        Ok(Self { desk, queue, mailbox: Mailbox::default(), changes: Changes::start(sender)? })
    }

    /// Takes an effect that is answered by a message. Those of the terminal are none of ours.
    pub fn take(&self, effect: Effect) {
        match effect {
            Effect::Load { generation, load } => self.queue.put(Question::Load { generation, load }),
            Effect::Preview { generation, request } => self.queue.put(Question::Preview { generation, request }),
            Effect::ActAs(name) => self.queue.put(Question::ActAs(name)),
            Effect::Perform { ticket, request } => self.perform(ticket, request),
            Effect::Cancel { ticket } => self.changes.cancel(ticket),
            Effect::Copy(_) | Effect::CaptureMouse(_) | Effect::Quit => {}
        }
    }

    /// What the running tasks reported since the last look.
    pub fn progress(&self) -> Vec<Progress> {
        self.mailbox.empty()
    }

    /// Asks all changes to stop, and waits a moment until they have.
    pub fn stop(&self) {
        self.changes.stop();
    }

    /// Whoever sits here now is the one who asks, whoever sits here when its turn comes.
    fn perform(&self, ticket: u64, request: Request) {
        let (desk, mailbox, session) = (self.desk.clone(), self.mailbox.clone(), self.desk.session());
        self.changes.ask(ticket, request.takes_long(), move |cancel| {
            desk.perform(&session, request, &|fact| mailbox.put(fact), cancel)
        });
    }
}

fn answer(desk: &Desk, question: Question) -> Msg {
    match question {
        Question::Load { generation, load } => {
            Msg::Loaded { generation, answer: guarded(|| desk.load(&load)).map(Box::new) }
        }
        Question::Preview { generation, request } => {
            Msg::Previewed { generation, answer: guarded(|| desk.preview(&request)) }
        }
        Question::ActAs(name) => Msg::Acting(guarded(|| desk.act_as(&name))),
    }
}
