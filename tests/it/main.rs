//! The integration tests, in one binary: it is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect by failing")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the numbers of tests are small")]

mod adapters;
mod approvals;
mod as_judged;
mod bad_input;
mod by_keys;
mod calendars;
mod command_line;
mod compared;
mod consequences;
mod corpus;
mod crash;
mod datasets;
mod demo;
mod dry_run;
mod enriched;
mod full_disk;
mod gate;
mod inbox;
mod landing;
mod last_moment;
mod layers;
mod mapping;
mod measures;
mod mlflow;
mod models;
mod newcomer;
mod notes;
mod parquet;
mod parts;
mod picture;
mod processes;
mod profiles;
mod programs;
mod promotion;
mod readme;
#[path = "../real_data.rs"]
mod real_data;
mod record;
mod recovery;
mod repeats;
mod retries;
mod returns;
mod roads;
mod scanned;
mod screen;
mod servers;
mod signed;
mod sleep;
mod sources;
mod support;
mod trust;
mod waivers;
mod workbooks;
