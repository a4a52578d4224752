//! Questions about reference tables.

use rusqlite::{Row, params};

use crate::base::Result;
use crate::domain::reference::Revision;
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// The newest revision of every reference table, in the order in which they came.
    pub fn references(&self) -> Result<Vec<Revision>> {
        let sql =
            "SELECT * FROM reference WHERE seq IN (SELECT max(seq) FROM reference GROUP BY dataset, name) ORDER BY seq";
        self.all(sql, [], read)
    }

    /// The revisions of a reference table, the newest first.
    pub fn revisions_of(&self, dataset: &str, name: &str) -> Result<Vec<Revision>> {
        let sql = "SELECT * FROM reference WHERE dataset = ?1 AND name = ?2 ORDER BY revision DESC";
        self.all(sql, params![dataset, name], read)
    }
}

fn read(row: &Row<'_>) -> Result<Revision> {
    Ok(Revision {
        dataset: row.get("dataset")?,
        reference: row.get("name")?,
        revision: row.get("revision")?,
        content: column::named(row, "content")?,
        extension: row.get("extension")?,
        file: row.get("file")?,
        bytes: column::number(row, "bytes")?,
        rows: column::number(row, "rows")?,
        seq: column::number(row, "seq")?,
        at: column::instant(row, "at")?,
        by: row.get("actor")?,
    })
}
