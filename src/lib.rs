//! assay: a terminal workbench for releasing data.

pub mod base;
pub mod domain;
pub mod tui;
