//! What was repaired while a file was read: counted, with the first of each kind.

use std::collections::BTreeMap;

use super::chunk::RAW_LENGTH;
use crate::domain::understood::{Example, Repair, RepairKind};

/// How many examples are kept of each kind.
const EXAMPLES: usize = 20;

/// The repairs of one file.
#[derive(Debug, Default)]
pub struct Repairs(BTreeMap<RepairKind, (u64, Vec<Example>)>);

impl Repairs {
    /// Counts one more.
    pub fn add(&mut self, kind: RepairKind, line: Option<u64>, raw: &str, reason: impl Into<String>) {
        let (count, examples) = self.0.entry(kind).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            let raw = raw.chars().take(RAW_LENGTH).collect();
            examples.push(Example { line, raw, reason: reason.into() });
        }
    }

    /// Each kind that there was.
    pub fn list(&self) -> Vec<Repair> {
        let repair = |(kind, (count, examples)): (&RepairKind, &(u64, Vec<Example>))| Repair {
            kind: *kind,
            count: *count,
            examples: examples.clone(),
        };
        self.0.iter().map(repair).collect()
    }
}
