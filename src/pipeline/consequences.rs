//! What a change would mean for the open releases, found by rehearsing it: the change itself runs and is taken back.

use super::Context;
use crate::base::{Result, text};
use crate::domain::{ModelRef, Release, ReleaseName, ReleaseState};
use crate::journal::Transaction;

/// What follows for the open releases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consequences {
    /// Those that rest on something else then: they are checked again, and approvals fall.
    pub checked_again: Vec<CheckedAgain>,
    /// Those that stay as they are, while what an approval of them stands for is something else.
    pub signed_again: Vec<SignedAgain>,
    /// Those of which enough approvals count then, or no longer do.
    pub recounted: Vec<(ReleaseName, ReleaseState)>,
    /// Those that are opened.
    pub opened: Vec<(ReleaseName, ModelRef)>,
}

/// An open release that has to be checked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedAgain {
    /// Which.
    pub release: ReleaseName,
    /// The model version that it moves to, where that is another.
    pub moves_to: Option<ModelRef>,
    /// Whose approvals fall.
    pub fall: Vec<String>,
}

/// An open release that has to be approved again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAgain {
    /// Which.
    pub release: ReleaseName,
    /// Whose approvals fall.
    pub fall: Vec<String>,
}

/// Rehearses `work` and compares the open releases before and after it.
pub fn of(
    context: &Context,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<()> + Send + 'static,
) -> Result<Consequences> {
    context.journal.rehearse(&context.origin, move |transaction| {
        let before = transaction.open_releases()?;
        work(transaction)?;
        Ok(between(&before, &transaction.open_releases()?))
    })
}

/// What became of the open releases of `before`, where they are now as in `after`.
pub fn between(before: &[Release], after: &[Release]) -> Consequences {
    let mut consequences = Consequences::default();
    for now in after {
        let Some(then) = before.iter().find(|then| then.name == now.name) else {
            consequences.opened.push((now.name.clone(), now.model.clone()));
            continue;
        };
        let stands = |by: &str| now.approvals.iter().any(|approval| approval.by == by);
        let fall: Vec<String> = then.approvals.iter().map(|one| one.by.clone()).filter(|by| !stands(by)).collect();
        if then.input_digest == now.input_digest && then.model == now.model {
            let release = now.name.clone();
            if !fall.is_empty() {
                consequences.signed_again.push(SignedAgain { release, fall });
            } else if then.state != now.state {
                consequences.recounted.push((release, now.state));
            }
            continue;
        }
        consequences.checked_again.push(CheckedAgain {
            release: now.name.clone(),
            moves_to: (then.model != now.model).then(|| now.model.clone()),
            fall,
        });
    }
    consequences.checked_again.sort_by(|a, b| a.release.cmp(&b.release));
    consequences.opened.sort();
    consequences
}

impl Consequences {
    /// In sentences, for whoever is about to do it.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let (moved, checked): (Vec<_>, Vec<_>) = self.checked_again.iter().partition(|one| one.moves_to.is_some());
        let mut lines = Vec::new();
        if let Some(model) = moved.first().and_then(|one| one.moves_to.as_ref()) {
            let verb = if moved.len() == 1 { "moves" } else { "move" };
            lines.push(format!("{} {verb} to {model}: {}", open_releases(moved.len()), named(&moved)));
        }
        if !checked.is_empty() {
            let verb = if checked.len() == 1 { "is" } else { "are" };
            lines.push(format!("{} {verb} checked again: {}", open_releases(checked.len()), named(&checked)));
        }
        for (release, state) in &self.recounted {
            lines.push(match state {
                ReleaseState::Approved => format!("{release} is approved: enough approvals count"),
                _ => format!("{release} is no longer approved: too few approvals count"),
            });
        }
        for (release, model) in &self.opened {
            lines.push(format!("{release} is opened, made with {model}"));
        }
        let fallen: Vec<String> = self
            .checked_again
            .iter()
            .map(|one| (&one.release, &one.fall))
            .chain(self.signed_again.iter().map(|one| (&one.release, &one.fall)))
            .flat_map(|(release, fall)| fall.iter().map(move |by| format!("{by}'s of {release}")))
            .collect();
        if !fallen.is_empty() {
            let what = text::counted(fallen.len() as u64, "approval");
            let verb = if fallen.len() == 1 { "falls" } else { "fall" };
            lines.push(format!("{what} {verb}: {}", fallen.join(", ")));
        }
        if lines.is_empty() {
            lines.push("no open release has to be checked again".to_owned());
        }
        lines
    }
}

fn open_releases(count: usize) -> String {
    text::counted(count as u64, "open release")
}

fn named(releases: &[&CheckedAgain]) -> String {
    let one = |one: &&CheckedAgain| match one.fall.len() {
        0 => one.release.to_string(),
        1 => format!("{} (1 approval falls)", one.release),
        count => format!("{} ({count} approvals fall)", one.release),
    };
    releases.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn consequences_are_said_in_sentences() {
        let release = |name: &str| name.parse::<ReleaseName>().unwrap();
        let checked = |name: &str, model: Option<&str>, fall: &[&str]| CheckedAgain {
            release: release(name),
            moves_to: model.map(|model| model.parse().unwrap()),
            fall: fall.iter().map(ToString::to_string).collect(),
        };
        let consequences = Consequences {
            signed_again: vec![SignedAgain { release: release("slips/2026-07.2"), fall: vec!["nora".to_owned()] }],
            checked_again: vec![
                checked("slips/2026-08.3", None, &["ravi"]),
                checked("slips/2026-09.1", None, &[]),
                checked("slips/2026-10.1", Some("slips/3"), &["ravi", "nora"]),
            ],
            recounted: vec![
                (release("slips/2026-06.1"), ReleaseState::Open),
                (release("slips/2026-05.1"), ReleaseState::Approved),
            ],
            opened: vec![(release("slips/2026-07.4"), "slips/3".parse().unwrap())],
        };
        assert_eq!(
            consequences.sentences(),
            [
                "1 open release moves to slips/3: slips/2026-10.1 (2 approvals fall)",
                "2 open releases are checked again: slips/2026-08.3 (1 approval falls), slips/2026-09.1",
                "slips/2026-06.1 is no longer approved: too few approvals count",
                "slips/2026-05.1 is approved: enough approvals count",
                "slips/2026-07.4 is opened, made with slips/3",
                "4 approvals fall: ravi's of slips/2026-08.3, ravi's of slips/2026-10.1, nora's of slips/2026-10.1, nora's of slips/2026-07.2",
            ]
        );
        assert_eq!(Consequences::default().sentences(), ["no open release has to be checked again"]);
    }
}
