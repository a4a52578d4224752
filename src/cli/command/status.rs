//! `assay status`: where things stand, and what waits for a decision.

use serde::Serialize;

use super::Call;
use super::release::headline;
use crate::base::{Result, text};
use crate::domain::ReleaseState;
use crate::domain::listing::Query;
use crate::ops::{Outlived, Overview};

/// How many open releases are told one by one.
const NEWEST: u32 = 50;

/// Where things stand, as it is told to programs.
#[derive(Serialize)]
struct Standing {
    #[serde(flatten)]
    overview: Overview,
    outlived: Vec<Outlived>,
}

pub fn run(call: &Call<'_>) -> Result<()> {
    let (overview, outlived) = (call.workspace.overview()?, call.workspace.outlived()?);
    if call.output.is_json() {
        return call.output.document(&Standing { overview, outlived });
    }
    let out = call.output;
    let datasets =
        if overview.datasets.is_empty() { "no dataset yet".to_owned() } else { overview.datasets.join(", ") };
    out.line(&format!("{} ({datasets})", overview.workspace))?;
    out.line(&contract(&overview))?;
    out.line(&format!(
        "{} open: {} to approve, {} to publish",
        text::counted(overview.open_releases, "release"),
        overview.releases_to_approve,
        overview.releases_to_publish
    ))?;
    out.line(&format!("{} in the way of a release", text::counted(overview.open_anomalies, "anomaly")))?;
    out.line(&format!("{} late, {} in quarantine", text::counted(overview.late, "delivery"), overview.quarantined))?;
    if let Some(waiting) = overview.waiting.sentence() {
        out.line(&format!("{waiting}: assay ingest"))?;
    }
    for of_dataset in &outlived {
        out.line(&of_dataset.to_string())?;
    }
    if overview.unprotected {
        out.say("no [people] in assay.toml: everybody is owner");
    }
    let mut open = Vec::new();
    for state in [ReleaseState::Open, ReleaseState::Approved] {
        let query = Query { state: Some(state.as_str().to_owned()), limit: NEWEST, ..Query::default() };
        open.extend(call.workspace.releases(&query)?.rows);
    }
    open.sort_by(|a, b| b.period.cmp(&a.period).then_with(|| a.dataset.cmp(&b.dataset)));
    for release in open {
        let reasons = match release.blocked_by.as_slice() {
            [] => format!("ready: assay release publish {}", release.name),
            [only] => headline(only).to_owned(),
            [first, ..] => format!("{} reasons; first: {}", release.blocked_by.len(), headline(first)),
        };
        out.line(&format!("  {}: {reasons}", release.name))?;
    }
    Ok(())
}

/// Which contract counts, and what the file beside it is about.
fn contract(overview: &Overview) -> String {
    let version = match overview.contract_version {
        0 => "no contract is in force yet; the first change takes assay.toml into force".to_owned(),
        version => format!("contract {version}"),
    };
    match &overview.contract_error {
        Some(error) => format!("{version}; {error}"),
        None if overview.contract_differs => format!("{version}; assay.toml differs: assay contract diff"),
        None => version,
    }
}
