//! Questions about tasks: outputs, failures, intents, metrics.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

use crate::base::Result;
use crate::domain::batch::Delivery;
use crate::domain::task::TaskOutput;
use crate::domain::{Fact, ModelRef, Period, Slice, Task, TaskKey};
use crate::journal::column;
use crate::journal::entry::Entry;
use crate::journal::snapshot::Snapshot;

/// A task's last run that ended in an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The key that was tried.
    pub key: TaskKey,
    /// What went wrong.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it ended.
    pub at: DateTime<Utc>,
}

/// An output on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The task that made it.
    pub task: Task,
    /// What came of it.
    pub output: TaskOutput,
    /// The place of its outcome in the journal: another one for each time that it was made.
    pub seq: u64,
    /// Whether it is still what was recorded. It is not where another attempt began since, or what was written is lost.
    pub whole: bool,
}

/// What was made of the slices that have a batch to stand on.
const REFINED: &str = "(SELECT * FROM output WHERE kind = 'refine' AND EXISTS (SELECT 1 FROM batch
    WHERE batch.dataset = output.dataset AND batch.period_order = output.period_order
      AND batch.provider = output.provider AND batch.state = 'landed'))";

impl Snapshot<'_> {
    /// The output of a slot, under whatever key, where it is whole.
    pub fn output(&self, slot: &str) -> Result<Option<TaskOutput>> {
        Ok(self.recorded(slot)?.map(|recorded| recorded.output))
    }

    /// The same with the task that made it.
    pub fn recorded(&self, slot: &str) -> Result<Option<Recorded>> {
        self.first("SELECT * FROM output WHERE slot = ?1 AND whole", [slot], read_recorded)
    }

    /// How each provider's slice of a period was refined last, whole or not.
    pub fn refinements_of(&self, dataset: &str, period: Period) -> Result<BTreeMap<String, TaskOutput>> {
        let sql = "SELECT provider, output FROM output WHERE dataset = ?1 AND period_order = ?2 AND kind = 'refine'";
        let rows = self.all(sql, params![dataset, column::period_order(period)], |row| {
            Ok((row.get("provider")?, column::json(row, "output")?))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The recorded outputs of a dataset and period, whole or not, by slot.
    pub fn outputs_of(&self, dataset: &str, period: Period) -> Result<Vec<Recorded>> {
        let sql = "SELECT * FROM output WHERE dataset = ?1 AND period_order = ?2 ORDER BY slot";
        self.all(sql, params![dataset, column::period_order(period)], read_recorded)
    }

    /// The profiles of a period's slices, by slot.
    pub fn profiles_of(&self, dataset: &str, period: Period) -> Result<Vec<Recorded>> {
        let sql = "SELECT * FROM output WHERE dataset = ?1 AND period_order = ?2 AND kind = 'profile'
             ORDER BY slot";
        self.all(sql, params![dataset, column::period_order(period)], read_recorded)
    }

    /// The slots of a dataset and period whose last run failed, by slot.
    pub fn failures_of(&self, dataset: &str, period: Period) -> Result<Vec<(String, Failure)>> {
        let sql = "SELECT * FROM failure WHERE dataset = ?1 AND period_order = ?2 ORDER BY slot";
        let parameters = params![dataset, column::period_order(period)];
        self.all(sql, parameters, |row| Ok((row.get("slot")?, read_failure(row)?)))
    }

    /// Every slice that was refined and has a batch to stand on, with the key that its silver was made under.
    pub fn refined(&self) -> Result<BTreeMap<Slice, String>> {
        let sql = format!("SELECT dataset, period, provider, key FROM {REFINED} WHERE whole");
        let rows = self.all(&sql, [], |row| {
            let (dataset, provider) = (row.get("dataset")?, row.get("provider")?);
            Ok((Slice { dataset, period: column::parsed(row, "period")?, provider }, row.get("key")?))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// How many slices were refined, and of how many of them each model version's annotations rest on the silver that is
    /// there; versions without any are left out.
    pub fn coverage(&self) -> Result<(u64, BTreeMap<ModelRef, u64>)> {
        let all = self.number(&format!("SELECT count(*) AS number FROM {REFINED}"), [])?;
        let sql = format!(
            "SELECT enriched.task ->> '$.subject.model' AS model, count(*) AS number
            FROM output AS enriched
            JOIN {REFINED} AS refined ON refined.dataset = enriched.dataset
                AND refined.period = enriched.period AND refined.provider = enriched.provider
                AND refined.key = enriched.output ->> '$.inputs.refine'
            WHERE enriched.kind = 'enrich' AND enriched.whole AND refined.whole
            GROUP BY model"
        );
        let done = self.all(&sql, [], |row| Ok((column::parsed(row, "model")?, column::number(row, "number")?)))?;
        Ok((all, done.into_iter().collect()))
    }

    /// Where a task was begun without an outcome yet, if nothing else was begun in its slot since.
    pub fn started(&self, task: &Task) -> Result<Option<u64>> {
        let sql =
            "SELECT event.* FROM intent JOIN event USING (seq) WHERE intent.kind = 'task' AND intent.subject = ?1";
        let begun = self.first(sql, [task.slot()], |row| Entry::read(row)?.event())?;
        Ok(begun.and_then(|event| match event.fact {
            Fact::TaskStarted { task: begun } if begun.key == task.key => Some(event.seq),
            _ => None,
        }))
    }

    /// Every intent without its outcome, with its place, oldest first.
    pub fn unfinished(&self) -> Result<Vec<(u64, Fact)>> {
        self.all("SELECT event.* FROM intent JOIN event USING (seq) ORDER BY seq", [], |row| {
            let event = Entry::read(row)?.event()?;
            Ok((event.seq, event.fact))
        })
    }

    /// Whether the intent at a place of the journal has no outcome yet.
    pub fn is_unfinished(&self, seq: u64) -> Result<bool> {
        let sql = "SELECT count(*) AS number FROM intent WHERE seq = ?1";
        Ok(self.number(sql, [column::integer(seq)?])? > 0)
    }

    /// The deliveries whose landing was begun and has no outcome yet, oldest first.
    pub fn landings_under_way(&self) -> Result<Vec<Delivery>> {
        let sql = "SELECT event.* FROM intent JOIN event USING (seq) WHERE intent.kind = 'landing' ORDER BY seq";
        let begun = self.all(sql, [], |row| Entry::read(row)?.event())?;
        Ok(begun
            .into_iter()
            .filter_map(|event| match event.fact {
                Fact::LandingStarted { delivery, .. } => Some(delivery),
                _ => None,
            })
            .collect())
    }

    /// The history of one named number of a provider under a model version, oldest period first.
    pub fn metric(&self, dataset: &str, provider: &str, model: &ModelRef, name: &str) -> Result<Vec<(Period, f64)>> {
        self.all(
            "SELECT period, value FROM measured JOIN metric USING (seq)
             WHERE dataset = ?1 AND provider = ?2 AND model = ?3 AND name = ?4 ORDER BY period_order",
            params![dataset, provider, model.to_string(), name],
            |row| Ok((column::parsed(row, "period")?, row.get("value")?)),
        )
    }

    /// The history of one named number that is about a provider's data alone, whichever model version it was measured
    /// beside: the newest of each period, oldest period first.
    pub fn metric_of_data(&self, dataset: &str, provider: &str, name: &str) -> Result<Vec<(Period, f64)>> {
        self.all(
            "SELECT period, value, max(measured.seq) FROM measured JOIN metric USING (seq)
             WHERE dataset = ?1 AND provider = ?2 AND name = ?3 GROUP BY period_order ORDER BY period_order",
            params![dataset, provider, name],
            |row| Ok((column::parsed(row, "period")?, row.get("value")?)),
        )
    }

    /// Whether any slice of a period was profiled under a model version.
    pub fn profiled_with(&self, dataset: &str, period: Period, model: &ModelRef) -> Result<bool> {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM measured WHERE dataset = ?1 AND period_order = ?2 AND model = ?3) AS number";
        Ok(self.number(sql, params![dataset, column::period_order(period), model.to_string()])? > 0)
    }
}

fn read_recorded(row: &Row<'_>) -> Result<Recorded> {
    Ok(Recorded {
        task: column::json(row, "task")?,
        output: column::json(row, "output")?,
        seq: column::number(row, "seq")?,
        whole: row.get("whole")?,
    })
}

fn read_failure(row: &Row<'_>) -> Result<Failure> {
    Ok(Failure {
        key: column::named(row, "key")?,
        error: row.get("error")?,
        attempts: row.get("attempts")?,
        at: column::instant(row, "at")?,
    })
}
