//! Floor 2: what every conversation with a server needs: patience, and credentials from the environment.

pub mod client;
pub mod environment;
pub mod patience;
