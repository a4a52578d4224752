//! assay: a terminal workbench for releasing data.

pub mod base;
pub mod delivery;
pub mod domain;
