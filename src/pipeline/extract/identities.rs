//! What identifies the rows of an extract, kept beside it so that it is read once: whenever rows of a source are new, they are
//! looked for in all extracts of it. It can be made anew at any time, and is where it is not whole, or rows are read otherwise.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use super::rows::{Placing, Rows, kept_verbatim};
use crate::base::files::PendingFile;
use crate::base::hash::DigestWriter;
use crate::base::{Digest, KeyHasher, Result, ResultExt};
use crate::domain::source::{CHANGE, DELETE};
use crate::domain::{Batch, TaskKind};
use crate::frames::text;
use crate::pipeline::Context;

/// A row of an extract.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// None where its key can't be read.
    pub key: Option<u128>,
    /// All that it says.
    pub content: u128,
    /// Whether it says that its key is no more.
    pub deletes: bool,
}

/// Hands on every row of an extract, in its order.
pub fn each(context: &Context, placing: &Placing, extract: &Batch, with: &mut dyn FnMut(Identity)) -> Result<()> {
    let mapping = placing.dataset.mapping_digest(&placing.provider, std::iter::once(extract.columns.as_slice()))?;
    let version = TaskKind::Refine.format_version().to_string();
    let read_as = KeyHasher::new("identities/1").part("mapping", mapping.as_str()).part("refine", version).finish();
    let path = context.lake.identities_path(&extract.delivery.content);
    let what = || format!("reading what identifies the rows of {}", extract.delivery.batch);
    if let Some(rows) = Kept::open(&path, &read_as).with_context(what)? {
        return rows.each(context, with).with_context(what);
    }
    let mut kept = BufWriter::new(DigestWriter::new(PendingFile::create(&path)?));
    kept.write_all(read_as.as_str().as_bytes())?;
    walk(context, placing, extract, &mut |row| {
        with(row);
        Ok(kept.write_all(&row.to_bytes())?)
    })?;
    let kept = kept.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    let (mut kept, all_of_it, _) = kept.finish();
    kept.write_all(all_of_it.as_str().as_bytes())?;
    kept.commit()
}

/// The rows of an extract as its file has them.
fn walk(
    context: &Context,
    placing: &Placing,
    extract: &Batch,
    with: &mut dyn FnMut(Identity) -> Result<()>,
) -> Result<()> {
    let path = kept_verbatim(context, extract);
    let rows = Rows::open(context, placing, &path)?;
    let change = rows.columns.iter().find(|column| column.delivered == CHANGE).map(|column| column.name.clone());
    rows.walk(context, &path, &mut |chunk, found| {
        let changes = change.as_deref().map(|name| text(chunk, name)).transpose()?;
        found.into_iter().enumerate().try_for_each(|(index, row)| {
            let deletes = changes.is_some_and(|cells| cells.get(index) == Some(DELETE));
            with(Identity { key: row.key, content: row.content, deletes })
        })
    })
}

/// How many bytes a digest has in the file.
const DIGEST: usize = 64;

/// How many bytes a row has in the file: what there is of it, its key, and what it says.
pub const ROW: usize = 1 + 16 + 16;

const HAS_KEY: u8 = 1;
const DELETES: u8 = 2;

impl Identity {
    /// A row as it is kept.
    pub fn to_bytes(self) -> [u8; ROW] {
        let is = |holds: bool, flag| if holds { flag } else { 0 };
        let mut bytes = [0; ROW];
        bytes[0] = is(self.key.is_some(), HAS_KEY) | is(self.deletes, DELETES);
        bytes[1..17].copy_from_slice(&self.key.unwrap_or_default().to_le_bytes());
        bytes[17..].copy_from_slice(&self.content.to_le_bytes());
        bytes
    }

    /// The row that was kept so.
    pub fn from_bytes(bytes: [u8; ROW]) -> Self {
        let number = |from: usize| {
            let mut number = [0; 16];
            number.copy_from_slice(&bytes[from..from + 16]);
            u128::from_le_bytes(number)
        };
        let key = (bytes[0] & HAS_KEY > 0).then(|| number(1));
        Self { key, content: number(17), deletes: bytes[0] & DELETES > 0 }
    }
}

/// What was kept of an extract: how its rows are read, the rows, and the digest of all that.
struct Kept {
    rows: u64,
    file: BufReader<File>,
}

impl Kept {
    /// None where there is nothing, not all that there was, or something that was read in another way.
    fn open(path: &Path, read_as: &Digest) -> Result<Option<Self>> {
        let Ok(mut file) = File::open(path) else { return Ok(None) };
        let Some(content) = file.metadata()?.len().checked_sub(DIGEST as u64) else { return Ok(None) };
        let Some(rows) = content.checked_sub(DIGEST as u64) else { return Ok(None) };
        let whole = Digest::of_reader((&mut file).take(content))?;
        let is_told = digest_at_hand(&mut file)? == *whole.as_str().as_bytes();
        file.rewind()?;
        let is_whole = is_told && digest_at_hand(&mut file)? == *read_as.as_str().as_bytes();
        Ok(is_whole.then(|| Self { rows: rows / ROW as u64, file: BufReader::new(file) }))
    }

    /// Hands on the rows.
    fn each(mut self, context: &Context, with: &mut dyn FnMut(Identity)) -> Result<()> {
        let mut bytes = [0; ROW];
        for row in 0..self.rows {
            if row.is_multiple_of(1 << 16) {
                context.cancel.check()?;
            }
            self.file.read_exact(&mut bytes)?;
            with(Identity::from_bytes(bytes));
        }
        Ok(())
    }
}

fn digest_at_hand(file: &mut File) -> Result<[u8; DIGEST]> {
    let mut digest = [0; DIGEST];
    file.read_exact(&mut digest)?;
    Ok(digest)
}
