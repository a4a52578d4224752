//! `assay release`.

use super::Call;
use crate::base::clock::minute;
use crate::base::{Digest, Result, text};
use crate::cli::arguments::ReleaseCommand;
use crate::cli::output::Output;
use crate::domain::listing::{Query, ReleaseRow};
use crate::domain::release::Change;
use crate::domain::{Reason, ReleaseName, ReleaseState, Request};
use crate::ops::{Next, ReasonGroup, ReleaseChanges};

pub fn run(call: &Call<'_>, command: &ReleaseCommand) -> Result<()> {
    match command {
        ReleaseCommand::List { dataset, period, state } => list(
            call,
            Query { dataset: dataset.dataset.clone(), period: *period, state: state.clone(), ..Query::default() },
        ),
        ReleaseCommand::Show { release } => show(call, release),
        ReleaseCommand::Diff { release, other } => {
            let changes = call.workspace.release_diff(release, other.as_ref())?;
            if call.output.is_json() {
                return call.output.document(&changes);
            }
            if changes.since.is_none() {
                call.output.say("clients see nothing of this period yet");
            }
            changed(call.output, &changes)
        }
        ReleaseCommand::Why { release, verbose } => why(call, release, *verbose),
        ReleaseCommand::Approve { release, digest, note } => call.change(Request::Approve {
            release: release.clone(),
            digest: digest.as_ref().map(Digest::from_hex),
            note: note.clone(),
        }),
        ReleaseCommand::Revoke { release, reason } => {
            call.change(Request::RevokeApproval { release: release.clone(), reason: reason.reason.clone() })
        }
        ReleaseCommand::Reject { release, reason } => {
            call.change(Request::RejectRelease { release: release.clone(), reason: reason.reason.clone() })
        }
        ReleaseCommand::Publish { release } => call.change(Request::Publish { release: release.clone() }),
        ReleaseCommand::Rollback { release, to, reason } => {
            call.change(Request::Rollback { release: release.clone(), to: to.clone(), reason: reason.reason.clone() })
        }
        ReleaseCommand::Withdraw { release, reason } => {
            call.change(Request::WithdrawRelease { release: release.clone(), reason: reason.reason.clone() })
        }
    }
}

fn list(call: &Call<'_>, query: Query<ReleaseName>) -> Result<()> {
    let rows = call.all(query, |row: &ReleaseRow| row.name.clone(), |query| call.workspace.releases(query))?;
    call.list(&rows, &["release", "model", "state", "approvals", "generation", "kept back by"], |row| {
        vec![
            row.name.to_string(),
            row.model.to_string(),
            row.state.to_string(),
            row.approvals.join(", "),
            row.generation.map(|generation| generation.to_string()).unwrap_or_default(),
            kept_back_by(&row.blocked_by),
        ]
    })
}

fn kept_back_by(reasons: &[Reason]) -> String {
    match reasons {
        [] => String::new(),
        [only] => headline(only).to_owned(),
        [first, rest @ ..] => format!("{} (and {} more)", headline(first), rest.len()),
    }
}

/// What stands before the details, where a line would be too long with them. `release why` prints all of it.
pub fn headline(reason: &Reason) -> &str {
    const LONG: usize = 80;
    match reason.text.split_once(": ") {
        Some((headline, _)) if reason.text.chars().count() > LONG => headline,
        _ => &reason.text,
    }
}

fn why(call: &Call<'_>, release: &ReleaseName, verbose: bool) -> Result<()> {
    let detail = call.workspace.release(release)?;
    if call.output.is_json() {
        return call.output.document(&detail.row.blocked_by);
    }
    let (out, state) = (call.output, detail.release.state);
    if detail.row.blocked_by.is_empty() {
        let (said, next) = match (state, &detail.row.live) {
            (state, _) if state.is_open() => {
                ("nothing keeps it back", Some(format!("assay release publish {release}")))
            }
            (ReleaseState::Published, _) => ("clients see it", None),
            (ReleaseState::Superseded, Some(live)) => (
                "it is not open",
                Some(format!("to bring it back: assay release rollback {live} --to {release} --reason \"...\"")),
            ),
            _ if detail.is_last_word => ("it is not open", Some(Next::OpenAnother(release.clone()).command())),
            _ => ("it is not open", None),
        };
        out.line(&format!("{release} is {state}; {said}"))?;
        return next.map_or(Ok(()), |next| out.line(&format!("  -> {next}")));
    }
    // What one command clears is said together.
    for group in ReasonGroup::of(&detail.row.blocked_by) {
        match group.folded().filter(|_| !verbose) {
            Some(headline) => out.line(&format!("{headline}, the first: {}", group.first.text))?,
            None => group.reasons.iter().try_for_each(|reason| out.line(&reason.text))?,
        }
        out.line(&format!("  -> {}", group.first.fix))?;
    }
    Ok(())
}

fn show(call: &Call<'_>, release: &ReleaseName) -> Result<()> {
    let detail = call.workspace.release(release)?;
    if call.output.is_json() {
        return call.output.document(&detail);
    }
    let (out, changes) = (call.output, &detail.changes);
    out.line(&format!("{release} is {}, made with {}", detail.release.state, detail.release.model))?;
    out.line(&format!("  opened {} because {}", minute(detail.release.at), detail.release.cause))?;
    if let Some(Change { at, cause }) = &detail.release.changed {
        out.line(&format!("  changed {} because {cause}", minute(*at)))?;
    }
    detail.story.iter().try_for_each(|one| out.line(&format!("  {}", one.sentence())))?;
    if detail.is_last_word {
        out.line(&format!("  -> {}", Next::OpenAnother(release.clone()).command()))?;
    }
    if let Some(folder) = &detail.folder {
        out.line(&format!("  files in {folder}/"))?;
    }
    out.line(&format!("  input digest {}", detail.release.input_digest.short()))?;
    if let Some(digest) = &detail.release.release_digest {
        out.line(&format!("  release digest {}", digest.short()))?;
    }
    detail.references.iter().try_for_each(|(name, what)| out.line(&format!("  looked up in {name}, {what}")))?;
    out.line(&format!("  {}", text::counted(detail.total_rows, "row")))?;
    changed(out, changes)?;
    for waived in &detail.waived {
        out.line(&format!("  let pass: {}", waived.sentence()))?;
    }
    for (by, why) in detail.void.iter().filter(|_| detail.release.state.is_open()) {
        out.line(&format!("  the approval of {by} does not count: {by} {why}"))?;
    }
    for (file, bytes) in &detail.artifacts {
        out.line(&format!("  {file} ({} bytes)", text::grouped(*bytes)))?;
    }
    for reason in &detail.row.blocked_by {
        out.line(&format!("  kept back: {}", reason.text))?;
    }
    for one in &detail.fallen {
        out.line(&format!("  {}'s approval fell: {}", one.by, one.why))?;
    }
    Ok(())
}

/// What a release changes for clients, and whether the data or the model did.
fn changed(out: &Output, changes: &ReleaseChanges) -> Result<()> {
    if let Some(since) = &changes.since {
        out.line(&format!(
            "  compared with {since}: {} rows before, {} after",
            changes.rows_before, changes.rows_after
        ))?;
        for change in &changes.batches {
            out.line(&format!("    {}: {}", change.provider, change.batches_in_words()))?;
            out.line(&format!("      {}", change.rows_in_words()))?;
            for (name, before, after) in change.rows.iter().flat_map(|rows| &rows.sums) {
                out.line(&format!("      sum of {name}: {before} before, {after} after"))?;
            }
        }
        if let Some(before) = &changes.model_before {
            out.line(&format!("    model {before} before, {} after", changes.model))?;
        }
    }
    for (label, before, after) in &changes.labels {
        let causes = changes.causes(label);
        let causes = causes.map(|(data, model)| format!(" (data {data:+}, model {model:+})")).unwrap_or_default();
        out.line(&format!("    {label}: {before} before, {after} after{causes}"))?;
    }
    if let (Some(before), None) = (&changes.model_before, &changes.labels_by_model_before) {
        out.say(&format!(
            "what the data and what the model changed is not told apart: {before} has not read these rows as they are now, or others took their places"
        ));
        out.say(&format!("-> assay model coverage --model {before}"));
    }
    Ok(())
}
