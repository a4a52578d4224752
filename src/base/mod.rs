//! Floor 0: what every other room stands on. Errors, the clock, hashing, numbers, safe text, files that survive a crash.

pub mod cancel;
pub mod clock;
pub mod crash;
pub mod error;
pub mod files;
pub mod hash;
pub mod number;
pub mod panics;
pub mod text;

pub use cancel::Cancel;
pub use clock::Clock;
pub use error::{Error, ErrorKind, Result, ResultExt};
pub use hash::{Digest, DigestWriter, KeyHasher};
