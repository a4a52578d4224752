//! JSON lines with spans: `{"text": "...", "entities": [{"start": 0, "end": 5, "label": "BRAND"}]}`.

use super::{Document, TrueEntity, at, quoted};
use crate::base::Result;
use crate::ner::label;

#[derive(serde::Deserialize)]
struct Line {
    text: String,
    entities: Vec<LineEntity>,
}

#[derive(serde::Deserialize)]
struct LineEntity {
    start: i64,
    end: i64,
    label: String,
}

/// Reads a whole file; `name` is for errors.
pub fn parse(text: &str, name: &str) -> Result<Vec<Document>> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| document(line).map_err(|message| at(name, index + 1, message)))
        .collect()
}

fn document(line: &str) -> Result<Document, String> {
    let line: Line =
        serde_json::from_str(line).map_err(|error| format!("{} is not a text with entities: {error}", quoted(line)))?;
    let characters = line.text.chars().count();
    let entities = line
        .entities
        .into_iter()
        .map(|entity| {
            let LineEntity { start, end, label } = entity;
            let inside = usize::try_from(end).is_ok_and(|end| end <= characters);
            match (u32::try_from(start), u32::try_from(end)) {
                (Ok(start), Ok(end)) if start < end && inside => match label::problem(&label) {
                    None => Ok(TrueEntity { start, end, label }),
                    Some(problem) => Err(problem),
                },
                _ => Err(format!(
                    "the entity {} at `{start}..{end}` is not within the {characters} characters of its text",
                    quoted(&label)
                )),
            }
        })
        .collect::<Result<_, _>>()?;
    Ok(Document { text: line.text, entities })
}
