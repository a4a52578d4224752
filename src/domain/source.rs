//! How a provider's deliveries get in.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::base::{Digest, Error, KeyHasher, Result, text};

/// The column that extracts have beside those of their source: [`UPSERT`] or [`DELETE`].
pub const CHANGE: &str = "_change";

/// What [`CHANGE`] says of a row that is there.
pub const UPSERT: &str = "upsert";

/// What [`CHANGE`] says of a row that is there no more.
pub const DELETE: &str = "delete";

/// Where deliveries come from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// Files dropped into `inbox/<provider>/`.
    Inbox {
        /// The file name, with `{period}` where the period stands, `*` for anything.
        pattern: String,
        /// The encoding to fall back to where the bytes are not UTF-8.
        encoding: Option<String>,
        /// How often it is looked through while it is watched, beside what the system tells of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every: Option<Interval>,
    },
    /// Files that a server offers.
    Http(Http),
    /// Rows of a database.
    Sql(Sql),
}

/// Files that an HTTP server offers, one for each period.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Http {
    /// Where, with `{period}` where the period stands, and `${NAME}` for what the environment says.
    pub url: String,
    /// Headers sent along, by name; `${NAME}` in their values stands for what the environment says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The encoding to fall back to where the bytes are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The most bytes that are taken.
    pub most_bytes: u64,
    /// How often it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Interval>,
}

/// Rows of a database, copied as they change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sql {
    /// `postgres://`, `mysql://` or `sqlite:`, with `${NAME}` for what the environment says.
    pub url: String,
    /// What is copied.
    pub relation: Relation,
    /// The column that says which rows are new; without one, all are read every time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<String>,
    /// How far before the last watermark rows are read again.
    #[serde(default, skip_serializing_if = "Overlap::is_default")]
    pub overlap: Overlap,
    /// How often it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Interval>,
}

/// What is copied of a database.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// A table or view, `schema.name` or `name`.
    Table(String),
    /// What a query returns.
    Query(String),
}

/// How far before the last watermark rows are read again: one that was committed late has an earlier one than others that
/// were read before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Overlap {
    /// Where the watermark is a time, in seconds.
    pub seconds: u64,
    /// Where it is a number.
    pub count: u64,
}

impl Default for Overlap {
    fn default() -> Self {
        Self { seconds: 600, count: 1_000 }
    }
}

impl Overlap {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A length of time that is waited: `30s`, `5m`, `2h`, `1d`. In seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Interval(pub u64);

/// How often a source is asked that does not say.
const USUAL: Interval = Interval(300);

impl Interval {
    /// The same as a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl FromStr for Interval {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let digits = text.trim_end_matches(|last: char| last.is_ascii_alphabetic());
        let unit = match &text[digits.len()..] {
            "s" => Some(1),
            "m" => Some(60),
            "h" => Some(3_600),
            "d" => Some(86_400),
            _ => None,
        };
        let number = digits.parse::<u64>().ok().filter(|number| (1..=100_000).contains(number));
        number.zip(unit).map(|(number, unit)| Self(number * unit)).ok_or_else(|| {
            Error::usage(format!("`{text}` is not a length of time"))
                .hint("write seconds `30s`, minutes `5m`, hours `2h` or days `1d`")
        })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self.0 {
            seconds if seconds % 86_400 == 0 => (seconds / 86_400, "d"),
            seconds if seconds % 3_600 == 0 => (seconds / 3_600, "h"),
            seconds if seconds % 60 == 0 => (seconds / 60, "m"),
            seconds => (seconds, "s"),
        };
        write!(f, "{number}{unit}")
    }
}

impl Source {
    /// The pattern of the files' names, where they are dropped into an inbox.
    #[must_use]
    pub fn pattern(&self) -> Option<&str> {
        match self {
            Self::Inbox { pattern, .. } => Some(pattern),
            Self::Http(_) | Self::Sql(_) => None,
        }
    }

    /// The encoding to fall back to where the bytes are not UTF-8.
    #[must_use]
    pub fn encoding(&self) -> Option<&str> {
        match self {
            Self::Inbox { encoding, .. } | Self::Http(Http { encoding, .. }) => encoding.as_deref(),
            Self::Sql(_) => None,
        }
    }

    /// How often it is asked for what is new.
    #[must_use]
    pub fn every(&self) -> Interval {
        match self {
            Self::Inbox { every, .. } | Self::Http(Http { every, .. }) | Self::Sql(Sql { every, .. }) => {
                every.unwrap_or(USUAL)
            }
        }
    }
}

impl Sql {
    /// What identifies what is copied: a copy of something else is begun anew.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let (kind, relation) = match &self.relation {
            Relation::Table(table) => ("table", table),
            Relation::Query(query) => ("query", query),
        };
        KeyHasher::new("source/1")
            .part("url", &self.url)
            .part(kind, relation)
            .part("watermark", self.watermark.as_deref().unwrap_or_default())
            .finish()
    }
}

/// How a delivery was got from where it lay.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Retrieval {
    /// It is a file of a server.
    Download(Download),
    /// It is made of rows of a database.
    Extract(Extract),
}

/// A file as a server offered it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Download {
    /// The address that was asked, without what the environment says.
    pub url: String,
    /// What the server calls this content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When it changed last, as the server writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// Rows of a database as they were at one instant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Extract {
    /// Which source: [`Sql::digest`].
    pub source: Digest,
    /// Whether all its rows were read, not only those after the watermark.
    pub full: bool,
    /// The watermark up to which everything is in the copy once this is; none: nothing is sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<String>,
    /// Rows that were read, for all periods; those that had not changed are not delivered again.
    pub read: u64,
    /// The instant; where it was not kept, that of the landing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<DateTime<Utc>>,
}

impl Retrieval {
    /// How it was got, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Download(Download { url, .. }) => format!("downloaded from {url}"),
            Self::Extract(Extract { full, read, .. }) => {
                let what = if *full { "all rows" } else { "what changed" };
                format!("copied from its database: {what}, {} read", text::counted(*read, "row"))
            }
        }
    }

    /// The extract, where it is one.
    #[must_use]
    pub fn extract(&self) -> Option<&Extract> {
        match self {
            Self::Extract(extract) => Some(extract),
            Self::Download(_) => None,
        }
    }

    /// The download, where it is one.
    #[must_use]
    pub fn download(&self) -> Option<&Download> {
        match self {
            Self::Download(download) => Some(download),
            Self::Extract(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_written_as_they_are_read() {
        for text in ["30s", "5m", "2h", "1d", "90m"] {
            let read: Interval = text.parse().unwrap();
            assert_eq!(read.to_string().parse::<Interval>().unwrap(), read, "{text}");
        }
        assert_eq!("5m".parse::<Interval>().unwrap(), Interval(300));
        for wrong in ["", "5", "0m", "5 m", "5w", "-1h", "99999999h"] {
            assert!(wrong.parse::<Interval>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_copy_of_something_else_is_another_source() {
        let source = |table: &str| Sql {
            url: "postgres://db/shop".to_owned(),
            relation: Relation::Table(table.to_owned()),
            watermark: None,
            overlap: Overlap::default(),
            every: None,
        };
        assert_eq!(source("slips").digest(), source("slips").digest());
        assert_ne!(source("slips").digest(), source("bills").digest());
        let query = Sql { relation: Relation::Query("slips".to_owned()), ..source("slips") };
        assert_ne!(query.digest(), source("slips").digest());
    }
}
