//! Reads lexicon files, TOML or CSV, told apart by how they begin.
//!
//! TOML: `[[term]]` tables with `text` and `label`, `[[pattern]]` tables with `regex` and `label`.
//! CSV: a header `term,label` or `term,label,kind`; `kind` is `term` (or empty) or `regex`. A header that says `pattern` in place of
//! `term` makes `regex` the kind where none is given.

use std::collections::{BTreeSet, HashMap};

use aho_corasick::AhoCorasick;
use regex::RegexBuilder;

use super::Lexicon;
use super::csv::Records;
use super::folded::Folded;
use crate::base::text::{counted, nearest, safe};
use crate::base::{Error, Result};
use crate::ner::label;

/// The largest lexicon file, in bytes.
pub const LARGEST: usize = 8 << 20;
/// The longest term, in bytes once folded.
const LONGEST_TERM: usize = 400;
/// The most patterns: each reads every text.
const MOST_PATTERNS: usize = 256;
/// The memory that one compiled pattern may take, in bytes.
const PATTERN_MEMORY: usize = 1 << 19;

/// One line of a lexicon.
struct Entry {
    line: usize,
    text: String,
    label: String,
    is_pattern: bool,
}

/// Reads a lexicon file. Any bytes are safe to pass; errors name line and value.
pub fn parse(bytes: &[u8]) -> Result<Lexicon> {
    if bytes.len() > LARGEST {
        return Err(Error::bad_data(format!("the lexicon is larger than {} MiB", LARGEST >> 20)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        Error::bad_data(format!("byte `0x{:02x}` at offset {offset} of the lexicon is not UTF-8", bytes[offset]))
            .hint("save the lexicon as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    let entries = if opens_toml(first) { read_toml(text)? } else { read_csv(text)? };
    if entries.is_empty() {
        return Err(Error::bad_data("the lexicon holds no terms and no patterns"));
    }
    compile(entries)
}

/// Whether a file's first line is that of TOML: a table, or a bare key with its value.
fn opens_toml(line: &str) -> bool {
    let is_key =
        |text: &str| text.trim().chars().all(|character| character.is_ascii_alphanumeric() || "_-".contains(character));
    line.starts_with('[') || line.split_once('=').is_some_and(|(key, _)| is_key(key))
}

fn at(line: usize, message: impl std::fmt::Display) -> Error {
    Error::bad_data(format!("line {line} of the lexicon: {message}"))
}

fn compile(entries: Vec<Entry>) -> Result<Lexicon> {
    if let Some((line, problem)) = entries.iter().find_map(|entry| Some((entry.line, label::problem(&entry.label)?))) {
        return Err(at(line, problem));
    }
    let labels: BTreeSet<&str> = entries.iter().map(|entry| entry.label.as_str()).collect();
    let labels: Vec<String> = labels.into_iter().map(str::to_owned).collect();
    if labels.len() > label::MOST {
        return Err(Error::bad_data(format!("the lexicon has {} labels, more than {}", labels.len(), label::MOST)));
    }
    let mut terms: Vec<String> = Vec::new();
    let mut term_labels = Vec::new();
    let mut patterns = Vec::new();
    let mut seen: HashMap<String, (usize, usize)> = HashMap::new();
    for Entry { line, text, label, is_pattern } in entries {
        let label = labels.binary_search(&label).unwrap_or_default();
        if is_pattern {
            patterns.push((pattern(line, &text)?, label));
            continue;
        }
        let term = Folded::new(text.trim()).text().to_owned();
        if term.is_empty() || term.len() > LONGEST_TERM {
            return Err(at(line, format!("the term `{}` is empty or too long", shortened(&text))));
        }
        match seen.insert(term.clone(), (line, label)) {
            None => {
                terms.push(term);
                term_labels.push(label);
            }
            Some((_, other)) if other == label => {}
            Some((earlier, other)) => {
                let (text, other, label) = (shortened(&text), safe(&labels[other]), safe(&labels[label]));
                return Err(at(line, format!("the term `{text}` is `{label}` here and `{other}` on line {earlier}"))
                    .hint("a term has one label: remove one of the two lines"));
            }
        }
    }
    if patterns.len() > MOST_PATTERNS {
        return Err(Error::bad_data(format!("the lexicon has {} patterns, more than {MOST_PATTERNS}", patterns.len())));
    }
    let terms = AhoCorasick::new(&terms).map_err(|error| Error::bad_data("the lexicon is too large").because(error))?;
    Ok(Lexicon { labels, terms, term_labels, patterns })
}

fn pattern(line: usize, text: &str) -> Result<regex::Regex> {
    let compiled = RegexBuilder::new(text)
        .size_limit(PATTERN_MEMORY)
        .dfa_size_limit(PATTERN_MEMORY)
        .nest_limit(64)
        .build()
        .map_err(|error| at(line, format!("the pattern `{}` can't be used", shortened(text))).because(error))?;
    if compiled.is_match("") {
        return Err(at(line, format!("the pattern `{}` matches the empty text", shortened(text)))
            .hint("an entity has at least one character: write `+` in place of `*`"));
    }
    Ok(compiled)
}

fn shortened(text: &str) -> String {
    safe(&text.chars().take(60).collect::<String>()).into_owned()
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlFile {
    #[serde(default)]
    term: Vec<toml::Spanned<TomlTerm>>,
    #[serde(default)]
    pattern: Vec<toml::Spanned<TomlPattern>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlTerm {
    text: String,
    label: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlPattern {
    regex: String,
    label: String,
}

fn read_toml(text: &str) -> Result<Vec<Entry>> {
    let line_ends: Vec<usize> = text.match_indices('\n').map(|(byte, _)| byte).collect();
    let line_of = |byte: usize| line_ends.partition_point(|end| *end < byte) + 1;
    let file: TomlFile = toml::from_str(text)
        .map_err(|error| at(error.span().map_or(1, |span| line_of(span.start)), error.message()))?;
    let terms = file.term.into_iter().map(|term| {
        let line = line_of(term.span().start);
        let TomlTerm { text, label } = term.into_inner();
        Entry { line, text, label, is_pattern: false }
    });
    let patterns = file.pattern.into_iter().map(|pattern| {
        let line = line_of(pattern.span().start);
        let TomlPattern { regex, label } = pattern.into_inner();
        Entry { line, text: regex, label, is_pattern: true }
    });
    Ok(terms.chain(patterns).collect())
}

fn read_csv(text: &str) -> Result<Vec<Entry>> {
    let mut records = Records::new(text);
    let Some((line, header)) = records.next_record()? else { return Ok(Vec::new()) };
    let header: Vec<&str> = header.iter().map(|name| name.trim()).collect();
    let default_kind = match header.as_slice() {
        ["term", "label"] | ["term", "label", "kind"] => "term",
        ["pattern", "label"] | ["pattern", "label", "kind"] => "regex",
        _ => {
            return Err(at(line, format!("the header `{}` is not that of a lexicon", shortened(&header.join(","))))
                .hint("write `term,label` or `term,label,kind` on the first line, or `[[term]]` tables of TOML"));
        }
    };
    let mut entries = Vec::new();
    while let Some((line, mut record)) = records.next_record()? {
        if record.len() > header.len() || record.len() < 2 {
            let (found, expected) = (counted(record.len() as u64, "field"), header.len());
            let first = shortened(record.first().map_or("", String::as_str));
            return Err(at(line, format!("the record that starts with `{first}` has {found}, expected {expected}"))
                .hint("put a term with a comma in double quotes"));
        }
        let kind = record.get(2).map(|kind| kind.trim()).filter(|kind| !kind.is_empty()).unwrap_or(default_kind);
        let is_pattern = match kind {
            "term" => false,
            "regex" => true,
            other => {
                let error = at(line, format!("the kind `{}` is neither `term` nor `regex`", shortened(other)));
                return Err(match nearest(other, ["term", "regex"]) {
                    Some(known) => error.hint(format!("did you mean `{known}`?")),
                    None => error,
                });
            }
        };
        let label = std::mem::take(&mut record[1]).trim().to_owned();
        entries.push(Entry { line, text: std::mem::take(&mut record[0]), label, is_pattern });
    }
    Ok(entries)
}
