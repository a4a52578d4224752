//! What a command is. Every command is declared once, in the catalogue.

use super::pane::Pane;

/// Identifies a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Id {
    /// Go to a pane.
    Go(Pane),
    /// To the next pane.
    NextPane,
    /// To the pane before.
    PreviousPane,
    /// Look inside, follow, or clear a reason.
    Open,
    /// Out of wherever one is.
    Back,
    /// Show what was folded into a line, or fold it again.
    Fold,
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// One cell to the left, or out.
    Left,
    /// One cell to the right, or inside.
    Right,
    /// To the first line.
    First,
    /// To the last line.
    Last,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// Half a screen up.
    HalfUp,
    /// Half a screen down.
    HalfDown,
    /// The details of the row before.
    PreviousDetail,
    /// The details of the next row.
    NextDetail,
    /// Narrow the list.
    Filter,
    /// Any command by its name.
    Palette,
    /// What can be done here.
    Help,
    /// What was done so far, as command lines.
    CommandLog,
    /// Ask again for what is shown.
    Reload,
    /// Copy what names the selected thing.
    Copy,
    /// Copy the last command line.
    CopyCommand,
    /// Give the mouse to the terminal, or take it back.
    Mouse,
    /// Act as somebody else.
    ActAs,
    /// Leave.
    Quit,
    /// Take in what lies in the inboxes.
    Ingest,
    /// Bring everything up to date.
    Run,
    /// Stop what is running.
    Stop,
    /// Take the changed assay.toml into force.
    ApplyContract,
    /// Take a file in.
    AddBatch,
    /// A provider has nothing to deliver.
    NilReturn,
    /// Take a quarantined batch in after all.
    AcceptBatch,
    /// Turn a quarantined batch down.
    RejectBatch,
    /// Take a batch back.
    WithdrawBatch,
    /// Accept a period as baseline.
    Baseline,
    /// Bring one period up to date.
    RunPeriod,
    /// Register a model file.
    RegisterModel,
    /// Make a model from labelled text.
    TrainModel,
    /// Point `production` to a version.
    PromoteModel,
    /// Puts a version into production although labels are found worse.
    PromoteWorse,
    /// Points another alias to a version.
    AliasModel,
    /// Shows what a version finds otherwise than the one in production.
    CompareModel,
    /// The version compared with has read the row right.
    BeforeIsRight,
    /// The other version has read the row right.
    AfterIsRight,
    /// Neither version has read the row right.
    NeitherIsRight,
    /// Lets a version read what it has not read.
    RunModel,
    /// Mirror the model registry.
    SyncModels,
    /// No longer offer a version.
    ArchiveModel,
    /// The sample is right as it stands.
    AcceptSample,
    /// The sample is right, with a note.
    AcceptSampleWithNote,
    /// The sample is wrong.
    RejectSample,
    /// The sample is wrong, with a note.
    RejectSampleWithNote,
    /// Only what people decided, or everything again.
    Decisions,
    /// The anomaly is real.
    ConfirmAnomaly,
    /// The anomaly may pass.
    WaiveAnomaly,
    /// Accept the columns of a delivery.
    AcceptMapping,
    /// The anomaly is open again.
    ReopenAnomaly,
    /// Say yes to a release.
    Approve,
    /// Take one's yes back.
    Revoke,
    /// Turn a release down.
    RejectRelease,
    /// Give a release to clients.
    Publish,
    /// Give clients the release before.
    Rollback,
    /// Take a release away from clients.
    WithdrawRelease,
    /// Let a failed task run again.
    RetryTask,
    /// Stop one task.
    CancelTask,
    /// Keep the filter.
    KeepFilter,
    /// Drop the filter.
    DropFilter,
    /// Take the selected line.
    Choose,
    /// Close what lies on top.
    Close,
    /// The line before.
    ChoiceUp,
    /// The next line.
    ChoiceDown,
    /// A screen of lines up.
    ChoicePageUp,
    /// A screen of lines down.
    ChoicePageDown,
    /// Do what the dialog says.
    Submit,
    /// Leave everything as it is.
    Cancel,
    /// To what the dialog says further up.
    ReadUp,
    /// To what the dialog says further down.
    ReadDown,
    /// To the next field.
    NextField,
    /// To the field before.
    PreviousField,
}

/// Where a command's keys are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere, whatever lies on top.
    Always,
    /// In every pane.
    Everywhere,
    /// In one pane: its list and its details.
    Pane(Pane),
    /// While a filter is typed.
    Filter,
    /// In lists that lie on top: palette, people, help, command log.
    Choice,
    /// In dialogs.
    Dialog,
}

impl Scope {
    /// Whether two commands of these scopes are ever heard at the same time.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let in_panes = |scope| matches!(scope, Self::Everywhere | Self::Pane(_));
        match (self, other) {
            (Self::Always, _) | (_, Self::Always) => true,
            (Self::Everywhere, scope) | (scope, Self::Everywhere) => in_panes(scope),
            (one, other) => one == other,
        }
    }

    /// Its name in the README.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Always => "anywhere",
            Self::Everywhere => "every pane",
            Self::Pane(pane) => pane.title(),
            Self::Filter => "filter",
            Self::Choice => "lists on top",
            Self::Dialog => "dialogs",
        }
    }
}

/// What a command has to do with, for help and README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// What belongs to the thing at hand.
    Here,
    /// The pipeline.
    Work,
    /// Getting around.
    Move,
    /// Finding.
    Find,
    /// The program itself.
    Program,
    /// Dialogs and other things on top.
    Top,
}

impl Group {
    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Here => "Here",
            Self::Work => "Work",
            Self::Move => "Move",
            Self::Find => "Find",
            Self::Program => "Program",
            Self::Top => "Dialogs",
        }
    }
}

/// What a command can do to the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Risk {
    /// Nothing changes.
    Look,
    /// Something changes; it is on the record and can be undone.
    Change,
    /// Clients would notice.
    Danger,
}

/// A command, as the catalogue declares it.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// Identifies it.
    pub id: Id,
    /// Its name in the palette and the help: a verb and an object.
    pub title: &'static str,
    /// One word for the footer; empty where the footer doesn't show it.
    pub hint: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// What it has to do with.
    pub group: Group,
    /// Where its keys are heard.
    pub scope: Scope,
    /// The names of its keys.
    pub keys: &'static [&'static str],
    /// What it can do.
    pub risk: Risk,
    /// The beginning of the command line that does the same.
    pub cli: Option<&'static str>,
}
