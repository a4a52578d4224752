//! Everything that the screen shows, and nothing else.

use super::detail::Detail;
use super::dialog::Dialog;
use super::list::AnyList;
use super::lists::Lists;
use super::overlay::Overlay;
use super::pane::Pane;
use super::place::DetailContent;
use super::speech::Speech;
use super::tasks::TaskBoard;
use super::words::Tone;
use crate::domain::actor::same_person;
use crate::domain::listing::{AnomalyRow, BatchRow, ModelRow, PeriodRow, ReleaseRow};
use crate::domain::{Actor, Role};
use crate::ops::Overview;

/// Who sits here, and where.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Who acts.
    pub actor: Actor,
    /// The folder of the workspace, in words.
    pub folder: String,
    /// Whether one person may act as each.
    pub demo: bool,
    /// Whether the actor is not in [people], and only looks.
    pub stranger: bool,
    /// Whether colours are wanted (`NO_COLOR` is not set).
    pub colour: bool,
}

impl Identity {
    /// Takes the role that the contract in force gives the person now: the screen may have been open for hours.
    pub(super) fn under(&mut self, overview: &Overview) {
        let listed = overview.people.iter().find(|person| same_person(&person.name, &self.actor.name));
        let role = if overview.unprotected { Some(Role::Owner) } else { listed.map(|person| person.role) };
        self.stranger = role.is_none();
        self.actor.role = role.unwrap_or(Role::Viewer);
    }
}

/// The line above the footer: what was just said to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What is said.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// The counts of the header: what came, and what is on its way.
#[derive(Debug, Clone, Default)]
pub(super) struct Freshness {
    pub(super) wanted: bool,
    pub(super) awaited: Option<u64>,
}

/// The state of the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// Columns of the terminal.
    pub width: u16,
    /// Rows of the terminal.
    pub height: u16,
    /// Who sits here.
    pub me: Identity,
    /// The counts of header and tabs, once they came.
    pub overview: Option<Overview>,
    /// The pane on the screen.
    pub pane: Pane,
    /// The lists of all panes.
    pub lists: Lists,
    /// The selected provider of the map of completeness.
    pub column: usize,
    /// The first provider on the screen there.
    pub first_column: usize,
    /// The provider to select in the map as soon as its row is there.
    pub(super) provider_wanted: Option<String>,
    /// What is open over the list.
    pub detail: Option<Detail>,
    /// What lies on top.
    pub overlay: Option<Overlay>,
    /// What the background work is at.
    pub board: TaskBoard,
    /// What was asked for in this session.
    pub speech: Speech,
    /// What was just said to the person.
    pub notice: Option<Notice>,
    /// Whether the program has the mouse.
    pub mouse: bool,
    /// Whether the screen has to be drawn again.
    pub changed: bool,
    /// Where `Esc` leads back to: pane and what was open there.
    pub(super) trail: Vec<(Pane, Option<Detail>)>,
    /// Dialogs that went away although what they asked for is not done yet.
    pub(super) away: Vec<Dialog>,
    /// The last of those that was refused: its words stand there again when the same is asked for.
    pub(super) refused: Option<Dialog>,
    pub(super) freshness: Freshness,
    pub(super) generation: u64,
    /// Whether the next quit is meant although work is going on.
    pub(super) quit_asked: bool,
}

impl State {
    /// An empty screen of this size: what is drawn before anything was fetched.
    #[must_use]
    pub fn new(me: Identity, width: u16, height: u16) -> Self {
        Self {
            width,
            height,
            me,
            overview: None,
            pane: Pane::Releases,
            lists: Lists::default(),
            column: 0,
            first_column: 0,
            provider_wanted: None,
            detail: None,
            overlay: None,
            board: TaskBoard::default(),
            speech: Speech::default(),
            notice: None,
            mouse: true,
            changed: true,
            trail: Vec::new(),
            away: Vec::new(),
            refused: None,
            freshness: Freshness { wanted: true, awaited: None },
            generation: 0,
            quit_asked: false,
        }
    }

    /// The list of the pane on the screen.
    #[must_use]
    pub fn list(&self) -> &dyn AnyList {
        self.lists.of(self.pane)
    }

    /// Whether something moves on the screen.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.speech.running().next().is_some()
    }

    /// The release at hand: the open one, or the selected row.
    #[must_use]
    pub fn release(&self) -> Option<&ReleaseRow> {
        match (self.pane, &self.detail) {
            (Pane::Releases, Some(detail)) => match &detail.content {
                Some(DetailContent::Release(release)) => Some(&release.row),
                _ => None,
            },
            (Pane::Releases, None) => self.lists.releases.selected(),
            _ => None,
        }
    }

    /// The anomaly at hand.
    #[must_use]
    pub fn anomaly(&self) -> Option<&AnomalyRow> {
        match (self.pane, &self.detail) {
            (Pane::Anomalies, Some(detail)) => match &detail.content {
                Some(DetailContent::Anomaly(anomaly)) => Some(&anomaly.row),
                _ => None,
            },
            (Pane::Anomalies, None) => self.lists.anomalies.selected(),
            _ => None,
        }
    }

    /// The batch at hand.
    #[must_use]
    pub fn batch(&self) -> Option<&BatchRow> {
        match (self.pane, &self.detail) {
            (Pane::Batches, Some(detail)) => match &detail.content {
                Some(DetailContent::Batch(batch)) => Some(&batch.row),
                _ => None,
            },
            (Pane::Batches, None) => self.lists.batches.selected(),
            _ => None,
        }
    }

    /// The model version at hand.
    #[must_use]
    pub fn model(&self) -> Option<&ModelRow> {
        match (self.pane, &self.detail) {
            (Pane::Models, Some(detail)) => match &detail.content {
                Some(DetailContent::Model(model)) => Some(&model.row),
                _ => None,
            },
            (Pane::Models, None) => self.lists.models.selected(),
            _ => None,
        }
    }

    /// The period under the cursor of the map of completeness.
    #[must_use]
    pub fn period(&self) -> Option<&PeriodRow> {
        (self.pane == Pane::Completeness).then(|| self.lists.periods.selected()).flatten()
    }

    /// Says something to the person.
    pub(super) fn say(&mut self, text: impl Into<String>, tone: Tone) {
        self.notice = Some(Notice { text: text.into(), tone });
    }

    /// Takes a remark or a refusal back: said of one row, it is no news of the next. What came of a request is news
    /// wherever one has gone meanwhile.
    pub(super) fn forget_remark(&mut self) {
        self.notice.take_if(|notice| matches!(notice.tone, Tone::Warning | Tone::Quiet));
    }

    /// Asks again for what is on the screen.
    pub(super) fn refresh(&mut self) {
        self.freshness.wanted = true;
        self.lists.of_mut(self.pane).refresh();
        if let Some(detail) = &mut self.detail {
            detail.refresh();
        }
    }

    /// A number that no load, preview or request had before.
    pub(super) fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }
}
