//! The SQL connector: rows of a database, copied as they are at one instant, in the order of their watermark.
//!
//! Every value is copied as the text by which its own server writes it, so that no type is lost that this program does not
//! know; times are in UTC. An extract is a Parquet file of such texts.

mod select;
mod server;
mod sqlite;
mod watermark;

use std::path::Path;

use crate::base::{Cancel, Error, Result};
use crate::domain::source::Sql;
use crate::net::environment;
use crate::net::patience::{Failed, persist};
use crate::source::extract::Extracting;
use select::Select;

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Rows.
    pub rows: u64,
    /// The highest watermark of the rows, or the one that was known before where there is none.
    pub watermark: Option<String>,
}

/// What is to be copied, and where to.
pub struct Wanted<'a> {
    /// The source.
    pub sql: &'a Sql,
    /// The folder from which the paths of files are meant.
    pub root: &'a Path,
    /// The watermark after which rows are new; none: all are.
    pub since: Option<&'a str>,
    /// The columns, among these, that make a row unique: they decide the order where the watermark does not.
    pub key: &'a dyn Fn(&[String]) -> Result<Vec<String>>,
    /// The file that is made.
    pub target: &'a Path,
}

/// The rows of one answer, handed on one by one.
type Sink<'a> = dyn FnMut(&[Option<&[u8]>]) -> Result<()> + 'a;

/// A server, or a file that stands for one, in the middle of a consistent look at it.
trait Database {
    /// The names of the columns of what is copied.
    fn columns(&mut self, relation: &str) -> Result<Vec<String>>;

    /// The rows that a statement selects.
    fn rows(&mut self, select: &str, sink: &mut Sink<'_>) -> Result<()>;
}

/// Copies what is new. Tried again from the beginning where the server breaks off.
pub fn extract(wanted: &Wanted<'_>, cancel: &Cancel, copied: &dyn Fn(u64)) -> Result<Copied> {
    let url = environment::filled(&wanted.sql.url, &environment::own, environment::in_address)?;
    persist(cancel, || attempt(wanted, &url, cancel, copied).map_err(Failed::from))
}

fn attempt(wanted: &Wanted<'_>, url: &str, cancel: &Cancel, copied: &dyn Fn(u64)) -> Result<Copied> {
    match url.split(':').next().unwrap_or_default() {
        "postgres" | "postgresql" => copy(wanted, select::POSTGRES, &mut server::postgres(url, cancel)?, copied),
        "mysql" | "mariadb" => copy(wanted, select::MYSQL, &mut server::mysql(url, cancel)?, copied),
        "sqlite" => copy(wanted, select::SQLITE, &mut sqlite::Sqlite::open(url, wanted.root, cancel)?, copied),
        other => Err(Error::usage(format!("`{other}` is no kind of database that assay reads"))
            .hint("an address begins with postgres://, mysql:// or sqlite:")),
    }
}

fn copy(
    wanted: &Wanted<'_>,
    dialect: select::Dialect,
    database: &mut dyn Database,
    copied: &dyn Fn(u64),
) -> Result<Copied> {
    let Wanted { sql, since, key, target, .. } = wanted;
    let relation = dialect.relation(&sql.relation);
    let columns = database.columns(&format!("SELECT * FROM {relation}"))?;
    if let Some(twice) = columns.iter().enumerate().find(|(at, name)| columns[..*at].contains(name)) {
        return Err(Error::bad_data(format!("what is copied has two columns `{}`", twice.1))
            .hint("give one of them another name in the query: select ... as ..."));
    }
    let watermark = sql.watermark.as_deref().map(|named| column(&columns, named)).transpose()?;
    let statement = dialect.statement(&Select {
        relation: &relation,
        watermark: watermark.map(|at| columns[at].as_str()),
        since: since.and_then(|since| watermark::before(since, sql.overlap)).as_deref(),
        key: &key(&columns)?,
    });
    let mut extracting = Extracting::new(target, &columns)?;
    let mut highest = since.map(str::to_owned);
    let now = chrono::Utc::now();
    database.rows(&statement, &mut |cells| {
        if let Some(cell) = watermark.and_then(|at| cells.get(at).copied().flatten()) {
            let cell = String::from_utf8_lossy(cell);
            if highest.as_deref() != Some(cell.as_ref()) && !watermark::is_to_come(&cell, now) {
                highest = Some(cell.into_owned());
            }
        }
        extracting.add(cells.iter().copied())?;
        if extracting.rows() % 10_000 == 0 {
            copied(extracting.rows());
        }
        Ok(())
    })?;
    let rows = extracting.finish()?;
    copied(rows);
    Ok(Copied { rows, watermark: highest })
}

fn column(columns: &[String], named: &str) -> Result<usize> {
    columns.iter().position(|column| column == named).ok_or_else(|| {
        Error::bad_data(format!("what is copied has no column `{named}`, which is to be the watermark"))
            .hint(format!("its columns are: {}", columns.join(", ")))
    })
}
