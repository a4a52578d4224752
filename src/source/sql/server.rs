//! PostgreSQL, MySQL and MariaDB.

use std::str::FromStr;

use futures_util::TryStreamExt;
use sqlx::mysql::{MySqlConnectOptions, MySqlRow};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Executor, MySql, Postgres, Row, SqlSafeStr, Statement};

use super::{Database, Sink};
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::net::patience::{Runtime, heard, thought};

/// What PostgreSQL is told first: one look at the whole database, in which nothing changes, and times in UTC.
const LOOK_AT_POSTGRES: &str = "SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; \
                                BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The same for MySQL, whose driver sets the time zone.
const LOOK_AT_MYSQL: &str = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
                             START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

/// Codes of what passes: lost connections, too many of them, a server that starts or ends, a look that had to give way.
const PASSES: [&str; 11] = ["08", "53", "57P", "40", "1040", "1053", "1205", "1213", "2006", "2013", "70100"];

/// A connection that looks at one state of a database.
pub struct Server<'a, DB: sqlx::Database> {
    connection: DB::Connection,
    runtime: Runtime,
    cancel: &'a Cancel,
}

/// Connects to PostgreSQL, and begins to look.
pub fn postgres<'a>(url: &str, cancel: &'a Cancel) -> Result<Server<'a, Postgres>> {
    let options = PgConnectOptions::from_str(url).map_err(|error| failed(&error))?.application_name("assay");
    connect(options, LOOK_AT_POSTGRES, cancel)
}

/// The same for MySQL and MariaDB.
pub fn mysql<'a>(url: &str, cancel: &'a Cancel) -> Result<Server<'a, MySql>> {
    connect(MySqlConnectOptions::from_str(url).map_err(|error| failed(&error))?, LOOK_AT_MYSQL, cancel)
}

fn connect<'a, DB, Options>(options: Options, look: &'static str, cancel: &'a Cancel) -> Result<Server<'a, DB>>
where
    DB: sqlx::Database,
    Options: ConnectOptions<Connection = DB::Connection>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let options = options.disable_statement_logging();
    let runtime = Runtime::start()?;
    let connection = runtime.wait(cancel, async {
        let mut connection = heard(async { options.connect().await.map_err(|error| failed(&error)) }).await?;
        let look = sqlx::raw_sql(look).execute(&mut connection);
        heard(async { look.await.map_err(|error| failed(&error)) }).await?;
        Ok(connection)
    })?;
    Ok(Server { connection, runtime, cancel })
}

impl<DB> Database for Server<'_, DB>
where
    DB: sqlx::Database,
    DB::Row: Texts,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    fn columns(&mut self, relation: &str) -> Result<Vec<String>> {
        let Self { connection, runtime, cancel } = self;
        runtime.wait(cancel, async {
            let statement = connection.prepare(AssertSqlSafe(relation.to_owned()).into_sql_str());
            let statement = heard(async { statement.await.map_err(|error| failed(&error)) }).await?;
            Ok(statement.columns().iter().map(|column| column.name().to_owned()).collect())
        })
    }

    fn rows(&mut self, select: &str, sink: &mut Sink<'_>) -> Result<()> {
        let Self { connection, runtime, cancel } = self;
        runtime.wait(cancel, async {
            // Without parameters, so that servers answer in texts.
            let mut rows = sqlx::raw_sql(AssertSqlSafe(select.to_owned())).fetch(connection);
            let mut next = thought(async { rows.try_next().await.map_err(|error| failed(&error)) }).await?;
            while let Some(row) = next {
                sink(&row.texts().map_err(|error| failed(&error))?)?;
                cancel.check()?;
                next = heard(async { rows.try_next().await.map_err(|error| failed(&error)) }).await?;
            }
            Ok(())
        })
    }
}

/// A row whose cells are as the server wrote them.
trait Texts {
    fn texts(&self) -> Result<Vec<Option<&[u8]>>, sqlx::Error>;
}

impl Texts for PgRow {
    fn texts(&self) -> Result<Vec<Option<&[u8]>>, sqlx::Error> {
        (0..self.len()).map(|at| Ok(self.try_get_raw(at)?.as_bytes().ok())).collect()
    }
}

impl Texts for MySqlRow {
    fn texts(&self) -> Result<Vec<Option<&[u8]>>, sqlx::Error> {
        (0..self.len()).map(|at| self.try_get_unchecked(at)).collect()
    }
}

/// What a driver says, and whether trying again may help.
fn failed(error: &sqlx::Error) -> Error {
    match error {
        sqlx::Error::Database(said) => {
            let code = said.code().unwrap_or_default().into_owned();
            let message = format!("the database says: {} ({code})", said.message());
            if PASSES.iter().any(|begin| code.starts_with(begin)) {
                return Error::new(ErrorKind::Io, message);
            }
            Error::bad_data(message)
                .hint("look at `source` of the provider in assay.toml, and at the rights of its user")
        }
        sqlx::Error::Configuration(why) => Error::usage(format!("the address of the database can't be used: {why}"))
            .hint("look at `url` in assay.toml"),
        other => Error::new(ErrorKind::Io, "the connection to the database failed").because(other),
    }
}
