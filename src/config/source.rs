//! `source` of a provider: where its deliveries come from.

use url::Url;

use super::rhythm::Owed;
use super::table::{Located, Table, suggest};
use crate::base::Result;
use crate::domain::contract::DeliveryMode;
use crate::domain::source::{Http, Overlap, Relation, Source, Sql};
use crate::domain::{FilePattern, encoding};

const KINDS: [&str; 3] = ["inbox", "http", "sql"];

const EXAMPLE: &str = "write source = { kind = \"inbox\", pattern = \"{period}*.csv\" }";

/// What the names hold whose values nobody else is to know, and words that are such names.
const SECRETS: [&str; 9] =
    ["authorization", "cookie", "key", "token", "secret", "password", "passphrase", "credential", "signature"];
const SECRET_WORDS: [&str; 6] = ["auth", "sig", "pwd", "pin", "pass", "passwd"];

/// What stands for the period in an address.
const PERIOD: &str = "{period}";

/// The most gigabytes that are downloaded of one file, where nothing else is said.
const USUAL_GIGABYTES: u32 = 10;

/// The value of `source`, and how deliveries add up where that follows from it.
pub fn source(table: &Table<'_, '_>, of: &Owed<'_>) -> Result<Source> {
    let value = table.value("source").ok_or_else(|| table.missing("source").hint(EXAMPLE))?;
    let kind = value.open_table("source")?.required_text("kind")?;
    match kind.value {
        "inbox" => inbox(&value.table("source", &["kind", "pattern", "encoding", "every"])?, of),
        "http" => http(&value.table("source", &["kind", "url", "headers", "encoding", "most_gigabytes", "every"])?),
        "sql" => sql(&value.table("source", &["kind", "url", "table", "query", "watermark", "overlap", "every"])?),
        other => {
            let message = format!("`{other}` is not a kind of source that this version has");
            Err(suggest(table.document.error(&kind.place, message), other, &KINDS).hint(EXAMPLE))
        }
    }
}

/// Refuses a database as a source of what nobody could tell apart or place in time.
pub fn check(table: &Table<'_, '_>, source: &Source, mode: Option<DeliveryMode>, of: &Owed<'_>) -> Result<()> {
    let refused = |key: &str, message: &str| table.document.error(&table.place_of(key), message);
    match source {
        Source::Inbox { .. } => return Ok(()),
        Source::Http(_) if table.has("since") => return Ok(()),
        Source::Http(_) => {
            return Err(refused("source", "a server without `since`: nobody can tell from which period on to ask it")
                .hint("write since = \"...\" beside it: the first period that this provider owes"));
        }
        Source::Sql(_) => {}
    }
    if mode.is_some_and(|mode| mode != DeliveryMode::Changes) {
        return Err(refused("delivery", "what is copied of a database are changes")
            .hint("leave out `delivery`, or write delivery = \"changes\""));
    }
    if of.key.is_empty() {
        return Err(refused("source", "a database without a key: nobody can tell which row changed")
            .hint("say by `key = [\"...\"]` of the dataset what makes a row unique"));
    }
    if of.date.is_none() {
        return Err(refused("source", "a database without a date: nobody can tell of which period a row is")
            .hint("say by `date = \"...\"` of the dataset which field tells the period of a row"));
    }
    Ok(())
}

fn inbox(table: &Table<'_, '_>, of: &Owed<'_>) -> Result<Source> {
    let pattern = table.required_text("pattern")?;
    let parsed = FilePattern::parse(pattern.value).map_err(|error| table.document.locate(&pattern.place, &error))?;
    if !parsed.names_period() && of.date.is_none() {
        let error =
            format!("`{}` has no `{{period}}`, so that no file would say which period it is for", pattern.value);
        return Err(table
            .document
            .error(&pattern.place, error)
            .hint("write `{period}` where it stands, for example `{period}*.csv`")
            .hint("or say by `date = \"...\"` of the dataset which field tells the period of a row"));
    }
    Ok(Source::Inbox {
        pattern: pattern.value.to_owned(),
        encoding: encoding_of(table)?,
        every: table.parsed("every")?.map(|every| every.value),
    })
}

/// The encoding of files that are not UTF-8.
pub fn encoding_of(table: &Table<'_, '_>) -> Result<Option<String>> {
    let encoding = table.text("encoding")?;
    if let Some(label) = encoding.as_ref().filter(|label| !encoding::is_known(label.value)) {
        let error =
            table.document.error(&label.place, format!("`{}` is not an encoding that assay knows", label.value));
        return Err(suggest(error, &label.value.to_ascii_lowercase(), encoding::ENCODINGS));
    }
    Ok(encoding.map(|label| label.value.to_owned()))
}

fn http(table: &Table<'_, '_>) -> Result<Source> {
    let url = address(table, &["http", "https"])?;
    if url.value.matches(PERIOD).count() == 0 {
        return Err(table
            .document
            .error(&url.place, "`{period}` is missing, so that no file would be of any period")
            .hint("write url = \"https://example.com/sales-{period}.csv\""));
    }
    let gigabytes = table.count("most_gigabytes", 1..=10_000)?.unwrap_or(USUAL_GIGABYTES);
    Ok(Source::Http(Http {
        url: url.value.to_owned(),
        headers: headers(table)?,
        encoding: encoding_of(table)?,
        most_bytes: u64::from(gigabytes) << 30,
        every: table.parsed("every")?.map(|every| every.value),
    }))
}

/// The headers of requests to a server. A secret is in the environment, never in the file.
pub fn headers(table: &Table<'_, '_>) -> Result<Vec<(String, String)>> {
    let Some(value) = table.value("headers") else { return Ok(Vec::new()) };
    let mut headers = Vec::new();
    for (name, value) in value.open_table("headers")?.in_order() {
        let said = value.text()?;
        if is_secret(name.value) && !said.value.contains("${") {
            let message = format!("`{}` in assay.toml would stay in the journal for good", name.value);
            return Err(table
                .document
                .error(&said.place, message)
                .hint("write ${NAME} in its place, and let the environment of assay hold it"));
        }
        headers.push((name.value.to_owned(), said.value.to_owned()));
    }
    Ok(headers)
}

fn sql(table: &Table<'_, '_>) -> Result<Source> {
    let url = address(table, &["postgres", "postgresql", "mysql", "mariadb", "sqlite"])?;
    let relation = match (table.text("table")?, table.text("query")?) {
        (Some(name), None) => Relation::Table(name.value.to_owned()),
        (None, Some(query)) => Relation::Query(query.value.trim().trim_end_matches(';').to_owned()),
        _ => {
            return Err(table
                .error("`source` says by `table` or by `query` what is copied")
                .hint("write source = { kind = \"sql\", url = \"postgres://...\", table = \"sales\" }"));
        }
    };
    let watermark = table.text("watermark")?;
    Ok(Source::Sql(Sql {
        url: url.value.to_owned(),
        relation,
        overlap: overlap(table, watermark.is_some())?,
        watermark: watermark.map(|column| column.value.to_owned()),
        every: table.parsed("every")?.map(|every| every.value),
    }))
}

fn overlap(table: &Table<'_, '_>, has_watermark: bool) -> Result<Overlap> {
    let Some(text) = table.text("overlap")? else { return Ok(Overlap::default()) };
    if !has_watermark {
        let error = table.document.error(&text.place, "`overlap` without `watermark`: all rows are read anyway");
        return Err(error.hint("leave it out, or say by `watermark` which rows are new"));
    }
    if let Ok(count) = text.value.parse() {
        return Ok(Overlap { count, ..Overlap::default() });
    }
    let time: crate::domain::source::Interval = text
        .value
        .parse()
        .map_err(|error| table.document.locate(&text.place, &error).hint("or \"1000\" where it is a number"))?;
    Ok(Overlap { seconds: time.0, ..Overlap::default() })
}

/// An address with one of these schemes, and no password in it: the contract stays in the journal for good.
pub fn address<'a>(table: &Table<'a, '_>, schemes: &[&str]) -> Result<Located<&'a str>> {
    let url = table.required_text("url")?;
    let refused = |message: String| table.document.error(&url.place, message);
    if is_variable(url.value) {
        return Ok(url);
    }
    let scheme = url.value.split(':').next().unwrap_or_default();
    if !schemes.contains(&scheme) {
        let message = format!("`{}` does not begin with an address that assay can ask", url.value);
        return Err(refused(message).hint(format!("begin it with one of: {}", schemes.join(", "))));
    }
    // What stands for something else is no part of an address yet.
    let plain = url.value.replace(PERIOD, "2026").replace(['{', '}', '$'], "");
    let read = Url::parse(&plain).map_err(|error| refused(format!("`{}` is no address: {error}", url.value)))?;
    let user = url.value.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    let password = user.and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    if read.password().is_some() && !password.is_some_and(is_variable) {
        return Err(refused("a password in assay.toml would stay in the journal for good".to_owned())
            .hint("write ${NAME} in its place, and let the environment of assay hold it"));
    }
    let asked = url.value.split_once('?').map_or("", |(_, asked)| asked);
    let said = asked.split('&').filter_map(|pair| pair.split_once('='));
    if let Some((name, _)) = said.into_iter().find(|(name, value)| is_secret(name) && !value.contains("${")) {
        return Err(refused(format!("`{name}` in assay.toml would stay in the journal for good"))
            .hint("write ${NAME} in its place, and let the environment of assay hold it"));
    }
    Ok(url)
}

/// Whether nobody else is to know the value of what is called so.
fn is_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRETS.iter().any(|secret| lower.contains(secret))
        || words(name).iter().any(|word| SECRET_WORDS.contains(&word.as_str()))
}

/// The words of a name, lower case: those of `userPwd` are two.
fn words(name: &str) -> Vec<String> {
    let mut apart = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !apart.ends_with(|before: char| before.is_ascii_uppercase()) {
            apart.push(' ');
        }
        apart.push(character);
    }
    apart.split(|character: char| !character.is_ascii_alphanumeric()).map(str::to_ascii_lowercase).collect()
}

/// Whether a text is `${NAME}` and nothing else.
fn is_variable(text: &str) -> bool {
    text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains(['{', '$']))
}
