//! How well a provider delivers: what came when, how often again, and in what shape.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::note::Noted;
use super::understood::{InWords, RejectKind, RepairKind};
use super::{Batch, BatchState, Dataset, Period, Provider};
use crate::base::text;

/// What a provider's deliveries were like, over the periods that it owed and that are over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Scorecard {
    /// The dataset.
    pub dataset: String,
    /// The provider.
    pub provider: String,
    /// Period by period, oldest first.
    pub periods: Vec<PeriodScore>,
    /// Cells and lines that had to be repaired, by what was wrong with them.
    pub repairs: BTreeMap<RepairKind, u64>,
    /// Records that were refused, by why.
    pub rejects: BTreeMap<RejectKind, u64>,
}

/// The deliveries for one period.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PeriodScore {
    /// The period.
    pub period: Period,
    /// When it was due.
    pub due: DateTime<Utc>,
    /// When the first delivery came; none where none did.
    pub came: Option<DateTime<Utc>>,
    /// Whether that was after it was due, and after the grace that the provider has; or none came until then.
    pub late: bool,
    /// Deliveries that took the place of one before.
    pub revisions: u64,
    /// Deliveries that could not be used, or were taken back.
    pub unusable: u64,
    /// Records, of what stands.
    pub rows: u64,
    /// Of these, refused.
    pub rejected: u64,
    /// Repairs, in what stands.
    pub repaired: u64,
    /// Whether the columns are others than those of the delivery before.
    pub columns_changed: bool,
}

impl Scorecard {
    /// Of what came of a provider. `batches` are all of its batches, in any order.
    #[must_use]
    pub fn of(dataset: &Dataset, provider: &Provider, zone: Tz, now: DateTime<Utc>, batches: &[Batch]) -> Self {
        let today = now.with_timezone(&provider.timezone.unwrap_or(zone)).date_naive();
        let mut by_period: BTreeMap<Period, Vec<&Batch>> = BTreeMap::new();
        for batch in batches {
            by_period.entry(batch.delivery.slice.period).or_default().push(batch);
        }
        let first = provider.since.or_else(|| by_period.keys().next().copied());
        let last = Period::containing(dataset.period, today).and_then(Period::previous);
        let periods = first.zip(last).filter(|(first, last)| first <= last);
        let owed = periods.into_iter().flat_map(|(first, last)| first.up_to(last));
        let mut card = Self {
            dataset: dataset.name.clone(),
            provider: provider.name.clone(),
            periods: Vec::new(),
            repairs: BTreeMap::new(),
            rejects: BTreeMap::new(),
        };
        let mut columns_before = None;
        for period in owed.filter(|period| provider.owes(*period)) {
            let of_period = by_period.get(&period).map_or(&[][..], Vec::as_slice);
            let mut score = PeriodScore::of(dataset, provider, zone, now, period, of_period);
            for batch in standing(of_period) {
                // What has no rows says nothing of columns: a nil return has none of the provider's own.
                if batch.rows > 0 && !batch.columns.is_empty() {
                    let columns = batch.columns.iter().map(|column| column.delivered.as_str());
                    let columns: BTreeSet<&str> = columns.collect();
                    score.columns_changed |= columns_before.as_ref().is_some_and(|before| *before != columns);
                    columns_before = Some(columns);
                }
                for (kind, count) in notes(batch).flat_map(|note| &note.repairs) {
                    *card.repairs.entry(*kind).or_default() += count;
                }
                for (kind, count) in batch.refining.iter().flat_map(|note| &note.rejects) {
                    *card.rejects.entry(*kind).or_default() += count;
                }
            }
            card.periods.push(score);
        }
        card
    }

    /// Periods that it delivered in time.
    #[must_use]
    pub fn punctual(&self) -> u64 {
        self.count(|score| score.came.is_some() && !score.late)
    }

    /// Periods that it delivered late.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.count(|score| score.came.is_some() && score.late)
    }

    /// Periods of which nothing came.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.count(|score| score.came.is_none())
    }

    /// Deliveries that took the place of one before.
    #[must_use]
    pub fn revisions(&self) -> u64 {
        self.periods.iter().map(|score| score.revisions).sum()
    }

    /// Deliveries that could not be used, or were taken back.
    #[must_use]
    pub fn unusable(&self) -> u64 {
        self.periods.iter().map(|score| score.unusable).sum()
    }

    /// Repairs.
    #[must_use]
    pub fn repaired(&self) -> u64 {
        self.periods.iter().map(|score| score.repaired).sum()
    }

    /// How many of its rows were refused, in percent; none where it has no rows.
    #[must_use]
    pub fn reject_percent(&self) -> Option<f64> {
        let rows: u64 = self.periods.iter().map(|score| score.rows).sum();
        let rejected: u64 = self.periods.iter().map(|score| score.rejected).sum();
        #[expect(clippy::cast_precision_loss, reason = "a share for people")]
        (rows > 0).then(|| rejected as f64 * 100.0 / rows as f64)
    }

    /// The periods in which its columns changed.
    #[must_use]
    pub fn columns_changed(&self) -> Vec<Period> {
        self.periods.iter().filter(|score| score.columns_changed).map(|score| score.period).collect()
    }

    fn count(&self, is: impl Fn(&PeriodScore) -> bool) -> u64 {
        self.periods.iter().filter(|score| is(score)).count() as u64
    }

    /// What there is to say about it, each with its name, in the order of its weight.
    #[must_use]
    pub fn words(&self) -> Vec<(&'static str, String)> {
        if self.periods.is_empty() {
            return vec![("punctuality", "no period that it owes is over yet".to_owned())];
        }
        let owed = text::counted(self.periods.len() as u64, "period");
        let mut punctuality = format!("{} of {owed} in time", self.punctual());
        for (count, what) in [(self.late(), "late"), (self.missing(), "missing")] {
            if count > 0 {
                punctuality += &format!(", {count} {what}");
            }
        }
        let mut again = format!("{} in the place of another", text::counted(self.revisions(), "delivery"));
        if self.unusable() > 0 {
            again += &format!(", {} unusable", self.unusable());
        }
        let kinds = |counts: Vec<(&'static str, u64)>| {
            let said: Vec<String> =
                counts.iter().map(|(kind, count)| format!("{} × {kind}", text::grouped(*count))).collect();
            if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) }
        };
        let rejected: u64 = self.periods.iter().map(|score| score.rejected).sum();
        let rows: u64 = self.periods.iter().map(|score| score.rows).sum();
        let share = self.reject_percent().map(|percent| format!(" ({percent:.2} %)")).unwrap_or_default();
        let rejects = kinds(self.rejects.iter().map(|(kind, count)| (kind.words(), *count)).collect());
        let repairs = kinds(self.repairs.iter().map(|(kind, count)| (kind.words(), *count)).collect());
        let changed: Vec<String> = self.columns_changed().iter().map(ToString::to_string).collect();
        let columns = if changed.is_empty() {
            "always the same".to_owned()
        } else {
            format!("changed in {}", changed.join(", "))
        };
        vec![
            ("punctuality", punctuality),
            ("revisions", again),
            ("refused", format!("{} of {}{share}{rejects}", text::grouped(rejected), text::counted(rows, "row"))),
            ("repaired", format!("{}{repairs}", text::grouped(self.repaired()))),
            ("columns", columns),
        ]
    }

    /// All of it as a plain text that can be sent to the provider.
    #[must_use]
    pub fn letter(&self, zone: Tz) -> String {
        let ends = self.periods.first().zip(self.periods.last());
        let when = ends.map(|(first, last)| format!(", {} to {}", first.period, last.period)).unwrap_or_default();
        let mut letter = format!("Deliveries of {} for {}{when}\n\n", self.provider, self.dataset);
        for (name, said) in self.words() {
            let _ = writeln!(letter, "{name:<12} {said}");
        }
        let troubles = self.periods.iter().map(|score| (score.period.to_string(), score.troubles(zone)));
        let troubles = troubles.filter(|(_, said)| !said.is_empty());
        let troubles = troubles.map(|(period, said)| format!("{period:<12} {}", said.join("; ")));
        let troubles: Vec<String> = troubles.collect();
        if !troubles.is_empty() {
            let _ = write!(letter, "\n{}\n", troubles.join("\n"));
        }
        letter
    }
}

impl PeriodScore {
    fn of(
        dataset: &Dataset,
        provider: &Provider,
        zone: Tz,
        now: DateTime<Utc>,
        period: Period,
        batches: &[&Batch],
    ) -> Self {
        let end = dataset.spans_of(provider, period).first().map_or(period.last(), |span| span.last);
        let (due, late_from) = provider.deadlines(end, zone, &dataset.holidays);
        let came = batches.iter().map(|batch| batch.at).min();
        let of = |state: BatchState| batches.iter().filter(|batch| batch.state == state).count() as u64;
        Self {
            period,
            due,
            came,
            late: came.unwrap_or(now) > late_from,
            revisions: of(BatchState::Superseded),
            unusable: of(BatchState::Quarantined) + of(BatchState::Withdrawn),
            rows: waiting_too(batches).map(|batch| batch.rows).sum(),
            rejected: waiting_too(batches).map(|batch| batch.rejected).sum(),
            repaired: standing(batches).flat_map(notes).map(Noted::repaired).sum(),
            columns_changed: false,
        }
    }

    /// What there is to complain about, in words.
    fn troubles(&self, zone: Tz) -> Vec<String> {
        let day = |instant: DateTime<Utc>| instant.with_timezone(&zone).date_naive();
        // What is due until the end of a day is due on that day.
        let due = day(self.due - TimeDelta::seconds(1));
        let mut said = Vec::new();
        match self.came {
            None => said.push(format!("due {due}, not here")),
            Some(came) if self.late => {
                let days = (day(came) - due).num_days().unsigned_abs();
                said.push(format!("due {due}, came {} ({} late)", day(came), text::counted(days, "day")));
            }
            Some(_) => {}
        }
        if self.unusable > 0 {
            said.push(format!("{} that could not be used", text::counted(self.unusable, "delivery")));
        }
        if self.revisions > 0 {
            said.push(match self.revisions {
                1 => "corrected once".to_owned(),
                times => format!("corrected {times} times"),
            });
        }
        if self.rejected > 0 {
            said.push(format!("{} of {} refused", text::grouped(self.rejected), text::counted(self.rows, "row")));
        }
        if self.columns_changed {
            said.push("other columns than before".to_owned());
        }
        said
    }
}

fn standing<'a>(batches: &[&'a Batch]) -> impl Iterator<Item = &'a Batch> {
    batches.iter().copied().filter(|batch| batch.state == BatchState::Landed)
}

/// Also those that somebody has to look at first, most of all because too much of them is refused.
fn waiting_too<'b>(batches: &[&'b Batch]) -> impl Iterator<Item = &'b Batch> {
    let counts = |batch: &&Batch| matches!(batch.state, BatchState::Landed | BatchState::Quarantined);
    batches.iter().copied().filter(counts)
}

fn notes(batch: &Batch) -> impl Iterator<Item = &Noted> {
    batch.landing.iter().chain(&batch.refining)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing;

    fn batch(period: &str, at: &str, state: BatchState, columns: &[&str]) -> Batch {
        let mut batch = testing::batch("north", testing::period(period), 1, state);
        batch.at = testing::instant(at);
        (batch.rows, batch.rejected) = (100, 2);
        batch.columns = columns
            .iter()
            .map(|name| crate::domain::batch::BronzeColumn {
                name: (*name).to_owned(),
                delivered: (*name).to_owned(),
                iso_dates: false,
                typed_numbers: None,
            })
            .collect();
        batch
    }

    #[test]
    fn a_card_says_what_came_late_again_and_not_at_all() {
        let mut provider = testing::provider("north", "5d");
        provider.since = Some(testing::period("2026-05"));
        let dataset = testing::dataset(vec![provider.clone()]);
        let batches = [
            batch("2026-05", "2026-06-03T00:00:00Z", BatchState::Landed, &["a", "b"]),
            batch("2026-06", "2026-07-03T00:00:00Z", BatchState::Superseded, &["a", "b"]),
            batch("2026-06", "2026-07-09T00:00:00Z", BatchState::Landed, &["a", "b"]),
            batch("2026-07", "2026-08-09T12:00:00Z", BatchState::Landed, &["a", "c"]),
            batch("2026-09", "2026-10-01T00:00:00Z", BatchState::Quarantined, &[]),
        ];
        let now = testing::instant("2026-10-20T00:00:00Z");
        let card = Scorecard::of(&dataset, &provider, Tz::UTC, now, &batches);
        assert_eq!((card.punctual(), card.late(), card.missing()), (3, 1, 1));
        assert_eq!((card.revisions(), card.unusable()), (1, 1));
        assert_eq!(card.reject_percent(), Some(2.0));
        assert_eq!(card.columns_changed(), [testing::period("2026-07")]);
        let letter = card.letter(Tz::UTC);
        for said in [
            "Deliveries of north for slips, 2026-05 to 2026-09",
            "punctuality  3 of 5 periods in time, 1 late, 1 missing",
            "refused      8 of 400 rows (2.00 %)",
            "2026-07      due 2026-08-05, came 2026-08-09 (4 days late); 2 of 100 rows refused; other columns than before",
            "2026-08      due 2026-09-05, not here",
            "2026-09      1 delivery that could not be used; 2 of 100 rows refused",
        ] {
            assert!(letter.contains(said), "{said} is not in\n{letter}");
        }
    }
}
