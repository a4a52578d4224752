//! The rows of a source as they were read just now, without what they say, in a file: they are gone through several times.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use chrono::{Datelike, NaiveDate};

use super::identities::{self, Identity};
use super::rows::{Row, Rows};
use crate::base::{Cancel, Error, Result, ResultExt};
use crate::domain::{Granularity, Period};
use crate::lake::Scratch;
use crate::pipeline::Context;

/// How many bytes a row has in the file: what identifies it, whether it is dated, and the first day of its period.
const ROW: usize = identities::ROW + 1 + 4;

/// How many rows are gone through between two looks at whether they are still wanted.
const BETWEEN_LOOKS: u64 = 1 << 16;

/// The rows of a source.
pub struct Seen {
    file: Scratch,
    granularity: Granularity,
    /// How many there are.
    pub rows: u64,
}

impl Seen {
    /// Goes through the rows once.
    pub fn of(context: &Context, rows: &Rows<'_>, path: &Path, granularity: Granularity) -> Result<Self> {
        let mut seen = Self { file: context.lake.scratch()?, granularity, rows: 0 };
        let file = File::create(seen.file.path()).with_context(|| format!("writing {}", seen.file.path().display()))?;
        let mut file = BufWriter::new(file);
        rows.walk(context, path, &mut |_, found| {
            seen.rows += found.len() as u64;
            Ok(found.iter().try_for_each(|row| file.write_all(&to_bytes(row)))?)
        })?;
        file.flush()?;
        Ok(seen)
    }

    /// The rows in their order.
    pub fn each<'a>(&'a self, cancel: &'a Cancel) -> Result<impl Iterator<Item = Result<Row>> + use<'a>> {
        let path = self.file.path();
        let mut file = BufReader::new(File::open(path).with_context(|| format!("reading {}", path.display()))?);
        Ok((0..self.rows).map(move |row| {
            if row.is_multiple_of(BETWEEN_LOOKS) {
                cancel.check()?;
            }
            let mut bytes = [0; ROW];
            file.read_exact(&mut bytes)?;
            from_bytes(bytes, self.granularity).ok_or_else(|| Error::internal("a row without a period"))
        }))
    }
}

fn to_bytes(row: &Row) -> [u8; ROW] {
    let mut bytes = [0; ROW];
    let (identity, rest) = bytes.split_at_mut(identities::ROW);
    identity.copy_from_slice(&Identity { key: row.key, content: row.content, deletes: false }.to_bytes());
    rest[0] = u8::from(row.is_dated);
    rest[1..].copy_from_slice(&row.period.first().num_days_from_ce().to_le_bytes());
    bytes
}

fn from_bytes(bytes: [u8; ROW], granularity: Granularity) -> Option<Row> {
    let (identity, rest) = bytes.split_first_chunk()?;
    let (is_dated, day) = rest.split_first()?;
    let day = NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(day.try_into().ok()?))?;
    let Identity { key, content, .. } = Identity::from_bytes(*identity);
    Some(Row { key, content, is_dated: *is_dated > 0, period: Period::containing(granularity, day)? })
}
