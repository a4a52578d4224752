//! The statements by which rows are asked for, as each kind of database wants them written.

use crate::domain::source::Relation;

/// How a kind of database writes what is not the same everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// What stands around names.
    quote: char,
    /// Whether a number is compared with a number only where it has no quotes around it.
    bare_numbers: bool,
    /// Whether a backslash in a text has to be written twice.
    backslashes: bool,
}

/// As PostgreSQL wants it: a text in quotes is taken for what it is compared with.
pub const POSTGRES: Dialect = Dialect { quote: '"', bare_numbers: false, backslashes: false };

/// As MySQL and MariaDB want it.
pub const MYSQL: Dialect = Dialect { quote: '`', bare_numbers: true, backslashes: true };

/// As SQLite wants it.
pub const SQLITE: Dialect = Dialect { quote: '"', bare_numbers: true, backslashes: false };

/// Which rows are asked for, and in which order.
pub struct Select<'a> {
    /// What is selected from, as it stands behind `FROM`.
    pub relation: &'a str,
    /// The column that says which rows are new.
    pub watermark: Option<&'a str>,
    /// Rows before it are not asked for. A row without a watermark always is: nothing says that it is old.
    pub since: Option<&'a str>,
    /// The columns that decide where the watermark does not.
    pub key: &'a [String],
}

impl Dialect {
    /// What is copied, as it stands behind `FROM`.
    pub fn relation(self, relation: &Relation) -> String {
        let selected = match relation {
            Relation::Table(table) => table.split('.').map(|part| self.name(part)).collect::<Vec<_>>().join("."),
            // A comment at its end is not to swallow the bracket.
            Relation::Query(query) => format!("({query}\n)"),
        };
        format!("{selected} AS source")
    }

    /// The whole statement.
    pub fn statement(self, select: &Select<'_>) -> String {
        let mut statement = format!("SELECT * FROM {}", select.relation);
        let watermark = select.watermark.map(|column| self.column(column));
        if let Some((column, since)) = watermark.as_ref().zip(select.since) {
            statement += &format!(" WHERE {column} >= {} OR {column} IS NULL", self.literal(since));
        }
        let key = select.key.iter().map(|column| self.column(column));
        let order: Vec<String> = watermark.into_iter().chain(key).collect();
        if !order.is_empty() {
            statement += &format!(" ORDER BY {}", order.join(", "));
        }
        statement
    }

    fn column(self, name: &str) -> String {
        format!("source.{}", self.name(name))
    }

    fn name(self, name: &str) -> String {
        let quote = self.quote;
        format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
    }

    fn literal(self, value: &str) -> String {
        if self.bare_numbers && is_number(value) {
            return value.to_owned();
        }
        let value = if self.backslashes { value.replace('\\', "\\\\") } else { value.to_owned() };
        format!("'{}'", value.replace('\'', "''"))
    }
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, decimals].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_quote_what_they_name_and_end_no_text_early() {
        let key = ["id".to_owned(), "li\"ne".to_owned()];
        let select = |relation, watermark, since| Select { relation, watermark, since, key: &key };
        let table = POSTGRES.relation(&Relation::Table("shop.slips".to_owned()));
        assert_eq!(
            POSTGRES.statement(&select(&table, Some("at"), Some("2026-01-01 00:00:00+00"))),
            "SELECT * FROM \"shop\".\"slips\" AS source \
             WHERE source.\"at\" >= '2026-01-01 00:00:00+00' OR source.\"at\" IS NULL \
             ORDER BY source.\"at\", source.\"id\", source.\"li\"\"ne\""
        );
        let query = MYSQL.relation(&Relation::Query("select 1 -- all".to_owned()));
        assert_eq!(
            MYSQL.statement(&Select { key: &[], ..select(&query, Some("n"), Some("41")) }),
            "SELECT * FROM (select 1 -- all\n) AS source WHERE source.`n` >= 41 OR source.`n` IS NULL ORDER BY source.`n`"
        );
        assert_eq!(MYSQL.literal("it's \\"), "'it''s \\\\'");
        assert_eq!(SQLITE.literal("1.5"), "1.5");
        assert_eq!(SQLITE.literal("1-5"), "'1-5'");
        assert_eq!(SQLITE.literal("2026.11.20"), "'2026.11.20'");
        assert_eq!(POSTGRES.literal("41"), "'41'");
        assert_eq!(SQLITE.statement(&select("t AS source", None, Some("ignored"))).matches("WHERE").count(), 0);
    }
}
