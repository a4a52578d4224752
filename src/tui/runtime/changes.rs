//! The changes that a person asks for, begun in the order in which they were asked. Of what is done at once the last word
//! stands; long work goes on side by side, and waits for one another where it needs the same slice or dataset.

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, SyncSender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::thread::{guarded, spawn};
use crate::base::{Cancel, Result};
use crate::ops::Reply;
use crate::tui::app::Msg;

/// How long leaving waits for changes that were asked to stop.
const PATIENCE: Duration = Duration::from_secs(3);

type Work = Box<dyn FnOnce(&Cancel) -> Result<Reply> + Send>;

struct Change {
    ticket: u64,
    takes_long: bool,
    cancel: Cancel,
    work: Work,
}

/// One thread does short changes one after the other; a long one gets a thread of its own when its turn comes, so that
/// nothing waits behind it.
pub struct Changes {
    line: Sender<Change>,
    under_way: UnderWay,
}

impl Changes {
    /// Starts the thread; what comes of a change is told to `answers`.
    pub fn start(answers: SyncSender<Msg>) -> Result<Self> {
        let (line, asked) = channel();
        let under_way = UnderWay::default();
        let here = under_way.clone();
        spawn("changes", move || asked.into_iter().for_each(|change| begin(change, &here, &answers)))?;
        Ok(Self { line, under_way })
    }

    /// Puts a change at the end of the line.
    pub fn ask(&self, ticket: u64, takes_long: bool, work: impl FnOnce(&Cancel) -> Result<Reply> + Send + 'static) {
        let cancel = Cancel::default();
        self.under_way.lock().insert(ticket, cancel.clone());
        // The thread ends with the line: it is there as long as we are.
        let _ = self.line.send(Change { ticket, takes_long, cancel, work: Box::new(work) });
    }

    /// Asks one change to stop; one that waits is then not begun.
    pub fn cancel(&self, ticket: u64) {
        self.under_way.lock().get(&ticket).into_iter().for_each(Cancel::cancel);
    }

    /// Asks everything to stop, and waits a moment until it has. What is cut off then is completed by the next start.
    pub fn stop(&self) {
        self.under_way.lock().values().for_each(Cancel::cancel);
        let deadline = Instant::now() + PATIENCE;
        while !self.under_way.lock().is_empty() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The changes that are not over, by their tickets.
#[derive(Clone, Default)]
struct UnderWay(Arc<Mutex<BTreeMap<u64, Cancel>>>);

impl UnderWay {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Cancel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn begin(change: Change, under_way: &UnderWay, answers: &SyncSender<Msg>) {
    let Change { ticket, takes_long, cancel, work } = change;
    let tell = {
        let (under_way, answers) = (under_way.clone(), answers.clone());
        move |answer| {
            under_way.lock().remove(&ticket);
            let _ = answers.send(Msg::Performed { ticket, answer });
        }
    };
    let told = tell.clone();
    let whole = move || told(guarded(|| cancel.check().and_then(|()| work(&cancel))));
    if !takes_long {
        whole();
    } else if let Err(error) = spawn("change", whole) {
        tell(Err(error));
    }
}
