//! Approving, publishing, rolling back, withdrawing and turning down releases.

use serde_json::json;

use super::{Next, Reply};
use crate::base::{Digest, Error, ErrorKind, Result, text};
use crate::domain::actor::same_person;
use crate::domain::progress::{Progress, Step};
use crate::domain::release::ReleaseState;
use crate::domain::{Fact, ReleaseName, TaskKind};
use crate::pipeline::gate::{self, InForce};
use crate::pipeline::{Context, findings, publication};

/// Adds the actor's approval of exactly the present content.
pub fn approve(context: &Context, name: ReleaseName, digest: Option<Digest>) -> Result<Reply> {
    // Who does not say what they saw saw what there is now, not what comes while this waits.
    let shown = match digest {
        Some(shown) => Some(shown),
        None => context.journal.read(|snapshot| snapshot.known_release(&name))?.release_digest,
    };
    let contract = context.contract.clone();
    let file_differs = context.file_differs()?;
    let actor = context.origin.actor.name.clone();
    let approved = name.clone();
    let (given, wanted) = context.write(move |transaction| {
        let release = transaction.known_release(&approved)?;
        if !release.state.is_open() {
            return Err(Error::refused(format!("{approved} is {}, not open", release.state)));
        }
        let in_force = InForce { contract: &contract, file_differs };
        let now = transaction.now();
        let answer = gate::ask(transaction, in_force, &release, now)?;
        gate::refuse(&answer.unready, &format!("{approved} is not ready for approval"))?;
        let release_digest = release
            .release_digest
            .clone()
            .ok_or_else(|| Error::refused(format!("{approved} is not assembled")).hint("assay run"))?;
        if let Some(shown) = shown.filter(|shown| !release_digest.as_str().starts_with(shown.as_str())) {
            return Err(Error::refused(format!("{approved} changed since you looked at it"))
                .because(format!("you saw {}, it is {} now", shown.short(), release_digest.short()))
                .hint(format!("assay release show {approved}")));
        }
        if let Some(why) = answer.excludes(&actor) {
            return Err(Error::refused(format!("{actor} may not approve {approved}"))
                .because(format!("{actor} {why}"))
                .hint("somebody who neither prepared it nor settled anything about it has to approve"));
        }
        if answer.approvers.iter().any(|by| same_person(by, &actor)) {
            return Err(Error::refused(format!("{actor} has approved {approved} already"))
                .because("one person counts once")
                .hint(format!("see what it waits for: assay release why {approved}")));
        }
        let given = answer.approvers.len() as u64 + 1;
        let wanted = u64::from(answer.wanted);
        transaction.append(Fact::ReleaseApproved { release: approved, release_digest, complete: given >= wanted })?;
        Ok((given, wanted))
    })?;
    let message = format!(
        "{name} is approved by {}: {}",
        context.origin.actor.name,
        // More than are wanted do no harm: they go on record like the others.
        if given > wanted {
            format!("{}, {wanted} wanted", text::counted(given, "approval"))
        } else {
            format!("{given} of {}", text::counted(wanted, "approval"))
        }
    );
    Ok(Reply { message, document: json!({ "release": name, "given": given, "wanted": wanted }), ..Reply::default() })
}

/// Takes the actor's approval back.
pub fn revoke(context: &Context, name: ReleaseName) -> Result<Reply> {
    let actor = context.origin.actor.name.clone();
    let message = format!("{actor} took the approval of {name} back");
    let (contract, file_differs) = (context.contract.clone(), context.file_differs()?);
    context.write(move |transaction| {
        let release = transaction.known_release(&name)?;
        if !release.state.is_open() || !release.approvals.iter().any(|approval| same_person(&approval.by, &actor)) {
            return Err(Error::refused(format!("{actor} has no approval of {name} to take back")));
        }
        transaction.append(Fact::ApprovalRevoked { release: name.clone() })?;
        // The ones that are left may still be enough.
        gate::recount(transaction, InForce { contract: &contract, file_differs }, &transaction.known_release(&name)?)
    })?;
    Ok(Reply::new(message))
}

/// Turns a release down. The next delivery or model opens another one, or whoever runs its period.
pub fn reject(context: &Context, name: ReleaseName) -> Result<Reply> {
    let (message, next) = (format!("{name} is rejected"), Some(Next::OpenAnother(name.clone())));
    let contract = context.contract.clone();
    context.write(move |transaction| {
        transaction.known_release(&name)?.state.allow(ReleaseState::Rejected)?;
        transaction.append(Fact::ReleaseRejected { release: name.clone() })?;
        findings::close_unused(transaction, contract.dataset(&name.dataset)?, name.period)
    })?;
    Ok(Reply { next, ..Reply::new(message) })
}

/// Refuses what was published before, with the way to it: it is brought back, not published again.
pub fn publishable(state: ReleaseState, name: &ReleaseName, live: Option<&ReleaseName>) -> Result<()> {
    let was_live = matches!(state, ReleaseState::Superseded | ReleaseState::Withdrawn | ReleaseState::Retired);
    if !was_live {
        return Ok(());
    }
    let error = Error::refused(format!("{name} is {state}: it was published before"));
    Err(match live.filter(|_| state == ReleaseState::Superseded) {
        Some(live) => {
            error.hint(format!("to bring it back: assay release rollback {live} --to {name} --reason \"...\""))
        }
        None => error
            .hint(format!("the next delivery for {} opens another release", name.period))
            .hint(format!("assay run --period {} opens another one of what was delivered", name.period)),
    })
}

/// Publishes an approved release.
pub fn publish(context: &Context, name: &ReleaseName, progress: &(dyn Fn(Progress) + Sync)) -> Result<Reply> {
    let (state, live) = context.journal.read(|snapshot| {
        let live = snapshot.live_release(&name.dataset, name.period)?.map(|live| live.name);
        Ok((snapshot.release(name)?.map(|release| release.state), live))
    })?;
    if let Some(state) = state {
        publishable(state, name, live.as_ref())?;
    }
    follow(context, name)?;
    let total = None;
    let rows = |done: u64| progress(step(context, name, Step::Running { done, total }));
    let result = publication::publish(context, name, &rows);
    progress(step(
        context,
        name,
        match &result {
            Ok(publication) => Step::Done { rows: publication.rows, refused: 0 },
            Err(error) if error.kind() == ErrorKind::Cancelled => Step::Cancelled,
            // Whoever asked reads all of it in the answer.
            Err(error) => Step::Failed { error: error.message().to_owned() },
        },
    ));
    let publication = result?;
    if publication.repeated {
        let message = format!("{name} is published already: generation {}", publication.generation);
        let lines = warning(&publication);
        return Ok(Reply { message, lines, document: document(name, &publication), ..Reply::default() });
    }
    let mut lines = vec![steps(&publication)];
    if let Some(superseded) = &publication.superseded {
        lines.push(format!("{superseded} is superseded"));
    }
    lines.extend(warning(&publication));
    Ok(Reply {
        message: format!(
            "{name} is published: {}, generation {}, gold version {}",
            text::counted(publication.rows, "row"),
            publication.generation,
            publication.delta_version
        ),
        lines,
        document: document(name, &publication),
        ..Reply::default()
    })
}

/// The gate counts the approvals by the rules in force; where the record says something else it is put right first, so
/// that what nothing keeps back can be published.
fn follow(context: &Context, name: &ReleaseName) -> Result<()> {
    let (contract, file_differs) = (context.contract.clone(), context.file_differs()?);
    let name = name.clone();
    context.write(move |transaction| match transaction.release(&name)? {
        Some(release) if release.state.is_open() => {
            gate::recount(transaction, InForce { contract: &contract, file_differs }, &release)
        }
        _ => Ok(()),
    })
}

/// Brings an older release of the period back.
pub fn rollback(context: &Context, name: &ReleaseName, to: Option<&ReleaseName>) -> Result<Reply> {
    let (back_to, publication) = publication::rollback(context, name, to)?;
    Ok(Reply {
        message: format!("{name} is rolled back: clients see {back_to} again, generation {}", publication.generation),
        lines: warning(&publication),
        document: document(&back_to, &publication),
        ..Reply::default()
    })
}

/// Takes a release away from clients.
pub fn withdraw(context: &Context, name: &ReleaseName) -> Result<Reply> {
    let publication = publication::withdraw(context, name)?;
    Ok(Reply {
        message: format!("{name} is withdrawn: clients see nothing for {}", name.period),
        lines: warning(&publication),
        next: Some(Next::OpenAnother(name.clone())),
        document: document(name, &publication),
        ..Reply::default()
    })
}

/// How long each step of a publication took.
fn steps(publication: &publication::Publication) -> String {
    let step = |(step, milliseconds): &(&str, u128)| match milliseconds {
        0..1000 => format!("{step} {milliseconds} ms"),
        _ => format!("{step} {}.{} s", milliseconds / 1000, milliseconds % 1000 / 100),
    };
    format!("steps: {}", publication.steps.iter().map(step).collect::<Vec<_>>().join(", "))
}

/// What of a publication is not out yet: it is done all the same.
fn warning(publication: &publication::Publication) -> Vec<String> {
    publication.owed.iter().map(|owed| format!("warning: {owed}")).collect()
}

fn document(name: &ReleaseName, publication: &publication::Publication) -> serde_json::Value {
    json!({
        "release": name,
        "generation": publication.generation,
        "delta_version": publication.delta_version,
        "rows": publication.rows,
        "superseded": publication.superseded,
        "steps": publication.steps.iter().map(|(step, milliseconds)| json!({
            "step": step, "milliseconds": u64::try_from(*milliseconds).unwrap_or(u64::MAX),
        })).collect::<Vec<_>>(),
    })
}

fn step(context: &Context, name: &ReleaseName, step: Step) -> Progress {
    let task = Digest::of(context.origin.command.as_bytes());
    Progress { task, kind: TaskKind::Publish, subject: name.to_string(), step }
}
