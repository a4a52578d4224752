//! The best sequence of tags (Viterbi, 1967).

use super::tags::{OUTSIDE, Tag};

/// Buffers that decoding uses again and again.
#[derive(Debug, Clone, Default)]
pub struct Viterbi {
    scores: Vec<f32>,
    next: Vec<f32>,
    /// For each token but the first and each tag, the best tag before it.
    back: Vec<Tag>,
}

impl Viterbi {
    /// Writes to `path` the sequence with the highest sum of emissions (`tags` per token) and transitions (`tags + 1` rows
    /// of `tags`, the last from the start). Of equal ones, the tags with lower numbers.
    pub fn decode(&mut self, emissions: &[f32], transitions: &[f32], tags: usize, path: &mut Vec<Tag>) {
        path.clear();
        let (between, from_start) = transitions.split_at(tags * tags);
        let mut tokens = emissions.chunks_exact(tags);
        let Some(first) = tokens.next() else { return };
        self.scores.clear();
        self.scores.extend(first.iter().zip(from_start).map(|(emission, step)| emission + step));
        self.back.clear();
        for emissions in tokens {
            let filled = self.back.len();
            self.back.resize(filled + tags, OUTSIDE);
            let back = &mut self.back[filled..];
            self.next.clear();
            self.next.resize(tags, f32::NEG_INFINITY);
            for ((from, score), steps) in (0..).zip(&self.scores).zip(between.chunks_exact(tags)) {
                for ((best, back), step) in self.next.iter_mut().zip(back.iter_mut()).zip(steps) {
                    let candidate = score + step;
                    if candidate > *best {
                        *best = candidate;
                        *back = from;
                    }
                }
            }
            for (best, emission) in self.next.iter_mut().zip(emissions) {
                *best += emission;
            }
            std::mem::swap(&mut self.scores, &mut self.next);
        }
        self.follow(tags, path);
    }

    /// Follows the best last tag back to the first.
    fn follow(&self, tags: usize, path: &mut Vec<Tag>) {
        let mut best = (OUTSIDE, f32::NEG_INFINITY);
        for (tag, &score) in (0..).zip(&self.scores) {
            if score > best.1 {
                best = (tag, score);
            }
        }
        let mut tag = best.0;
        path.push(tag);
        for back in self.back.chunks_exact(tags).rev() {
            tag = back[usize::from(tag)];
            path.push(tag);
        }
        path.reverse();
    }
}
