//! assay: a terminal workbench for releasing data.

pub mod base;
pub mod demo;
pub mod domain;
