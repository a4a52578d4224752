//! Floor 6: the sample workspace. Made by the real use cases, carried in the program, unpacked to be tried.

mod build;
mod shop;
pub mod slips;

use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::base::{Error, Result, ResultExt, files};
pub use build::build;
pub use shop::{Injected, inject, sales as shop_sales};
pub use slips::SEED;

/// The sample workspace as it was built.
static BUNDLED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/demo_db");

/// A copy of the sample workspace that has its contract and its record, and no lake yet. The hundreds of small files of
/// a lake take a slow disk longer than a person likes to look at nothing, so they come after the first frame.
#[must_use = "without its lake the copy is a damaged workspace"]
pub struct Unpacking {
    folder: PathBuf,
}

impl Unpacking {
    /// Begins a copy in `folder`, which must be empty or missing.
    pub fn begin(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        if fs::read_dir(folder)?.next().is_some() {
            return Err(Error::refused(format!("{} is not empty", folder.display()))
                .hint("leave out --into for a new temporary folder"));
        }
        let unpacking = Self { folder: folder.to_owned() };
        BUNDLED
            .files()
            .try_for_each(|file| fs::write(folder.join(file.path()), file.contents()))
            .with_context(|| unpacking.doing())?;
        Ok(unpacking)
    }

    /// Copies what is left.
    pub fn finish(self) -> Result<()> {
        for part in BUNDLED.dirs() {
            fs::create_dir(self.folder.join(part.path()))
                .and_then(|()| part.extract(&self.folder))
                .with_context(|| self.doing())?;
        }
        // What never changes is protected in the copy as it was in the workspace that was built.
        ["lake/raw", "releases"].iter().try_for_each(|kept| protect(&self.folder.join(kept)))
    }

    fn doing(&self) -> String {
        format!("copying the sample workspace to {}", self.folder.display())
    }
}

fn protect(path: &Path) -> Result<()> {
    if path.is_dir() {
        return sorted(path)?.iter().try_for_each(|inside| protect(inside));
    }
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(true);
    Ok(fs::set_permissions(path, permissions)?)
}

/// Drops the deliveries that are held back, of one `provider` or of all, into the inboxes; returns what was dropped:
/// the late ones, and corrected files that make good what stands open.
pub fn deliver(root: &Path, provider: Option<&str>) -> Result<Vec<PathBuf>> {
    let mut dropped = Vec::new();
    for (file, target) in held_back(root, provider)? {
        files::write_bytes_atomically(&target, &fs::read(&file)?)?;
        fs::remove_file(&file)?;
        dropped.push(target);
    }
    Ok(dropped)
}

/// The deliveries that are held back, each with its place in the inboxes.
pub fn held_back(root: &Path, provider: Option<&str>) -> Result<Vec<(PathBuf, PathBuf)>> {
    let held_back = root.join(build::HELD_BACK);
    if !held_back.is_dir() {
        return Err(Error::refused(format!("{} is not a copy of the sample workspace", root.display()))
            .hint("assay demo makes one"));
    }
    let mut found = Vec::new();
    for folder in sorted(&held_back)? {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if provider.is_some_and(|provider| provider != name) {
            continue;
        }
        for file in sorted(&folder)? {
            let Some(file_name) = file.file_name() else { continue };
            let target = root.join("inbox").join(&name).join(file_name);
            found.push((file, target));
        }
    }
    Ok(found)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
