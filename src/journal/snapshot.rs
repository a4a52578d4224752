//! One consistent state of the journal. What can be asked of it lives in `query/`, noun by noun.

use rusqlite::{Connection, Params, Row};

use super::column;
use crate::base::Result;

/// One consistent state of the journal.
pub struct Snapshot<'a> {
    connection: &'a Connection,
}

impl<'a> Snapshot<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        Self { connection }
    }

    /// Runs a statement that changes rows, and says how many.
    pub(super) fn execute(&self, sql: &str, parameters: impl Params) -> Result<usize> {
        Ok(self.connection.prepare_cached(sql)?.execute(parameters)?)
    }

    /// Every row of a query.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(map(row)?);
        }
        Ok(all)
    }

    /// The first row of a query.
    pub(super) fn first<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        map: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        rows.next()?.map(map).transpose()
    }

    /// The number that a query of one row and column, named `number`, answers.
    pub(super) fn number(&self, sql: &str, parameters: impl Params) -> Result<u64> {
        let number = self.first(sql, parameters, |row| column::number(row, "number"))?;
        Ok(number.unwrap_or(0))
    }
}
