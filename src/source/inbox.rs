//! The inbox connector: files that a provider drops into a folder.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::base::{Result, ResultExt};
use crate::domain::calendar::Rhythm;
use crate::domain::{FilePattern, Meant};
pub use claim::{Claim, left_aside, tidy, with_something_aside};
pub use watch::Watch;

mod claim;
mod watch;

/// The folder of a workspace that holds the providers' folders.
pub const FOLDER: &str = "inbox";

/// A file that the pattern means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name as delivered.
    pub file_name: String,
    /// Its size in bytes when it was looked at.
    pub bytes: u64,
    /// When it was written, where the file system says so.
    pub modified: Option<SystemTime>,
    /// What its name says that it is for.
    pub meant: Meant,
    /// Why it can't be read.
    pub unreadable: Option<String>,
}

/// The files of `folder` that `pattern` means, sorted by name.
///
/// Left alone: folders, hidden files and what other programs write on their way to a finished file
/// (`.name`, `~$name`, `name.tmp`, `name.part`). A folder that does not exist yet holds no files.
pub fn scan(folder: &Path, pattern: &str, rhythm: &Rhythm) -> Result<Vec<Found>> {
    let pattern = FilePattern::parse(pattern)?;
    let mut found = Vec::new();
    for (path, file_name) in finished(folder)? {
        let Some(meant) = pattern.meant(&file_name, rhythm) else { continue };
        let (bytes, modified, unreadable) = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => (metadata.len(), metadata.modified().ok(), None),
            Ok(_) => continue,
            // A file that is gone again by now was moved by whoever put it there.
            Err(_) if fs::symlink_metadata(&path).is_err() => continue,
            Err(error) => (0, None, Some(format!("it can't be read: {error}"))),
        };
        found.push(Found { path, file_name, bytes, modified, meant, unreadable });
    }
    Ok(found)
}

/// A file in the inboxes, whatever its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lying {
    /// The name of the folder that it lies in; none: beside the folders.
    pub folder: Option<String>,
    /// Its name.
    pub file_name: String,
}

/// Every finished file in `inboxes` and in the folders right below, sorted. Left alone is what [`scan`] leaves alone.
pub fn lying(inboxes: &Path) -> Result<Vec<Lying>> {
    // A link that leads nowhere is something that somebody put there, too.
    let is_file = |path: &Path| path.is_file() || (path.is_symlink() && !path.exists());
    let mut lying = Vec::new();
    for (path, name) in finished(inboxes)? {
        if is_file(&path) {
            lying.push(Lying { folder: None, file_name: name });
            continue;
        }
        if path.is_dir() {
            for (below, file_name) in finished(&path)? {
                if is_file(&below) {
                    lying.push(Lying { folder: Some(name.clone()), file_name });
                }
            }
        }
    }
    Ok(lying)
}

/// Whether a file lies in a folder, however both were written.
pub fn holds(folder: &Path, file: &Path) -> bool {
    let of_file = file.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
    let same = of_file.and_then(|parent| fs::canonicalize(parent).ok()).zip(fs::canonicalize(folder).ok());
    same.is_some_and(|(of_file, folder)| of_file == folder)
}

/// What lies in a folder and is neither hidden nor on its way to a finished file, with its name, sorted.
fn finished(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut entries = entries(folder)?;
    entries.retain(|(_, name)| !is_unfinished(name));
    Ok(entries)
}

/// What lies in a folder, with its name, sorted.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let reading = || format!("reading the inbox {}", folder.display());
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.with_context(reading)?,
    };
    let mut entries = Vec::new();
    for entry in listing {
        let path = entry.with_context(reading)?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        entries.push((path, name));
    }
    entries.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(entries)
}

/// What a look at a file shows: two equal looks some time apart mean that nobody is writing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    bytes: u64,
    modified: Option<SystemTime>,
}

/// Looks at a file; `None` when it is gone.
pub fn look(path: &Path) -> Result<Option<Look>> {
    let look = |metadata: Metadata| Look { bytes: metadata.len(), modified: metadata.modified().ok() };
    Ok(present(path)?.map(look))
}

/// The last look at each file, `None` for those whose size or time of change did not stay the same over `wait`, or that
/// are gone. Blocks that long, once for all of them.
pub fn settled(paths: &[&Path], wait: Duration) -> Result<Vec<Option<Look>>> {
    let look_at_all = || paths.iter().map(|path| look(path)).collect::<Result<Vec<_>>>();
    let before = look_at_all()?;
    if !paths.is_empty() {
        std::thread::sleep(wait);
    }
    let now = look_at_all()?;
    Ok(now.into_iter().zip(before).map(|(now, before)| now.filter(|_| now == before)).collect())
}

fn present(path: &Path) -> Result<Option<Metadata>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some).with_context(|| format!("looking at {}", path.display())),
    }
}

fn is_unfinished(file_name: &str) -> bool {
    let extension = Path::new(file_name).extension();
    file_name.starts_with('.')
        || file_name.starts_with("~$")
        || extension.is_some_and(|name| name.eq_ignore_ascii_case("tmp") || name.eq_ignore_ascii_case("part"))
}

#[cfg(test)]
mod tests;
