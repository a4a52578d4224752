//! What the parts promise.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::canvas::width;
use super::chart::Chart;
use super::marked::marked;
use super::table::{Column, fit};
use super::wrap::wrap;
use crate::domain::listing::MetricPoint;
use crate::domain::{Bounds, Entity};
use crate::tui::app::{Piece, Tone};

fn entity(start: u32, end: u32, label: &str, score: f64) -> Entity {
    Entity { field: "description".to_owned(), label: label.to_owned(), text: String::new(), start, end, score }
}

fn joined(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

#[test]
fn entities_are_marked_by_characters_not_bytes() {
    let entities = [entity(4, 9, "BRAND", 0.99), entity(10, 15, "SIZE", 0.41)];
    let pieces = marked("Süß Heinz 415 g", "description", &entities);
    assert_eq!(joined(&pieces), "Süß [Heinz|BRAND] [415 g|SIZE 0.41]");
}

#[test]
fn entities_that_overlap_or_lie_outside_do_no_harm() {
    let entities = [entity(0, 3, "A", 1.0), entity(2, 5, "B", 1.0), entity(4, 99, "C", 1.0), entity(5, 5, "D", 1.0)];
    assert_eq!(joined(&marked("abcdef", "description", &entities)), "[abc|A]def");
}

#[test]
fn a_chart_marks_this_period_and_what_stays_out_of_the_baseline() {
    let point = |period: &str, value, in_baseline| MetricPoint { period: period.parse().unwrap(), value, in_baseline };
    let history = [point("2026-07", 10.0, true), point("2026-08", 12.0, true), point("2026-09", 80.0, false)];
    let chart = Chart {
        history: &history,
        band: Some(Bounds::between(8.0, 14.0)),
        now: "2026-10".parse().unwrap(),
        observed: Some(90.0),
    };
    let lines: Vec<String> = chart.lines(60).iter().map(|line| joined(line)).collect();
    assert!(lines[0].contains('◆'), "{lines:#?}");
    assert!(lines[1].contains('○'), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains('●') && line.contains('░')), "{lines:#?}");
}

#[test]
fn a_band_without_an_end_reaches_to_the_edge_of_the_chart() {
    let point = |value| MetricPoint { period: "2026-09".parse().unwrap(), value, in_baseline: true };
    let history = [point(10.0)];
    let rows = |band| {
        let chart =
            Chart { history: &history, band: Some(band), now: "2026-10".parse().unwrap(), observed: Some(90.0) };
        let lines: Vec<String> = chart.lines(60).iter().map(|line| joined(line)).collect();
        assert!(lines.iter().all(|line| !line.contains("e308")), "no end is a number: {lines:#?}");
        lines.iter().map(|line| line.contains('░')).collect::<Vec<_>>()
    };
    let (below, above) = (rows(Bounds(None, Some(20.0))), rows(Bounds(Some(20.0), None)));
    assert_eq!((below[0], below[6], above[0], above[6]), (false, true, true, false), "{below:?} {above:?}");
}

#[test]
fn less_important_columns_give_way() {
    let column = |least, most, rank| Column { title: "", least, fair: least, most, rank };
    let columns = [column(10, 10, 0), column(10, 40, 2), column(10, 10, 1)];
    let needs = [10, 99, 10];
    assert_eq!(fit(&columns, &needs, 80), [Some(10), Some(40), Some(10)]);
    assert_eq!(fit(&columns, &needs, 25), [Some(10), None, Some(10)]);
    assert_eq!(fit(&columns, &needs, 5), [None, None, None]);
    assert_eq!(fit(&columns, &[3, 12, 4], 80), [Some(3), Some(12), Some(4)], "no wider than what the rows fill");
}

#[test]
fn columns_do_not_come_and_go_with_the_rows_in_sight() {
    let column = |least, fair, rank| Column { title: "", least, fair, most: 60, rank };
    let columns = [column(10, 10, 0), column(10, 30, 1), column(10, 10, 2), column(10, 10, 3)];
    let shown = |needs: &[u16], room| fit(&columns, needs, room).iter().map(Option::is_some).collect::<Vec<_>>();
    for room in 0..90 {
        assert_eq!(shown(&[1, 1, 1, 1], room), shown(&[60, 60, 60, 60], room), "{room}");
    }
    assert_eq!(shown(&[10, 30, 10, 10], 43), [true, true, false, false], "the second one gets its fair width first");
    assert_eq!(fit(&columns, &[10, 50, 2, 2], 64)[1], Some(47), "what others leave is used");
}

/// Where an entity's mark would be torn from its text, both go to the next line.
#[test]
fn what_has_no_space_in_between_stays_on_one_line() {
    let pieces = [Piece::plain("4 pack "), Piece::new("[£2.65", Tone::Entity), Piece::new("|PRICE]", Tone::Strong)];
    let lines: Vec<String> = wrap(&pieces, 16, 2).iter().map(|line| joined(line)).collect();
    assert_eq!(lines, ["4 pack ", "  [£2.65|PRICE]"]);
}

proptest! {
    #[test]
    fn wrapped_lines_fit_and_keep_every_word(text in "[a-zé🙂 ]{0,80}", room in 2_usize..40) {
        let lines = wrap(&[Piece::plain(text.clone())], room, 0);
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(lines.iter().map(|line| bare(&joined(line))).collect::<String>(), bare(&text));
        prop_assert!(lines.iter().all(|line| width(&joined(line)) <= room));
    }

    #[test]
    fn charts_of_any_numbers_can_be_drawn(values in prop::collection::vec(any::<f64>(), 0..40), low in any::<f64>(), high in any::<f64>(), room in 0_usize..200) {
        let first: crate::domain::Period = "2020-01".parse().unwrap();
        let periods = std::iter::successors(Some(first), |period| period.next());
        let history: Vec<_> =
            periods.zip(values).map(|(period, value)| MetricPoint { period, value, in_baseline: true }).collect();
        let lines = Chart { history: &history, band: Some(Bounds::between(low, high)), now: first, observed: Some(high) }.lines(room);
        prop_assert!(!lines.is_empty());
    }
}
