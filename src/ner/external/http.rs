//! A server that tags: an `MLflow` scoring server, or any that speaks as programs do.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Response, StatusCode};
use serde_json::json;

use super::another;
use super::declaration::{Answers, Declaration, Speech};
use super::protocol::{self, LONGEST, Request, Row, quoted};
use super::turns::Turns;
use crate::base::text::{counted, safe};
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::ner::tagger::{Answer, Tagger};
use crate::net::client::{asked_to_wait, client_for_one, failed, headers};
use crate::net::environment;
use crate::net::patience::{Failed, Runtime, persist};

/// The version of a server's model that nobody can ask for.
const UNKNOWN: &str = "unknown";

/// What `MLflow` answers.
#[derive(serde::Deserialize)]
struct Predictions {
    predictions: Vec<Row>,
}

/// A model behind a server.
pub struct Server {
    declaration: Declaration,
    answers: Answers,
    client: Client,
    turns: Turns,
}

/// What a declaration says about its server's model: servers can't be asked.
pub fn who_it_is(declaration: &Declaration) -> Result<Answers> {
    let url = declaration.url.clone().ok_or_else(|| Error::internal("a server without an address"))?;
    let mut labels = declaration.labels.clone();
    labels.sort_unstable();
    labels.dedup();
    Ok(Answers { model: url, version: UNKNOWN.to_owned(), labels })
}

impl Server {
    /// Of a declaration that holds what is known of the model.
    pub fn new(declaration: Declaration) -> Result<Self> {
        let answers = declaration.answers()?.clone();
        Ok(Self { answers, client: client_for_one()?, turns: Turns::new(declaration.calls), declaration })
    }

    /// With the address, as the declaration has it: what the environment fills in may be a secret.
    fn told(&self, error: Error) -> Error {
        let url = self.declaration.url.as_deref().unwrap_or_default();
        if error.kind() == ErrorKind::Cancelled { error } else { error.context(format!("asking {}", safe(url))) }
    }

    async fn attempt(&self, texts: &[&str], after: &mut Option<std::time::Duration>) -> Result<Vec<Answer>> {
        let limit = self.declaration.limit();
        let whole = async {
            let response = self.request(texts)?.send().await.map_err(failed)?;
            *after = asked_to_wait(response.headers());
            let status = response.status();
            let body = body(response).await?;
            if status.is_success() { self.read(&body, texts.len()) } else { Err(refused(status, &body)) }
        };
        // The whole of it: a server that sends a byte now and then is no better than one that says nothing.
        tokio::time::timeout(limit, whole).await.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Io, format!("the model's server did not answer within {} s", limit.as_secs())))
        })
    }

    fn request(&self, texts: &[&str]) -> Result<reqwest::RequestBuilder> {
        let named: Vec<(String, String)> = self.declaration.headers.clone().into_iter().collect();
        let mut headers: HeaderMap = headers(&named)?;
        headers.entry(CONTENT_TYPE).or_insert(reqwest::header::HeaderValue::from_static("application/json"));
        let url = self.declaration.url.as_deref().unwrap_or_default();
        let url = environment::filled(url, &environment::own, environment::in_address)?;
        let body = match self.declaration.speech.unwrap_or_default() {
            Speech::Assay => serde_json::to_vec(&Request { id: 1, texts })?,
            Speech::Mlflow => {
                let rows: Vec<[&str; 1]> = texts.iter().map(|text| [*text]).collect();
                serde_json::to_vec(&json!({ "dataframe_split": { "columns": ["text"], "data": rows } }))?
            }
        };
        Ok(self.client.post(url).headers(headers).body(body))
    }

    fn read(&self, body: &[u8], texts: usize) -> Result<Vec<Answer>> {
        match self.declaration.speech.unwrap_or_default() {
            Speech::Mlflow => {
                let rows = protocol::parse::<Predictions>(body)?.predictions;
                if rows.len() != texts {
                    let (rows, texts) = (rows.len() as u64, texts as u64);
                    let (rows, texts) = (counted(rows, "prediction"), counted(texts, "text"));
                    return Err(Error::bad_data(format!("the model's server answered {rows} for {texts}")));
                }
                Ok(rows.into_iter().map(Row::answer).collect())
            }
            Speech::Assay => {
                let (_, version, answers) = protocol::read(body, texts)?;
                match version {
                    Some(now) if self.answers.version != UNKNOWN && now != self.answers.version => {
                        Err(another("version", &now, &self.answers.version))
                    }
                    _ => Ok(answers),
                }
            }
        }
    }
}

impl Tagger for Server {
    fn labels(&self) -> &[String] {
        &self.answers.labels
    }

    fn tag(&self, texts: &[&str], cancel: &Cancel) -> Result<Vec<Answer>> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let _turn = self.turns.take(cancel)?;
        let runtime = Runtime::start()?;
        persist(cancel, || {
            let mut after = None;
            let answers = runtime.wait(cancel, self.attempt(texts, &mut after));
            answers.map_err(|error| Failed { error: self.told(error), after })
        })
    }

    fn batch(&self) -> usize {
        self.declaration.texts
    }

    fn calls(&self, _threads: usize) -> usize {
        self.declaration.calls
    }
}

/// The body of an answer, as far as an answer may be long.
async fn body(mut response: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(failed)? {
        body.extend_from_slice(&bytes);
        if body.len() as u64 > LONGEST {
            return Err(Error::bad_data(format!("the model's server answered more than {} MiB", LONGEST >> 20)));
        }
    }
    Ok(body)
}

fn refused(status: StatusCode, body: &[u8]) -> Error {
    let said = String::from_utf8_lossy(body);
    let message = format!("the model's server answers {}: {}", safe(&status.to_string()), quoted(said.trim()));
    match status.as_u16() {
        408 | 425 | 429 | 500..=599 => Error::busy(message),
        401 | 403 | 407 => Error::bad_data(message)
            .hint("look at `headers` of the model file, and at what the environment says of its credentials"),
        _ => Error::bad_data(message).hint("look at `url` and `speech` of the model file"),
    }
}
