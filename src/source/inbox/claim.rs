//! How a file leaves its folder: moved aside first, taken in, then removed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::entries;
use crate::base::{Error, Result, ResultExt, crash};

/// The folder in a provider's for what is being taken out of it.
const ASIDE: &str = ".taken";

/// The folder in that for what has been read.
const READ: &str = "read";

/// A file that was moved aside, out of everybody's reach: only one can do that, who then takes it in. Of a link, the link
/// itself is moved; what it leads to stays where it is.
#[derive(Debug)]
pub struct Claim {
    /// Where its content is to be read.
    pub path: PathBuf,
    /// Its name as delivered.
    pub name: String,
    /// The place of the journal's newest entry when it was claimed; none where that can't be told any more.
    pub at: Option<u64>,
    aside: PathBuf,
    home: PathBuf,
}

impl Claim {
    /// Moves a file aside; `None` where it is gone. `at` is the place of the journal's newest entry.
    ///
    /// What can't be moved could not be taken out either, and would be taken in again and again.
    pub fn take(path: &Path, at: u64) -> Result<Option<Self>> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(None) };
        let aside = make_aside(folder, at)?.join(name);
        let moved = unless_gone(fs::rename(path, &aside));
        let moved = moved.with_context(|| format!("taking {} out of the inbox", path.display()))?;
        crash::point("inbox.claimed");
        let claim = Self::of(folder, aside, Some(at));
        if !moved {
            claim.tidy();
        }
        Ok(moved.then_some(claim))
    }

    fn of(folder: &Path, aside: PathBuf, at: Option<u64>) -> Self {
        let name = aside.file_name().unwrap_or_default();
        let (home, name) = (folder.join(name), name.to_string_lossy().into_owned());
        let path = fs::read_link(&aside).map_or_else(|_| aside.clone(), |target| folder.join(target));
        Self { path, name, at, aside, home }
    }

    /// Whether it is aside no more: somebody else took it up.
    pub fn is_gone(&self) -> bool {
        fs::symlink_metadata(&self.aside).is_err()
    }

    /// Whether it is a link, and what it led to is gone.
    pub fn is_dangling(&self) -> bool {
        !self.is_gone() && fs::metadata(&self.path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    /// Whether it was read, and only had to be removed.
    pub fn is_read(&self) -> bool {
        self.aside.parent().is_some_and(|folder| folder.ends_with(READ))
    }

    /// Takes it out of the inbox for good: it is said to be read before it goes.
    pub fn remove(self) -> Result<()> {
        let removing = || format!("taking {} out of the inbox", self.home.display());
        let (Some(of_process), Some(name)) = (self.aside.parent(), self.aside.file_name()) else { return Ok(()) };
        let read = of_process.with_file_name(READ);
        fs::create_dir_all(&read).with_context(removing)?;
        let read = read.join(name);
        unless_gone(fs::rename(&self.aside, &read)).with_context(removing)?;
        crash::point("inbox.read");
        unless_gone(fs::remove_file(&read)).with_context(removing)?;
        self.tidy();
        Ok(())
    }

    /// Puts it back under its name: nobody has read it. Where another file has that by now, it took the place of this one,
    /// as if it had been written over it.
    pub fn put_back(self) -> Result<()> {
        let putting = || format!("putting {} back from {}", self.home.display(), self.aside.display());
        let is_there = || fs::symlink_metadata(&self.home).is_ok();
        match fs::hard_link(&self.aside, &self.home) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(_) if is_there() && !self.home.is_file() => {
                let error = Error::bad_data(format!("`{}` is no file", self.home.display())).hint("move it away");
                return Err(error.context(putting()));
            }
            // Where files can't have two names.
            Err(_) if !is_there() => unless_gone(fs::rename(&self.aside, &self.home)).map(drop),
            _ => unless_gone(fs::remove_file(&self.aside)).map(drop),
        }
        .with_context(putting)?;
        self.tidy();
        Ok(())
    }

    fn tidy(&self) {
        if let Some(folder) = self.home.parent() {
            tidy(folder);
        }
    }
}

/// Our folders go with the last that lies in them.
pub fn tidy(folder: &Path) {
    let aside = folder.join(ASIDE);
    for (of_process, _) in entries(&aside).unwrap_or_default() {
        let _ = fs::remove_dir(of_process);
    }
    let _ = fs::remove_dir(aside);
}

/// What lies aside in a folder, what was claimed last before all else: what a dead process left there, for whoever knows
/// that nobody else is at it.
pub fn left_aside(folder: &Path) -> Result<Vec<Claim>> {
    let aside = folder.join(ASIDE);
    let mut left = Vec::new();
    if is_folder(&aside)? {
        for (of_process, name) in entries(&aside)? {
            let at = name.split_once('-').and_then(|(at, _)| at.parse().ok());
            let is_folder = fs::symlink_metadata(&of_process).is_ok_and(|metadata| metadata.is_dir());
            let files = if is_folder { entries(&of_process)? } else { vec![(of_process, name)] };
            left.extend(files.into_iter().map(|(path, _)| Claim::of(folder, path, at)));
        }
    }
    left.sort_by_key(|claim| std::cmp::Reverse(claim.at));
    Ok(left)
}

/// The names of the folders in `inboxes` where something lies aside.
pub fn with_something_aside(inboxes: &Path) -> Result<Vec<String>> {
    let folders = entries(inboxes)?.into_iter();
    Ok(folders.filter(|(folder, _)| folder.join(ASIDE).is_dir()).map(|(_, name)| name).collect())
}

/// A folder of this process for what it is taking out of another one: who wakes up late meets nobody else's there.
fn make_aside(folder: &Path, at: u64) -> Result<PathBuf> {
    let aside = folder.join(ASIDE);
    is_folder(&aside)?;
    let of_process = aside.join(format!("{at}-{}", std::process::id()));
    fs::create_dir_all(&of_process)
        .with_context(|| format!("nothing can be taken out of {}", folder.display()))
        .map_err(|error| error.hint("whoever ingests has to be allowed to write in that folder"))?;
    Ok(of_process)
}

/// Whether our folder is there. What is put in its place is refused: a link would lead to what is not to be taken out.
fn is_folder(ours: &Path) -> Result<bool> {
    match fs::symlink_metadata(ours) {
        Ok(metadata) if metadata.is_dir() => Ok(true),
        Ok(_) => Err(Error::bad_data(format!("`{}` is no folder", ours.display())).hint("remove it by hand")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::from(error).context(format!("looking at {}", ours.display()))),
    }
}

/// False where the file that something was done with is gone: somebody else was faster.
fn unless_gone(done: std::io::Result<()>) -> std::io::Result<bool> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        done => done.map(|()| true),
    }
}
