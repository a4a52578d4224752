//! `land`: a delivered file becomes raw and bronze, and the releases hear of it.

mod raw;

use std::path::Path;

pub use self::raw::has_raw;
use super::lease::Lease;
use super::report::Report;
use super::{Context, arrival, bronze, header, lease, parts};
use crate::base::{Digest, Error, ErrorKind, Result, ResultExt, crash, files};
use crate::domain::batch::{Bronze, Delivery};
use crate::domain::contract::DeliveryMode;
use crate::domain::progress::{Progress, Step};
use crate::domain::source::Retrieval;
use crate::domain::{
    Batch, BatchId, BatchState, Dataset, Destination, Fact, Provider, Slice, Task, TaskKind, TaskSubject,
};
use crate::journal::{Snapshot, Transaction};
use crate::lake::{Raw, extension_of};
use crate::source::inbox::{self, Claim, Look};
use crate::source::read::{self, Reader};

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// It is a new batch.
    Landed {
        /// The batch.
        batch: BatchId,
        /// Its revision.
        revision: u32,
        /// Its records, the bad ones included.
        rows: u64,
        /// The fields that it lacks, each with the names that were looked for.
        lacks: Vec<String>,
    },
    /// It can't be read; it is kept in raw.
    Quarantined {
        /// The batch.
        batch: BatchId,
        /// Why it can't be read.
        note: String,
    },
    /// It is what the slice stands on already.
    Unchanged {
        /// The batch.
        batch: BatchId,
    },
    /// It is what was quarantined before.
    StillQuarantined {
        /// The batch.
        batch: BatchId,
        /// Why it can't be read.
        note: String,
    },
    /// Somebody is writing it; nothing was done.
    BeingWritten,
}

/// The lease of whoever changes which batch a slice stands on.
pub fn lease_key(slice: &Slice) -> String {
    format!("land {slice}")
}

/// A file that is to be taken in.
pub struct Offered<'a> {
    /// Where its content is read.
    pub path: &'a Path,
    /// Its name as delivered.
    pub name: &'a str,
    /// How it looked: one that somebody writes on is left alone.
    pub seen: Look,
    /// How it was moved aside in its inbox; none where it was not.
    pub claim: Option<&'a Claim>,
    /// How it was got, where nobody put it there.
    pub retrieved: Option<Retrieval>,
}

/// Takes in one file.
pub fn file(
    context: &Context,
    destination: &Destination,
    offered: &Offered<'_>,
    sink: &(dyn Fn(Progress) + Sync),
) -> Result<Landing> {
    let Offered { path, name, .. } = *offered;
    let kept =
        context.lake.store_raw(path, name, &context.cancel).with_context(|| format!("keeping `{name}` verbatim"))?;
    let landing = kept_file(context, destination, offered, kept.clone(), sink);
    if landing.as_ref().is_err_and(|error| error.kind() == ErrorKind::Cancelled) {
        raw::forget(context, kept)?;
    }
    landing
}

/// Takes in a file that is in raw.
fn kept_file(
    context: &Context,
    destination: &Destination,
    offered: &Offered<'_>,
    raw: Raw,
    sink: &(dyn Fn(Progress) + Sync),
) -> Result<Landing> {
    let Offered { path, name, seen, claim, .. } = *offered;
    let _leases = hold(context, destination)?;
    // What a link leads to is still there after somebody else has taken the link up.
    match inbox::look(path)?.filter(|_| !claim.is_some_and(Claim::is_gone)) {
        Some(now) if now == seen => {}
        Some(_) => return Ok(Landing::BeingWritten),
        // Whoever was faster has landed it. What came since, or was decided about it, stands.
        None => return Err(Error::not_found(format!("`{name}` is gone"))),
    }
    let claimed_at = claim.and_then(|claim| claim.at);
    let (destination, retrieved) = (destination.clone(), offered.retrieved.clone());
    begun(context, Arrived { destination, raw, file: name.to_owned(), claimed_at, retrieved, anew: false }, sink)
}

/// Reads a landed batch once more from its raw file, as its slice's next revision: its encoding was corrected since, or
/// its bronze got lost.
pub fn again(context: &Context, delivery: Delivery, sink: &(dyn Fn(Progress) + Sync)) -> Result<Landing> {
    let (destination, file, retrieved) = (delivery.destination(), delivery.file, delivery.retrieved);
    let raw = Raw { digest: delivery.content, extension: delivery.extension, bytes: delivery.bytes };
    begun(context, Arrived { destination, raw, file, claimed_at: None, retrieved, anew: true }, sink)
}

/// The slices that a delivery for this destination has a part of, as far as the contract still tells.
pub fn slices(context: &Context, destination: &Destination) -> Vec<Slice> {
    let Destination { slice, covers, .. } = destination;
    let dataset = context.contract.dataset(&slice.dataset).ok();
    let periods = dataset.zip(covers.as_ref()).map(|(dataset, covers)| dataset.periods_of(covers));
    let periods = periods.unwrap_or_else(|| vec![slice.period]);
    periods.into_iter().map(|period| Slice { period, ..slice.clone() }).collect()
}

/// Holds every slice that a delivery has a part of, in one order for everybody, so that nobody waits for whoever waits for
/// them.
pub fn hold(context: &Context, destination: &Destination) -> Result<Vec<Lease>> {
    slices(context, destination).iter().map(|slice| lease::wait(context, &lease_key(slice))).collect()
}

/// A file that is in raw, for a slice; one that is to be read `anew` is no other revision by its content.
struct Arrived {
    destination: Destination,
    raw: Raw,
    file: String,
    claimed_at: Option<u64>,
    retrieved: Option<Retrieval>,
    anew: bool,
}

fn begun(context: &Context, arrived: Arrived, sink: &(dyn Fn(Progress) + Sync)) -> Result<Landing> {
    let dataset = context.contract.dataset(&arrived.destination.slice.dataset)?.clone();
    context.cancel.check()?;
    match context.write(move |transaction| begin(transaction, &dataset, arrived))? {
        Begun::Unchanged(landing) => Ok(landing),
        Begun::Started(intent) => carry_out(context, *intent, sink),
    }
}

/// Lands what was just begun. Nobody is to finish what somebody called off.
pub fn carry_out(context: &Context, intent: Intent, sink: &(dyn Fn(Progress) + Sync)) -> Result<Landing> {
    crash::point("land.intent");
    let landing = finish(context, intent.clone(), sink);
    if landing.as_ref().is_err_and(|error| error.kind() == ErrorKind::Cancelled) {
        arrival::given_up(context, intent.seq, intent.delivery, "cancelled".to_owned())?;
    }
    landing
}

/// Whether a batch was read in another encoding than the contract names for its provider.
pub fn is_misread(dataset: &Dataset, batch: &Batch) -> bool {
    let read_in = batch.encoding.as_deref();
    read_in.is_some_and(|read_in| reads_otherwise(dataset, &batch.delivery.slice.provider, read_in))
}

/// Whether what came from a provider would be read in another encoding than this one now.
pub fn reads_otherwise(dataset: &Dataset, provider: &str, read_in: &str) -> bool {
    let Ok(provider) = dataset.provider(provider) else { return false };
    encoding_of(provider).is_some_and(|label| !read::names(label, read_in))
}

/// A landing that is on record as begun.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Its place in the journal.
    pub seq: u64,
    /// What lands.
    pub delivery: Delivery,
    /// The encoding that it is read in, where it is text and not UTF-8: whoever finishes it reads as whoever began it.
    pub encoding: Option<String>,
}

/// Puts on record that a delivery is about to land, to be read as the contract says now.
pub fn intend(
    transaction: &mut Transaction<'_>,
    dataset: &Dataset,
    delivery: Delivery,
    claimed_at: Option<u64>,
) -> Result<Intent> {
    let encoding = encoding_of(dataset.provider(&delivery.slice.provider)?).map(str::to_owned);
    let (intended, read_in) = (delivery.clone(), encoding.clone());
    let seq = transaction.append(Fact::LandingStarted { delivery: intended, encoding: read_in, claimed_at })?;
    Ok(Intent { seq, delivery, encoding })
}

fn encoding_of(provider: &Provider) -> Option<&str> {
    provider.source.encoding()
}

/// How a landing begins.
enum Begun {
    Unchanged(Landing),
    Started(Box<Intent>),
}

/// The intent to land a file, unless the slice stands on it already and is not to be read `anew`. What was begun with the
/// very same content, and could not be finished, is taken up again.
fn begin(transaction: &mut Transaction<'_>, dataset: &Dataset, arrived: Arrived) -> Result<Begun> {
    let Arrived { mut destination, raw, file, claimed_at, retrieved, anew } = arrived;
    let is_known = |current: &Batch| !anew && current.delivery.content == raw.digest && !is_misread(dataset, current);
    let current = match dataset.provider(&destination.slice.provider)?.delivery {
        DeliveryMode::Whole => newest(transaction, &destination)?.filter(is_known),
        DeliveryMode::Parts => alike(transaction, &destination)?.into_iter().rfind(is_known),
        DeliveryMode::Changes => {
            let last = alike(transaction, &destination)?.pop().filter(is_known);
            // Each is one of its own, however its file is called.
            destination.part = Some(raw.digest.short().to_owned());
            last
        }
    };
    if let Some(current) = current {
        let batch = current.delivery.batch;
        return Ok(Begun::Unchanged(match current.state {
            BatchState::Quarantined => Landing::StillQuarantined { batch, note: current.note.unwrap_or_default() },
            _ => Landing::Unchanged { batch },
        }));
    }
    let Destination { slice, covers, part } = destination;
    let landed = transaction.newest_revision(&slice)?;
    let mut newest = landed;
    for (seq, fact) in transaction.unfinished()? {
        let Fact::LandingStarted { delivery, encoding, .. } = fact else { continue };
        if delivery.slice == slice {
            newest = newest.max(delivery.revision);
            if delivery.content == raw.digest
                && (&delivery.covers, &delivery.part) == (&covers, &part)
                && delivery.revision > landed
            {
                return Ok(Begun::Started(Box::new(Intent { seq, delivery, encoding })));
            }
        }
    }
    let revision = newest + 1;
    let delivery = Delivery {
        batch: BatchId::of(&slice, revision, &raw.digest),
        slice,
        revision,
        content: raw.digest,
        extension: raw.extension,
        file,
        bytes: raw.bytes,
        covers,
        part,
        held_by: None,
        retrieved,
    };
    let intent = intend(transaction, dataset, delivery, claimed_at)?;
    Ok(Begun::Started(Box::new(intent)))
}

/// The newest batch for the same that nothing took the place of.
fn newest(snapshot: &Snapshot<'_>, destination: &Destination) -> Result<Option<Batch>> {
    let same = |batch: &Batch| batch.delivery.part == destination.part;
    Ok(alike(snapshot, destination)?.into_iter().rfind(same))
}

/// The batches of the same days of a slice, whichever part they are, that nothing took the place of: landed, or waiting in
/// quarantine. The newest comes last.
fn alike(snapshot: &Snapshot<'_>, destination: &Destination) -> Result<Vec<Batch>> {
    let mut alike = snapshot.batches_of_slice(&destination.slice)?;
    alike.retain(|batch| {
        batch.delivery.covers == destination.covers
            && matches!(batch.state, BatchState::Landed | BatchState::Quarantined)
    });
    Ok(alike)
}

/// Ends a landing that a dead process began, under the lease of its slice. Says what came of it.
pub fn resume(context: &Context, intent: Intent, sink: &(dyn Fn(Progress) + Sync)) -> Result<String> {
    let Intent { seq, delivery, encoding } = intent;
    let (file, slice) = (delivery.file.clone(), delivery.slice.clone());
    if !has_raw(context, &delivery)? {
        let lost = context.lake.raw_path(&delivery.content, &delivery.extension);
        let note = format!("{} is gone or damaged", lost.display());
        arrival::given_up(context, seq, delivery, note.clone())?;
        return Ok(format!("landing {file} of {slice} is given up: {note}; deliver it again"));
    }
    let quarantined = |note: String| {
        let said = format!("{file} of {slice} is quarantined (batch {}): {note}", delivery.batch);
        arrival::quarantined(context, seq, delivery.clone(), note)?;
        Ok(said)
    };
    if let Err(error) = provider_of(context, &slice) {
        return quarantined(error.one_line());
    }
    let current = context.journal.read(|snapshot| newest(snapshot, &delivery.destination()))?;
    let current = current.filter(|current| current.state == BatchState::Landed);
    if let Some(newer) = current.filter(|current| current.delivery.revision > delivery.revision) {
        let (revision, batch) = (newer.delivery.revision, newer.delivery.batch);
        return quarantined(format!("revision {revision} landed before this one was finished (batch {batch})"));
    }
    Ok(match finish(context, Intent { seq, delivery, encoding }, sink)? {
        Landing::Quarantined { batch, note } => format!("{file} of {slice} is quarantined (batch {batch}): {note}"),
        _ => format!("finished landing {file} of {slice}"),
    })
}

fn provider_of<'a>(context: &'a Context, slice: &Slice) -> Result<&'a Provider> {
    context.contract.dataset(&slice.dataset)?.provider(&slice.provider)
}

/// Brings a landing to its end whose intent is on record: after a crash too.
fn finish(context: &Context, intent: Intent, sink: &(dyn Fn(Progress) + Sync)) -> Result<Landing> {
    let delivery = &intent.delivery;
    let subject = TaskSubject::Batch { slice: delivery.slice.clone(), batch: delivery.batch.clone() };
    let inputs = [("content".to_owned(), delivery.content.to_string())].into();
    let task = Task::new(TaskKind::Land, subject, inputs);
    let report = Report::new(&task, sink);
    let batch = delivery.batch.clone();
    let written = write_bronze(context, &task, &intent, &report);
    let Intent { seq, delivery, .. } = intent;
    match written {
        Ok(bronze) => {
            crash::point("land.bronze_written");
            let (revision, rows) = (delivery.revision, bronze.rows);
            let dataset = context.contract.dataset(&delivery.slice.dataset)?;
            let provider = provider_of(context, &delivery.slice)?;
            let lacks = dataset.gaps(provider, &bronze.columns);
            let parts = parts::of(context, dataset, &delivery, &bronze)?;
            arrival::landed(context, seq, delivery, bronze, parts)?;
            crash::point("land.outcome");
            report.step(Step::Done { rows, refused: 0 });
            Ok(Landing::Landed { batch, revision, rows, lacks })
        }
        Err(error) if error.kind() == ErrorKind::BadData => {
            let note = error.one_line();
            report.step(Step::Failed { error: note.clone() });
            arrival::quarantined(context, seq, delivery, note.clone())?;
            Ok(Landing::Quarantined { batch, note })
        }
        Err(error) => Err(error),
    }
}

fn write_bronze(context: &Context, task: &Task, intent: &Intent, report: &Report<'_>) -> Result<Bronze> {
    let Intent { seq, delivery, encoding } = intent;
    let raw = context.lake.raw_path(&delivery.content, &delivery.extension);
    let reading = || format!("reading `{}`", delivery.file);
    let mut reader =
        opened(context, &delivery.slice, &raw, &delivery.extension, encoding.as_deref()).with_context(reading)?;
    bronze::write(context, task, *seq, delivery, reader.as_mut(), report).with_context(reading)
}

/// What would keep a file from landing, as far as its text and its header tell: the note of its quarantine.
pub fn look_into(context: &Context, slice: &Slice, path: &Path) -> Result<Option<String>> {
    match opened(context, slice, path, &extension_of(path), encoding_of(provider_of(context, slice)?)) {
        Err(error) if error.kind() == ErrorKind::BadData => Ok(Some(error.one_line())),
        read => read.map(|_| None),
    }
}

/// The batch whose place a file would take, and whether that stays because the file is the very same.
pub fn replaced(context: &Context, destination: &Destination, path: &Path) -> Result<Option<(Batch, bool)>> {
    let dataset = context.contract.dataset(&destination.slice.dataset)?;
    let Some(current) = context.journal.read(|snapshot| newest(snapshot, destination))? else { return Ok(None) };
    let file = files::open_regular(path)?;
    let stays = !is_misread(dataset, &current)
        && file.metadata()?.len() == current.delivery.bytes
        && Digest::of_reader(file)? == current.delivery.content;
    Ok(Some((current, stays)))
}

/// A delivered file as a landing begins to read it: its text decoded, its header one.
fn opened(
    context: &Context,
    slice: &Slice,
    path: &Path,
    extension: &str,
    encoding: Option<&str>,
) -> Result<Box<dyn Reader>> {
    let provider = provider_of(context, slice)?;
    let dataset = context.contract.dataset(&slice.dataset)?;
    let expected = read::Expected { encoding, contract: Some((dataset, provider)) };
    let open = || read::open(path, extension, expected, &context.cancel);
    let reader = open()?;
    header::check(dataset, provider, reader.header(), open, &context.cancel)?;
    Ok(reader)
}
