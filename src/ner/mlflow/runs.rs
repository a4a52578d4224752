//! The runs that made versions, and what a version takes over from its own.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::RegisteredVersion;
use super::answers::{Page, Tag, said, texts};
use super::api::{Question, Talk};
use super::refusal::quoted;
use crate::base::{Error, ErrorKind, Result, ResultExt};

/// So few runs are asked for one by one.
const FEW: usize = 3;
/// How many are asked for together.
const TOGETHER: usize = 100;

/// The runs of these names. Those that the server does not have any more are left out.
pub fn read(talk: &Talk<'_>, names: &BTreeSet<&str>) -> Result<BTreeMap<String, Run>> {
    let mut runs = if names.len() > FEW { read_together(talk, names)? } else { BTreeMap::new() };
    for name in names {
        if !runs.contains_key(*name) {
            let found = talk.find::<RunAnswer>(&Question::api("runs/get").with("run_id", name));
            if let Some(answer) = found.with_context(|| format!("reading the run {}", quoted(name)))? {
                runs.insert((*name).to_owned(), answer.run);
            }
        }
    }
    Ok(runs)
}

/// As many of these runs as can be had together. Where servers answer slowly this takes a fraction of the time.
fn read_together(talk: &Talk<'_>, names: &BTreeSet<&str>) -> Result<BTreeMap<String, Run>> {
    let mut runs = BTreeMap::new();
    let experiments = Question::api("experiments/search").with("view_type", "ALL").with("max_results", "1000");
    let Some(experiments) = if_possible(talk.pages::<ExperimentAnswer>(&experiments))? else { return Ok(runs) };
    let experiments: Vec<String> = experiments.into_iter().map(|experiment| experiment.experiment_id).collect();
    // They stand in a filter between quotes.
    let plain = |name: &&&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let names: Vec<&str> = names.iter().filter(plain).copied().collect();
    for names in names.chunks(TOGETHER) {
        let wanted = serde_json::json!({
            "experiment_ids": experiments,
            "filter": format!("attributes.run_id IN ('{}')", names.join("', '")),
            "run_view_type": "ALL",
            "max_results": TOGETHER,
        });
        let Some(page) = if_possible(talk.get::<Page<Run>>(&Question::api("runs/search").posted(wanted)))? else {
            break;
        };
        let named = page.entries.into_iter().filter_map(|run| Some((run.id()?.to_owned(), run)));
        runs.extend(named.filter(|(id, _)| names.contains(&id.as_str())));
    }
    Ok(runs)
}

/// What a server answers that may not know such questions, or refuse them: then the runs are asked for one by one.
fn if_possible<T>(answer: Result<T>) -> Result<Option<T>> {
    let is_refusal = |error: &Error| matches!(error.kind(), ErrorKind::BadData | ErrorKind::NotFound | ErrorKind::Busy);
    match answer {
        Err(error) if is_refusal(&error) => Ok(None),
        answer => answer.map(Some),
    }
}

/// What a version takes over from its run. A run that is deleted says nothing any more.
pub fn take_over(version: &mut RegisteredVersion, run: &Run) {
    if !run.is_deleted() {
        version.metrics = run.metrics();
        version.params = run.params();
        version.by = version.by.take().or_else(|| run.by());
    }
}

/// A folder of runs.
#[derive(Deserialize)]
struct ExperimentAnswer {
    experiment_id: String,
}

/// A run that was asked for.
#[derive(Deserialize)]
pub struct RunAnswer {
    /// The run.
    pub run: Run,
}

/// A run.
#[derive(Deserialize)]
pub struct Run {
    info: RunInfo,
    #[serde(default)]
    data: RunData,
}

#[derive(Deserialize)]
struct RunInfo {
    run_id: Option<String>,
    lifecycle_stage: Option<String>,
    artifact_uri: Option<String>,
    user_id: Option<String>,
}

#[derive(Deserialize, Default)]
struct RunData {
    #[serde(default)]
    metrics: Vec<MetricAnswer>,
    #[serde(default)]
    params: Vec<Tag>,
}

#[derive(Deserialize)]
struct MetricAnswer {
    key: String,
    value: Option<MetricValue>,
}

/// What JSON has no number for comes as a text: `NaN`, `Infinity`.
#[derive(Deserialize)]
#[serde(untagged)]
enum MetricValue {
    Number(f64),
    Text(String),
}

impl MetricValue {
    fn finite(&self) -> Option<f64> {
        let value = match self {
            Self::Number(number) => *number,
            Self::Text(text) => text.parse().ok()?,
        };
        // Servers with a database keep an infinite value as the largest number there is.
        (value.abs() < f64::MAX).then_some(value)
    }
}

impl Run {
    /// Its name among all runs.
    fn id(&self) -> Option<&str> {
        self.info.run_id.as_deref()
    }

    /// Whether a person deleted it. It can be asked for until the server throws it away.
    fn is_deleted(&self) -> bool {
        self.info.lifecycle_stage.as_deref() == Some("deleted")
    }

    /// The latest value of each metric that has a finite one.
    fn metrics(&self) -> BTreeMap<String, f64> {
        let metrics = self.data.metrics.iter();
        metrics.filter_map(|metric| Some((metric.key.clone(), metric.value.as_ref()?.finite()?))).collect()
    }

    /// Its parameters.
    fn params(&self) -> BTreeMap<String, String> {
        texts(self.data.params.clone())
    }

    /// Who made it.
    fn by(&self) -> Option<String> {
        said(self.info.user_id.clone())
    }

    /// The address of its files.
    pub fn files_at(self) -> Option<String> {
        said(self.info.artifact_uri)
    }
}
