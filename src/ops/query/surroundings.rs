//! What lies around the journal: assay.toml and the inboxes. Nobody tells when they change; one has to look.

use std::path::Path;
use std::time::SystemTime;

use crate::base::KeyHasher;
use crate::config::CONTRACT_FILE;
use crate::domain::{Contract, Meant};
use crate::ops::{WaitingFiles, Workspace};
use crate::source::inbox;

impl Workspace {
    /// Differs from the last answer when assay.toml or a folder of the inboxes changed. Cheap: nothing is read but
    /// the names in one folder and times.
    #[must_use]
    pub fn surroundings(&self) -> String {
        let hasher = KeyHasher::new("surroundings/1").part("contract", when(&self.root().join(CONTRACT_FILE)));
        let inboxes = std::fs::read_dir(self.root().join(inbox::FOLDER)).into_iter().flatten().flatten();
        let mut folders: Vec<_> = inboxes.map(|entry| entry.path()).collect();
        folders.sort();
        let hasher = folders.iter().fold(hasher, |hasher, folder| hasher.part(&folder.to_string_lossy(), when(folder)));
        hasher.finish().to_string()
    }

    /// Files in the inboxes that an ingest would look at.
    #[must_use]
    pub(in crate::ops) fn waiting_files(&self, contract: &Contract) -> WaitingFiles {
        let mut files = WaitingFiles::default();
        for dataset in &contract.datasets {
            for provider in &dataset.providers {
                let Some(pattern) = provider.source.pattern() else { continue };
                let folder = self.root().join(inbox::FOLDER).join(&provider.name);
                // What a dead process left aside waits, too.
                files.placed += inbox::left_aside(&folder).map_or(0, |left| left.len() as u64);
                // An inbox that can't be read is a matter for whoever ingests; the header has no room for it.
                for file in inbox::scan(&folder, pattern, &dataset.rhythm(provider)).unwrap_or_default() {
                    match file.meant {
                        Meant::For(_) | Meant::ByRows => files.placed += 1,
                        Meant::Unclear(_) => files.unplaced += 1,
                    }
                }
            }
        }
        files
    }
}

/// Size and time of change in words; nothing where there is no such thing.
fn when(path: &Path) -> String {
    let Ok(metadata) = std::fs::metadata(path) else { return String::new() };
    let changed = metadata.modified().ok().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    format!("{} {}", metadata.len(), changed.map_or(0, |at| at.as_nanos()))
}
