//! A conversation with a registry: requests bounded in time and size, lists in pages, and what a refusal means.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, Url};
use serde::de::DeserializeOwned;

use super::answers::Page;
use super::refusal::quoted;
use super::{Registry, refusal};
use crate::base::files::PendingFile;
use crate::base::{Cancel, Error, ErrorKind, Result, ResultExt};
use crate::net::client::{asked_to_wait, failed};
use crate::net::patience::{Failed, Runtime, heard, persist};

/// The longest answer, in bytes.
const LONGEST: u64 = 16 << 20;
/// How much is read of what a server says when it refuses, in bytes.
const LONGEST_REFUSAL: usize = 64 << 10;
/// The most pages of a list.
const MOST_PAGES: usize = 1_000;
/// The most entries of a list.
const MOST_ENTRIES: usize = 100_000;

/// What is asked of a server.
#[derive(Clone)]
pub struct Question<'a> {
    /// The path below the registry's address, name by name.
    path: Vec<&'a str>,
    query: Vec<(&'a str, &'a str)>,
    /// What is sent with it, where the path takes questions that way alone.
    body: Option<Vec<u8>>,
}

impl<'a> Question<'a> {
    /// A path below the registry's address.
    pub fn new(path: &'a str) -> Self {
        Self { path: path.split('/').collect(), query: Vec::new(), body: None }
    }

    /// A path below that of the REST API.
    pub fn api(path: &'a str) -> Self {
        Self::new("api/2.0/mlflow").below(path)
    }

    /// With a path appended.
    pub fn below(mut self, path: &'a str) -> Self {
        self.path.extend(path.split('/'));
        self
    }

    /// With a key of the query.
    pub fn with(mut self, key: &'a str, value: &'a str) -> Self {
        self.query.push((key, value));
        self
    }

    /// With this document in the place of a query.
    pub fn posted(mut self, body: serde_json::Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self
    }

    fn url(&self, base: &Url) -> Result<Url> {
        let mut url = base.clone();
        let no_path = |()| Error::internal("an address without a path");
        url.path_segments_mut().map_err(no_path)?.pop_if_empty().extend(&self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

/// One conversation, which ends in time.
pub struct Talk<'a> {
    registry: &'a Registry,
    cancel: &'a Cancel,
    runtime: Runtime,
    /// How long it may take.
    most: Duration,
    begun: Instant,
    /// Bytes of all answers so far.
    read: Cell<u64>,
    /// Whether a registry answered already.
    met: Cell<bool>,
}

impl<'a> Talk<'a> {
    /// Begins one that takes `most` at the longest.
    pub fn begin(registry: &'a Registry, cancel: &'a Cancel, most: Duration) -> Result<Self> {
        let (read, met) = (Cell::new(0), Cell::new(false));
        Ok(Self { registry, cancel, runtime: Runtime::start()?, most, begun: Instant::now(), read, met })
    }

    /// What the server answers.
    pub fn get<T: DeserializeOwned>(&self, question: &Question<'_>) -> Result<T> {
        self.patiently(self.registry.limits.answer, async |after| {
            let response = self.ask(question, after).await?;
            let body = self.body(response).await?;
            let answer = serde_json::from_slice(&body).map_err(|error| self.not_mlflow(&body).because(error))?;
            self.met.set(true);
            Ok(answer)
        })
    }

    /// What the server answers; nothing where it says that there is no such thing.
    pub fn find<T: DeserializeOwned>(&self, question: &Question<'_>) -> Result<Option<T>> {
        match self.get(question) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// All entries of a list.
    pub fn pages<T: DeserializeOwned>(&self, question: &Question<'_>) -> Result<Vec<T>> {
        let mut entries = Vec::new();
        let mut tokens = BTreeSet::new();
        let mut token = String::new();
        loop {
            self.cancel.check()?;
            let asked = question.clone();
            let asked = if token.is_empty() { asked } else { asked.with("page_token", &token) };
            let page: Page<T> = self.get(&asked)?;
            if !page.is_one() {
                return Err(self.not_mlflow(b"a document without entries"));
            }
            entries.extend(page.entries);
            let Some(next) = page.next_page_token.filter(|token| !token.is_empty()) else { return Ok(entries) };
            let endless = |why: String| Error::bad_data("the registry's list does not end").because(why);
            if !tokens.insert(next.clone()) {
                return Err(endless(format!("it leads back to the page {}", quoted(&next))));
            }
            if tokens.len() >= MOST_PAGES || entries.len() > MOST_ENTRIES {
                return Err(endless(format!("{} entries on {} pages, and more to come", entries.len(), tokens.len())));
            }
            token = next;
        }
    }

    /// Copies what the server answers to `into`, in full or not at all.
    pub fn download(&self, question: &Question<'_>, into: &Path, most_bytes: u64) -> Result<()> {
        let too_large = || Error::bad_data(format!("the file is larger than the {most_bytes} bytes that it may have"));
        self.patiently(self.most, async |after| {
            let mut response = heard(self.ask(question, after)).await?;
            if response.content_length().is_some_and(|length| length > most_bytes) {
                return Err(too_large());
            }
            let mut file = PendingFile::create(into)?;
            let mut written = 0;
            while let Some(bytes) = heard(async { response.chunk().await.map_err(failed) }).await? {
                written += bytes.len() as u64;
                if written > most_bytes {
                    return Err(too_large());
                }
                file.write_all(&bytes).with_context(|| format!("writing {}", into.display()))?;
            }
            file.commit()
        })
    }

    /// Tries what takes `most` at the longest, again where that may help, as long as there is time.
    fn patiently<T>(&self, most: Duration, attempt: impl AsyncFn(&mut Option<Duration>) -> Result<T>) -> Result<T> {
        persist(self.cancel, || {
            let mut after = None;
            let left = self.most.saturating_sub(self.begun.elapsed()).min(most);
            let done = self.runtime.wait(self.cancel, async {
                let slow =
                    || Error::new(ErrorKind::Io, format!("the registry did not answer within {} s", most.as_secs()));
                tokio::time::timeout(left, attempt(&mut after)).await.unwrap_or_else(|_| Err(slow()))
            });
            match done {
                Err(error) if error.is_transient() && self.begun.elapsed() >= self.most => {
                    Ok(Err(error.because(format!("all of it may take {} s", self.most.as_secs()))))
                }
                Err(error) => Err(Failed { error, after }),
                Ok(done) => Ok(Ok(done)),
            }
        })?
    }

    /// The answer, if it is not a refusal.
    async fn ask(&self, question: &Question<'_>, after: &mut Option<Duration>) -> Result<Response> {
        let url = question.url(&self.registry.address)?;
        let request = match question.body.clone() {
            Some(body) => self.registry.client.post(url).header(CONTENT_TYPE, "application/json").body(body),
            None => self.registry.client.get(url),
        };
        let request = request.headers(self.registry.headers.clone());
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        *after = asked_to_wait(response.headers());
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.ok().flatten() {
            body.extend_from_slice(&bytes);
            if body.len() > LONGEST_REFUSAL {
                break;
            }
        }
        let path = question.path.join("/");
        Err(refusal::refused(status, &body, &self.registry.shown, self.met.get().then_some(&path)))
    }

    /// The body of an answer, as far as it may be long.
    async fn body(&self, mut response: Response) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        let too_long = |most: u64| Error::bad_data(format!("the registry answered more than {} MiB", most >> 20));
        while let Some(bytes) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&bytes);
            self.read.set(self.read.get() + bytes.len() as u64);
            if body.len() as u64 > LONGEST {
                return Err(too_long(LONGEST));
            }
            if self.read.get() > self.registry.limits.together {
                return Err(too_long(self.registry.limits.together));
            }
        }
        Ok(body)
    }

    fn not_mlflow(&self, body: &[u8]) -> Error {
        refusal::not_mlflow(body, &self.registry.shown)
    }
}
