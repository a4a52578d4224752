//! The lists of all panes.

use super::list::AnyList;
use super::message::{Answer, Load};
use super::pane::Pane;
use super::window::{Row, Window};
use crate::base::Error;
use crate::domain::anomaly::AnomalyId;
use crate::domain::completeness::CellState;
use crate::domain::listing::{
    AnomalyRow, BatchRow, LogRow, ModelRow, PeriodKey, PeriodRow, Query, ReleaseRow, TaskRow,
};
use crate::domain::{BatchId, ModelRef, ReleaseName};

macro_rules! row {
    ($row:ty, $key:ty, $load:path, |$one:ident| $identity:expr) => {
        impl Row for $row {
            type Key = $key;
            fn key(&self) -> $key {
                let $one = self;
                $identity
            }
            fn load(query: Query<$key>) -> Load {
                $load(query)
            }
        }
    };
}

row!(BatchRow, BatchId, Load::Batches, |row| row.id.clone());
row!(ModelRow, ModelRef, Load::Models, |row| ModelRef::new(row.name.clone(), row.version));
row!(AnomalyRow, AnomalyId, Load::Anomalies, |row| row.id.clone());
row!(ReleaseRow, ReleaseName, Load::Releases, |row| row.name.clone());
row!(TaskRow, String, Load::Tasks, |row| format!("{} {}", row.kind, row.subject));

impl Row for PeriodRow {
    type Key = PeriodKey;
    fn is_worth_opening_on(&self) -> bool {
        self.state != CellState::NotOwed
    }
    fn key(&self) -> PeriodKey {
        Self::key(self)
    }
    fn load(query: Query<PeriodKey>) -> Load {
        Load::Periods(query)
    }
}

impl Row for LogRow {
    type Key = u64;
    const NEWEST_LAST: bool = true;
    fn key(&self) -> u64 {
        self.seq
    }
    fn load(query: Query<u64>) -> Load {
        Load::Log(query)
    }
}

/// One window per pane.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    /// What came in.
    pub batches: Window<BatchRow>,
    /// Periods by providers.
    pub periods: Window<PeriodRow>,
    /// Model versions.
    pub models: Window<ModelRow>,
    /// What a person must settle.
    pub anomalies: Window<AnomalyRow>,
    /// What may go out.
    pub releases: Window<ReleaseRow>,
    /// Who did what.
    pub log: Window<LogRow>,
    /// Pieces of work.
    pub tasks: Window<TaskRow>,
}

impl Lists {
    /// The list of a pane.
    #[must_use]
    pub fn of(&self, pane: Pane) -> &dyn AnyList {
        match pane {
            Pane::Batches => &self.batches,
            Pane::Completeness => &self.periods,
            Pane::Models => &self.models,
            Pane::Anomalies => &self.anomalies,
            Pane::Releases => &self.releases,
            Pane::Log => &self.log,
            Pane::Tasks => &self.tasks,
        }
    }

    /// The list of a pane, to be moved.
    pub fn of_mut(&mut self, pane: Pane) -> &mut dyn AnyList {
        match pane {
            Pane::Batches => &mut self.batches,
            Pane::Completeness => &mut self.periods,
            Pane::Models => &mut self.models,
            Pane::Anomalies => &mut self.anomalies,
            Pane::Releases => &mut self.releases,
            Pane::Log => &mut self.log,
            Pane::Tasks => &mut self.tasks,
        }
    }

    /// Takes part of a list; false where it isn't awaited any more, or is no part of a list.
    pub fn arrive(&mut self, generation: u64, answer: Answer) -> bool {
        match answer {
            Answer::Batches(page) => self.batches.arrive(generation, page),
            Answer::Periods(page) => self.periods.arrive(generation, page),
            Answer::Models(page) => self.models.arrive(generation, page),
            Answer::Anomalies(page) => self.anomalies.arrive(generation, page),
            Answer::Releases(page) => self.releases.arrive(generation, page),
            Answer::Tasks(page) => self.tasks.arrive(generation, page),
            Answer::Log(page) => self.log.arrive(generation, page),
            _ => false,
        }
    }

    /// Tells whichever list awaits this generation that its load failed; false where none does.
    pub fn fail(&mut self, generation: u64, error: &Error) -> bool {
        Pane::ALL.into_iter().any(|pane| self.of_mut(pane).fail(generation, error))
    }
}
