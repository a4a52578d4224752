//! The inbox connector: files that a provider drops into a folder.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::base::{Error, Result, ResultExt, crash};
use crate::domain::{FilePattern, Granularity, Period};

/// The folder of a workspace that holds the providers' folders.
pub const FOLDER: &str = "inbox";

/// The folder in a provider's for what is being taken out of it.
const ASIDE: &str = ".taken";

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
    /// The period that its name says, or why it says none.
    pub period: Result<Period, String>,
}

/// The files of `folder` that `pattern` means, sorted by name.
///
/// Left alone: folders, hidden files and what other programs write on their way to a finished file
/// (`.name`, `~$name`, `name.tmp`, `name.part`). A folder that does not exist yet holds no files.
pub fn scan(folder: &Path, pattern: &str, granularity: Granularity) -> Result<Vec<Found>> {
    let pattern = FilePattern::parse(pattern)?;
    let mut found = Vec::new();
    for (path, file_name) in finished(folder)? {
        let Some(period) = pattern.period_of(&file_name, granularity) else { continue };
        // A file that is gone again by now was moved by whoever put it there.
        let Some(metadata) = present(&path)?.filter(Metadata::is_file) else { continue };
        let modified = metadata.modified().ok();
        found.push(Found { bytes: metadata.len(), modified, path, file_name, period });
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
    let is_file = |path: &Path| Ok::<_, Error>(present(path)?.is_some_and(|metadata| metadata.is_file()));
    let mut lying = Vec::new();
    for (path, name) in finished(inboxes)? {
        if is_file(&path)? {
            lying.push(Lying { folder: None, file_name: name });
            continue;
        }
        if path.is_dir() {
            for (below, file_name) in finished(&path)? {
                if is_file(&below)? {
                    lying.push(Lying { folder: Some(name.clone()), file_name });
                }
            }
        }
    }
    Ok(lying)
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

/// Takes a file out of its folder for good, as it was when it was `seen`. Another one that came under its name stays.
pub fn take_out(path: &Path, seen: Look) -> Result<()> {
    let taking = || format!("taking {} out of the inbox", path.display());
    if look(path)? != Some(seen) {
        return Ok(());
    }
    crash::point("inbox.before_aside");
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    // What a link leads to stays where it is, and can't be lost.
    if path.is_symlink() {
        return unless_gone(fs::remove_file(path)).map(drop).with_context(taking);
    }
    // Its name can be taken by another file at any moment. Aside, nobody else writes, and it can be looked at once more.
    let aside = make_aside(folder)?;
    if unless_gone(fs::rename(path, aside.join(name))).with_context(taking)? {
        crash::point("inbox.aside");
        end(&aside.join(name), path, || Ok(look(&aside.join(name))? == Some(seen)))?;
    }
    // Not where others have put something aside too.
    let _ = fs::remove_dir(&aside);
    Ok(())
}

/// Refuses a file that could not be taken out of its folder: it would be landed again with each ingest.
pub fn can_be_taken_out(path: &Path) -> Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    make_aside(folder).map(drop)
}

/// The folder for what is being taken out of this one.
fn make_aside(folder: &Path) -> Result<PathBuf> {
    let aside = folder.join(ASIDE);
    match fs::create_dir(&aside) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => refuse_no_folder(&aside)?,
        made => made
            .with_context(|| format!("nothing can be taken out of {}", folder.display()))
            .map_err(|error| error.hint("whoever ingests has to be allowed to write in that folder"))?,
    }
    Ok(aside)
}

/// Refuses what is put in the place of a folder of ours: a link would lead to what is not to be taken out.
fn refuse_no_folder(aside: &Path) -> Result<()> {
    if fs::symlink_metadata(aside).is_ok_and(|metadata| !metadata.is_dir()) {
        return Err(Error::bad_data(format!("`{}` is no folder", aside.display())).hint("remove it by hand"));
    }
    Ok(())
}

/// What was being taken out of the folders of `inboxes` when a process died goes, where `has_come` says so of the name of
/// its folder and its path; else it comes back, as nobody may have read it. Answers what could be neither.
pub fn recover(inboxes: &Path, has_come: impl Fn(&str, &Path) -> Result<bool>) -> Result<Vec<Error>> {
    let mut failed = Vec::new();
    for (folder, provider) in finished(inboxes)? {
        let aside = folder.join(ASIDE);
        if !aside.exists() {
            continue;
        }
        if let Err(error) = refuse_no_folder(&aside) {
            failed.push(error);
            continue;
        }
        for (path, name) in entries(&aside)? {
            let ended = end(&path, &folder.join(name), || has_come(&provider, &path));
            // Where it is gone, whoever put it aside has ended it.
            let left = ended.err().filter(|_| path.symlink_metadata().is_ok());
            failed.extend(left.map(|error| error.hint(format!("remove it by hand: {}", path.display()))));
        }
        let _ = fs::remove_dir(&aside);
    }
    Ok(failed)
}

/// Ends what was put aside: for good where it was `read`, else back under its name. Where another file has that by now, it
/// took the place of this one, as if it had been written over it.
fn end(aside: &Path, path: &Path, read: impl FnOnce() -> Result<bool>) -> Result<()> {
    let ending = || format!("putting {} back as {}", aside.display(), path.display());
    if !read()? {
        let linked = fs::hard_link(aside, path).map_err(|error| error.kind());
        let is_settled = matches!(linked, Ok(()) | Err(ErrorKind::AlreadyExists | ErrorKind::NotFound));
        // Where files can't have two names.
        if !is_settled && present(path)?.is_none() {
            return unless_gone(fs::rename(aside, path)).map(drop).with_context(ending);
        }
    }
    unless_gone(fs::remove_file(aside)).map(drop).with_context(ending)
}

/// False where the file that something was done with is gone: somebody else was faster.
fn unless_gone(done: std::io::Result<()>) -> std::io::Result<bool> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        done => done.map(|()| true),
    }
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
