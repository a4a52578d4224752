//! The model file of a tagger.
//!
//! Little-endian: the magic, the format version (`u32`), the length of the header (`u32`) and the header as JSON (labels,
//! settings, whether layout counts, the lengths of gazetteers), the gazetteers' files one after the other, the number of words with classes (`u32`), then by rising
//! hash each word's hash (`u32`), coarse and fine class (`u16`), the transitions (`f32`, `tags + 1` rows of `tags`), the number of features (`u32`), then by rising feature: its
//! bucket (`u32`), how many weights it has (`u16`), and by rising tag each tag (`u16`) with its weight (`f32`). Last the BLAKE3
//! digest of all before it, as 64 hex digits.

use std::sync::Arc;

use super::Crf;
use super::clusters::{Classes, Clusters};
use super::knowledge::{Gazetteer, Knowledge};
use super::tags::{self, Tag, may_follow};
use super::weights::{Weight, Weights};
use crate::base::{Digest, Error, Result};
use crate::ner::label;

/// How every tagger's file begins.
pub const MAGIC: &[u8] = b"assay crf model\n";

/// The version of the file and of the features that its weights belong to. Files of the version before hold neither gazetteers nor
/// classes of words; they are read as well.
pub const FORMAT: u32 = 2;

/// The oldest version that is read.
const OLDEST: u32 = 1;

/// The largest file of a tagger, in bytes.
pub const LARGEST: u64 = 1 << 30;

/// Hash bits that a model may have: a thousand buckets to four million.
pub const HASH_BITS: std::ops::RangeInclusive<u32> = 10..=22;

/// Temperatures that a model may have.
pub const TEMPERATURES: std::ops::RangeInclusive<f64> = 1e-3..=1e6;

/// Weights beyond this are damage, not learning.
const HEAVIEST: f32 = 1e9;

/// Hex digits of the checksum.
const CHECKSUM: usize = 64;

/// What a model was made with. It is stored with the weights.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// Features are hashed to `2^hash_bits` buckets.
    pub hash_bits: u32,
    /// What scores are divided by before probabilities are made of them.
    pub temperature: f64,
    /// The seed of training.
    pub seed: u64,
    /// How often training saw each document.
    pub epochs: u32,
    /// In how many parts the documents were measured, each by a model that had not seen it; 0 in older files.
    #[serde(default)]
    pub folds: u32,
    /// How many models were averaged to this one; 0 in older files.
    #[serde(default)]
    pub members: u32,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Header {
    labels: Vec<String>,
    settings: Settings,
    #[serde(default)]
    layout: bool,
    /// The length of each.
    #[serde(default)]
    gazetteers: Vec<u32>,
}

/// The bytes of a model. The same model gives the same bytes.
pub fn encode(model: &Crf) -> Result<Vec<u8>> {
    let Knowledge { layout, gazetteers, clusters } = model.knowledge.as_ref();
    let header = serde_json::to_vec(&Header {
        labels: model.labels.clone(),
        settings: model.settings.clone(),
        layout: *layout,
        gazetteers: gazetteers.iter().map(|gazetteer| length_u32(gazetteer.file.len())).collect::<Result<_>>()?,
    })?;
    let mut bytes = MAGIC.to_vec();
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend(length_u32(header.len())?.to_le_bytes());
    bytes.extend(header);
    for gazetteer in gazetteers {
        bytes.extend(&gazetteer.file);
    }
    bytes.extend(length_u32(clusters.words().len())?.to_le_bytes());
    for (hash, Classes { coarse, fine }) in clusters.words() {
        bytes.extend(hash.to_le_bytes());
        bytes.extend(coarse.to_le_bytes());
        bytes.extend(fine.to_le_bytes());
    }
    for &weight in model.weights.transitions() {
        let weight = if weight == f32::NEG_INFINITY { 0.0 } else { weight };
        bytes.extend(weight.to_le_bytes());
    }
    bytes.extend(length_u32(model.weights.features().count())?.to_le_bytes());
    for (bucket, weights) in model.weights.features() {
        bytes.extend(bucket.to_le_bytes());
        let count = u16::try_from(weights.len()).map_err(|_| Error::internal("a feature has too many weights"))?;
        bytes.extend(count.to_le_bytes());
        for weight in weights {
            bytes.extend(weight.tag.to_le_bytes());
            bytes.extend(weight.value.to_le_bytes());
        }
    }
    let checksum = Digest::of(&bytes);
    bytes.extend(checksum.as_str().as_bytes());
    Ok(bytes)
}

fn length_u32(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| Error::internal("the model is too large for its file"))
}

/// Reads a model file. Any bytes are safe to pass; memory stays proportional to their number.
pub fn decode(bytes: &[u8]) -> Result<Crf> {
    let body = bytes.strip_prefix(MAGIC).ok_or_else(|| Error::bad_data("this is not a tagger's model file"))?;
    let (&format, _) = body.split_first_chunk().ok_or_else(|| damaged("it ends after its first line"))?;
    let format = u32::from_le_bytes(format);
    if !(OLDEST..=FORMAT).contains(&format) {
        let known = format!("`{OLDEST}` to `{FORMAT}`");
        return Err(Error::bad_data(format!("the model file has format `{format}`, and this assay reads {known}"))
            .hint("train the model again with this version: assay model train --kind crf --data FILE --name NAME"));
    }
    let (content, checksum) = bytes
        .len()
        .checked_sub(CHECKSUM)
        .and_then(|end| bytes.split_at_checked(end))
        .filter(|(content, _)| content.len() >= MAGIC.len() + 4)
        .ok_or_else(|| damaged("it is cut off"))?;
    let expected = Digest::of(content);
    if expected.as_str().as_bytes() != checksum {
        return Err(damaged("its checksum does not match its content"));
    }
    let mut cursor = Cursor { rest: &content[MAGIC.len() + 4..] };
    let model = read_model(&mut cursor, format)?;
    if !cursor.rest.is_empty() {
        return Err(damaged(format!("`{}` bytes follow its last weight", cursor.rest.len())));
    }
    Ok(model)
}

fn damaged(cause: impl std::fmt::Display) -> Error {
    Error::corrupt("the model file is damaged")
        .because(cause)
        .hint("register it again from the original file, or train it again")
}

fn read_model(cursor: &mut Cursor<'_>, format: u32) -> Result<Crf> {
    let header_length = cursor.u32()?;
    let header: Header = serde_json::from_slice(cursor.take(header_length as usize)?)
        .map_err(|error| damaged(format!("its header: {error}")))?;
    let Header { labels, settings, layout, gazetteers } = header;
    if labels.is_empty() || labels.len() > label::MOST || !labels.is_sorted_by(|left, right| left < right) {
        return Err(damaged("its labels are none, too many, or not sorted"));
    }
    if let Some(problem) = labels.iter().find_map(|label| label::problem(label)) {
        return Err(damaged(problem));
    }
    if !HASH_BITS.contains(&settings.hash_bits) {
        return Err(damaged(format!("its number of hash bits is `{}`", settings.hash_bits)));
    }
    if !TEMPERATURES.contains(&settings.temperature) {
        return Err(damaged(format!("its temperature is `{}`", settings.temperature)));
    }
    let knowledge = Knowledge {
        layout,
        gazetteers: gazetteers.into_iter().map(|length| read_gazetteer(cursor, length)).collect::<Result<_>>()?,
        clusters: if format == OLDEST { Clusters::default() } else { read_clusters(cursor)? },
    };
    let tags = tags::count(labels.len());
    let transitions = read_transitions(cursor, tags)?;
    let features = read_features(cursor, tags, settings.hash_bits)?;
    let weights = Weights::new(tags, settings.hash_bits, transitions, features);
    Ok(Crf::new(labels, settings, Arc::new(knowledge), weights))
}

fn read_gazetteer(cursor: &mut Cursor<'_>, length: u32) -> Result<Gazetteer> {
    let file = cursor.take(length as usize)?.to_vec();
    Gazetteer::parse(file).map_err(|error| damaged(format!("a gazetteer within it: {error}")))
}

fn read_clusters(cursor: &mut Cursor<'_>) -> Result<Clusters> {
    let mut words = Vec::new();
    for _ in 0..cursor.u32()? {
        words.push((cursor.u32()?, Classes { coarse: cursor.u16()?, fine: cursor.u16()? }));
    }
    Clusters::from_sorted(words).ok_or_else(|| damaged("its words are out of order"))
}

fn read_transitions(cursor: &mut Cursor<'_>, tags: usize) -> Result<Vec<f32>> {
    let mut transitions = Vec::with_capacity((tags + 1) * tags);
    for from in 0..=tags {
        let previous = (from < tags).then_some(from);
        for to in 0..tags {
            let weight = cursor.weight()?;
            transitions.push(if may_follow(previous, to) { weight } else { f32::NEG_INFINITY });
        }
    }
    Ok(transitions)
}

fn read_features(cursor: &mut Cursor<'_>, tags: usize, hash_bits: u32) -> Result<Vec<(u32, Weight)>> {
    let count = cursor.u32()?;
    let mut features: Vec<(u32, Weight)> = Vec::new();
    let mut least = 0;
    for _ in 0..count {
        let bucket = cursor.u32()?;
        if bucket < least || bucket >> hash_bits != 0 {
            return Err(damaged(format!("the feature `{bucket}` is out of order or out of range")));
        }
        least = bucket + 1;
        let mut least_tag = 0;
        for _ in 0..cursor.u16()? {
            let tag: Tag = cursor.u16()?;
            if tag < least_tag || usize::from(tag) >= tags {
                return Err(damaged(format!("the tag `{tag}` of feature `{bucket}` is out of order or out of range")));
            }
            least_tag = tag + 1;
            features.push((bucket, Weight { tag, value: cursor.weight()? }));
        }
    }
    Ok(features)
}

/// Reads numbers from the front of bytes, and never beyond them.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| damaged("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (&taken, rest) = self.rest.split_first_chunk().ok_or_else(|| damaged("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn weight(&mut self) -> Result<f32> {
        let weight = f32::from_le_bytes(self.array()?);
        if weight.abs() <= HEAVIEST { Ok(weight) } else { Err(damaged(format!("it has the weight `{weight}`"))) }
    }
}
