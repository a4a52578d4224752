//! Profiles: documents named by their content, which events refer to.

use std::fs;
use std::path::PathBuf;

use super::Lake;
use crate::base::{Digest, Error, Result, ResultExt, files};

impl Lake {
    /// Stores a profile. The same bytes again change nothing.
    pub fn write_profile(&self, bytes: &[u8]) -> Result<Digest> {
        let digest = Digest::of(bytes);
        let path = self.profile_path(&digest);
        if fs::read(&path).is_ok_and(|stored| stored == bytes) {
            return Ok(digest);
        }
        files::write_bytes_atomically(&path, bytes)?;
        Ok(digest)
    }

    /// Reads a profile back, refusing bytes that are not what its name says.
    pub fn read_profile(&self, digest: &Digest) -> Result<Vec<u8>> {
        let path = self.profile_path(digest);
        let bytes = files::read_regular(&path).with_context(|| format!("reading the profile {}", path.display()))?;
        if Digest::of(&bytes) == *digest {
            return Ok(bytes);
        }
        Err(Error::corrupt(format!("the profile {} is not what was written", path.display())))
    }

    fn profile_path(&self, digest: &Digest) -> PathBuf {
        self.root().join("lake/profiles").join(format!("{digest}.json"))
    }
}
