//! The anomalies, where they stand, and the verdicts on their samples.

use rusqlite::{named_params, params};

use super::Projection;
use crate::base::{Digest, Error, Result};
use crate::domain::anomaly::{AnomalyId, Settlement};
use crate::domain::{Anomaly, AnomalyState, BatchId, Evaluation, Event, Fact, Period, Severity};
use crate::journal::column;
use crate::journal::query::anomaly::found;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["anomaly", "verdict"],
    schema: "
        -- `finding` is the last evaluation as the event holds it, so that its numbers are never written anew.
        CREATE TABLE anomaly (
            id           TEXT PRIMARY KEY,
            dataset      TEXT NOT NULL,
            period       TEXT NOT NULL,
            period_order INTEGER NOT NULL,
            provider     TEXT,
            model        TEXT NOT NULL,
            state        TEXT NOT NULL,
            finding      TEXT NOT NULL,
            rule         TEXT,
            at           TEXT NOT NULL,
            settlement   TEXT,
            -- Of a waiver given for this anomaly: the last period that it covers. Of one given for an earlier anomaly: which.
            waived_until INTEGER,
            given_for    TEXT,
            samples      INTEGER NOT NULL,
            assessed     INTEGER NOT NULL,
            sort         TEXT NOT NULL,
            search       TEXT NOT NULL
        ) STRICT;
        CREATE INDEX anomaly_waiver ON anomaly (dataset, waived_until) WHERE waived_until IS NOT NULL;
        CREATE INDEX anomaly_covered ON anomaly (given_for) WHERE given_for IS NOT NULL;
        CREATE TABLE verdict (
            anomaly  TEXT NOT NULL,
            batch    TEXT NOT NULL,
            row      INTEGER NOT NULL,
            accepted INTEGER NOT NULL,
            actor    TEXT NOT NULL,
            at       TEXT NOT NULL,
            note     TEXT,
            -- What the check looked at that had picked the row: of anything else nothing was said.
            rule     TEXT,
            PRIMARY KEY (anomaly, batch, row)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "
        CREATE INDEX anomaly_state ON anomaly (state, sort);
        CREATE INDEX anomaly_period ON anomaly (dataset, period_order, sort);
        CREATE UNIQUE INDEX anomaly_page ON anomaly (sort, dataset, period_order, provider, state);
    ",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    match &event.fact {
        Fact::AnomalyOpened { id, dataset, period, model, evaluation, rule } => {
            if snapshot.anomaly(id)?.is_some() {
                return Err(Error::refused(format!("anomaly `{id}` is on the record already")));
            }
            let anomaly = found(id.clone(), dataset.clone(), *period, model.clone(), event.at, evaluation);
            // Nobody said anything yet of what nobody saw.
            insert(snapshot, &Anomaly { rule: rule.clone(), ..anomaly }, evaluation, 0)
        }
        Fact::AnomalySeen { id, evaluation, rule } => {
            let known = snapshot.known_anomaly(id)?;
            let seen = found(known.id, known.dataset, known.period, known.model, known.at, evaluation);
            let seen = Anomaly { rule: rule.clone(), state: known.state, settled: known.settled, ..seen };
            insert(snapshot, &seen, evaluation, assessed(snapshot, &seen)?)
        }
        Fact::AnomalyFixed { id, evidence } => {
            let known = snapshot.known_anomaly(id)?;
            if known.state == AnomalyState::Fixed {
                return Err(Error::refused(format!("anomaly `{id}` is fixed already")));
            }
            settle(snapshot, known, AnomalyState::Fixed, Some(settlement(event, Some(evidence))))
        }
        Fact::AnomalyConfirmed { id } => {
            let known = snapshot.known_anomaly(id)?;
            known.state.allow(AnomalyState::Confirmed)?;
            settle(snapshot, known, AnomalyState::Confirmed, Some(settlement(event, None)))
        }
        Fact::AnomalyWaived { id, until } => waive(snapshot, event, id, *until),
        Fact::AnomalyCovered { id, waiver } => cover(snapshot, id, waiver),
        Fact::AnomalyReopened { id } => {
            let known = snapshot.known_anomaly(id)?;
            // Its check failed again: that is nobody's decision, and no rule of the state machine.
            if known.state != AnomalyState::Fixed {
                known.state.allow(AnomalyState::Open)?;
            }
            settle(snapshot, known, AnomalyState::Open, None)
        }
        Fact::SampleJudged { id, batch, row, accepted, note } => {
            judge(snapshot, event, id, (batch, *row), *accepted, note.as_deref())
        }
        _ => Ok(()),
    }
}

fn waive(snapshot: &Snapshot<'_>, event: &Event, id: &AnomalyId, until: Option<Period>) -> Result<()> {
    let known = snapshot.known_anomaly(id)?;
    known.state.allow(AnomalyState::Waived)?;
    if event.origin.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Error::refused(format!("anomaly `{id}` can't be waived without a reason"))
            .hint(format!("assay anomaly waive {id} --reason \"...\"")));
    }
    let waiver = Settlement { until, rule: known.rule.clone(), ..settlement(event, None) };
    settle(snapshot, known, AnomalyState::Waived, Some(waiver))
}

/// The decision stays that of whoever gave the waiver, in their words and of their time.
fn cover(snapshot: &Snapshot<'_>, id: &AnomalyId, waiver: &AnomalyId) -> Result<()> {
    let (known, earlier) = (snapshot.known_anomaly(id)?, snapshot.known_anomaly(waiver)?);
    match earlier.settled.clone().filter(|_| known.state == AnomalyState::Open && earlier.waiver_covers(&known)) {
        Some(given) => {
            let settled = Settlement { given_for: Some(earlier.id), ..given };
            settle(snapshot, known, AnomalyState::Waived, Some(settled))
        }
        None => Err(Error::refused(format!("no waiver of `{waiver}` covers `{id}`"))),
    }
}

fn judge(
    snapshot: &Snapshot<'_>,
    event: &Event,
    id: &AnomalyId,
    (batch, row): (&BatchId, u64),
    accepted: bool,
    note: Option<&str>,
) -> Result<()> {
    let anomaly = snapshot.known_anomaly(id)?;
    let (by, at, rule) =
        (&event.origin.actor.name, column::written(event.at), anomaly.rule.as_ref().map(Digest::as_str));
    snapshot.execute(
        "INSERT OR REPLACE INTO verdict (anomaly, batch, row, accepted, actor, at, note, rule)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![id.as_str(), batch.as_str(), column::integer(row)?, accepted, by, at, note, rule],
    )?;
    let assessed = column::integer(assessed(snapshot, &anomaly)?)?;
    snapshot.execute("UPDATE anomaly SET assessed = ?2 WHERE id = ?1", params![id.as_str(), assessed])?;
    Ok(())
}

/// What the event's actor decided, in the words given or, without any, in those of the command's reason.
fn settlement(event: &Event, words: Option<&String>) -> Settlement {
    let reason = words.or(event.origin.reason.as_ref()).cloned().unwrap_or_default();
    Settlement { by: event.origin.actor.name.clone(), at: event.at, reason, until: None, rule: None, given_for: None }
}

fn settle(snapshot: &Snapshot<'_>, known: Anomaly, state: AnomalyState, settled: Option<Settlement>) -> Result<()> {
    let anomaly = Anomaly { state, settled, ..known };
    let settlement = anomaly.settled.as_ref().map(column::to_json).transpose()?;
    let (until, given_for) = waiver_columns(&anomaly);
    snapshot.execute(
        "UPDATE anomaly SET state = ?2, settlement = ?3, waived_until = ?4, given_for = ?5, sort = ?6, search = ?7
         WHERE id = ?1",
        params![
            anomaly.id.as_str(),
            state.as_str(),
            settlement,
            until,
            given_for,
            sort_key(&anomaly),
            search(&anomaly)
        ],
    )?;
    Ok(())
}

/// How far the anomaly's own waiver reaches, or for which anomaly the waiver was given that it has.
fn waiver_columns(anomaly: &Anomaly) -> (Option<i64>, Option<&str>) {
    let waiver = anomaly.settled.as_ref().filter(|_| anomaly.state == AnomalyState::Waived);
    match waiver.map(|waiver| (waiver.given_for.as_ref(), waiver.until)) {
        Some((Some(earlier), _)) => (None, Some(earlier.as_str())),
        Some((None, until)) => (until.map(column::period_order), None),
        None => (None, None),
    }
}

fn insert(snapshot: &Snapshot<'_>, anomaly: &Anomaly, finding: &Evaluation, assessed: u64) -> Result<()> {
    let (until, given_for) = waiver_columns(anomaly);
    snapshot.execute(
        "INSERT OR REPLACE INTO anomaly (id, dataset, period, period_order, provider, model, state, finding, rule, at,
             settlement, waived_until, given_for, samples, assessed, sort, search)
         VALUES (:id, :dataset, :period, :period_order, :provider, :model, :state, :finding, :rule, :at,
             :settlement, :waived_until, :given_for, :samples, :assessed, :sort, :search)",
        named_params! {
            ":id": anomaly.id.as_str(), ":dataset": anomaly.dataset, ":period": anomaly.period.to_string(),
            ":period_order": column::period_order(anomaly.period), ":provider": anomaly.subject.provider,
            ":model": anomaly.model.to_string(), ":state": anomaly.state.as_str(),
            ":finding": column::to_json(finding)?, ":rule": anomaly.rule.as_ref().map(Digest::as_str), ":at": column::written(anomaly.at),
            ":settlement": anomaly.settled.as_ref().map(column::to_json).transpose()?,
            ":waived_until": until, ":given_for": given_for,
            ":samples": column::integer(anomaly.rows.len() as u64)?,
            ":assessed": column::integer(assessed)?,
            ":sort": sort_key(anomaly), ":search": search(anomaly),
        },
    )?;
    Ok(())
}

/// How many of the rows that the anomaly now shows have a verdict.
fn assessed(snapshot: &Snapshot<'_>, anomaly: &Anomaly) -> Result<u64> {
    Ok(anomaly.assessed(&snapshot.verdicts(anomaly)?))
}

/// The place in the list: open ones first, then newest period first, then blocking ones first.
fn sort_key(anomaly: &Anomaly) -> String {
    let state = match anomaly.state {
        AnomalyState::Open => 0,
        AnomalyState::Confirmed => 1,
        AnomalyState::Waived => 2,
        AnomalyState::Fixed => 3,
    };
    let severity = match anomaly.severity {
        Severity::Blocking => 0,
        Severity::Warning => 1,
    };
    let period = column::newest_first(anomaly.period);
    format!("{state} {period} {severity} {} {} {}", anomaly.dataset, anomaly.check, anomaly.id)
}

fn search(anomaly: &Anomaly) -> String {
    column::searchable(&[
        anomaly.id.as_str(),
        &anomaly.dataset,
        &anomaly.period.to_string(),
        &anomaly.check,
        &anomaly.subject.to_string(),
        &anomaly.model.to_string(),
        anomaly.state.as_str(),
        anomaly.severity.as_str(),
        &anomaly.explanation,
    ])
}
