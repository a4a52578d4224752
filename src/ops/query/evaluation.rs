//! How model versions do on labelled files.

use std::path::PathBuf;
use std::time::Instant;

use crate::base::{Cancel, Result};
use crate::domain::ModelRef;
use crate::domain::model::Evaluation;
use crate::ner;
use crate::ops::Workspace;
use crate::pipeline::models;

impl Workspace {
    /// How a model version does on labelled files. `told` hears how many documents of how many are done.
    pub fn evaluate_model(
        &self,
        model: &ModelRef,
        data: &[PathBuf],
        told: &dyn Fn(u64, u64),
        cancel: &Cancel,
    ) -> Result<Evaluation> {
        let context = self.reading()?;
        let version = context.journal.read(|snapshot| snapshot.known_model(model))?;
        let tagger = models::tagger(&context, &version)?;
        let mut documents = Vec::new();
        for path in data {
            documents.extend(ner::data::read(path)?);
        }
        let total = documents.len() as u64;
        let begun = Instant::now();
        let measured = ner::evaluate(tagger.as_ref(), &documents, &mut |done| told(done as u64, total), cancel)?;
        Ok(Evaluation::new(measured, tagger.labels(), begun.elapsed()))
    }
}
