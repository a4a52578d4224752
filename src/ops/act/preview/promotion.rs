//! What putting a model version into production would mean.

use super::follows;
use crate::base::Result;
use crate::base::text::counted;
use crate::domain::model::PRODUCTION;
use crate::domain::{ModelRef, ModelVersion};
use crate::ops::act;
use crate::pipeline::Context;

/// The version beside the one in production: how both were measured, what is not found any more; and what follows.
pub fn promotion(context: &Context, model: &ModelRef) -> Result<Vec<String>> {
    let (promoted, present) = context.journal.read(|snapshot| {
        let present = snapshot.alias(&model.name, PRODUCTION)?.filter(|present| present != model);
        let present = present.map(|present| snapshot.known_model(&present)).transpose()?;
        Ok((snapshot.known_model(model)?, present))
    })?;
    let mut lines = match &present {
        Some(present) => compared(&promoted, present),
        None => vec![format!("{model} {}; nothing of this name is in production", measured(&promoted))],
    };
    let (contract, model) = (context.contract.clone(), model.clone());
    lines.extend(follows(context, move |transaction| act::promotion::point_to(transaction, &contract, model, None))?);
    Ok(lines)
}

fn compared(promoted: &ModelVersion, present: &ModelVersion) -> Vec<String> {
    let (model, live) = (&promoted.model, &present.model);
    let scores = format!("{model} {}; {live}, in production now, {}", measured(promoted), measured(present));
    let mut lines = vec![scores];
    let size = |version: &ModelVersion| version.metrics.as_ref().map(|metrics| (metrics.sentences, metrics.tokens));
    if let (Some(ours), Some(theirs)) = (size(promoted), size(present))
        && ours != theirs
    {
        lines.push(format!(
            "not measured on the same text; compare: assay model evaluate {model} --data FILE, and {live}"
        ));
    }
    let lost: Vec<&str> =
        present.labels.iter().filter(|label| !promoted.labels.contains(label)).map(String::as_str).collect();
    if !lost.is_empty() {
        lines.push(format!("{model} does not look for what {live} finds: {}", lost.join(", ")));
    }
    lines
}

fn measured(version: &ModelVersion) -> String {
    match &version.metrics {
        Some(metrics) => {
            format!("has F1 {:.3} over {}", metrics.overall.f1, counted(metrics.overall.support, "entity"))
        }
        None => "was not measured".to_owned(),
    }
}
