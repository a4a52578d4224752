//! assay: a terminal workbench for releasing data.
#![cfg_attr(
    test,
    allow(
        clippy::cast_lossless,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        clippy::float_cmp,
        reason = "tests count small things and expect exact numbers"
    )
)]

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
