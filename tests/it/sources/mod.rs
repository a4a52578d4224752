//! Sources that are asked: databases, servers, and all of them again and again.

mod by_rows;
mod contracts;
pub mod copies;
mod downloads;
mod watched;
