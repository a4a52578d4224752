//! assay: a terminal workbench for releasing data. This page is the map of the house.
//!
//! # Bird's eye
//!
//! One program over one folder, the *workspace*. Providers' files become Delta tables in three layers (bronze as
//! delivered, silver cleaned, gold published); an NER model reads silver; checks measure it; people settle what the
//! checks find; a pure function, the *gate*, says whether a release may go out and every reason why not. Whatever
//! anybody does is an event in a journal that nothing can rewrite, and everything that lists show is a projection of it.
//!
//! Two stores, and which one is right about what:
//!
//! - the **journal** (`assay.db`, `SQLite`) is right about what happened and what stands;
//! - the **lake** (`lake/`, Delta tables and content-addressed files) is right about rows. Events point to rows; they
//!   hold none.
//!
//! # Code map
//!
//! | to see | open |
//! |---|---|
//! | the words of the trade, and every rule that needs no disk | [`domain`]: [`domain::gate`], [`domain::release`], [`domain::period`], [`domain::completeness`] |
//! | everything that a person can do | [`domain::request`], carried out by [`ops::Workspace`] |
//! | the way of a file to a release | [`pipeline`]: `land`, `refine`, `enrich`, `profile`, `evaluate`, `assemble`, `publication` |
//! | what runs next, and what happens after a crash | [`pipeline::plan`], [`pipeline::schedule`], [`pipeline::publication`] |
//! | the record and what is read from it | [`journal`] |
//! | tables and files | [`lake`] |
//! | the screen | [`tui`] |
//! | the command line | [`cli`], one file per noun |
//! | where the process can be killed in tests | [`base::crash`] |
//!
//! # Floors
//!
//! A room imports from lower floors only, never from a sibling (one exception: `cli` starts `tui` and `demo`). The
//! last column names foreign crates that only this room may use. `tests/it/layers.rs` reads `src/` and enforces both.
//!
//! | floor | room | what lives there | foreign crates |
//! |---|---|---|---|
//! | 0 | [`base`] | errors, clock, hashing, safe text, cancel token, files that survive a crash, kill points | blake3, directories, strsim |
//! | 1 | [`domain`] | the vocabulary as plain values and pure rules; no I/O, no async, no clock | chrono-tz (shared with `config`, `ops`) |
//! | 2 | [`frames`] | rows in memory: canonical columns and entities as polars has them, plans walked in chunks, SQL that people write | polars-plan |
//! | 2 | [`net`] | what every conversation with a server needs: patience, credentials from the environment | (reqwest with `source`, `ner`, `delivery`) |
//! | 3 | [`config`] | assay.toml to domain values, each error with line, column and a hint | toml (shared with `ner`) |
//! | 3 | [`journal`] | events, projections, migrations, queries, leases | rusqlite |
//! | 3 | [`lake`] | Delta tables, raw files, release folders, channel files | deltalake-core, url |
//! | 3 | [`source`] | how batches get in: the inbox and the readers | `encoding_rs` (shared with `demo`), chardetng, flate2, zip, zstd, memchr, calamine, cfb, quick-xml |
//! | 3 | [`ner`] | taggers: lexicon and linear chain; training, evaluation | aho-corasick, regex, csv-core |
//! | 3 | [`quality`] | profiles and checks | foldhash, hashbrown, rayon, regex (shared with `ner`) |
//! | 3 | [`delivery`] | the files of a release: xlsx, csv, parquet | `rust_xlsxwriter` |
//! | 4 | [`pipeline`] | the task graph: plan, schedule, execute, recover | |
//! | 5 | [`ops`] | the use cases: the only way to change anything; queries that return domain values | |
//! | 6 | [`tui`] | the workbench on the screen: `app` (pure core), `view`, `widgets`, `runtime` | ratatui, crossterm |
//! | 6 | [`cli`] | the command line | clap |
//! | 6 | [`demo`] | the sample workspace, made by the real use cases | `include_dir` |
//!
//! polars is for floors 2 and 3 (not `journal`, `config`) and `pipeline`; tokio for `pipeline`, `ops`, the faces, and the
//! rooms of floor 3 whose libraries are asynchronous.
//!
//! # Invariants
//!
//! 1. Nothing outside of [`ops`] changes anything.
//! 2. Published bytes never change.
//! 3. No release is published with a reason against it; the publishing transaction checks again.
//! 4. No journal entry is without an actor, and none is ever changed or removed.
//! 5. Drawing can't fail and can't block: no query, no file, no clock on the draw path.
//! 6. No input, however broken, makes the program panic, hang, or allocate without bound.
//! 7. Unknown is never a pass.
//! 8. Raw files are never altered.
//! 9. Every loop over rows, files or tasks polls the cancel token.
//! 10. Nothing prints while the screen is owned.
//! 11. `tui::app` knows no terminal, no thread, no file, no clock: every key is a test of plain values.
//! 12. The same input gives the same bytes: tables, artifacts, models, the demo.
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
pub mod frames;
pub mod journal;
pub mod lake;
pub mod ner;
pub mod net;
pub mod ops;
pub mod pipeline;
pub mod quality;
pub mod source;
pub mod tui;
