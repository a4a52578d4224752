//! Models that live elsewhere: a program that is kept running ([`command`]) or a server ([`http`]).
//!
//! Their model file is a declaration in TOML that people write. When it is registered the model is asked who it is, and what it
//! answers is written into the file that is kept: from then on the model has to answer as the same.

mod command;
pub mod declaration;
mod http;
mod process;
mod protocol;
mod turns;

use std::path::Path;

use super::tagger::Tagger;
use crate::base::{Cancel, Error, Result};
use crate::domain::model::ModelKind;
use declaration::Declaration;

/// A model made ready for registration.
pub struct Prepared {
    /// The file that is kept: the declaration with what the model says of itself.
    pub file: Vec<u8>,
    /// The model, running.
    pub tagger: Box<dyn Tagger>,
}

/// Reads a declaration that lies in the folder `from`, copies the files it names into `home`, where the model is to live, and asks the
/// model who it is.
pub fn prepare(bytes: &[u8], from: &Path, home: &Path, cancel: &Cancel) -> Result<Prepared> {
    let mut declaration = Declaration::parse(bytes)?;
    declaration.take_files(from, home)?;
    if declaration.answers.is_none() {
        let answers = match declaration.kind {
            declaration::Kind::Command => command::ask_who_it_is(&declaration, home, cancel)?,
            declaration::Kind::Http => http::who_it_is(&declaration)?,
        };
        declaration.answers = Some(answers);
    }
    let file = declaration.written()?;
    let tagger = load(&file, home)?;
    Ok(Prepared { file, tagger })
}

/// A registered model, ready to tag. It is started when it is first asked.
pub fn load(bytes: &[u8], home: &Path) -> Result<Box<dyn Tagger>> {
    let declaration = Declaration::parse(bytes)?;
    Ok(match declaration.kind {
        declaration::Kind::Command => Box::new(command::Command::new(declaration, home)?),
        declaration::Kind::Http => Box::new(http::Server::new(declaration)?),
    })
}

/// The kind of model that this file declares, if it is a declaration.
#[must_use]
pub fn declared(start: &[u8]) -> Option<ModelKind> {
    let text = String::from_utf8_lossy(start);
    let keys = text.lines().take_while(|line| !line.trim_start().starts_with('['));
    let kind = keys.filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == "kind")?;
    let kind = kind.1.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    // Of another kind there is none, which whoever reads the declaration says.
    Some(if kind == "http" { ModelKind::Http } else { ModelKind::Command })
}

/// A model that answers otherwise than it did.
fn another(what: &str, now: &str, before: &str) -> Error {
    Error::bad_data(format!("the model says that its {what} is `{now}`, and it was registered with `{before}`"))
        .hint("register it anew: assay model register FILE --name NAME makes it the next version")
}

#[cfg(test)]
mod tests;
