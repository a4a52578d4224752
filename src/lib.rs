//! assay: a terminal workbench for releasing data.

pub mod base;
pub mod config;
pub mod domain;
pub mod source;
