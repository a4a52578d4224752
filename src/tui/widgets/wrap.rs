//! Long lines broken between words, each piece keeping its tone.

use unicode_segmentation::UnicodeSegmentation;

use super::canvas::{shown, width};
use crate::tui::app::Piece;

/// Characters of one piece that are shown at the most.
const LONGEST: usize = 2_000;

/// `pieces` as lines of at most `room` columns. Lines after the first begin with `indent` spaces.
#[must_use]
pub fn wrap(pieces: &[Piece], room: usize, indent: usize) -> Vec<Vec<Piece>> {
    let room = room.max(1);
    let indent = if indent < room { indent } else { 0 };
    let mut lines = vec![Vec::new()];
    let mut used = 0;
    for word in words(pieces) {
        let wide: usize = word.iter().map(|part| width(&part.text)).sum();
        if used + wide > room && used > indent {
            let mut line = Vec::new();
            if indent > 0 {
                line.push(Piece::plain(" ".repeat(indent)));
            }
            lines.push(line);
            used = indent;
            if word.iter().all(|part| is_space(&part.text)) {
                continue;
            }
        }
        for part in &word {
            used = push(&mut lines, &part.text, part, used, room, indent);
        }
    }
    lines
}

/// Runs of spaces and runs of what is between them, in whatever tones: a full stop stays at its word, and a mark at what
/// it marks.
fn words(pieces: &[Piece]) -> Vec<Vec<Piece>> {
    let mut words: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let text = shown(&piece.text, LONGEST);
        let mut rest: &str = &text;
        while let Some(first) = rest.chars().next() {
            let space = first.is_whitespace();
            let end = rest.find(|character: char| character.is_whitespace() != space).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            rest = behind;
            let part = Piece::new(run, piece.tone);
            match words.last_mut() {
                Some(word) if word.last().is_some_and(|last| is_space(&last.text) == space) => word.push(part),
                _ => words.push(vec![part]),
            }
        }
    }
    words
}

fn is_space(text: &str) -> bool {
    text.starts_with(char::is_whitespace)
}

/// Puts a word at the end, broken up where it is longer than a line; returns the columns used.
fn push(lines: &mut Vec<Vec<Piece>>, word: &str, piece: &Piece, mut used: usize, room: usize, indent: usize) -> usize {
    let mut rest = String::new();
    for cluster in word.graphemes(true) {
        let wide = width(cluster);
        if used + wide > room && used > indent {
            join(lines, &rest, piece);
            rest.clear();
            lines.push(if indent > 0 { vec![Piece::plain(" ".repeat(indent))] } else { Vec::new() });
            used = indent;
        }
        rest.push_str(cluster);
        used += wide;
    }
    join(lines, &rest, piece);
    used
}

/// Adds text to the last line, to the last piece where the tone is the same.
fn join(lines: &mut [Vec<Piece>], text: &str, piece: &Piece) {
    let Some(line) = lines.last_mut() else { return };
    match line.last_mut() {
        Some(last) if last.tone == piece.tone => last.text.push_str(text),
        _ => line.push(Piece::new(text, piece.tone)),
    }
}
