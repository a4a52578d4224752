//! An event as a row: its canonical form, its hash, and the way back.

use std::collections::BTreeMap;

use rusqlite::{Row, named_params};
use serde_json::Value;

use super::column;
use super::snapshot::Snapshot;
use crate::base::{Error, KeyHasher, Result, ResultExt};
use crate::domain::event::Origin;
use crate::domain::{Actor, Event, Fact, Via};

/// What stands as the hash before the first entry.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An entry of the journal, column by column as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub seq: u64,
    pub at: String,
    pub actor: String,
    pub role: String,
    pub via: String,
    pub host: String,
    pub version: String,
    pub command: String,
    pub kind: String,
    pub subject: String,
    pub reason: Option<String>,
    pub payload: String,
    pub prev_hash: String,
    pub hash: String,
}

impl Entry {
    /// The hash that this entry should have: over every column and, by `prev_hash`, every entry before. Each column
    /// is named and length-prefixed, so that no two entries have one encoding.
    pub(super) fn sealed(&self) -> String {
        let hasher = KeyHasher::new("event/1")
            .part("seq", self.seq.to_string())
            .part("at", &self.at)
            .part("actor", &self.actor)
            .part("role", &self.role)
            .part("via", &self.via)
            .part("host", &self.host)
            .part("version", &self.version)
            .part("command", &self.command)
            .part("kind", &self.kind)
            .part("subject", &self.subject)
            .part("payload", &self.payload);
        let hasher = match &self.reason {
            Some(reason) => hasher.part("reason", reason),
            None => hasher.part("no reason", ""),
        };
        hasher.part("prev_hash", &self.prev_hash).finish().to_string()
    }

    /// Reads a row of `event`.
    pub(super) fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            seq: column::number(row, "seq")?,
            at: row.get("at")?,
            actor: row.get("actor")?,
            role: row.get("role")?,
            via: row.get("via")?,
            host: row.get("host")?,
            version: row.get("version")?,
            command: row.get("command")?,
            kind: row.get("kind")?,
            subject: row.get("subject")?,
            reason: row.get("reason")?,
            payload: row.get("payload")?,
            prev_hash: row.get("prev_hash")?,
            hash: row.get("hash")?,
        })
    }

    /// Adds it to the journal.
    pub(super) fn insert(&self, snapshot: &Snapshot<'_>) -> Result<()> {
        snapshot.execute(
            "INSERT INTO event (seq, at, actor, role, via, host, version, command, kind, subject, reason, prev_hash, hash, payload)
             VALUES (:seq, :at, :actor, :role, :via, :host, :version, :command, :kind, :subject, :reason, :prev_hash, :hash, :payload)",
            named_params! {
                ":seq": column::integer(self.seq)?, ":at": self.at, ":actor": self.actor, ":role": self.role,
                ":via": self.via, ":host": self.host, ":version": self.version, ":command": self.command,
                ":kind": self.kind, ":subject": self.subject, ":reason": self.reason, ":prev_hash": self.prev_hash,
                ":hash": self.hash, ":payload": self.payload,
            },
        )?;
        Ok(())
    }

    /// The event that it records.
    pub(super) fn event(self) -> Result<Event> {
        let seq = self.seq;
        self.decode().with_context(|| format!("entry {seq} of the journal does not read back"))
    }

    fn decode(self) -> Result<Event> {
        let fact = format!("{{\"kind\":{},\"payload\":{}}}", column::to_json(&self.kind)?, self.payload);
        let at = chrono::DateTime::parse_from_rfc3339(&self.at)
            .map_err(|error| Error::corrupt(format!("`{}` is not an instant", self.at)).because(error))?;
        let via: Via = serde_json::from_str(&column::to_json(&self.via)?)?;
        Ok(Event {
            seq: self.seq,
            at: at.to_utc(),
            origin: Origin {
                actor: Actor { name: self.actor, role: self.role.parse()? },
                via,
                command: self.command,
                reason: self.reason,
            },
            host: self.host,
            version: self.version,
            subject: self.subject,
            fact: serde_json::from_str(&fact)?,
            prev_hash: self.prev_hash,
            hash: self.hash,
        })
    }
}

/// A fact's content as canonical JSON: keys sorted, no blanks.
pub(super) fn payload(fact: &Fact) -> Result<String> {
    let whole = serde_json::to_value(fact)?;
    let content = whole.get("payload").ok_or_else(|| Error::internal("a fact without content"))?;
    let mut text = String::new();
    write_canonical(content, &mut text)?;
    Ok(text)
}

fn write_canonical(value: &Value, text: &mut String) -> Result<()> {
    match value {
        Value::Object(members) => {
            text.push('{');
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&column::to_json(name)?);
                text.push(':');
                write_canonical(member, text)?;
            }
            text.push('}');
        }
        Value::Array(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_canonical(element, text)?;
            }
            text.push(']');
        }
        plain => text.push_str(&column::to_json(plain)?),
    }
    Ok(())
}
