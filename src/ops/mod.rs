//! Floor 4: the use cases. The only way to change anything, and the queries that the faces ask.

mod act;
mod details;
mod query;
mod record;
mod session;
mod workspace;

pub use act::{ContractDiff, Reply};
pub use details::{
    AnomalyDetail, BatchChange, BatchDetail, EventDetail, FallenApproval, ModelDetail, Overview, RejectRow,
    ReleaseChanges, ReleaseDetail, RowChange, WaivedFinding,
};
pub use record::Record;
pub use session::Session;
pub use workspace::{OpenOptions, Workspace};
