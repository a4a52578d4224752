//! The columns of each list.

use crate::tui::app::Pane;
use crate::tui::widgets::table::Column;

const fn column(title: &'static str, least: u16, most: u16, rank: u8) -> Column {
    Column { title, least, fair: least, most, rank }
}

/// A column that is worth more than those behind it.
const fn favoured(title: &'static str, least: u16, fair: u16, most: u16, rank: u8) -> Column {
    Column { title, least, fair, most, rank }
}

/// The columns of a pane's list, as its rows fill them.
pub fn of(pane: Pane) -> &'static [Column] {
    match pane {
        Pane::Batches => {
            const {
                &[
                    column("STATE", 13, 13, 1),
                    column("PERIOD", 10, 10, 2),
                    column("PROVIDER", 12, 20, 0),
                    column("REV", 3, 3, 4),
                    column("ROWS", 10, 11, 3),
                    column("REJECTED", 8, 9, 5),
                    column("FILE", 10, 48, 6),
                    column("CAME IN", 20, 20, 7),
                    column("BY", 8, 12, 8),
                    column("BATCH", 16, 16, 9),
                    column("NOTE", 20, 60, 10),
                ]
            }
        }
        Pane::Models => {
            const {
                &[
                    column("MODEL", 12, 24, 0),
                    column("KIND", 7, 7, 3),
                    column("ALIASES", 12, 24, 1),
                    column("F1", 5, 5, 2),
                    column("COVERAGE", 12, 14, 2),
                    column("LABELS", 10, 40, 5),
                    column("REGISTERED", 20, 20, 6),
                    column("BY", 8, 12, 7),
                    column("NOTE", 12, 50, 8),
                ]
            }
        }
        Pane::Anomalies => {
            const {
                &[
                    column("STATE", 11, 11, 1),
                    column("SEVERITY", 10, 10, 3),
                    column("PERIOD", 7, 10, 2),
                    column("CHECK", 12, 24, 0),
                    favoured("SUBJECT", 13, 22, 28, 4),
                    column("JUDGED", 6, 7, 5),
                    column("ID", 11, 11, 8),
                    column("FINDING", 12, 90, 6),
                    column("MODEL", 10, 16, 7),
                ]
            }
        }
        Pane::Releases => {
            const {
                &[
                    favoured("RELEASE", 14, 22, 32, 0),
                    column("STATE", 12, 12, 1),
                    favoured("GATE", 15, 28, 80, 2),
                    column("APPROVED BY", 11, 24, 3),
                    column("MODEL", 9, 16, 4),
                    column("GEN", 6, 8, 6),
                    column("OPENED", 20, 20, 7),
                    column("CAUSE", 16, 60, 5),
                ]
            }
        }
        Pane::Log => {
            const {
                &[
                    column("SEQ", 7, 9, 3),
                    column("WHEN", 16, 20, 1),
                    column("WHO", 5, 12, 0),
                    favoured("WHAT", 14, 18, 20, 0),
                    favoured("SUBJECT", 16, 24, 44, 2),
                    column("WHY", 14, 50, 4),
                    column("COMMAND", 20, 70, 5),
                ]
            }
        }
        Pane::Tasks => {
            const {
                &[
                    column("STATE", 9, 9, 0),
                    column("TASK", 9, 9, 1),
                    column("SUBJECT", 24, 60, 2),
                    column("CAUSE", 16, 90, 3),
                    column("KEY", 12, 12, 4),
                ]
            }
        }
        Pane::Completeness => &[],
    }
}
