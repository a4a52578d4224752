//! What a model found in a slice, label by label.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, DataType, ExplodeOptions, LazyFrame, PlHashMap, PolarsResult, cols};

use super::super::count;
use super::numbers::{key_of, of_key};
use super::texts::TextTally;

use crate::base::number::rounded;
use crate::base::{Cancel, Error, Result};
use crate::domain::lineage::ENTITIES;
use crate::domain::profile::LabelProfile;
use crate::frames::{for_each_chunk, named};

#[derive(Debug, Default)]
struct LabelTally {
    entities: u64,
    scores: PlHashMap<i64, u64>,
    forms: TextTally,
}

/// Measures the entities of `annotations`; each of `labels` has a profile, found or not.
pub(super) fn measure(
    annotations: Option<LazyFrame>,
    labels: &[String],
    rows: u64,
    cancel: &Cancel,
) -> Result<Vec<LabelProfile>> {
    let mut tallies: BTreeMap<String, LabelTally> =
        labels.iter().map(|label| (label.clone(), LabelTally::default())).collect();
    if let Some(annotations) = annotations {
        for_each_chunk(entities(annotations), cancel, |chunk| add(&mut tallies, chunk).map_err(Error::library))?;
    }
    Ok(tallies.into_iter().map(|(label, tally)| tally.finish(label, rows)).collect())
}

/// One row per entity: `label`, `text`, `score`.
fn entities(annotations: LazyFrame) -> LazyFrame {
    let part = |name| named(ENTITIES).struct_().field_by_name(name).alias(name);
    annotations
        .select([named(ENTITIES)])
        .explode(cols([ENTITIES]), ExplodeOptions { empty_as_null: false, keep_nulls: false })
        .select([part("label"), part("text"), part("score").cast(DataType::Float64)])
}

fn add(tallies: &mut BTreeMap<String, LabelTally>, chunk: &DataFrame) -> PolarsResult<()> {
    let (labels, texts, scores) =
        (chunk.column("label")?.str()?, chunk.column("text")?.str()?, chunk.column("score")?.f64()?);
    for ((label, text), score) in labels.iter().zip(texts.iter()).zip(scores.iter()) {
        let Some(label) = label else { continue };
        if !tallies.contains_key(label) {
            tallies.insert(label.to_owned(), LabelTally::default());
        }
        if let Some(tally) = tallies.get_mut(label) {
            tally.entities += 1;
            if let Some(text) = text {
                tally.forms.add(text);
            }
            if let Some(score) = score.filter(|score| score.is_finite()) {
                *tally.scores.entry(key_of(score)).or_insert(0) += 1;
            }
        }
    }
    Ok(())
}

impl LabelTally {
    fn finish(self, label: String, rows: u64) -> LabelProfile {
        let mut scores: Vec<(f64, u64)> = self.scores.into_iter().map(|(key, times)| (of_key(key), times)).collect();
        // Ascending, so that the sum does not depend on the order of rows.
        scores.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
        let with_score: u64 = scores.iter().map(|(_, times)| times).sum();
        let total: f64 = scores.iter().map(|(score, times)| score * count(*times)).sum();
        let forms = self.forms.finish();
        LabelProfile {
            label,
            entities: self.entities,
            rate: if rows == 0 { 0.0 } else { rounded(count(self.entities) * 1000.0 / count(rows)) },
            forms: forms.distinct,
            mean_score: if with_score == 0 { 0.0 } else { rounded(total / count(with_score)) },
            scores: tenths(&scores),
            top: forms.top,
        }
    }
}

/// Scores by tenths, the last with 1; what lies outside 0..1 counts with the nearer end.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..9")]
fn tenths(scores: &[(f64, u64)]) -> [u64; 10] {
    let mut tenths = [0; 10];
    for (score, times) in scores {
        tenths[(score * 10.0).clamp(0.0, 9.0) as usize] += times;
    }
    tenths
}
