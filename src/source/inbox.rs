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

/// A file that was moved aside, out of everybody's reach: only one can do that, who then takes it in. Of a link, whose
/// content lies elsewhere, only the end is ours.
#[derive(Debug)]
pub struct Claim {
    /// Where it lies meanwhile, under its own name.
    pub path: PathBuf,
    home: PathBuf,
}

impl Claim {
    /// Moves a file aside; `None` where it is gone. What can't be moved could not be taken out either, and would be taken
    /// in again and again.
    pub fn take(path: &Path) -> Result<Option<Self>> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(None) };
        let home = path.to_path_buf();
        if path.is_symlink() {
            return Ok(Some(Self { path: home.clone(), home }));
        }
        let aside = make_aside(folder)?.join(name);
        let moved = unless_gone(fs::rename(path, &aside));
        let moved = moved.with_context(|| format!("taking {} out of the inbox", path.display()))?;
        crash::point("inbox.claimed");
        Ok(moved.then_some(Self { path: aside, home }))
    }

    /// Takes it out of the inbox for good.
    pub fn remove(self) -> Result<()> {
        crash::point("inbox.read");
        let removing = || format!("taking {} out of the inbox", self.path.display());
        unless_gone(fs::remove_file(&self.path)).with_context(removing)?;
        self.tidy();
        Ok(())
    }

    /// Puts it back under its name: nobody has read it. Where another file has that by now, it took the place of this one,
    /// as if it had been written over it.
    pub fn put_back(self) -> Result<()> {
        if self.path == self.home {
            return Ok(());
        }
        let putting = || format!("putting {} back as {}", self.path.display(), self.home.display());
        let linked = fs::hard_link(&self.path, &self.home).map_err(|error| error.kind());
        let is_settled = matches!(linked, Ok(()) | Err(ErrorKind::AlreadyExists | ErrorKind::NotFound));
        // Where files can't have two names.
        if !is_settled && present(&self.home)?.is_none() {
            unless_gone(fs::rename(&self.path, &self.home)).with_context(putting)?;
        }
        unless_gone(fs::remove_file(&self.path)).with_context(putting)?;
        self.tidy();
        Ok(())
    }

    /// Our folders go with the last that lies in them.
    fn tidy(&self) {
        if self.path != self.home {
            for folder in self.path.ancestors().skip(1).take(2) {
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

/// What a dead process left aside in a folder, with its name.
pub fn left_aside(folder: &Path) -> Result<Vec<(Claim, String)>> {
    let aside = folder.join(ASIDE);
    let mut left = Vec::new();
    if is_folder(&aside)? {
        for (of_process, _) in entries(&aside)? {
            if is_folder(&of_process)? {
                let claim = |(path, name): (PathBuf, String)| (Claim { home: folder.join(&name), path }, name);
                left.extend(entries(&of_process)?.into_iter().map(claim));
            }
        }
    }
    Ok(left)
}

/// A folder of this process for what it is taking out of another one: who wakes up late meets nobody else's there.
fn make_aside(folder: &Path) -> Result<PathBuf> {
    let aside = folder.join(ASIDE);
    is_folder(&aside)?;
    let of_process = aside.join(std::process::id().to_string());
    fs::create_dir_all(&of_process)
        .with_context(|| format!("nothing can be taken out of {}", folder.display()))
        .map_err(|error| error.hint("whoever ingests has to be allowed to write in that folder"))?;
    Ok(of_process)
}

/// Whether a folder of ours is there. What is put in its place is refused: a link would lead to what is not to be taken out.
fn is_folder(ours: &Path) -> Result<bool> {
    match fs::symlink_metadata(ours) {
        Ok(metadata) if metadata.is_dir() => Ok(true),
        Ok(_) => Err(Error::bad_data(format!("`{}` is no folder", ours.display())).hint("remove it by hand")),
        Err(_) => Ok(false),
    }
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
