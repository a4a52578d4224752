//! The panes, in the order of the work.

/// A pane: one list and the details of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    /// What came in.
    Batches,
    /// Who delivered what: periods by providers.
    Completeness,
    /// Model versions.
    Models,
    /// What a person must settle.
    Anomalies,
    /// What may go out.
    Releases,
    /// Who did what.
    Log,
    /// The pipeline's pieces of work.
    Tasks,
}

impl Pane {
    /// Every pane, as the tabs show them.
    pub const ALL: [Self; 7] =
        [Self::Batches, Self::Completeness, Self::Models, Self::Anomalies, Self::Releases, Self::Log, Self::Tasks];

    /// Its name on the tab.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Batches => "Batches",
            Self::Completeness => "Completeness",
            Self::Models => "Models",
            Self::Anomalies => "Anomalies",
            Self::Releases => "Releases",
            Self::Log => "Log",
            Self::Tasks => "Tasks",
        }
    }

    /// Its name where there is little room.
    #[must_use]
    pub fn short_title(self) -> &'static str {
        match self {
            Self::Batches => "Batch",
            Self::Completeness => "Compl",
            Self::Models => "Model",
            Self::Anomalies => "Anom",
            Self::Releases => "Rel",
            Self::Log => "Log",
            Self::Tasks => "Task",
        }
    }

    /// The key that leads to it, as the tab shows it.
    #[must_use]
    pub fn key(self) -> char {
        match self {
            Self::Batches => '1',
            Self::Completeness => '2',
            Self::Models => '3',
            Self::Anomalies => '4',
            Self::Releases => '5',
            Self::Log => '6',
            Self::Tasks => 't',
        }
    }

    /// What it holds, in the plural, for sentences.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Batches => "batches",
            Self::Completeness => "periods",
            Self::Models => "model versions",
            Self::Anomalies => "anomalies",
            Self::Releases => "releases",
            Self::Log => "entries",
            Self::Tasks => "tasks",
        }
    }

    /// Its place among [`Pane::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The pane `step` tabs further, around the ends.
    #[must_use]
    pub fn stepped(self, step: isize) -> Self {
        let count = Self::ALL.len().cast_signed();
        let index = (self.index().cast_signed() + step).rem_euclid(count);
        Self::ALL[index.unsigned_abs()]
    }
}
