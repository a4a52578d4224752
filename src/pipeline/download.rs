//! Servers as sources: the files of the periods that are owed, each asked for until it is there, the newest also after that.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::land::{self, Landing, Offered};
use super::report::Report;
use super::{Context, lease};
use crate::base::{Digest, Error, ErrorKind, Result, ResultExt, files};
use crate::domain::calendar::Span;
use crate::domain::progress::Progress;
use crate::domain::source::{Http, Retrieval};
use crate::domain::{Batch, BatchState, Dataset, Destination, Period, Provider, TaskKind};
use crate::source::http::{Answer, Wanted, fetch};
use crate::source::inbox;

/// How many of the newest files that are there are asked for again, in case they were corrected.
const CORRECTED: usize = 3;

/// What stands for the period in an address.
const PERIOD: &str = "{period}";

/// What came of asking a server.
#[derive(Default)]
pub struct Downloaded {
    /// Files that were asked for.
    pub asked: u64,
    /// Those that the server does not have.
    pub missing: u64,
    /// What landed: for what, the name of the file, and what became of it.
    pub landed: Vec<(Destination, String, Landing)>,
    /// What could not be taken, and why.
    pub failed: Vec<(String, Error)>,
}

/// Takes the files of a provider that are new or were corrected; where it is to be `all`, the old ones are asked for, too.
pub fn provider(
    context: &Context,
    dataset: &Dataset,
    provider: &Provider,
    (http, all): (&Http, bool),
    sink: &(dyn Fn(Progress) + Sync),
) -> Result<Downloaded> {
    let _lease = lease::wait(context, &format!("download {}/{}", dataset.name, provider.name))?;
    let retrieved = context.journal.read(|snapshot| snapshot.batches_retrieved(&dataset.name, &provider.name))?;
    let known = known(&retrieved);
    let mut downloaded = Downloaded::default();
    let mut delivered = 0;
    for span in owed(dataset, provider, context.today_of(provider)).into_iter().rev() {
        context.cancel.check()?;
        let url = http.url.replace(PERIOD, &span.label);
        // What somebody took back comes again where all is to come.
        let known = known.get(url.as_str()).copied().filter(|known| !all || known.state != BatchState::Withdrawn);
        delivered += usize::from(known.is_some());
        if known.is_some() && delivered > CORRECTED && !all {
            continue;
        }
        downloaded.asked += 1;
        let file = File { dataset, provider, http, url: &url, known };
        match file.take(context, span.clone(), sink) {
            Ok(Taken::Missing) => downloaded.missing += 1,
            Ok(Taken::Unchanged) => {}
            Ok(Taken::Landed(destination, name, landing)) => downloaded.landed.push((destination, name, landing)),
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) => {
                // A server that can't be reached for one file can't be for the others.
                let is_away = error.kind() == ErrorKind::Io;
                let error = error.context(format!("asking the server of {}", provider.name));
                downloaded.failed.push((span.label, error));
                if is_away {
                    break;
                }
            }
        }
    }
    downloaded.landed.reverse();
    Ok(downloaded)
}

/// What came last from each address: also what somebody took back, which stays away as long as it is what it was.
fn known(retrieved: &[Batch]) -> BTreeMap<&str, &Batch> {
    let of =
        retrieved.iter().filter_map(|batch| Some((batch.delivery.retrieved.as_ref()?.download()?.url.as_str(), batch)));
    of.collect()
}

/// What the provider owes and has begun by this day, oldest first.
fn owed(dataset: &Dataset, provider: &Provider, today: NaiveDate) -> Vec<Span> {
    let current = Period::containing(dataset.period, today);
    let Some((first, current)) = provider.since.zip(current).filter(|(first, current)| first <= current) else {
        return Vec::new();
    };
    let mut spans = dataset.rhythm(provider).spans(first.first(), current.last());
    let is_owed = |span: &Span| dataset.periods_of(span).into_iter().any(|period| provider.owes(period));
    spans.retain(|span| span.first <= today && is_owed(span));
    spans
}

/// One file of a server.
struct File<'a> {
    dataset: &'a Dataset,
    provider: &'a Provider,
    http: &'a Http,
    url: &'a str,
    known: Option<&'a Batch>,
}

enum Taken {
    Missing,
    Unchanged,
    Landed(Destination, String, Landing),
}

impl File<'_> {
    fn take(&self, context: &Context, span: Span, sink: &(dyn Fn(Progress) + Sync)) -> Result<Taken> {
        let Self { dataset, provider, http, url, known } = *self;
        let place = context.lake.unfinished(&Digest::of(format!("{}/{url}", provider.name).as_bytes()))?;
        let download = known.and_then(|known| known.delivery.retrieved.as_ref()?.download());
        let wanted = Wanted { http, url, known: download, target: place.path() };
        let subject = format!("{}/{}/{}", dataset.name, span.label, provider.name);
        let report = Report::of(TaskKind::Download, subject, sink);
        let answer = fetch(&wanted, &context.cancel, &|bytes| report.rows(bytes, None));
        let came = || place.path().metadata().map_or(0, |file| file.len());
        let answer = match answer {
            Ok(Answer::New(..)) => report.ended(answer, |_| came()),
            Err(_) => report.ended(answer, |_| 0),
            // Of what is as it was nobody has to hear.
            other => other,
        };
        let answer = answer.with_context(|| format!("asking for {}", span.label));
        let (name, download) = match answer {
            Ok(Answer::New(name, download)) => (name, download),
            Ok(Answer::Unchanged) => return Ok(Taken::Unchanged),
            Ok(Answer::Missing) => return Ok(Taken::Missing),
            Err(error) => {
                // What came so far is gone on with.
                place.keep();
                return Err(error);
            }
        };
        let content = Digest::of_reader(files::open_regular(place.path())?)?;
        if known.is_some_and(|known| known.state == BatchState::Withdrawn && known.delivery.content == content) {
            return Ok(Taken::Unchanged);
        }
        let destination = dataset.destination(provider, span, &name);
        let destination = destination.ok_or_else(|| Error::internal(format!("{url} is for no period")))?;
        let seen = inbox::look(place.path())?.ok_or_else(|| Error::internal("a download is gone"))?;
        let retrieved = Some(Retrieval::Download(download));
        let offered = Offered { path: place.path(), name: &name, seen, claim: None, retrieved };
        let landing = land::file(context, &destination, &offered, sink)?;
        Ok(Taken::Landed(destination, name, landing))
    }
}
