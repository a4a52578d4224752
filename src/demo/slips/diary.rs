//! Writes a plan down, step by step, with the times of day.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::act::{APPROVERS, ASSESSOR, Act, LABEL_RATE, PREPARER, Step};
use super::calendar::day;
use crate::base::Result;
use crate::domain::Period;

/// When the day's work begins, in hours after midnight UTC.
const OPENING: i64 = 8;

/// How long after one step the next one comes.
const PAUSE: TimeDelta = TimeDelta::minutes(7);

/// The steps so far.
#[derive(Debug, Default)]
pub struct Diary {
    /// In order of time.
    pub steps: Vec<Step>,
    now: DateTime<Utc>,
}

impl Diary {
    /// Turns to a day of the demo's year.
    pub fn on(&mut self, month: u32, day_of_month: u32) -> Result<&mut Self> {
        self.now = day(month, day_of_month)?.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(OPENING);
        Ok(self)
    }

    /// Somebody does something.
    pub fn does(&mut self, by: &'static str, act: Act) -> &mut Self {
        self.steps.push(Step { at: self.now, by, act });
        self.now += PAUSE;
        self
    }

    /// Everything is brought up to date.
    pub fn run(&mut self) -> &mut Self {
        self.does(PREPARER, Act::Run)
    }

    /// The period's deliveries come in and are worked through; a baseline is set where there is a reason to.
    pub fn takes_in(&mut self, period: Period, baseline: Option<&'static str>) -> &mut Self {
        self.does(PREPARER, Act::Deliver { period }).run();
        if let Some(reason) = baseline {
            self.does(PREPARER, Act::Baseline { period, reason }).run();
        }
        self
    }

    /// Whatever version 2 finds beyond version 1, on the same rows, is looked at and let pass.
    pub fn finds_more(&mut self, period: Period) -> &mut Self {
        let check = LABEL_RATE;
        let reason = "version 2 reads short forms that the list missed";
        self.does(PREPARER, Act::Waive { period, check, reason });
        self.does(ASSESSOR, Act::Assess { period, check, accepted: true, note: "rightly found" }).run()
    }

    /// A provider delivers again, better.
    pub fn corrects(&mut self, provider: &'static str, period: Period) -> &mut Self {
        self.does(PREPARER, Act::Correct { provider, period }).run()
    }

    /// These people approve.
    pub fn approves(&mut self, people: &[&'static str], period: Period) -> &mut Self {
        for by in people {
            self.does(by, Act::Approve { period, note: "looks right" });
        }
        self
    }

    /// The open release of the period goes out.
    pub fn releases(&mut self, period: Period) -> &mut Self {
        self.approves(&APPROVERS, period).does(PREPARER, Act::Publish { period })
    }
}
