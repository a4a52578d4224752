//! How a file leaves its folder: moved aside first, taken in, then removed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{entries, present};
use crate::base::{Error, Result, ResultExt, crash};

/// The folder in a provider's for what is being taken out of it.
const ASIDE: &str = ".taken";

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
