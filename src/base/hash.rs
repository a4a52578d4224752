//! Hashing: content digests and deterministic keys.

use std::fmt;
use std::io::{Read, Write};

use super::Result;

/// A BLAKE3 hash, shown as 64 lower-case hex digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of a byte string.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes).to_hex().to_string())
    }

    /// The digest of everything `reader` yields, in constant memory.
    pub fn of_reader(mut reader: impl Read) -> Result<Self> {
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = reader.read(&mut buffer)?;
            if read == 0 {
                return Ok(Self(hasher.finalize().to_hex().to_string()));
            }
            hasher.update(&buffer[..read]);
        }
    }

    /// A digest that was printed before.
    pub fn from_hex(hex: impl Into<String>) -> Self {
        Self(hex.into())
    }

    /// All hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve hex digits: enough for people.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short())
    }
}

/// The first sixteen bytes of the digest of `bytes`: enough to tell rows apart in memory.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> u128 {
    let mut first = [0; 16];
    first.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    u128::from_le_bytes(first)
}

/// Passes bytes on and hashes them on the way.
pub struct DigestWriter<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> DigestWriter<W> {
    /// Hashes what goes to `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner, hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// The writer below, the digest of all that went to it, and how many bytes that was.
    pub fn finish(self) -> (W, Digest, u64) {
        (self.inner, Digest(self.hasher.finalize().to_hex().to_string()), self.bytes)
    }
}

impl<W: Write> Write for DigestWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Builds a key from named parts. Each part is length-prefixed, so that no two lists of parts collide.
pub struct KeyHasher(blake3::Hasher);

impl KeyHasher {
    /// Starts a key of one kind; `kind` carries the format version (`"refine/1"`).
    #[must_use]
    pub fn new(kind: &str) -> Self {
        Self(blake3::Hasher::new()).part("kind", kind)
    }

    /// Adds one named part.
    #[must_use]
    pub fn part(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        for bytes in [name.as_bytes(), value.as_ref()] {
            self.0.update(&(bytes.len() as u64).to_le_bytes());
            self.0.update(bytes);
        }
        self
    }

    /// The finished key.
    #[must_use]
    pub fn finish(&self) -> Digest {
        Digest(self.0.finalize().to_hex().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let ab_c = KeyHasher::new("k").part("x", "ab").part("y", "c").finish();
        let a_bc = KeyHasher::new("k").part("x", "a").part("y", "bc").finish();
        assert_ne!(ab_c, a_bc);
    }

    #[test]
    fn bytes_have_one_digest_however_they_pass() {
        let bytes = vec![7; 200_000];
        assert_eq!(Digest::of(&bytes), Digest::of_reader(bytes.as_slice()).unwrap());
        let mut writer = DigestWriter::new(Vec::new());
        writer.write_all(&bytes).unwrap();
        let (written, digest, count) = writer.finish();
        assert_eq!((digest, count, written), (Digest::of(&bytes), 200_000, bytes));
    }
}
