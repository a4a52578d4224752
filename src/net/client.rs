//! A client that keeps credentials to the server that was named, and tells of failures without them.

use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, redirect};

use super::environment;
use super::patience::SILENCE;
use crate::base::{Error, ErrorKind, Result};

/// The longest time that a server may ask to be left alone for.
const LONGEST_WAIT: u64 = 60;

/// A client that follows no redirect by itself: credentials would go with it.
pub fn client() -> Result<Client> {
    built(builder())
}

/// The same for requests that are waited for by several runtimes: each has a connection of its own, which ends with it. One that was
/// kept for the next request would stand still while nobody waits on the runtime that it belongs to.
pub fn client_for_one() -> Result<Client> {
    built(builder().pool_max_idle_per_host(0))
}

fn builder() -> ClientBuilder {
    Client::builder()
        .redirect(redirect::Policy::none())
        .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(SILENCE)
}

fn built(builder: ClientBuilder) -> Result<Client> {
    builder.build().map_err(|error| Error::internal("no client").because(error.without_url()))
}

/// Headers in whose values the environment says what is secret.
pub fn headers(named: &[(String, String)]) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in named {
        let wrong = |what: &str| Error::usage(format!("the header `{name}` has {what}"));
        let value = environment::filled(value, &environment::own, environment::plain)?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("a name that no header has"))?;
        let mut value = HeaderValue::from_str(&value).map_err(|_| wrong("a value that can't be sent"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

/// How long a server asks to be left alone.
#[must_use]
pub fn asked_to_wait(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds.min(LONGEST_WAIT)))
}

/// What went wrong on the way. An address may hold credentials: it is in no message.
#[must_use]
pub fn failed(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let mut said = Error::new(ErrorKind::Io, "the server can't be reached, or broke off");
    let mut below: Option<&dyn std::error::Error> = Some(&error);
    while let Some(cause) = below {
        said = said.because(cause);
        below = cause.source();
    }
    said
}
