//! Leases: who works on what, across processes. Held ones are renewed; those of dead processes are taken over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Context;
use crate::base::{Error, Result};
use crate::journal::Journal;

/// How long a lease lasts without a heartbeat, in seconds.
const SECONDS: u32 = 30;
/// How often it is renewed.
const HEARTBEAT: Duration = Duration::from_secs(8);
/// How long a person is kept waiting for somebody else's work on the same slice.
const PATIENCE: Duration = Duration::from_mins(2);

/// A held lease. Given back when dropped.
pub struct Lease {
    journal: Journal,
    key: String,
    owner: String,
    stop: Arc<AtomicBool>,
    heart: Option<JoinHandle<()>>,
}

/// Takes the lease of `key` if nobody alive holds it.
pub fn take(context: &Context, key: &str) -> Result<Option<Lease>> {
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
    Ok(Some(Lease::beating(journal, key.to_owned(), owner)))
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
    fn beating(journal: Journal, key: String, owner: String) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let heart = {
            let (journal, key, owner, stop) = (journal.clone(), key.clone(), owner.clone(), stop.clone());
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::thread::park_timeout(HEARTBEAT);
                    if !stop.load(Ordering::Relaxed)
                        && let Err(error) = journal.renew(&key, &owner, SECONDS)
                    {
                        tracing::warn!(%error, key, "a lease could not be renewed");
                    }
                }
            })
        };
        Self { journal, key, owner, stop, heart: Some(heart) }
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
