//! Channel pointers: the small files that tell readers on disk what is live.

use std::path::PathBuf;

use super::Lake;
use super::table::plain_name;
use crate::base::{Result, ResultExt, files};

impl Lake {
    /// Puts a new pointer in the place of the old one, at once: readers see the one or the other.
    pub fn write_channel(&self, dataset: &str, channel: &str, bytes: &[u8]) -> Result<()> {
        files::write_bytes_atomically(&self.channel_path(dataset, channel)?, bytes)
    }

    /// The pointer as it stands; `None` where nothing was ever written.
    pub fn read_channel(&self, dataset: &str, channel: &str) -> Result<Option<Vec<u8>>> {
        let path = self.channel_path(dataset, channel)?;
        match files::read_regular(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    fn channel_path(&self, dataset: &str, channel: &str) -> Result<PathBuf> {
        plain_name(dataset)?;
        plain_name(channel)?;
        Ok(self.root().join("channels").join(dataset).join(format!("{channel}.json")))
    }
}
