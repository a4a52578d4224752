//! The shop of the sample workspace whose sales lie in a database: it sells when somebody plays it.

use std::path::Path;

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::slips::{self, Sold};
use crate::base::{Error, Result};
use crate::domain::Period;

/// The database, below the workspace.
const FILE: &str = "shop.db";

/// In small pages: it is carried along by the program.
const TABLE: &str = "PRAGMA page_size = 1024; CREATE TABLE sales (
    slip_id TEXT NOT NULL, line INTEGER NOT NULL, sold_on TEXT NOT NULL, description TEXT NOT NULL,
    quantity INTEGER, amount TEXT NOT NULL, changed_at TEXT NOT NULL, PRIMARY KEY (slip_id, line)) WITHOUT ROWID";

/// One sale in so many is corrected when its days are sold again.
const CORRECTED_ONE_IN: usize = 20;

/// What was done in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Injected {
    /// Sales that are new.
    pub added: u64,
    /// Sales whose amount was put right.
    pub corrected: u64,
    /// Sales that were struck out.
    pub deleted: u64,
}

/// Makes the database, without a sale.
pub fn found(root: &Path) -> Result<()> {
    Connection::open(root.join(FILE)).and_then(|database| database.execute_batch(TABLE)).map_err(Error::library)
}

/// Sells on the days of a period, up to `today`. Days that were sold before are looked through again: some amounts are put
/// right, and the first sale is struck out.
pub fn inject(root: &Path, period: Period, today: NaiveDate) -> Result<Injected> {
    let sold = sales(root, period, today)?;
    let mut database = Connection::open(root.join(FILE)).map_err(Error::library)?;
    sell(&mut database, &sold, today).map_err(Error::library)
}

/// What the shop sells on the days of a period, up to `today`. Refused where there is no shop, or it is closed then.
pub fn sales(root: &Path, period: Period, today: NaiveDate) -> Result<Vec<Sold>> {
    if !root.join(FILE).is_file() {
        return Err(Error::refused(format!("{} is not a copy of the sample workspace", root.display()))
            .hint("assay demo makes one"));
    }
    let opened = slips::shop_opens()?;
    if today < period.first() {
        return Err(Error::refused(format!("{period} has not begun: the shop can't have sold anything"))
            .because(format!("the clock of the sample workspace stands at {today}")));
    }
    if period.last() < opened {
        return Err(Error::refused(format!("the shop sold nothing in {period}: it opened on {opened}")));
    }
    Ok(slips::shop_sales(period)?.into_iter().filter(|sale| sale.date <= today).collect())
}

fn sell(database: &mut Connection, sold: &[Sold], today: NaiveDate) -> rusqlite::Result<Injected> {
    let transaction = database.transaction()?;
    let at = later(&transaction, today)?;
    let mut injected = Injected { added: 0, corrected: 0, deleted: 0 };
    let mut before = 0;
    for sale in sold {
        let known: Option<String> = transaction
            .query_row("SELECT amount FROM sales WHERE (slip_id, line) = (?1, ?2)", (&sale.slip, sale.line), |row| {
                row.get(0)
            })
            .optional()?;
        match &known {
            None => {
                let amount = format!("{}.{:02}", sale.pence / 100, sale.pence % 100);
                transaction.execute(
                    "INSERT INTO sales VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![sale.slip, sale.line, sale.date.to_string(), sale.text, sale.quantity, amount, at],
                )?;
                injected.added += 1;
            }
            Some(_) if before == 0 => {
                transaction.execute("DELETE FROM sales WHERE (slip_id, line) = (?1, ?2)", (&sale.slip, sale.line))?;
                injected.deleted += 1;
            }
            Some(_) if before % CORRECTED_ONE_IN == 0 => {
                transaction.execute(
                    "UPDATE sales SET amount = printf('%.2f', amount + 0.10), changed_at = ?3 WHERE (slip_id, line) = (?1, ?2)",
                    (&sale.slip, sale.line, &at),
                )?;
                injected.corrected += 1;
            }
            Some(_) => {}
        }
        before += usize::from(known.is_some());
    }
    transaction.commit()?;
    Ok(injected)
}

/// When this is put down: a minute after all before. The clock of the sample workspace stands still.
fn later(transaction: &Transaction<'_>, today: NaiveDate) -> rusqlite::Result<String> {
    transaction.query_row(
        "SELECT coalesce(datetime(max(changed_at), '+1 minute'), ?1 || ' 08:00:00') FROM sales",
        [today.to_string()],
        |row| row.get(0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_sold_once_and_then_put_right() {
        let folder = tempfile::tempdir().unwrap();
        let today: NaiveDate = "2026-11-20".parse().unwrap();
        let sell = |period: &str| inject(folder.path(), period.parse().unwrap(), today);
        assert!(sell("2026-11").unwrap_err().one_line().contains("is not a copy of the sample workspace"));
        found(folder.path()).unwrap();
        let week = sell("2026-W45").unwrap();
        assert!(week.added > 10 && (week.corrected, week.deleted) == (0, 0), "{week:?}");
        let month = sell("2026-11").unwrap();
        assert!(month.added > week.added && month.corrected > 0 && month.deleted == 1, "{month:?}");
        assert!(sell("2026-12").unwrap_err().one_line().contains("has not begun"));
        assert!(sell("2026-10").unwrap_err().one_line().contains("it opened on 2026-11-01"));
        let database = Connection::open(folder.path().join(FILE)).unwrap();
        let last: String = database.query_row("SELECT max(sold_on) FROM sales", [], |row| row.get(0)).unwrap();
        assert!(last.as_str() <= "2026-11-20", "{last}");
    }
}
