//! The integration tests, in one binary: it is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect by failing")]

mod layers;
mod readme;
#[path = "../real_data.rs"]
mod real_data;
