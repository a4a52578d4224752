//! `assay status`: where things stand, and what waits for a decision.

use super::Call;
use super::release::headline;
use crate::base::{Result, text};
use crate::domain::listing::Query;

pub fn run(call: &Call<'_>) -> Result<()> {
    let overview = call.workspace.overview()?;
    if call.output.is_json() {
        return call.output.document(&overview);
    }
    let out = call.output;
    out.line(&format!("{} ({})", overview.workspace, overview.datasets.join(", ")))?;
    let contract = if overview.contract_differs { "; assay.toml differs: assay contract diff" } else { "" };
    out.line(&format!("contract {}{contract}", overview.contract_version))?;
    out.line(&format!(
        "{} open, {} of them ready for approval",
        text::counted(overview.open_releases, "release"),
        overview.ready_releases
    ))?;
    out.line(&format!("{} open and blocking", text::counted(overview.open_anomalies, "anomaly")))?;
    out.line(&format!("{} late, {} in quarantine", text::counted(overview.late, "delivery"), overview.quarantined))?;
    if overview.unprotected {
        out.say("no [people] in assay.toml: everybody is owner");
    }
    let open = call.workspace.releases(&Query { state: Some("open".to_owned()), limit: 5, ..Query::default() })?;
    for release in open.rows {
        let reasons = match release.blocked_by.as_slice() {
            [] => "nothing keeps it back".to_owned(),
            [only] => headline(only).to_owned(),
            [first, ..] => format!("{} reasons; first: {}", release.blocked_by.len(), headline(first)),
        };
        out.line(&format!("  {}: {reasons}", release.name))?;
    }
    Ok(())
}
