//! Two model versions on the rows that both have read.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Cancel, Error, KeyHasher, Result};
use crate::domain::coverage::{Covered, Part};
use crate::domain::model::PRODUCTION;
use crate::domain::model_change::ModelComparison;
use crate::domain::{ModelRef, Period, Slice, TaskKey, TaskState};
use crate::ops::Workspace;
use crate::pipeline::model_changes::Changes;
use crate::pipeline::{Context, arrival};

impl Workspace {
    /// What the second version finds otherwise than the first, in the rows of a part of the workspace that both have read as they are
    /// now.
    ///
    /// # Errors
    /// When a version is not known, or there are no such rows: the error says how to have them read.
    pub fn compare_models(
        &self,
        before: &ModelRef,
        after: &ModelRef,
        part: &Part,
        cancel: &Cancel,
    ) -> Result<ModelComparison> {
        self.journal().read(|snapshot| {
            snapshot.known_model(before)?;
            snapshot.known_model(after)
        })?;
        let mut both: BTreeMap<Slice, Vec<TaskKey>> = BTreeMap::new();
        let mut unread: Vec<Covered> = Vec::new();
        for model in [before, after] {
            for (task, one) in self.readings(&Part { model: Some(model.to_string()), ..part.clone() })? {
                if one.state == TaskState::Done {
                    both.entry(one.slice).or_default().push(task.key);
                } else {
                    unread.push(one);
                }
            }
        }
        both.retain(|_, keys| keys.len() == 2);
        if both.is_empty() {
            return Err(nothing(before, after, part, &unread));
        }
        unread.sort_by(|one, other| one.place().cmp(&other.place()));
        let hasher =
            both.values().flatten().fold(KeyHasher::new("readings/1"), |hasher, key| hasher.part("key", key.as_str()));
        let key = hasher.finish().to_string();
        if let Some(compared) = self.comparisons().recall(&key) {
            return self.with_verdicts(ModelComparison { unread, ..compared });
        }
        let compared = self.walk(&both.into_keys().collect::<Vec<_>>(), (before, after), cancel)?;
        self.comparisons().keep(key, &compared);
        self.with_verdicts(ModelComparison { unread, ..compared })
    }

    /// With what was said of the rows that are shown, as they are now.
    fn with_verdicts(&self, mut comparison: ModelComparison) -> Result<ModelComparison> {
        let ModelComparison { before, after, samples, .. } = &mut comparison;
        let mut verdicts = self.journal().read(|snapshot| snapshot.reading_verdicts(before, after))?;
        for sample in samples {
            let said = verdicts.remove(&(sample.batch.clone(), sample.row));
            sample.verdict = said.filter(|said| said.judged == sample.judged(said.right));
        }
        Ok(comparison)
    }

    fn walk(&self, slices: &[Slice], models: (&ModelRef, &ModelRef), cancel: &Cancel) -> Result<ModelComparison> {
        let context = Context { cancel: cancel.clone(), ..self.reading()? };
        let mut changes = Changes::default();
        for slice in slices {
            changes.walk(&context, slice, models)?;
        }
        Ok(ModelComparison { slices: slices.to_vec(), ..changes.finish(&context, models)? })
    }

    /// What a version finds otherwise than the one in production, or, where it is in production itself, than the one it followed; in the
    /// newest period that both have read. One of whose name nothing ever was in production is compared with what reads the same rows.
    pub fn compare_with_production(&self, model: &ModelRef, cancel: &Cancel) -> Result<ModelComparison> {
        let contract = self.contract()?;
        let other = self.journal().read(|snapshot| match snapshot.alias(&model.name, PRODUCTION)? {
            Some(live) if live != *model => Ok(Some(live)),
            Some(_) => snapshot.production_before(model),
            None => {
                let readers = contract.read_by(&model.name).into_iter();
                let readers = readers.map(|dataset| arrival::model_for(snapshot, dataset));
                Ok(readers.collect::<Result<Vec<_>>>()?.into_iter().flatten().next())
            }
        })?;
        let Some(other) = other else {
            return Err(Error::not_found(format!("no other version of {} was ever in production", model.name))
                .hint(format!("assay model compare MODEL/VERSION {model}")));
        };
        let read = |of: &ModelRef| -> Result<BTreeSet<Period>> {
            let covered = self.coverage(&Part { model: Some(of.to_string()), ..Part::default() })?.into_iter();
            Ok(covered.filter(|one| one.state == TaskState::Done).map(|one| one.slice.period).collect())
        };
        let period = read(&other)?.intersection(&read(model)?).max().copied();
        self.compare_models(&other, model, &Part { period, ..Part::default() }, cancel)
    }
}

fn nothing(before: &ModelRef, after: &ModelRef, part: &Part, unread: &[Covered]) -> Error {
    let error = Error::not_found(format!("there are no rows that both {before} and {after} have read"));
    let period = part.period.map(|period| format!(" --period {period}")).unwrap_or_default();
    let lacks = |model: &&ModelRef| unread.iter().any(|one| one.model == **model);
    let lacking = [before, after].into_iter().filter(lacks);
    lacking.fold(error, |error, model| error.hint(format!("assay run --model {model}{period}")))
}
