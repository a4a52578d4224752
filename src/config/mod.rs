//! Floor 3: assay.toml, read into domain values.
//!
//! Every error names file, line and column, quotes the bad value and says what to write instead. Unknown keys are
//! errors, so that a typing error never silently means a default.

mod aggregate;
mod checks;
mod dataset;
mod document;
mod models;
mod names;
mod provider;
mod reference;
mod rhythm;
pub mod rules;
mod schema;
mod source;
mod table;
mod units;
mod workspace;

use std::fs;
use std::path::Path;

use crate::base::{Error, ErrorKind, Result, files};
use crate::domain::Contract;
use document::Document;

/// The file that makes a folder a workspace.
pub const CONTRACT_FILE: &str = "assay.toml";

/// The longest assay.toml that is read, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// Reads an assay.toml: the contract that it describes, which is in force once applied.
pub fn read(path: &Path) -> Result<Contract> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        let error = Error::from(error).context(format!("{shown} can't be read"));
        if missing {
            error.hint("run `assay init` to make a workspace here, or name one with --workspace")
        } else {
            error
        }
    };
    if fs::metadata(path).map_err(unreadable)?.len() > MAX_BYTES {
        return Err(Error::usage(format!("{shown} is longer than {} MiB", MAX_BYTES >> 20)));
    }
    let bytes = files::read_regular(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        Error::new(ErrorKind::Usage, format!("{shown}:{line}: not UTF-8")).hint("save the file as UTF-8")
    })?;
    let file_name = path.file_name().map_or_else(|| shown.to_string(), |name| name.to_string_lossy().into_owned());
    parse(&text, &file_name)
}

/// Whether an assay.toml, as it was read, says something else than the contract in force. One that can't be read, because
/// somebody is in the midst of editing it, differs.
pub fn differs(file: &Result<Contract>, in_force: &Contract) -> Result<bool> {
    match file {
        Ok(file) => Ok(file.digest()? != in_force.digest()?),
        Err(_) => Ok(true),
    }
}

/// Reads the text of an assay.toml; `file_name` is what errors call it.
pub fn parse(text: &str, file_name: &str) -> Result<Contract> {
    let document = Document::new(text, file_name);
    workspace::contract(&document, &document.parse()?)
}

/// A commented assay.toml for a new workspace of this name.
#[must_use]
pub fn template(name: &str) -> String {
    let quoted = toml::Value::from(name).to_string();
    include_str!("../../assets/template.toml").replacen("\"NAME\"", &quoted, 1)
}

#[cfg(test)]
mod tests;
