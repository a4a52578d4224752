//! The integration tests, in one binary: it is linked once.

mod layers;
#[path = "../real_data.rs"]
mod real_data;
