//! How many different fingerprints there are, of any number of them: in memory while they are few, then in temporary files.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek, Write};

use polars::prelude::PlHashSet;

use crate::base::Result;

/// So many are held in memory at a time: 140 MB of them.
const MOST: usize = 4_000_000;

/// In so many files they lie, by their first bits, so that each holds few enough.
const PARTS: usize = 64;

/// The bytes of a fingerprint.
const BYTES: usize = 16;

/// Fingerprints on their way to be counted.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: PlHashSet<u128>,
    parts: Vec<BufWriter<File>>,
}

impl Fingerprints {
    /// One more.
    pub(super) fn add(&mut self, fingerprint: u128) -> Result<()> {
        self.seen.insert(fingerprint);
        if self.seen.len() < MOST { Ok(()) } else { self.put_aside() }
    }

    /// Writes what is in memory to the files.
    fn put_aside(&mut self) -> Result<()> {
        while self.parts.len() < PARTS {
            self.parts.push(BufWriter::new(tempfile::tempfile()?));
        }
        for fingerprint in self.seen.drain() {
            let bytes = fingerprint.to_be_bytes();
            self.parts[usize::from(bytes[0]) % PARTS].write_all(&bytes)?;
        }
        Ok(())
    }

    /// How many different ones there were.
    pub(super) fn different(mut self) -> Result<u64> {
        if self.parts.is_empty() {
            return Ok(self.seen.len() as u64);
        }
        self.put_aside()?;
        let mut different = 0;
        for part in self.parts {
            let mut file = part.into_inner().map_err(|error| error.into_error())?;
            file.rewind()?;
            let mut reader = BufReader::new(file);
            let mut bytes = [0; BYTES];
            self.seen.clear();
            loop {
                match reader.read_exact(&mut bytes) {
                    Ok(()) => self.seen.insert(u128::from_be_bytes(bytes)),
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
                    Err(error) => return Err(error.into()),
                };
            }
            different += self.seen.len() as u64;
        }
        Ok(different)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn more_than_fit_in_memory_are_counted_exactly() {
        let different = |numbers: &mut dyn Iterator<Item = u128>| {
            let mut fingerprints = Fingerprints::default();
            for number in numbers {
                fingerprints.add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).unwrap();
            }
            (!fingerprints.parts.is_empty(), fingerprints.different().unwrap())
        };
        assert_eq!(different(&mut (0..1000).chain(500..2000)), (false, 2000));
        assert_eq!(different(&mut (0..5_000_000).chain(3_000_000..6_000_000)), (true, 6_000_000));
    }
}
