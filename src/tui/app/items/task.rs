//! A task: where it stands, and why.

use super::{Item, Link};
use crate::domain::TaskState;
use crate::domain::listing::TaskRow;
use crate::tui::app::place::Place;
use crate::tui::app::words::{Piece, Tone, Word};

pub(super) fn items(row: &TaskRow) -> Vec<Item> {
    const TASK: &str = "Task";
    let cause = match &row.state {
        TaskState::Stale { cause } => Some(cause),
        TaskState::Failed { error } => Some(error),
        TaskState::Done | TaskState::Missing | TaskState::Running => None,
    };
    let mut pieces = vec![Word::from(&row.state).piece()];
    pieces.extend(cause.map(|cause| Piece::new(format!(": {cause}"), Tone::Plain)));
    let subject = Item::fact(TASK, "subject", row.subject.clone());
    let subject = match row.subject.parse() {
        Ok(release) => subject.to(Link::To(Place::Release(release))),
        Err(_) => subject,
    };
    vec![
        Item::text(TASK, pieces),
        Item::fact(TASK, "does", row.kind.as_str()),
        subject,
        Item::fact(TASK, "key", row.key.as_str()),
    ]
}
