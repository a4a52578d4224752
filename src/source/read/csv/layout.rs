//! Where the table lies in a text: what stands before it, and which rows name its columns.

use std::collections::HashSet;

use super::sample::Row;
use crate::domain::kind::{Kind, kind};
use crate::domain::likeness::share;

/// How many of the first rows may be the header.
const HIGHEST: usize = 200;

/// The most rows that a header takes.
const HEADER_ROWS: usize = 3;

/// What a line that is no row begins with.
pub const REMARKS: [&str; 3] = ["#", "%", "//"];

/// Numbers that are years.
const YEARS: std::ops::RangeInclusive<i64> = 1800..=2100;

/// How much of a column has to be of one kind for that to be its kind.
const MOSTLY: f64 = 0.8;

/// Where the table lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// How many rows stand before those that name the columns.
    pub before: usize,
    /// How many rows name the columns: none where the first is data already.
    pub header_rows: usize,
    /// The columns' names as delivered; blank ones where nothing names them.
    pub names: Vec<String>,
    /// What the cells of each column look like, where most look so and that is no mere text.
    pub kinds: Vec<Option<Kind>>,
}

impl Layout {
    /// Whether these cells, from the first column on, look like those of their columns.
    pub fn fits<'a>(&self, cells: impl Iterator<Item = &'a str>) -> bool {
        let looks_so = |(cell, of_column): (&str, &Option<Kind>)| {
            let kind = kind(cell);
            kind == Kind::Empty || of_column.is_none_or(|of_column| of_column == kind)
        };
        cells.zip(&self.kinds).all(looks_so)
    }

    /// Whether these cells are surely those of a row: one for each column, like those of its column, and not of text alone.
    pub fn vouches<'a>(&self, cells: impl Iterator<Item = &'a str> + Clone) -> bool {
        let typed =
            cells.clone().zip(&self.kinds).filter(|(cell, of_column)| of_column.is_some() && kind(cell) != Kind::Empty);
        cells.clone().count() == self.names.len() && typed.count() > 0 && self.fits(cells)
    }

    /// Whether a column's cells look like more than text.
    pub fn is_typed(&self) -> bool {
        self.kinds.iter().any(Option::is_some)
    }
}

/// Finds the table in the first rows of a text, most of whose rows have so many cells.
pub fn layout(rows: &[Row], width: usize) -> Layout {
    let columns = columns(rows, width);
    let reach = columns.iter().rposition(|column| !column.is_empty).map_or(width, |last| last + 1);
    let table = Table { rows, width, reach, columns };
    let header = table.header();
    let first = header.unwrap_or_else(|| table.first());
    let below = header.map_or(0, |header| table.rows_of_header(header));
    let above = header.map_or(0, |header| table.rows_of_groups(header, below));
    let names = (first - above..first + below).map(|index| &rows[index]).collect::<Vec<_>>();
    let named = header.map_or(width, |header| rows[header].cells.len());
    let is_short = header.is_some_and(|header| table.is_short(header));
    let mut names = names_of(&names, if is_short { named } else { named.max(reach) });
    if is_short {
        // What lacks one name leaves out that of the column that names the rows; of more the last columns have none.
        let place = if named + 1 == reach { 0 } else { named };
        names.splice(place..place, vec![String::new(); reach - named]);
    }
    Layout {
        before: first - above,
        header_rows: above + below,
        names,
        kinds: table.columns.iter().map(|column| column.kind).collect(),
    }
}

/// What the cells of a column look like.
struct Column {
    kind: Option<Kind>,
    is_empty: bool,
}

/// The columns as the later rows of a sample show them: the earlier ones may not be data.
fn columns(rows: &[Row], width: usize) -> Vec<Column> {
    let body: Vec<&Row> = rows.iter().filter(|row| row.cells.len() == width).collect();
    let later = &body[(body.len() / 2).min(HEADER_ROWS + 1).min(body.len().saturating_sub(1))..];
    let column = |index: usize| {
        let kinds = later.iter().filter_map(|row| row.cells.get(index)).map(|cell| kind(&cell.text));
        let kinds: Vec<Kind> = kinds.filter(|kind| *kind != Kind::Empty).collect();
        let typed = [Kind::Number, Kind::Moment, Kind::Address];
        let kind = typed.into_iter().find(|typed| {
            let alike = kinds.iter().filter(|kind| *kind == typed).count();
            !kinds.is_empty() && share(alike, kinds.len()) >= MOSTLY
        });
        Column { kind, is_empty: kinds.is_empty() }
    };
    (0..width).map(column).collect()
}

struct Table<'a> {
    rows: &'a [Row],
    width: usize,
    /// How many columns there are up to the last that holds something.
    reach: usize,
    columns: Vec<Column>,
}

impl Table<'_> {
    /// The first row of the table, header or not.
    fn first(&self) -> usize {
        let remarks = self.remarks();
        let fits = |row: &Row| row.cells.len() >= self.reach && filled_to(row) <= self.width && self.is_full(row);
        let first = (remarks..self.rows.len().min(HIGHEST)).find(|index| fits(&self.rows[*index]));
        let first = first.or_else(|| self.rows.iter().position(|row| row.cells.len() == self.width));
        let mut first = self.first_of_sparse(first.unwrap_or(0));
        // A title of as many words as there are columns.
        while self.rows.get(first + 1).is_some_and(|row| row.is_after_blank && fits(row) && !self.is_data(first + 1))
            && !self.is_data(first)
        {
            first += 1;
        }
        first
    }

    /// The first of the rows before this one that are data, too, though they leave most of the columns empty.
    fn first_of_sparse(&self, first: usize) -> usize {
        let is_data = |index: &usize| {
            let row = &self.rows[*index];
            let typed =
                self.columns.iter().zip(&row.cells).filter(|(column, cell)| Some(kind(&cell.text)) == column.kind);
            row.cells.len() == self.width && typed.count() > 2 && self.is_data(*index)
        };
        let is_row = |index: &usize| is_data(index) || filled(&self.rows[*index]) == 0;
        (0..first).rev().take_while(is_row).filter(is_data).last().unwrap_or(first)
    }

    /// How many of the first rows are remarks of whoever wrote the file. The last of them may name the columns all the same.
    fn remarks(&self) -> usize {
        let is_remark = |row: &Row| {
            row.cells
                .first()
                .is_some_and(|cell| !cell.is_quoted && REMARKS.iter().any(|mark| cell.text.starts_with(mark)))
        };
        let remarks = self.rows.iter().take_while(|row| is_remark(row)).count();
        let names_columns = |last: usize| self.rows[last].cells.len() == self.width && self.is_full(&self.rows[last]);
        match remarks.checked_sub(1) {
            Some(last) if remarks == self.rows.len() || names_columns(last) && self.is_data(remarks) => last,
            _ => remarks,
        }
    }

    /// The row that names the columns.
    fn header(&self) -> Option<usize> {
        let first = self.first();
        if !self.is_data(first) {
            return (first < self.rows.len()).then_some(first);
        }
        // One that leaves columns without a name, or names more than there are, stands right above the data.
        let above = first.checked_sub(1)?;
        let row = &self.rows[above];
        let is_wide = filled(row) > 1 && row.cells.len() >= self.width && !self.is_data(above);
        (is_wide || self.is_short(above) && !self.rows[first].is_after_blank).then_some(above)
    }

    /// Whether a row has words for most of the columns, some of which hold more than those, and no cell for the others.
    fn is_short(&self, index: usize) -> bool {
        let row = &self.rows[index];
        let count = row.cells.len();
        let is_name = |cell: &str| matches!(kind(cell), Kind::Code | Kind::Text);
        let mut names = row.cells.iter().skip_while(|cell| cell.text.trim().is_empty());
        let is_of_most = count < self.reach && 2 * count > self.reach && count > 2;
        let is_told = self.columns.iter().any(|column| column.kind.is_some());
        is_of_most && is_told && names.all(|cell| is_name(&cell.text))
    }

    /// Whether a row has a cell for most of the columns that hold something.
    fn is_full(&self, row: &Row) -> bool {
        let used = self.columns.iter().filter(|column| !column.is_empty).count().max(1);
        let wanted = if used > 2 { 0.6 } else { 0.5 };
        let has = row.cells.iter().filter(|cell| !cell.text.trim().is_empty()).count();
        share(has, used) >= wanted && (has > 1 || used == 1)
    }

    /// Whether a row is data: its cells look like those of their columns.
    fn is_data(&self, index: usize) -> bool {
        let Some(row) = self.rows.get(index) else { return false };
        let typed =
            self.columns.iter().zip(&row.cells).filter_map(|(column, cell)| Some((column.kind?, kind(&cell.text))));
        let typed: Vec<_> = typed.filter(|(_, kind)| *kind != Kind::Empty).collect();
        let alike = typed.iter().filter(|(of_column, of_cell)| of_column == of_cell).count();
        if typed.is_empty() {
            return self.recurs(index) || self.are_sentences();
        }
        2 * alike > typed.len() && !self.are_steps(index)
    }

    /// Whether the numbers of a row rise or fall by one from column to column, and those below don't: years, or other names
    /// of columns.
    fn are_steps(&self, index: usize) -> bool {
        let is_stepping = |row: &Row| {
            let typed = row.cells.iter().zip(&self.columns).filter(|(_, column)| column.kind == Some(Kind::Number));
            let numbers = typed.map(|(cell, _)| cell.text.trim()).filter(|text| kind(text) == Kind::Number);
            let numbers: Option<Vec<i64>> = numbers.map(|text| text.parse().ok()).collect();
            let is_rising = |numbers: &[i64]| numbers.windows(2).all(|pair| (pair[1] - pair[0]).abs() == 1);
            numbers.is_some_and(|all| {
                all.len() > 2 && is_rising(&all) || all.len() == 2 && is_rising(&all) && YEARS.contains(&all[0])
            })
        };
        is_stepping(&self.rows[index]) && !self.rows.get(index + 1).is_some_and(is_stepping)
    }

    /// Whether all rows are one text that ends as sentences do: no name of a column does.
    fn are_sentences(&self) -> bool {
        let is_sentence = |row: &Row| row.cells.len() == 1 && row.cells[0].text.trim_end().ends_with(['.', '!', '?']);
        self.rows.len() > 1 && self.rows.iter().all(is_sentence)
    }

    /// Whether a cell of a row stands in its column again, below. A row that stands there again as a whole says nothing: so do
    /// headers where files were put together.
    fn recurs(&self, index: usize) -> bool {
        let row = &self.rows[index];
        let is_again = |other: &Row| filled(row) > 1 && texts(other).eq(texts(row));
        let others: Vec<&Row> = self.rows[index + 1..].iter().filter(|other| !is_again(other)).collect();
        let again = |column: usize, text: &str| {
            let mut below = others.iter().filter_map(|row| row.cells.get(column));
            kind(text) != Kind::Empty && below.any(|cell| cell.text.trim() == text.trim())
        };
        row.cells.iter().enumerate().any(|(column, cell)| again(column, &cell.text))
    }

    /// How many rows, from this one on, name the columns or say more about them: units, types, the same in other words.
    fn rows_of_header(&self, header: usize) -> usize {
        let below = || self.rows[header + 1..].iter().take(HEADER_ROWS - 1);
        let surely = below().take_while(|row| self.says_more(row)).count();
        // Two of them are no accident where one might be.
        let likely =
            (header + 1..self.rows.len()).take(HEADER_ROWS - 1).take_while(|index| self.may_say_more(*index)).count();
        let more = surely.max(if likely > 1 { likely } else { 0 });
        // What is all there is can't be told from data.
        if header + 1 + more < self.rows.len() { 1 + more } else { 1 }
    }

    /// Whether a row is words where the columns hold numbers or days.
    fn says_more(&self, row: &Row) -> bool {
        let (labels, of_all) = (self.labels(row), self.columns.iter().filter(|column| column.kind.is_some()).count());
        let Some(labels) = labels else { return false };
        let others = self.columns.iter().zip(&row.cells).filter(|(column, _)| column.kind.is_none());
        let is_bare = others.map(|(_, cell)| kind(&cell.text)).all(|kind| kind == Kind::Empty);
        let is_whole = row.cells.len() == self.width;
        labels > 0 && (is_bare && is_whole || labels > 1 && 2 * labels >= of_all)
    }

    /// Whether a row has words in each column, where one is of numbers or days, and none of them stands there again.
    fn may_say_more(&self, index: usize) -> bool {
        let row = &self.rows[index];
        row.cells.len() == self.width
            && filled(row) == self.width
            && self.labels(row).is_some_and(|labels| labels > 0)
            && !self.recurs(index)
    }

    /// In how many of the columns of numbers or days a row has words; none where it has anything else in one.
    fn labels(&self, row: &Row) -> Option<usize> {
        if row.cells.len() > self.width {
            return None;
        }
        let typed = self.columns.iter().zip(&row.cells).filter(|(column, _)| column.kind.is_some());
        let kinds = typed.map(|(_, cell)| kind(&cell.text)).filter(|kind| *kind != Kind::Empty);
        let kinds: Vec<Kind> = kinds.collect();
        kinds.iter().all(|kind| matches!(kind, Kind::Code | Kind::Text)).then_some(kinds.len())
    }

    /// How many rows above the header name groups of columns whose own names are not unique.
    fn rows_of_groups(&self, header: usize, below: usize) -> usize {
        let repeats = |above: usize| {
            let rows: Vec<&Row> = (header - above..header + below).map(|index| &self.rows[index]).collect();
            let names = names_of(&rows, self.width);
            let named: Vec<_> = names.iter().filter(|name| !name.is_empty()).collect();
            named.len() - named.iter().collect::<HashSet<_>>().len()
        };
        if repeats(0) == 0 {
            return 0;
        }
        let names_groups = |above: &usize| {
            let row = &self.rows[header - above];
            row.cells.len() == self.width && filled(row) > 1
        };
        let mut levels = (1..=header.min(HEADER_ROWS)).take_while(names_groups);
        levels.find(|above| repeats(*above) == 0).unwrap_or(0)
    }
}

/// The columns' names: the first row's where they tell the columns apart, else together with those of the rows below. A name
/// of a group stands over its first column only, and goes for the others until another group begins, or one above it.
fn names_of(rows: &[&Row], width: usize) -> Vec<String> {
    let cell =
        |row: &Row, index: usize| row.cells.get(index).map(|cell| cell.text.trim().to_owned()).unwrap_or_default();
    let Some((first, more)) = rows.split_first() else { return vec![String::new(); width] };
    let names: Vec<String> =
        (0..width).map(|index| first.cells.get(index).map(|cell| cell.text.clone()).unwrap_or_default()).collect();
    let own: HashSet<&str> = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    if more.is_empty() || own.len() == width {
        return names;
    }
    let (last, groups) = rows.split_last().unwrap_or((first, &[]));
    let mut begun = vec![String::new(); groups.len()];
    let full = |index: usize| {
        for (level, row) in groups.iter().enumerate() {
            let own = cell(row, index);
            if !own.is_empty() {
                begun[level..].fill(String::new());
                begun[level] = own;
            }
        }
        let parts = begun.iter().cloned().chain([cell(last, index)]).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    };
    (0..width).map(full).collect()
}

/// What the cells of a row say.
fn texts(row: &Row) -> impl Iterator<Item = &str> {
    row.cells.iter().map(|cell| cell.text.trim())
}

/// How many cells of a row hold something.
fn filled(row: &Row) -> usize {
    row.cells.iter().filter(|cell| !cell.text.trim().is_empty()).count()
}

/// How many cells a row has without the empty ones at its end.
fn filled_to(row: &Row) -> usize {
    row.cells.iter().rposition(|cell| !cell.text.trim().is_empty()).map_or(0, |last| last + 1)
}
