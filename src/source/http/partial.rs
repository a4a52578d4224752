//! A file that is being downloaded, and what is known of it when it breaks off.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::base::{Result, ResultExt};

/// What lies beside an unfinished file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Note {
    url: String,
    validator: String,
}

/// A file on its way.
pub struct Partial {
    path: PathBuf,
    url: String,
    validator: Option<String>,
    bytes: u64,
    writer: Option<BufWriter<File>>,
}

impl Partial {
    /// What lies at `path` of `url`: as much as came before it broke off, where it can be gone on with.
    pub fn of(path: &Path, url: &str) -> Result<Self> {
        let note: Option<Note> = match fs::read(note_of(path)) {
            Ok(note) => serde_json::from_slice(&note).ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("reading {}", note_of(path).display())),
        };
        let validator = note.filter(|note| note.url == url).map(|note| note.validator);
        let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
        Ok(Self { path: path.to_owned(), url: url.to_owned(), validator, bytes, writer: None })
    }

    /// By what the server is asked to go on, and at which byte.
    pub fn to_go_on(&self) -> Option<(&str, u64)> {
        let validator = self.validator.as_deref().filter(|_| self.bytes > 0)?;
        Some((validator, self.bytes))
    }

    /// Whether what the server sends, from this byte on, follows what is there.
    pub fn goes_on_at(&self, first: Option<u64>) -> bool {
        self.to_go_on().is_some_and(|(_, bytes)| first == Some(bytes))
    }

    /// How much there is.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Begins again, with content that the server knows by `validator`.
    pub fn restart(&mut self, validator: Option<String>) -> Result<()> {
        self.discard()?;
        if let Some(validator) = &validator {
            let note = Note { url: self.url.clone(), validator: validator.clone() };
            fs::write(note_of(&self.path), serde_json::to_vec(&note)?)?;
        }
        self.validator = validator;
        Ok(())
    }

    /// Adds what came.
    pub fn add(&mut self, bytes: &[u8]) -> Result<()> {
        if self.writer.is_none() {
            let file = OpenOptions::new().create(true).append(true).open(&self.path);
            let file = file.with_context(|| format!("writing {}", self.path.display()))?;
            self.writer = Some(BufWriter::new(file));
        }
        if let Some(writer) = &mut self.writer {
            writer.write_all(bytes)?;
        }
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// All of it is there. Returns how much that is.
    pub fn finish(mut self) -> Result<u64> {
        match self.writer.take() {
            Some(mut writer) => writer.flush()?,
            None if self.bytes == 0 => drop(File::create(&self.path)?),
            None => {}
        }
        remove(&note_of(&self.path))?;
        Ok(self.bytes)
    }

    /// Nothing of it is of use.
    pub fn discard(&mut self) -> Result<()> {
        self.writer = None;
        (self.bytes, self.validator) = (0, None);
        remove(&self.path)?;
        remove(&note_of(&self.path))
    }
}

fn note_of(path: &Path) -> PathBuf {
    path.with_extension("note.tmp")
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}
