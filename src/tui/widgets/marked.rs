//! Text with the entities that a model found, marked so that no colour is needed: `[Heinz|BRAND] beans`.

use super::canvas::shown;
use crate::domain::Entity;
use crate::tui::app::{Piece, Tone};

/// Characters of a text that are shown at the most.
const LONGEST: usize = 2_000;
/// Below this the score stands beside the label, because the model was not sure.
const SURE: f64 = 0.9;

/// The pieces of `text` with those of `entities` marked that lie in `field`. Of two that overlap the first is marked.
#[must_use]
pub fn marked(text: &str, field: &str, entities: &[Entity]) -> Vec<Piece> {
    let text = shown(text, LONGEST);
    let characters: Vec<char> = text.chars().collect();
    let slice = |from: usize, to: usize| characters.get(from..to).map(|part| part.iter().collect::<String>());
    let mut inside: Vec<&Entity> = entities.iter().filter(|entity| entity.field == field).collect();
    inside.sort_by_key(|entity| (entity.start, std::cmp::Reverse(entity.end)));
    let mut pieces = Vec::new();
    let mut at = 0;
    for entity in inside {
        let (start, end) = (entity.start as usize, entity.end as usize);
        if start < at || end <= start {
            continue;
        }
        let Some(found) = slice(start, end) else { continue };
        pieces.extend(slice(at, start).filter(|before| !before.is_empty()).map(Piece::plain));
        let doubt = if entity.score < SURE { format!(" {:.2}", entity.score) } else { String::new() };
        pieces.push(Piece::new(format!("[{found}"), Tone::Entity));
        pieces.push(Piece::new(format!("|{}{doubt}]", entity.label), Tone::Strong));
        at = end;
    }
    pieces.extend(slice(at, characters.len()).filter(|rest| !rest.is_empty()).map(Piece::plain));
    pieces
}
