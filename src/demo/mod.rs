//! Floor 5: the sample workspace, made by the real use cases from invented raw files.

pub mod slips;
