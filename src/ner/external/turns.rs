//! So many at once, and no more: whoever comes later waits for a turn.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::base::{Cancel, Result};

/// How often somebody who waits looks whether that was called off.
const LOOK: Duration = Duration::from_millis(50);

/// Turns to take.
pub struct Turns {
    free: Mutex<usize>,
    given_back: Condvar,
}

/// One that was taken; it is given back when it goes out of scope.
pub struct Turn<'a>(&'a Turns);

impl Turns {
    pub fn new(count: usize) -> Self {
        Self { free: Mutex::new(count), given_back: Condvar::new() }
    }

    /// Waits for one.
    pub fn take(&self, cancel: &Cancel) -> Result<Turn<'_>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            cancel.check()?;
            free = self.given_back.wait_timeout(free, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        *free -= 1;
        Ok(Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::base::ErrorKind;

    #[test]
    fn never_more_than_there_are_and_everybody_comes_to_it() {
        let (turns, at_once, most, done) =
            (Turns::new(3), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let _turn = turns.take(&Cancel::default()).unwrap();
                    most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(5));
                    at_once.fetch_sub(1, Ordering::SeqCst);
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!((most.into_inner(), done.into_inner()), (3, 20));
    }

    #[test]
    fn who_waits_can_be_called_off() {
        let (turns, cancel) = (Turns::new(1), Cancel::default());
        let _mine = turns.take(&cancel).unwrap();
        cancel.cancel();
        assert_eq!(turns.take(&cancel).err().map(|error| error.kind()), Some(ErrorKind::Cancelled));
    }
}
