//! What lies in the folder of a release, as its manifest says.

use std::path::PathBuf;

use crate::base::{Digest, Error, Result};
use crate::delivery;
use crate::domain::policy::Format;
use crate::domain::{Release, ReleaseName};
use crate::lake;
use crate::pipeline::Context;

/// What the folder of a release says of itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// The release.
    pub release: ReleaseName,
    /// The model version.
    pub model: String,
    /// What evaluations were bound to.
    pub input_digest: Digest,
    /// What approvals were bound to.
    pub release_digest: Digest,
    /// Rows in each artifact.
    pub rows: u64,
    /// The files.
    pub artifacts: Vec<lake::Artifact>,
}

impl Manifest {
    /// The digest that the intent to publish names.
    pub fn digest(&self) -> Result<Digest> {
        Ok(Digest::of(&serde_json::to_vec(self)?))
    }
}

/// The manifest of a release whose folder is there; `None` before it is built.
pub fn manifest(context: &Context, release: &ReleaseName) -> Result<Option<Manifest>> {
    if !context.lake.release_folder(release).exists() {
        return Ok(None);
    }
    let stored = context.lake.read_manifest(release)?;
    serde_json::from_value(stored)
        .map(Some)
        .map_err(|error| Error::corrupt(format!("the manifest of {release} does not read back")).because(error))
}

/// The file that gold is made from.
pub fn parquet(context: &Context, release: &ReleaseName) -> PathBuf {
    context.lake.release_folder(release).join(delivery::file_name(release, Format::Parquet))
}

/// The release of this name.
pub fn find(context: &Context, name: &ReleaseName) -> Result<Release> {
    context.journal.read(|snapshot| snapshot.known_release(name))
}
