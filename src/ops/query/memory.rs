//! Answers that took long, kept under what they were computed from.

use std::sync::{Arc, Mutex, PoisonError};

/// How many answers are remembered.
const REMEMBERED: usize = 32;

/// Answers, by what they were computed from. Shared by the clones of a workspace.
#[derive(Clone)]
pub struct Memory<T>(Arc<Mutex<Vec<(String, T)>>>);

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone> Memory<T> {
    /// The answer under this key.
    pub fn recall(&self, key: &str) -> Option<T> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(one, _)| one == key).map(|(_, answer)| answer.clone())
    }

    /// Keeps an answer, and forgets the oldest.
    pub fn keep(&self, key: String, answer: &T) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.remove(0);
        }
        known.push((key, answer.clone()));
    }
}
