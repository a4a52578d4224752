//! Files that survive a crash: written aside, synced, renamed into place.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Error, Result, ResultExt, crash};

/// Makes the names inside `folder` durable.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|handle| handle.sync_all())
        .with_context(|| format!("syncing the folder {}", folder.display()))
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

/// Writes a file in full or not at all: `fill` writes to a temporary name, which is synced and then renamed to `path`.
/// Missing folders are made.
pub fn write_atomically<T>(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> Result<T>) -> Result<T> {
    let folder = path.parent().ok_or_else(|| Error::internal(format!("{} has no folder", path.display())))?;
    fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    let temporary = temporary_beside(path);
    let written = (|| {
        let mut writer = BufWriter::new(File::create(&temporary)?);
        let value = fill(&mut writer)?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        crash::point("files.temp_written");
        fs::rename(&temporary, path)?;
        crash::point("files.renamed");
        sync_folder(folder)?;
        Ok(value)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(|error: Error| error.context(format!("writing {}", path.display())))
}

/// [`write_atomically`] for bytes already at hand.
pub fn write_bytes_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    write_atomically(path, |writer| Ok(writer.write_all(bytes)?))
}
