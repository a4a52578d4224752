//! Delivered files, verbatim, named by their content.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Lake, make_folder, sweep};
use crate::base::{Cancel, Digest, Result, ResultExt, crash, files};

/// A file as it lies in `lake/raw`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its extension, lower case, without the dot; `bin` where the delivered name has none.
    pub extension: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The longest extension that is kept.
const LONGEST_EXTENSION: usize = 16;

/// A file that lies in the lake for a while, and goes away with this.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// One under a temporary name beside this one.
    pub(super) fn beside(path: &Path) -> Self {
        Self(files::temporary_beside(path))
    }

    /// Where it lies, once somebody has written it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Lets it lie: somebody goes on with it soon. What nobody does goes away after a day.
    pub fn keep(mut self) {
        self.0 = PathBuf::new();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Lake {
    /// A place for a file that becomes a delivery, on the disk that the lake is on.
    pub fn scratch(&self) -> Result<Scratch> {
        let folder = self.root().join("lake/raw");
        make_folder(&folder)?;
        sweep(&folder);
        Ok(Scratch::beside(&folder.join("scratch")))
    }

    /// A place for a file that comes in several attempts, always the same for one `name`.
    pub fn unfinished(&self, name: &Digest) -> Result<Scratch> {
        let folder = self.root().join("lake/raw");
        make_folder(&folder)?;
        sweep(&folder);
        Ok(Scratch(folder.join(format!(".{}.tmp", name.short()))))
    }

    /// Copies a file that was delivered as `name` into the lake, in constant memory, and makes the copy read-only.
    /// A file of the same content that lies there already, whole, is left alone.
    pub fn store_raw(&self, source: &Path, name: &str, cancel: &Cancel) -> Result<Raw> {
        let reading = || format!("storing the file {}", source.display());
        let folder = self.root().join("lake/raw");
        make_folder(&folder)?;
        sweep(&folder);
        let temporary = files::temporary_beside(&folder.join("delivery"));
        let begun = Instant::now();
        let stored = copy(source, &temporary, cancel).with_context(reading).and_then(|(digest, bytes)| {
            let raw = Raw { digest, extension: extension_of(Path::new(name)), bytes };
            self.settle(&temporary, &raw)?;
            Ok(raw)
        });
        let _ = fs::remove_file(&temporary);
        let stored = stored?;
        let milliseconds = begun.elapsed().as_millis();
        tracing::info!(name, bytes = stored.bytes, milliseconds, "kept verbatim");
        crash::point("raw.stored");
        Ok(stored)
    }

    /// Where the file of this content lies, whether it is there or not.
    #[must_use]
    pub fn raw_path(&self, digest: &Digest, extension: &str) -> PathBuf {
        let first = digest.as_str().get(..2).unwrap_or("00");
        self.root().join("lake/raw").join(first).join(format!("{digest}.{extension}"))
    }

    /// Where that lies which identifies the rows of the file of this content, whether it is there or not. It can be made anew.
    #[must_use]
    pub fn identities_path(&self, digest: &Digest) -> PathBuf {
        self.root().join("lake/identities").join(digest.as_str())
    }

    /// Whether the file of this content lies there whole.
    pub fn has_raw(&self, raw: &Raw) -> Result<bool> {
        is_whole(&self.raw_path(&raw.digest, &raw.extension), raw)
    }

    /// Removes the file of this content.
    pub fn remove_raw(&self, raw: &Raw) -> Result<()> {
        let path = self.raw_path(&raw.digest, &raw.extension);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
        .with_context(|| format!("removing {}", path.display()))
    }

    fn settle(&self, temporary: &Path, raw: &Raw) -> Result<()> {
        let target = self.raw_path(&raw.digest, &raw.extension);
        if is_whole(&target, raw)? {
            return Ok(());
        }
        let folder = target.parent().unwrap_or_else(|| self.root());
        make_folder(folder)?;
        let mut permissions = fs::metadata(temporary)?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(temporary, permissions)?;
        fs::rename(temporary, &target).with_context(|| format!("storing {}", target.display()))?;
        files::sync_folder(folder)
    }
}

/// Whether the stored file is there and still what its name says.
fn is_whole(path: &Path, raw: &Raw) -> Result<bool> {
    match File::open(path) {
        Ok(file) => Ok(file.metadata()?.len() == raw.bytes && Digest::of_reader(file)? == raw.digest),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("looking at {}", path.display())),
    }
}

fn copy(source: &Path, target: &Path, cancel: &Cancel) -> Result<(Digest, u64)> {
    let mut copying = Copying {
        source: files::open_regular(source)?,
        target: BufWriter::new(File::create(target)?),
        bytes: 0,
        cancel,
    };
    let digest = Digest::of_reader(&mut copying);
    cancel.check()?;
    let digest = digest?;
    copying.target.flush()?;
    copying.target.get_ref().sync_all()?;
    Ok((digest, copying.bytes))
}

/// Writes to `target` whatever is read through it, so that one pass copies and hashes.
struct Copying<'a> {
    source: File,
    target: BufWriter<File>,
    bytes: u64,
    cancel: &'a Cancel,
}

impl Read for Copying<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(std::io::Error::other("cancelled"));
        }
        let read = self.source.read(buffer)?;
        let (filled, _) = buffer.split_at(read);
        self.target.write_all(filled)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// What the name of a delivered file says of how to read it.
#[must_use]
pub fn extension_of(source: &Path) -> String {
    source
        .extension()
        .and_then(|extension| extension.to_str())
        .filter(|extension| extension.len() <= LONGEST_EXTENSION)
        .filter(|extension| !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .map_or_else(|| "bin".to_owned(), str::to_ascii_lowercase)
}
