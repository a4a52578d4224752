//! assay: a terminal workbench for releasing data.

pub mod base;
pub mod cli;
pub mod config;
pub mod delivery;
pub mod demo;
pub mod domain;
pub mod journal;
pub mod lake;
pub mod ner;
pub mod ops;
pub mod pipeline;
pub mod quality;
pub mod source;
pub mod tui;
