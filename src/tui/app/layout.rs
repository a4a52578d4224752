//! Where everything stands on the screen: the same geometry for drawing and for the mouse.

use super::overlay::Overlay;
use super::pane::Pane;
use super::state::State;

/// From this width on, details stand beside their list instead of over it.
const SPLIT: u16 = 140;
/// Cells of the map of completeness are this wide.
pub const CELL: u16 = 14;
/// What stands before the cells of the map of completeness.
pub const PERIOD: u16 = 14;

/// A rectangle of the screen, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// The first column.
    pub x: u16,
    /// The first row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// Whether a cell lies in it.
    #[must_use]
    pub fn holds(self, x: u16, y: u16) -> bool {
        (self.x..self.x.saturating_add(self.width)).contains(&x)
            && (self.y..self.y.saturating_add(self.height)).contains(&y)
    }

    /// The first row, and what is below it.
    #[must_use]
    pub fn top_row(self) -> (Self, Self) {
        let first = self.height.min(1);
        let top = Self { height: first, ..self };
        (top, Self { y: self.y + first, height: self.height - first, ..self })
    }

    /// What is above the last `rows` rows, and those.
    #[must_use]
    pub fn bottom_rows(self, rows: u16) -> (Self, Self) {
        let rows = rows.min(self.height);
        let rest = Self { height: self.height - rows, ..self };
        (rest, Self { y: self.y + rest.height, height: rows, ..self })
    }

    /// The first columns, and what is to the right of them.
    #[must_use]
    pub fn left_columns(self, columns: u16) -> (Self, Self) {
        let columns = columns.min(self.width);
        let left = Self { width: columns, ..self };
        (left, Self { x: self.x + columns, width: self.width - columns, ..self })
    }
}

/// Where everything stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// Workspace and person.
    pub header: Area,
    /// The panes.
    pub tabs: Area,
    /// The list with its headings; without height where details cover it.
    pub list: Area,
    /// The rows of the list.
    pub rows: Area,
    /// What is said about the selected row, below the rows.
    pub about: Area,
    /// The details, where something is open.
    pub detail: Area,
    /// The running tasks.
    pub strip: Area,
    /// The filter being typed.
    pub filter: Area,
    /// What was just said.
    pub notice: Area,
    /// The keys.
    pub footer: Area,
}

/// Where everything stands in this state.
#[must_use]
pub fn layout(state: &State) -> Layout {
    let screen = Area { x: 0, y: 0, width: state.width, height: state.height };
    let (header, rest) = screen.top_row();
    let (tabs, rest) = rest.top_row();
    let (rest, footer) = rest.bottom_rows(1);
    let (rest, notice) = rest.bottom_rows(u16::from(state.notice.is_some()));
    let (rest, filter) = rest.bottom_rows(u16::from(matches!(state.overlay, Some(Overlay::Filter(_)))));
    let (body, strip) = rest.bottom_rows(u16::from(state.is_busy() || !state.board.is_blank()));
    let (list, detail) = match &state.detail {
        None => (body, Area::default()),
        Some(_) if state.width >= SPLIT => body.left_columns(state.width / 2),
        Some(_) => (Area { height: 0, ..body }, body),
    };
    let (_, rest) = list.top_row();
    let (_, rest) = rest.top_row();
    let about = u16::from(rest.height >= 6) * if state.pane == Pane::Completeness { 2 } else { 0 };
    let (rows, about) = rest.bottom_rows(about);
    Layout { header, tabs, list, rows, about, detail, strip, filter, notice, footer }
}

/// A tab: its pane, its first column and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Where it leads.
    pub pane: Pane,
    /// Its first column.
    pub x: u16,
    /// What it says.
    pub text: String,
    /// How many things wait there for somebody.
    pub waiting: u64,
}

/// The tabs, with as much in them as there is room for: long names, short ones, closer together, without counts.
#[must_use]
pub fn tabs(state: &State) -> Vec<Tab> {
    let fits = |tabs: &Vec<Tab>| {
        let end = tabs.last().map_or(0, |tab| usize::from(tab.x) + tab.text.chars().count());
        end <= usize::from(state.width)
    };
    let counted = |pane| match waiting(state, pane) {
        0 => String::new(),
        count => format!("({count})"),
    };
    let long = placed(state, |pane| format!("{}{} ", pane.title(), counted(pane)));
    let short = || placed(state, |pane| format!("{}{} ", pane.short_title(), counted(pane)));
    let tight = || placed(state, |pane| format!("{}{}", pane.short_title(), counted(pane)));
    let bare = || placed(state, |pane| pane.short_title().to_owned());
    Some(long)
        .filter(fits)
        .or_else(|| Some(short()).filter(fits))
        .or_else(|| Some(tight()).filter(fits))
        .unwrap_or_else(bare)
}

fn placed(state: &State, name: impl Fn(Pane) -> String) -> Vec<Tab> {
    let mut x = 0_u16;
    let tab = |pane: Pane| {
        let text = format!(" {} {}", pane.key(), name(pane));
        let tab = Tab { pane, x, text, waiting: waiting(state, pane) };
        x = x.saturating_add(u16::try_from(tab.text.chars().count()).unwrap_or(u16::MAX));
        tab
    };
    Pane::ALL.into_iter().map(tab).collect()
}

fn waiting(state: &State, pane: Pane) -> u64 {
    let Some(overview) = &state.overview else { return 0 };
    match pane {
        Pane::Batches => overview.quarantined,
        Pane::Completeness => overview.late,
        Pane::Anomalies => overview.open_anomalies,
        Pane::Releases => overview.open_releases,
        Pane::Models | Pane::Log | Pane::Tasks => 0,
    }
}

/// The first provider shown in the map of completeness: the present one, as long as the selected one is on the screen.
#[must_use]
pub fn follow_column(first: usize, width: u16, selected: usize, columns: usize) -> usize {
    let fitting = usize::from(width.saturating_sub(PERIOD) / CELL).max(1);
    first.min(columns.saturating_sub(fitting)).clamp((selected + 1).saturating_sub(fitting), selected)
}
