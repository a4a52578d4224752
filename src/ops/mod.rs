//! Floor 5: the use cases. The only way to change anything, and the queries that the faces ask.

mod act;
mod delivered;
mod details;
mod judged;
mod outlived;
mod profiled;
mod query;
mod reasons;
mod record;
mod scanned;
mod session;
mod watch;
mod workspace;

pub use crate::pipeline::consequences::{CheckedAgain, Consequences};
pub use crate::pipeline::models::let_go as let_go_of_models;
pub use act::{ContractDiff, Next, Reply};
pub use delivered::{FilePreview, Whose, preview as preview_file};
pub use details::{
    AnomalyDetail, BatchChange, BatchDetail, EventDetail, FallenApproval, ModelDetail, ModelOrigin, Overview,
    RejectRow, ReleaseChanges, ReleaseDetail, ReleaseMove, RowChange, WaitingFiles, WaivedFinding,
};
pub use outlived::Outlived;
pub use profiled::{Measuring, Profiled};
pub use reasons::ReasonGroup;
pub use record::Record;
pub use scanned::scan_file;
pub use session::Session;
pub use watch::{Due, Sources};
pub use workspace::{OpenOptions, Workspace};
