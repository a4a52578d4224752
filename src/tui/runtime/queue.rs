//! The questions that wait for a worker. A newer question about a list takes the place of an older one that still waits.

use std::collections::VecDeque;
use std::mem::discriminant;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::domain::Request;
use crate::tui::app::Load;

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Fetch something.
    Load { generation: u64, load: Load },
    /// Say what a request would do.
    Preview { generation: u64, request: Request },
    /// Let somebody else sit here.
    ActAs(String),
}

impl Question {
    /// Whether nobody waits for `other` any more once this is asked. Details may be asked for by two at once.
    fn replaces(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Load { load: new, .. }, Self::Load { load: old, .. }) => {
                let is_list = !matches!(
                    new,
                    Load::Batch(_)
                        | Load::Model(_)
                        | Load::Comparison(_)
                        | Load::Anomaly(_)
                        | Load::Release(_)
                        | Load::Event(_)
                );
                is_list && discriminant(new) == discriminant(old)
            }
            (Self::Preview { .. }, Self::Preview { .. }) => true,
            _ => false,
        }
    }
}

/// A queue that workers wait at.
#[derive(Default)]
pub struct Queue {
    waiting: Mutex<VecDeque<Question>>,
    filled: Condvar,
}

impl Queue {
    /// Puts a question at the end.
    pub fn put(&self, question: Question) {
        let mut waiting = self.lock();
        waiting.retain(|other| !question.replaces(other));
        waiting.push_back(question);
        self.filled.notify_one();
    }

    /// Waits for the next question.
    pub fn take(&self) -> Question {
        let mut waiting = self.lock();
        loop {
            match waiting.pop_front() {
                Some(question) => return question,
                None => waiting = self.filled.wait(waiting).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Question>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
