//! The HTTP connector: a file that a server offers, taken only when it is another one than before.
//!
//! What breaks off is gone on with where the server can do that and still has the same file. Credentials come from the
//! environment, go to the server that was named and to no other one, and are in no message.

mod partial;

use std::path::Path;
use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Client, Response, StatusCode};
use url::Url;

use crate::base::{Cancel, Error, ErrorKind, Result, text};
use crate::domain::source::{Download, Http};
use crate::net::client::{self, failed};
use crate::net::environment;
use crate::net::patience::{Failed, Runtime, heard, persist};
use partial::Partial;

/// How many redirects are followed.
const MOST_HOPS: u32 = 10;

/// What is asked for, and where it is put.
pub struct Wanted<'a> {
    /// The source.
    pub http: &'a Http,
    /// The address, with the period, but without what the environment says.
    pub url: &'a str,
    /// What is there already.
    pub known: Option<&'a Download>,
    /// Where the file is put. What lies there of an attempt before is gone on with.
    pub target: &'a Path,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A file that was not known. Its name, and how the server knows it.
    New(String, Download),
    /// What is known already.
    Unchanged,
    /// It has no such file, or not yet.
    Missing,
}

/// Asks for a file.
pub fn fetch(wanted: &Wanted<'_>, cancel: &Cancel, done: &dyn Fn(u64)) -> Result<Answer> {
    let filled = environment::filled(wanted.url, &environment::own, environment::in_address)?;
    let url = Url::parse(&filled).map_err(|error| Error::usage(format!("`{}` is no address: {error}", wanted.url)))?;
    let asking = Asking { wanted, url, credentials: client::headers(&wanted.http.headers)?, client: client::client()? };
    let runtime = Runtime::start()?;
    persist(cancel, || {
        let mut after = None;
        let answer = runtime.wait(cancel, asking.attempt(cancel, &mut after, done));
        answer.map_err(|error| Failed { error, after })
    })
}

struct Asking<'a> {
    wanted: &'a Wanted<'a>,
    url: Url,
    credentials: HeaderMap,
    client: Client,
}

impl Asking<'_> {
    async fn attempt(&self, cancel: &Cancel, after: &mut Option<Duration>, done: &dyn Fn(u64)) -> Result<Answer> {
        let mut partial = Partial::of(self.wanted.target, self.wanted.url)?;
        let response = self.response(&partial).await?;
        *after = client::asked_to_wait(response.headers());
        match response.status() {
            StatusCode::NOT_MODIFIED => {
                partial.discard()?;
                return Ok(Answer::Unchanged);
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                partial.discard()?;
                return Ok(Answer::Missing);
            }
            StatusCode::PARTIAL_CONTENT if goes_on(&response, &partial) => {}
            StatusCode::OK => partial.restart(validator(&response))?,
            StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::PARTIAL_CONTENT => {
                partial.discard()?;
                return Err(Error::new(ErrorKind::Io, "the server can't go on where the download broke off"));
            }
            other => return Err(refused(other)),
        }
        self.save(response, partial, cancel, done).await
    }

    /// The answer to the question, after all redirects.
    async fn response(&self, partial: &Partial) -> Result<Response> {
        let mut url = self.url.clone();
        for _ in 0..=MOST_HOPS {
            let response = heard(async { self.ask(&url, partial).await.map_err(failed) }).await?;
            let is_elsewhere = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            let Some(place) = response.headers().get(header::LOCATION).filter(|_| is_elsewhere) else {
                return Ok(response);
            };
            let place = place.to_str().ok().and_then(|place| url.join(place).ok());
            url = place.ok_or_else(|| Error::bad_data("the server redirects to what is no address"))?;
            if !matches!(url.scheme(), "http" | "https") {
                return Err(Error::bad_data(format!("the server redirects to a `{}:` address", url.scheme()))
                    .because("only http and https are followed"));
            }
        }
        Err(Error::bad_data(format!("the server redirects more than {MOST_HOPS} times")))
    }

    async fn ask(&self, url: &Url, partial: &Partial) -> Result<Response, reqwest::Error> {
        // As the file is, not packed on the way.
        let mut request = self.client.get(url.clone()).header(header::ACCEPT_ENCODING, "identity");
        if url.origin() == self.url.origin() {
            request = request.headers(self.credentials.clone());
        }
        if let Some((validator, bytes)) = partial.to_go_on() {
            request = request.header(header::RANGE, format!("bytes={bytes}-")).header(header::IF_RANGE, validator);
        } else if let Some(known) = self.wanted.known {
            if let Some(etag) = &known.etag {
                request = request.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(changed) = &known.last_modified {
                request = request.header(header::IF_MODIFIED_SINCE, changed);
            }
        }
        request.send().await
    }

    async fn save(
        &self,
        mut response: Response,
        mut partial: Partial,
        cancel: &Cancel,
        done: &dyn Fn(u64),
    ) -> Result<Answer> {
        let most = self.wanted.http.most_bytes;
        let announced = response.content_length().map(|rest| partial.bytes().saturating_add(rest));
        let name = name_of(self.wanted.url, response.headers());
        let download = Download {
            url: self.wanted.url.to_owned(),
            etag: said(response.headers(), &header::ETAG),
            last_modified: said(response.headers(), &header::LAST_MODIFIED),
        };
        if announced.is_some_and(|bytes| bytes > most) {
            partial.discard()?;
            return Err(too_large(most));
        }
        while let Some(bytes) = heard(async { response.chunk().await.map_err(failed) }).await? {
            cancel.check()?;
            if partial.bytes().saturating_add(bytes.len() as u64) > most {
                partial.discard()?;
                return Err(too_large(most));
            }
            partial.add(&bytes)?;
            done(partial.bytes());
        }
        let came = partial.finish()?;
        match announced {
            Some(announced) if announced != came => {
                let message = format!("the server announced {announced} bytes, and {came} came");
                Err(Error::new(ErrorKind::Io, message))
            }
            _ => Ok(Answer::New(name, download)),
        }
    }
}

/// By what the server knows the content that it sends, strictly enough to go on with it later.
fn validator(response: &Response) -> Option<String> {
    let strict = said(response.headers(), &header::ETAG).filter(|etag| !etag.starts_with("W/"));
    strict.or_else(|| said(response.headers(), &header::LAST_MODIFIED))
}

fn said(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Whether a server sends what is missing of the very content that broke off: all of it.
fn goes_on(response: &Response, partial: &Partial) -> bool {
    let (first, is_rest) = range_of(response).unzip();
    let now = validator(response);
    let is_same = partial.to_go_on().is_some_and(|(before, _)| now.is_none_or(|now| now == before));
    partial.goes_on_at(first) && is_rest == Some(true) && is_same
}

/// The first byte that the server sends, where it sends a part, and whether that goes on to the end: `bytes 100-199/200`.
fn range_of(response: &Response) -> Option<(u64, bool)> {
    let range = said(response.headers(), &header::CONTENT_RANGE)?;
    let (part, whole) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = part.trim().split_once('-')?;
    let (first, last, whole): (u64, u64, u64) = (first.parse().ok()?, last.parse().ok()?, whole.trim().parse().ok()?);
    Some((first, last.checked_add(1) == Some(whole)))
}

/// The last part of the address, with an extension that says what the server sends.
fn name_of(url: &str, headers: &HeaderMap) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().filter(|last| !last.is_empty());
    let name = text::safe(last.unwrap_or("download")).replace(['/', '\\'], "_");
    if Path::new(&name).extension().is_some() {
        return name;
    }
    let kind = said(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let extension = match kind.split(';').next().unwrap_or_default().trim() {
        "text/csv" => ".csv",
        "text/tab-separated-values" => ".tsv",
        "application/json" => ".json",
        "application/x-ndjson" | "application/jsonl" => ".jsonl",
        "application/vnd.apache.parquet" => ".parquet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => ".xlsx",
        "application/vnd.ms-excel" => ".xls",
        "application/vnd.oasis.opendocument.spreadsheet" => ".ods",
        _ => "",
    };
    name + extension
}

fn too_large(most: u64) -> Error {
    Error::bad_data(format!("the file has more than {most} bytes"))
        .hint("write most_gigabytes = ... in `source` of the provider to take it all the same")
}

fn refused(status: StatusCode) -> Error {
    let message = format!("the server answers {status}");
    match status.as_u16() {
        408 | 425 | 429 | 500..=599 => Error::busy(message),
        401 | 403 | 407 => Error::bad_data(message)
            .hint("look at `headers` of the provider's source, and at what the environment says of its credentials"),
        _ => Error::bad_data(message).hint("look at `url` of the provider's source"),
    }
}

#[cfg(test)]
mod tests;
