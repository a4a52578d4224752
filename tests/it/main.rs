//! The integration tests, in one binary: it is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect by failing")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the numbers of tests are small")]

mod bad_input;
mod command_line;
mod crash;
mod demo;
mod landing;
mod layers;
mod processes;
mod readme;
#[path = "../real_data.rs"]
mod real_data;
mod recovery;
mod support;
mod trust;
