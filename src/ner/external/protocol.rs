//! What is said to a model that lives elsewhere, and what it answers: one JSON document each way.

use crate::base::text::{self, safe};
use crate::base::{Error, Result};
use crate::ner::tagger::{Answer, NoAnswer, Span};

/// The version of the protocol that programs have to speak.
pub const VERSION: u32 = 1;

/// The longest answer, in bytes: read, it takes many times as much memory.
pub const LONGEST: u64 = 16 << 20;

/// What a program says first.
#[derive(Debug, serde::Deserialize)]
pub struct Hello {
    pub assay_tagger: u32,
    pub model: String,
    pub version: String,
    pub labels: Vec<String>,
}

/// Why a model can't go on, or not even begin.
#[derive(serde::Deserialize)]
struct Refusal {
    error: String,
}

/// What a program says first, or why it can't begin.
pub fn hello(line: &[u8]) -> Result<Hello> {
    match serde_json::from_slice::<Refusal>(line) {
        Ok(Refusal { error }) => Err(Error::bad_data(format!("the model says that it can't begin: {}", safe(&error)))),
        Err(_) => parse(line),
    }
}

/// Texts to read.
#[derive(Debug, serde::Serialize)]
pub struct Request<'a> {
    pub id: u64,
    pub texts: &'a [&'a str],
}

/// What a model found, or why it can't go on.
#[derive(Debug, serde::Deserialize)]
pub struct Response {
    pub id: Option<u64>,
    pub rows: Option<Vec<Row>>,
    pub error: Option<String>,
    /// Which weights answered, where a server says so.
    pub version: Option<String>,
}

/// What a model found in one text. Entities alone are a row too.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
pub enum Row {
    /// Before the other: what has an error has no entities.
    Failed {
        error: String,
    },
    Named {
        entities: Vec<Found>,
    },
    Bare(Vec<Found>),
    /// A row that is JSON once more, as servers of data frames send it.
    Packed(String),
    Other(serde_json::Value),
}

/// One entity. Other libraries call the label otherwise.
#[derive(Debug, serde::Deserialize)]
pub struct Found {
    #[serde(alias = "entity_group", alias = "entity")]
    label: String,
    start: i64,
    end: i64,
    score: Option<f64>,
}

impl Row {
    /// As taggers answer: entities by start.
    pub fn answer(self) -> Answer {
        match self {
            Self::Named { entities } | Self::Bare(entities) => spans(entities),
            Self::Failed { error } => Err(NoAnswer::Unread(safe(&error).into_owned())),
            // Once: a string within a string could go on without end.
            Self::Packed(text) => match serde_json::from_str(&text) {
                Ok(Self::Packed(_)) | Err(_) => Err(not_a_row(&text)),
                Ok(row) => row.answer(),
            },
            Self::Other(value) => Err(not_a_row(&value.to_string())),
        }
    }
}

fn spans(found: Vec<Found>) -> Answer {
    let span = |Found { label, start, end, score }: Found| {
        let name = safe(&label).into_owned();
        let (Ok(from), Ok(to)) = (u32::try_from(start), u32::try_from(end)) else {
            let what = format!("the model found `{name}` at {start}..{end}, which is no part of a text");
            return Err(NoAnswer::Impossible(what));
        };
        let unscored = || NoAnswer::Impossible(format!("the model found `{name}` at {start}..{end} without a score"));
        Ok(Span { label, start: from, end: to, score: score.ok_or_else(unscored)? })
    };
    let mut spans = found.into_iter().map(span).collect::<Result<Vec<Span>, NoAnswer>>()?;
    spans.sort_by_key(|span| (span.start, span.end));
    Ok(spans)
}

fn not_a_row(answer: &str) -> NoAnswer {
    let what = "which is neither a list of entities, each with label, start, end and score, nor an error";
    NoAnswer::Impossible(format!("the model answered {}, {what}", quoted(answer)))
}

/// Reads an answer to so many texts.
pub fn read(bytes: &[u8], texts: usize) -> Result<(Option<u64>, Option<String>, Vec<Answer>)> {
    let response: Response = parse(bytes)?;
    if let Some(error) = response.error {
        return Err(Error::bad_data(format!("the model says that it can't go on: {}", safe(&error))));
    }
    let rows = response.rows.ok_or_else(|| {
        Error::bad_data(format!("the model answered {} without `rows`", quoted(&String::from_utf8_lossy(bytes))))
    })?;
    if rows.len() != texts {
        return Err(Error::bad_data(format!("the model answered {} rows for {texts} texts", rows.len())));
    }
    Ok((response.id, response.version, rows.into_iter().map(Row::answer).collect()))
}

/// Reads one JSON document, or says what came in its place.
pub fn parse<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let text = String::from_utf8_lossy(bytes);
        Error::bad_data(format!("the model answered {}, which is not what was asked for", quoted(text.trim_end())))
            .because(error)
            .hint("README.md shows what a program and a server answer, under Models")
    })
}

/// The beginning of what a model wrote.
pub fn quoted(text: &str) -> String {
    text::quoted(text, 80)
}
