//! Documents named by their content, which events refer to: profiles, and the notes of deliveries.

use std::fs;
use std::path::PathBuf;

use super::Lake;
use crate::base::{Digest, Error, Result, ResultExt, files};

impl Lake {
    /// Stores a document. The same bytes again change nothing.
    pub fn write_document(&self, shelf: Shelf, bytes: &[u8]) -> Result<Digest> {
        let digest = Digest::of(bytes);
        let path = self.document_path(shelf, &digest);
        if fs::read(&path).is_ok_and(|stored| stored == bytes) {
            return Ok(digest);
        }
        files::write_bytes_atomically(&path, bytes)?;
        Ok(digest)
    }

    /// Reads a document back, refusing bytes that are not what its name says.
    pub fn read_document(&self, shelf: Shelf, digest: &Digest) -> Result<Vec<u8>> {
        let (path, what) = (self.document_path(shelf, digest), shelf.what());
        let bytes = files::read_regular(&path).with_context(|| format!("reading the {what} {}", path.display()))?;
        if Digest::of(&bytes) == *digest {
            return Ok(bytes);
        }
        Err(Error::corrupt(format!("the {what} {} is not what was written", path.display())))
    }

    fn document_path(&self, shelf: Shelf, digest: &Digest) -> PathBuf {
        self.root().join("lake").join(shelf.folder()).join(format!("{digest}.json"))
    }
}

/// The kinds of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// What profiling measured of a slice.
    Profiles,
    /// What was understood of deliveries.
    Notes,
}

impl Shelf {
    fn folder(self) -> &'static str {
        match self {
            Self::Profiles => "profiles",
            Self::Notes => "notes",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Profiles => "profile",
            Self::Notes => "delivery note",
        }
    }
}
