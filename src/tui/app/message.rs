//! What comes in (messages) and what goes out (effects).

use super::Key;
use crate::base::{Error, Result};
use crate::domain::anomaly::AnomalyId;
use crate::domain::listing::{
    AnomalyRow, BatchRow, LogRow, ModelRow, Page, PeriodKey, PeriodRow, Query, ReleaseRow, TaskRow,
};
use crate::domain::model_change::ModelComparison;
use crate::domain::progress::Progress;
use crate::domain::{Actor, BatchId, ModelRef, ReleaseName, Request};
use crate::ops::{AnomalyDetail, BatchDetail, EventDetail, ModelDetail, Overview, ReleaseDetail, Reply};

/// Something that happened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something at a column and row, both from 0.
    Mouse { pointer: Pointer, x: u16, y: u16 },
    /// The terminal has this many columns and rows.
    Resized { width: u16, height: u16 },
    /// The answer to a load of this generation.
    Loaded { generation: u64, answer: Result<Box<Answer>> },
    /// What a request would do, in sentences.
    Previewed { generation: u64, answer: Result<Vec<String>> },
    /// How far a request's tasks are. Later facts of a task replace earlier ones.
    Progressed(Vec<Progress>),
    /// A request ended.
    Performed { ticket: u64, answer: Result<Reply> },
    /// Somebody else acts from now on.
    Acting(Result<Actor>),
    /// Somebody wrote to the workspace, perhaps another process.
    Changed,
    /// Looking for changes failed: what is shown may be old.
    Unwatched(Error),
    /// Time passed while something moves.
    Tick,
    /// The system asks the program to end.
    Terminated,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    /// The left button went down.
    Click,
    /// The wheel turned towards the start.
    WheelUp,
    /// The wheel turned towards the end.
    WheelDown,
}

/// Something that is to be fetched.
#[derive(Debug, Clone, PartialEq)]
pub enum Load {
    /// The counts of the header and tabs.
    Overview,
    /// Part of a list.
    Batches(Query<BatchId>),
    /// Part of a list.
    Periods(Query<PeriodKey>),
    /// Part of a list.
    Models(Query<ModelRef>),
    /// Part of a list.
    Anomalies(Query<AnomalyId>),
    /// Part of a list.
    Releases(Query<ReleaseName>),
    /// Part of a list.
    Tasks(Query<String>),
    /// Part of a list.
    Log(Query<u64>),
    /// One thing in full.
    Batch(BatchId),
    /// One thing in full.
    Model(ModelRef),
    /// A version beside the one in production.
    Comparison(ModelRef),
    /// One thing in full.
    Anomaly(AnomalyId),
    /// One thing in full.
    Release(ReleaseName),
    /// One thing in full.
    Event(u64),
}

/// What was fetched.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The counts of the header and tabs.
    Overview(Overview),
    /// Part of a list.
    Batches(Page<BatchRow>),
    /// Part of a list.
    Periods(Page<PeriodRow>),
    /// Part of a list.
    Models(Page<ModelRow>),
    /// Part of a list.
    Anomalies(Page<AnomalyRow>),
    /// Part of a list.
    Releases(Page<ReleaseRow>),
    /// Part of a list.
    Tasks(Page<TaskRow>),
    /// Part of a list.
    Log(Page<LogRow>),
    /// One thing in full.
    Batch(BatchDetail),
    /// One thing in full.
    Model(Box<ModelDetail>),
    /// Two model versions.
    Comparison(Box<ModelComparison>),
    /// One thing in full.
    Anomaly(Box<AnomalyDetail>),
    /// One thing in full.
    Release(Box<ReleaseDetail>),
    /// One thing in full.
    Event(EventDetail),
}

/// What the runtime is asked to do. Each is answered by a message, or by none.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Effect {
    /// Fetch, answer with [`Msg::Loaded`].
    Load { generation: u64, load: Load },
    /// Say what a request would do, answer with [`Msg::Previewed`].
    Preview { generation: u64, request: Request },
    /// Do it, report with [`Msg::Progressed`], answer with [`Msg::Performed`].
    Perform { ticket: u64, request: Request },
    /// Ask what a ticket stands for to stop.
    Cancel { ticket: u64 },
    /// Act as somebody else, answer with [`Msg::Acting`].
    ActAs(String),
    /// Put text into the clipboard of the terminal.
    Copy(String),
    /// Let the terminal or the program have the mouse.
    CaptureMouse(bool),
    /// End the program.
    Quit,
}
