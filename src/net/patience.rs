//! Waiting for servers: work that is given up when somebody asks to stop, and tried again when it may help.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::base::{Cancel, Error, ErrorKind, Result, ResultExt};

/// How often something is tried that may succeed the next time.
const ATTEMPTS: u32 = 5;

/// The first wait before the next attempt; each one is twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// How often it is looked whether somebody asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// How long a server may say nothing.
pub const SILENCE: Duration = Duration::from_mins(2);

/// The threads on which servers are waited for.
pub struct Runtime(tokio::runtime::Runtime);

impl Runtime {
    /// Starts them: this thread alone does the work.
    pub fn start() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.context("starting to wait for a server").map(Self)
    }

    /// Runs `work` to its end on this thread, or until somebody asks to stop.
    pub fn wait<T>(&self, cancel: &Cancel, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.0.block_on(async {
            tokio::select! {
                done = work => done,
                () = stopped(cancel) => Err(Error::cancelled()),
            }
        })
    }
}

async fn stopped(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
}

/// How long a server may compute before it says the first of its answer.
const THINKING: Duration = Duration::from_hours(1);

/// What a server answers, unless it says nothing for too long.
pub async fn heard<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    within(SILENCE, answer).await
}

/// The first of what a server answers, for which it may have to compute.
pub async fn thought<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    within(THINKING, answer).await
}

async fn within<T>(most: Duration, answer: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(most, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::new(ErrorKind::Io, format!("the server said nothing for {} s", most.as_secs()))),
    }
}

/// Why an attempt failed, and how long its server wants to be left alone.
pub struct Failed {
    /// Why.
    pub error: Error,
    /// How long to wait before the next attempt, where the server says so.
    pub after: Option<Duration>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, after: None }
    }
}

/// The result of `attempt`, tried again with growing waits as long as that may help.
pub fn persist<T>(cancel: &Cancel, mut attempt: impl FnMut() -> Result<T, Failed>) -> Result<T> {
    let mut wait = FIRST_WAIT;
    for number in 1.. {
        let Failed { error, after } = match attempt() {
            Ok(done) => return Ok(done),
            Err(failed) => failed,
        };
        cancel.check()?;
        if !error.is_transient() {
            return Err(error);
        }
        if number == ATTEMPTS {
            return Err(error.because(format!("it was tried {ATTEMPTS} times")));
        }
        tracing::warn!(attempt = number, "{}", error.one_line());
        pause(cancel, after.unwrap_or(wait))?;
        wait *= 2;
    }
    Err(Error::internal("attempts ended"))
}

fn pause(cancel: &Cancel, wait: Duration) -> Result<()> {
    let end = Instant::now() + wait;
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        cancel.check()?;
        std::thread::sleep(left.min(LOOK));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_help_is_tried_again_and_what_can_not_is_not() {
        let mut tried = 0;
        let done = persist(&Cancel::default(), || {
            tried += 1;
            let failed = Failed { error: Error::busy("not yet"), after: Some(Duration::ZERO) };
            if tried < 3 { Err(failed) } else { Ok(tried) }
        });
        assert_eq!(done.unwrap(), 3);
        let mut tried = 0;
        let failed: Result<()> = persist(&Cancel::default(), || {
            tried += 1;
            Err(Error::usage("wrong").into())
        });
        assert_eq!((failed.unwrap_err().kind(), tried), (ErrorKind::Usage, 1));
    }

    #[test]
    fn nobody_waits_who_was_asked_to_stop() {
        let cancel = Cancel::default();
        let other = cancel.clone();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            other.cancel();
        });
        let begun = Instant::now();
        let never = Runtime::start().unwrap().wait(&cancel, std::future::pending::<Result<()>>());
        assert_eq!(never.unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(begun.elapsed() < Duration::from_secs(20));
        stopper.join().unwrap();
    }
}
