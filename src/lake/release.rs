//! Release folders: they appear whole or not at all, never change, and prove it by the digests in their manifest.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::table::plain_name;
use super::{Lake, make_folder, sweep};
use crate::base::{Cancel, Digest, Error, Result, ResultExt, files};
use crate::domain::ReleaseName;

/// The file in a release folder that names all others.
const MANIFEST: &str = "manifest.json";

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Artifact {
    /// Its name, relative to the release folder.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// A release folder being written, under a name that nobody reads. Dropped unfinished, it goes away.
pub struct Staging {
    folder: PathBuf,
    target: PathBuf,
    release: ReleaseName,
}

impl Lake {
    /// The folder of a release, whether it is there or not.
    #[must_use]
    pub fn release_folder(&self, release: &ReleaseName) -> PathBuf {
        self.root().join("releases").join(&release.dataset).join(format!("{}.{}", release.period, release.n))
    }

    /// Starts writing a release folder.
    pub fn stage_release(&self, release: &ReleaseName) -> Result<Staging> {
        plain_name(&release.dataset)?;
        let target = self.release_folder(release);
        let folder = files::temporary_beside(&target);
        make_folder(&folder)?;
        if let Some(releases) = folder.parent() {
            sweep(releases);
        }
        Ok(Staging { folder, target, release: release.clone() })
    }

    /// The manifest of a release: what [`Staging::finish`] was given, and the artifacts.
    pub fn read_manifest(&self, release: &ReleaseName) -> Result<Value> {
        let path = self.release_folder(release).join(MANIFEST);
        let bytes = files::read_regular(&path)
            .with_context(|| format!("reading the manifest of {release}, {}", path.display()))?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// Checks that the folder of a release holds exactly what its manifest says, byte for byte.
    pub fn verify_release(&self, release: &ReleaseName) -> Result<()> {
        let damaged = || format!("the folder of {release} is not what was written");
        let manifest = self.read_manifest(release)?;
        let expected: Vec<Artifact> = serde_json::from_value(manifest.get("artifacts").cloned().unwrap_or_default())
            .map_err(|error| Error::corrupt(damaged()).because(error))?;
        let found = artifacts(&self.release_folder(release), &Cancel::default())?;
        for artifact in &expected {
            let same = found.iter().find(|other| other.name == artifact.name);
            match same {
                None => return Err(Error::corrupt(damaged()).because(format!("`{}` is missing", artifact.name))),
                Some(other) if other != artifact => {
                    return Err(Error::corrupt(damaged()).because(format!("`{}` was changed", artifact.name)));
                }
                Some(_) => {}
            }
        }
        match found.iter().find(|other| !expected.contains(other)) {
            Some(extra) => Err(Error::corrupt(damaged()).because(format!("`{}` does not belong to it", extra.name))),
            None => Ok(()),
        }
    }

    /// Removes the folder of a release that was built and then not published. The caller makes sure of that.
    pub fn discard_release(&self, release: &ReleaseName) -> Result<()> {
        let folder = self.release_folder(release);
        let aside = files::temporary_beside(&folder);
        match fs::rename(&folder, &aside) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            other => other.with_context(|| format!("removing {}", folder.display()))?,
        }
        fs::remove_dir_all(&aside).with_context(|| format!("removing {}", aside.display()))
    }
}

impl Staging {
    /// The folder, for writers that name their files themselves.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where to write an artifact.
    pub fn path(&self, artifact: &str) -> Result<PathBuf> {
        plain_name(artifact)?;
        Ok(self.folder.join(artifact))
    }

    /// Writes the manifest (`details` and the artifacts with their digests), makes everything durable and read-only,
    /// and gives the folder its name. A folder of this name with the same contents is kept; with others it is refused.
    pub fn finish(self, details: Map<String, Value>, cancel: &Cancel) -> Result<Vec<Artifact>> {
        let (manifest, artifacts) = self.manifest(details, cancel)?;
        let bytes = serde_json::to_vec_pretty(&manifest)?;
        if self.target.exists() {
            return self.keep_existing(&bytes, artifacts);
        }
        fs::write(self.folder.join(MANIFEST), &bytes)?;
        seal(&self.folder)?;
        fs::rename(&self.folder, &self.target)
            .with_context(|| format!("putting {} in place", self.target.display()))?;
        if let Some(parent) = self.target.parent() {
            files::sync_folder(parent)?;
        }
        Ok(artifacts)
    }

    /// The manifest that [`Staging::finish`] would write for what lies in the folder now, and the artifacts in it.
    pub fn manifest(&self, details: Map<String, Value>, cancel: &Cancel) -> Result<(Value, Vec<Artifact>)> {
        let artifacts = artifacts(&self.folder, cancel)?;
        let mut manifest = details;
        manifest.insert("release".to_owned(), Value::String(self.release.to_string()));
        manifest.insert("artifacts".to_owned(), serde_json::to_value(&artifacts)?);
        let mut manifest = Value::Object(manifest);
        manifest.sort_all_objects();
        Ok((manifest, artifacts))
    }

    fn keep_existing(&self, manifest: &[u8], artifacts: Vec<Artifact>) -> Result<Vec<Artifact>> {
        if fs::read(self.target.join(MANIFEST)).is_ok_and(|existing| existing == manifest) {
            return Ok(artifacts);
        }
        Err(Error::refused(format!("{} has been built with other contents", self.release))
            .because(format!("{} exists, and published bytes never change", self.target.display())))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Every file below `folder` but the manifest, sorted by name.
fn artifacts(folder: &Path, cancel: &Cancel) -> Result<Vec<Artifact>> {
    let mut found = Vec::new();
    for path in files_below(folder)? {
        cancel.check()?;
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        if name == MANIFEST {
            continue;
        }
        let file = files::open_regular(&path).with_context(|| format!("reading {}", path.display()))?;
        found.push(Artifact { name, bytes: file.metadata()?.len(), digest: Digest::of_reader(file)? });
    }
    found.sort();
    Ok(found)
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(files_below(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Makes every file below `folder` read-only and durable, then the folder's names.
fn seal(folder: &Path) -> Result<()> {
    for path in files_below(folder)? {
        let file = File::open(&path)?;
        let mut permissions = file.metadata()?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions)?;
        file.sync_all().with_context(|| format!("syncing {}", path.display()))?;
        if let Some(parent) = path.parent() {
            files::sync_folder(parent)?;
        }
    }
    Ok(())
}
