//! What it means when a server refuses, or answers something else than a registry does.

use reqwest::StatusCode;

use crate::base::Error;
use crate::base::text::{self, safe};

/// Why a server refuses.
struct Refusal {
    /// The name of the reason; empty where the server gives none.
    code: String,
    /// The reason, for people.
    words: String,
}

/// A refusal as `MLflow` writes it.
#[derive(serde::Deserialize)]
struct Written {
    error_code: Option<String>,
    #[serde(alias = "detail")]
    message: Option<String>,
}

impl Refusal {
    fn read(body: &[u8]) -> Self {
        let written: Option<Written> = serde_json::from_slice(body).ok();
        let (code, message) = written.map_or((None, None), |written| (written.error_code, written.message));
        let all = || String::from_utf8_lossy(body).trim().to_owned();
        Self { code: code.unwrap_or_default(), words: message.unwrap_or_else(all) }
    }
}

/// The error that a refusal of the registry at the address `shown` is. `path` is what was asked for, if the registry answered before.
pub fn refused(status: StatusCode, body: &[u8], shown: &str, path: Option<&String>) -> Error {
    let Refusal { code, words } = Refusal::read(body);
    let said = format!("{}: {}", safe(&status.to_string()), quoted(&words));
    let answers = format!("the registry answers {said}");
    match status.as_u16() {
        // A server that was started without a part says so with a status that elsewhere passes by itself.
        503 if words.contains("--artifacts-only") => Error::bad_data(format!("the server at {shown} has no registry"))
            .because(said)
            .hint("it only hands out files: give the address of the tracking server beside it"),
        503 if words.contains("--serve-artifacts") => {
            Error::bad_data("the registry's server does not hand out the files that it stores").because(said).hint(
                "ask who runs it to start `mlflow server` with --serve-artifacts, or copy the file yourself, and register it: \
                 assay model register FILE --name NAME",
            )
        }
        408 | 425 | 429 | 500 | 502..=599 => Error::busy(answers),
        401 | 403 | 407 => Error::bad_data(format!("the registry refuses access: it answers {said}"))
            .hint("look at `headers` of the registry, and at what the environment says of its credentials"),
        404 if code == "RESOURCE_DOES_NOT_EXIST" => Error::not_found(answers),
        300..=399 => Error::bad_data(format!("the registry leads elsewhere: it answers {said}")).hint(format!(
            "{}; where it leads to a page to sign in, `headers` of the registry has to hold credentials",
            look_at(shown)
        )),
        404 | 405 => match path {
            Some(path) => Error::bad_data(format!("the registry does not know `{}`: it answers {said}", safe(path)))
                .hint("its MLflow may be too old for that, or a server in between lets only a part of it through"),
            None => Error::bad_data(format!("no MLflow registry answers at {shown}")).because(answers).hint(look_at(shown)),
        },
        _ => Error::bad_data(answers),
    }
}

/// The error that an answer is which no registry gives.
pub fn not_mlflow(body: &[u8], shown: &str) -> Error {
    let said = String::from_utf8_lossy(body);
    Error::bad_data(format!("the answer {} is not what an MLflow registry says", quoted(said.trim())))
        .hint(look_at(shown))
}

fn look_at(shown: &str) -> String {
    format!("look at the address {shown}: that of the server's start page, without what follows `#`")
}

/// The beginning of what a server says.
pub fn quoted(text: &str) -> String {
    text::quoted(text, 200)
}
