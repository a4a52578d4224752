//! A metric over the periods, with the band that would pass: in characters, readable without colour.

use crate::domain::listing::MetricPoint;
use crate::domain::{Bounds, Period};
use crate::tui::app::{Piece, Tone, number};

/// Rows of the plot.
const ROWS: u8 = 7;
/// Columns before the plot.
const MARGIN: usize = 12;
/// Columns of one point at the most.
const WIDEST: usize = 6;

/// What is charted.
pub struct Chart<'a> {
    /// The history, oldest first.
    pub history: &'a [MetricPoint],
    /// The numbers that would pass, both ends included.
    pub band: Option<Bounds>,
    /// The period that the anomaly is about.
    pub now: Period,
    /// What was measured for it.
    pub observed: Option<f64>,
}

struct Point {
    period: Period,
    value: f64,
    mark: char,
    tone: Tone,
}

impl Chart<'_> {
    /// The chart as lines of at most `room` columns.
    #[must_use]
    pub fn lines(&self, room: usize) -> Vec<Vec<Piece>> {
        let plot = room.saturating_sub(MARGIN + 1);
        let mut points = self.points();
        if plot < 4 || points.is_empty() {
            return vec![vec![Piece::new("(no room for a chart, or nothing was measured)", Tone::Quiet)]];
        }
        points.drain(..points.len().saturating_sub(plot));
        let step = (plot / points.len()).clamp(1, WIDEST);
        let scale = Scale::of(&points, self.band);
        let mut lines: Vec<Vec<Piece>> =
            (0..usize::from(ROWS)).map(|row| self.row(row, &points, step, &scale)).collect();
        let (first, last) = (points[0].period.to_string(), points[points.len() - 1].period.to_string());
        let gap = (points.len() * step).saturating_sub(first.len() + last.len()).max(1);
        lines.push(vec![Piece::new(format!("{:MARGIN$} {first}{}{last}", "", " ".repeat(gap)), Tone::Quiet)]);
        lines.push(vec![Piece::new("● earlier  ○ not in the baseline  ◆ this period  ░ would pass", Tone::Quiet)]);
        lines
    }

    fn points(&self) -> Vec<Point> {
        let point = |one: &MetricPoint| {
            let (mark, tone) = match one {
                one if one.period == self.now => ('◆', self.verdict(one.value)),
                one if one.in_baseline => ('●', Tone::Plain),
                _ => ('○', Tone::Quiet),
            };
            Point { period: one.period, value: one.value, mark, tone }
        };
        let mut points: Vec<Point> = self.history.iter().filter(|one| one.value.is_finite()).map(point).collect();
        if !points.iter().any(|one| one.period == self.now)
            && let Some(value) = self.observed.filter(|value| value.is_finite())
        {
            points.push(Point { period: self.now, value, mark: '◆', tone: self.verdict(value) });
        }
        points
    }

    fn verdict(&self, value: f64) -> Tone {
        let passes = self.band.is_some_and(|band| band.hold(value));
        if passes { Tone::Good } else { Tone::Bad }
    }

    fn row(&self, row: usize, points: &[Point], step: usize, scale: &Scale) -> Vec<Piece> {
        let inside = self.band.is_some_and(|Bounds(from, to)| {
            let (top, bottom) =
                (to.map_or(0, |to| scale.row(to)), from.map_or(usize::from(ROWS - 1), |from| scale.row(from)));
            (top..=bottom).contains(&row)
        });
        let ground = if inside { '░' } else { ' ' };
        let mut pieces = vec![Piece::new(format!("{:>MARGIN$}│", self.label(row, scale)), Tone::Quiet)];
        for point in points {
            let here = scale.row(point.value) == row;
            let lead: String = std::iter::repeat_n(ground, step - 1).collect();
            pieces.push(Piece::new(lead, Tone::Quiet));
            pieces.push(if here {
                Piece::new(point.mark.to_string(), point.tone)
            } else {
                Piece::new(ground.to_string(), Tone::Quiet)
            });
        }
        pieces
    }

    fn label(&self, row: usize, scale: &Scale) -> String {
        let edges = self.band.map(|Bounds(from, to)| [to, from]).into_iter().flatten().flatten();
        let edge = edges.into_iter().find(|edge| scale.row(*edge) == row);
        match (row, edge) {
            (_, Some(edge)) => number(edge),
            (0, None) => number(scale.high),
            (row, None) if row + 1 == usize::from(ROWS) => number(scale.low),
            _ => String::new(),
        }
    }
}

struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(points: &[Point], band: Option<Bounds>) -> Self {
        let edges = band.map(|Bounds(from, to)| [from, to]).into_iter().flatten().flatten();
        let all = || points.iter().map(|point| point.value).chain(edges.clone()).filter(|value| value.is_finite());
        let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
        if low < high { Self { low, high } } else { Self { low: low - 1.0, high: high + 1.0 } }
    }

    /// The row whose level is nearest to a value, 0 at the top.
    fn row(&self, value: f64) -> usize {
        let last = f64::from(ROWS - 1);
        // Halved before they are subtracted: the difference of two large numbers must not overflow.
        let distance = |row: u8| {
            let share = f64::from(row) / last;
            (self.high * (1.0 - share) / 2.0 + self.low * share / 2.0 - value / 2.0).abs()
        };
        let nearest = (0..ROWS).min_by(|one, other| distance(*one).total_cmp(&distance(*other)));
        usize::from(nearest.unwrap_or(0))
    }
}
