//! Leases: who works on what, across processes. Held ones are renewed; those of dead processes are taken over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Context;
use crate::base::{Cancel, Error, Result};
use crate::journal::Journal;

/// How long a lease lasts without a heartbeat, in seconds.
const SECONDS: u32 = 30;
/// How often it is renewed.
const HEARTBEAT: Duration = Duration::from_secs(8);
/// How long a person is kept waiting for somebody else's work on the same slice.
const PATIENCE: Duration = Duration::from_mins(2);

/// A held lease. Given back when dropped, unless somebody else took it over by then.
pub struct Lease {
    journal: Journal,
    key: String,
    owner: String,
    stop: Arc<AtomicBool>,
    lost: Arc<AtomicBool>,
    heart: Option<JoinHandle<()>>,
}

/// Takes the lease of `key` if nobody alive holds it.
pub fn take(context: &Context, key: &str) -> Result<Option<Lease>> {
    take_for(context, key, None)
}

/// The same for work that stops when the lease is lost: a machine that slept through its heartbeats finds that somebody
/// else has taken over. The context must be of this work alone.
pub fn take_or_stop(context: &Context, key: &str) -> Result<Option<Lease>> {
    take_for(context, key, Some(context.cancel.clone()))
}

fn take_for(context: &Context, key: &str, work: Option<Cancel>) -> Result<Option<Lease>> {
    let journal = context.journal.clone();
    let owner = owner_name();
    if !journal.lease(key, &owner, SECONDS)? {
        let holder = journal.leases()?.into_iter().find(|lease| lease.key == key);
        let Some(holder) = holder.filter(|holder| is_dead(&holder.owner)) else { return Ok(None) };
        journal.release_lease(key, &holder.owner)?;
        if !journal.lease(key, &owner, SECONDS)? {
            return Ok(None);
        }
    }
    Ok(Some(Lease::beating(journal, key.to_owned(), owner, work)))
}

/// What living processes are at.
pub fn held(journal: &Journal) -> Result<Vec<String>> {
    let leases = journal.leases()?.into_iter().filter(|lease| !is_dead(&lease.owner));
    Ok(leases.map(|lease| lease.key).collect())
}

/// Takes the lease of `key`, waiting a while for whoever holds it.
pub fn wait(context: &Context, key: &str) -> Result<Lease> {
    let start = Instant::now();
    loop {
        if let Some(lease) = take(context, key)? {
            return Ok(lease);
        }
        context.cancel.check()?;
        if start.elapsed() > PATIENCE {
            return Err(Error::busy(format!("somebody else has been at `{key}` for {} s", PATIENCE.as_secs()))
                .hint("assay task list shows who; try again when they are done"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Lease {
    /// Whether somebody else has taken it over.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Holds on to it for its full time from now. Refused once somebody else has taken it over: a machine that slept
    /// through its heartbeats does not know that yet.
    pub fn hold(&self) -> Result<()> {
        if !self.is_lost() && self.journal.renew(&self.key, &self.owner, SECONDS)? {
            return Ok(());
        }
        Err(Error::busy(format!("somebody else has taken `{}` over", self.key))
            .because(format!("this process gave no sign of life for {SECONDS} s"))
            .hint("look where it stands, then give the same command again"))
    }

    fn beating(journal: Journal, key: String, owner: String, work: Option<Cancel>) -> Self {
        let (stop, lost) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let heart = {
            let (journal, key, owner) = (journal.clone(), key.clone(), owner.clone());
            let (stop, lost) = (stop.clone(), lost.clone());
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::thread::park_timeout(HEARTBEAT);
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    match journal.renew(&key, &owner, SECONDS) {
                        Ok(true) => {}
                        Ok(false) => {
                            tracing::warn!(key, "somebody else has taken this lease over");
                            lost.store(true, Ordering::Relaxed);
                            work.inspect(Cancel::cancel);
                            return;
                        }
                        Err(error) => tracing::warn!(%error, key, "a lease could not be renewed"),
                    }
                }
            })
        };
        Self { journal, key, owner, stop, lost, heart: Some(heart) }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(heart) = self.heart.take() {
            heart.thread().unpark();
            let _ = heart.join();
        }
        if let Err(error) = self.journal.release_lease(&self.key, &self.owner) {
            tracing::warn!(%error, key = self.key, "a lease could not be given back; it runs out by itself");
        }
    }
}

/// `host:process:when that process started:thread`, so that a dead owner can be told from a living one.
fn owner_name() -> String {
    use std::sync::atomic::AtomicU64;
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let process = std::process::id();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{}:{process}:{}:{count}", host(), started(process).unwrap_or_default())
}

fn host() -> String {
    std::fs::read_to_string("/etc/hostname").map(|name| name.trim().to_owned()).unwrap_or_default()
}

/// Whether the owner was a process of this machine that is no more. Where that can't be told, it is taken for alive.
fn is_dead(owner: &str) -> bool {
    let mut parts = owner.split(':');
    let (Some(owner_host), Some(process), Some(start)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let Ok(process) = process.parse::<u32>() else { return false };
    cfg!(target_os = "linux") && owner_host == host() && !start.is_empty() && started(process).as_deref() != Some(start)
}

/// When a process started, in clock ticks since boot; `None` where there is no such process.
fn started(process: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    after_name.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::base::Clock;

    #[test]
    fn work_stops_when_somebody_else_has_taken_it_over() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("assay.db"), Clock::System).unwrap();
        let work = Cancel::default();
        assert!(journal.lease("land it", "me", SECONDS).unwrap());
        let lease = Lease::beating(journal.clone(), "land it".to_owned(), "me".to_owned(), Some(work.clone()));
        let beat = || lease.heart.as_ref().unwrap().thread().unpark();
        beat();
        std::thread::sleep(Duration::from_millis(200));
        assert!(!work.is_cancelled() && !lease.is_lost());

        journal.release_lease("land it", "me").unwrap();
        assert!(journal.lease("land it", "another", SECONDS).unwrap());
        beat();
        let start = Instant::now();
        while !work.is_cancelled() && start.elapsed() < HEARTBEAT {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(work.is_cancelled() && lease.is_lost());
        drop(lease);
        assert_eq!(journal.leases().unwrap()[0].owner, "another");
    }
}
