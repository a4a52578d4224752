//! Files that survive a crash: written aside, synced, renamed into place.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::{Error, Result, ResultExt, crash};

/// A path that was typed where no shell reads along: a `~` in front is the home folder.
#[must_use]
pub fn from_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), directories::BaseDirs::new()) {
        (Ok(below), Some(own)) if below.as_os_str().is_empty() => own.home_dir().to_path_buf(),
        (Ok(below), Some(own)) => own.home_dir().join(below),
        _ => path.to_path_buf(),
    }
}

/// Makes the names inside `folder` durable.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|handle| handle.sync_all())
        .with_context(|| format!("syncing the folder {}", folder.display()))
}

/// Opens a file to read. What is none is refused before it is opened: a pipe that nobody writes to would be waited for.
pub fn open_regular(path: &Path) -> std::io::Result<File> {
    if fs::metadata(path)?.is_file() {
        return File::open(path);
    }
    let message = format!("`{}` is not a file that can be read", path.display());
    Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, message))
}

/// All that a file holds; refused as [`open_regular`] refuses.
pub fn read_regular(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All that `input` holds, `None` where that is more than `most` bytes: no more than these are read.
pub fn read_at_most(input: impl Read, most: u64) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    input.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// The name a file has while it is being written: hidden, and unlike any other writer's.
#[must_use]
pub fn temporary_beside(path: &Path) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".{name}.{}-{count}.tmp", std::process::id()))
}

/// A file that is being written under a temporary name. Dropped without [`PendingFile::commit`] it leaves nothing behind.
#[derive(Debug)]
pub struct PendingFile {
    path: PathBuf,
    temporary: PathBuf,
    writer: BufWriter<File>,
    committed: bool,
}

impl PendingFile {
    /// Starts the file that will be `path`. Missing folders are made.
    pub fn create(path: &Path) -> Result<Self> {
        let folder = folder_of(path)?;
        fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
        let temporary = temporary_beside(path);
        let file = File::create(&temporary).with_context(|| format!("writing {}", path.display()))?;
        Ok(Self { path: path.to_owned(), temporary, writer: BufWriter::new(file), committed: false })
    }

    /// Makes what was written durable and gives it its name.
    pub fn commit(mut self) -> Result<()> {
        self.give_name().with_context(|| format!("writing {}", self.path.display()))
    }

    fn give_name(&mut self) -> Result<()> {
        self.writer.flush()?;
        self.writer.get_ref().sync_all()?;
        crash::point("files.temp_written");
        fs::rename(&self.temporary, &self.path)?;
        self.committed = true;
        crash::point("files.renamed");
        sync_folder(folder_of(&self.path)?)
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

fn folder_of(path: &Path) -> Result<&Path> {
    path.parent().ok_or_else(|| Error::internal(format!("{} has no folder", path.display())))
}

/// Writes a file in full or not at all: `fill` writes to a temporary name, which is synced and then renamed to `path`.
/// Missing folders are made.
pub fn write_atomically<T>(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> Result<T>) -> Result<T> {
    let mut pending = PendingFile::create(path)?;
    let value = fill(&mut pending.writer).with_context(|| format!("writing {}", path.display()))?;
    pending.commit()?;
    Ok(value)
}

/// [`write_atomically`] for bytes already at hand.
pub fn write_bytes_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    write_atomically(path, |writer| Ok(writer.write_all(bytes)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        entries.map(|name| name.into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_there_in_full_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut pending = PendingFile::create(&path).unwrap();
        pending.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(pending);
        assert!(names(folder.path()).is_empty());

        let failed: Result<()> = write_atomically(&path, |_| Err(Error::bad_data("no")));
        assert_eq!(failed.unwrap_err().causes(), ["no"]);
        assert!(names(folder.path()).is_empty());

        write_bytes_atomically(&path, b"whole").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }
}
