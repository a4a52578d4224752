//! A release: what keeps it back, what it would change, what it rests on.

mod changes;

use std::collections::BTreeSet;

pub use changes::changes;

use super::{Item, Link, instant};
use crate::base::text::counted;
use crate::domain::listing::ReleaseRow;
use crate::domain::release::Change;
use crate::domain::{Outcome, Reason, ReasonCode, ReleaseState, Severity};
use crate::ops::{ReasonGroup, ReleaseDetail, WaivedFinding};
use crate::tui::app::place::Place;
use crate::tui::app::words::{Piece, Tone, Word};

const GATE: &str = "Gate: what keeps it from clients (Enter leads to the place that clears it)";

pub(super) fn items(detail: &ReleaseDetail, unfolded: &BTreeSet<String>) -> Vec<Item> {
    let mut items = gate(detail, unfolded);
    items.extend(story(detail));
    items.extend(waived(detail));
    items.extend(approvals(detail));
    items.extend(changes(detail));
    items.extend(rests_on(detail));
    items.extend(checks(detail));
    items.extend(facts(detail));
    items
}

fn gate(detail: &ReleaseDetail, unfolded: &BTreeSet<String>) -> Vec<Item> {
    let reasons = &detail.row.blocked_by;
    if reasons.is_empty() {
        let good = |rest: &str| Piece::new(format!("✓ nothing{rest}"), Tone::Good);
        let piece = match detail.release.state {
            state if state.is_open() => good("; p publishes it"),
            ReleaseState::Published => good("; clients see it"),
            state if detail.is_last_word => {
                Piece::new(format!("! it is {state}; R opens another one for {}", detail.row.period), Tone::Warning)
            }
            ReleaseState::Superseded if detail.row.live.is_some() => {
                good("; clients saw it before, and B brings it back")
            }
            _ => good(" to decide any more"),
        };
        return vec![Item::text(GATE, vec![piece])];
    }
    let mut items = Vec::new();
    for group in ReasonGroup::of(reasons) {
        let Some(headline) = group.folded() else {
            items.extend(group.reasons.iter().map(|reason| one_reason(detail, "", reason)));
            continue;
        };
        let open = unfolded.contains(&group.first.fix);
        items.push(folded(detail, &headline, group.first, open));
        if open {
            let fold = || Some(group.first.fix.clone());
            items.extend(group.reasons.iter().map(|one| Item { fold: fold(), ..one_reason(detail, "  ", one) }));
        }
    }
    items
}

/// Where its files are, and what became of it.
fn story(detail: &ReleaseDetail) -> Vec<Item> {
    const STORY: &str = "What became of it";
    let folder = detail.folder.iter().map(|folder| Item::fact(STORY, "files", format!("{folder}/")));
    folder.chain(detail.story.iter().map(|one| Item::text(STORY, vec![Piece::plain(one.sentence())]))).collect()
}

fn one_reason(detail: &ReleaseDetail, indent: &str, reason: &Reason) -> Item {
    Item::text(GATE, vec![Piece::new(format!("{indent}✗ "), Tone::Bad), Piece::plain(reason.text.clone())])
        .to(Link::Clear(detail.row.name.clone(), reason.clone()))
}

/// Many reasons with one cause: how many, and the first of them. It leads where each of them does.
fn folded(detail: &ReleaseDetail, headline: &str, first: &Reason, open: bool) -> Item {
    let mark = if open { "▾" } else { "▸" };
    let pieces = vec![
        Piece::new(format!("✗ {headline} {mark} "), Tone::Bad),
        Piece::plain(format!("{}; ", first.text)),
        Piece::new("one step clears them all", Tone::Quiet),
    ];
    let item = Item::text(GATE, pieces).to(Link::Clear(detail.row.name.clone(), first.clone()));
    Item { fold: Some(first.fix.clone()), ..item }
}

/// What the checks found and somebody let pass.
fn waived(detail: &ReleaseDetail) -> Vec<Item> {
    let line = |waived: &WaivedFinding| {
        let pieces = vec![Piece::new("! ", Tone::Warning), Piece::plain(waived.sentence())];
        Item::text("Let pass: who approves, approves that too", pieces).to(Link::To(Place::Anomaly(waived.id.clone())))
    };
    detail.waived.iter().map(line).collect()
}

/// Who approved, whose approval fell and why, and who may not approve.
fn approvals(detail: &ReleaseDetail) -> Vec<Item> {
    const APPROVALS: &str = "Approvals";
    let release = &detail.release;
    let mut items: Vec<Item> = release
        .approvals
        .iter()
        .map(|approval| {
            let note = approval.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            let void = detail.void.iter().find(|(by, _)| *by == approval.by).filter(|_| release.state.is_open());
            let stands = void.map(|(by, why)| format!(" (does not count: {by} {why})")).unwrap_or_default();
            let mark = if void.is_some() { Piece::new("! ", Tone::Warning) } else { Piece::new("✓ ", Tone::Good) };
            let said = format!("{} approved it, {}{stands}{note}", approval.by, instant(approval.at));
            Item::text(APPROVALS, vec![mark, Piece::plain(said)])
        })
        .collect();
    items.extend(detail.fallen.iter().map(|one| {
        let said = format!("{}'s approval fell: {} ({})", one.by, one.why, instant(one.at));
        Item::text(APPROVALS, vec![Piece::new("! ", Tone::Warning), Piece::plain(said)])
    }));
    if detail.row.blocked_by.iter().any(|reason| reason.code == ReasonCode::ApprovalsMissing) {
        items.push(Item::fact(APPROVALS, "may approve", still_may(&detail.row)));
    }
    if release.state.is_open() {
        items.extend(detail.excluded.iter().map(|(name, why)| {
            let said = format!("{name} may not approve: {why}");
            Item::text(APPROVALS, vec![Piece::new("- ", Tone::Warning), Piece::plain(said)])
        }));
    }
    items
}

/// Who may approve a release and has not.
pub fn still_may(row: &ReleaseRow) -> String {
    match row.may_approve.as_deref() {
        None => "anybody; there is no [people]".to_owned(),
        Some([]) => "nobody else".to_owned(),
        Some(names) => names.join(", "),
    }
}

/// What is being prepared rests on what came; what was published, on what was signed, whatever came since.
fn rests_on(detail: &ReleaseDetail) -> Vec<Item> {
    if !detail.release.state.is_open() {
        let line = |batch: &crate::domain::listing::BatchRow| {
            let what = format!("{:<16} revision {}, {} ({})", batch.provider, batch.revision, batch.file, batch.id);
            Item::text("What was signed", vec![Piece::plain(what)]).to(Link::To(Place::Batch(batch.id.clone())))
        };
        return detail.rests_on.iter().map(line).collect();
    }
    let line = |cell: &crate::domain::completeness::Cell| {
        let pieces = vec![Piece::plain(format!("{:<16} ", cell.provider)), Word::from(cell.state).piece()];
        let item = Item::text("Completeness", pieces);
        match &cell.batch {
            Some(batch) => item.to(Link::To(Place::Batch(batch.clone()))),
            None => item.to(Link::Cell {
                dataset: detail.row.dataset.clone(),
                period: detail.row.period,
                provider: cell.provider.clone(),
            }),
        }
    };
    detail.cells.iter().map(line).collect()
}

fn checks(detail: &ReleaseDetail) -> Vec<Item> {
    let mut evaluations: Vec<_> = detail.evaluations.iter().collect();
    evaluations.sort_by_key(|evaluation| match evaluation.outcome {
        Outcome::Failed => 0,
        Outcome::Unknown => 1,
        Outcome::Passed => 2,
    });
    let line = |evaluation: &&crate::domain::Evaluation| {
        let weight = if evaluation.severity == Severity::Warning { " (warning)" } else { "" };
        let named = format!(" {} of {}{weight}: ", evaluation.check, evaluation.subject);
        let pieces = vec![
            Word::from(evaluation.outcome).piece(),
            Piece::new(named, Tone::Strong),
            Piece::plain(evaluation.explanation.clone()),
        ];
        Item::text("Checks", pieces)
    };
    evaluations.iter().map(line).collect()
}

fn facts(detail: &ReleaseDetail) -> Vec<Item> {
    const RECORD: &str = "On the record";
    let release = &detail.release;
    let mut items = vec![Item::fact(RECORD, "opened", format!("{}: {}", instant(release.at), release.cause))];
    if let Some(Change { at, cause }) = &release.changed {
        items.push(Item::fact(RECORD, "changed", format!("{}: {cause}", instant(*at))));
    }
    items.extend([
        Item::fact(RECORD, "inputs", release.input_digest.short()),
        Item::fact(
            RECORD,
            "content",
            release.release_digest.as_ref().map_or("not assembled yet", |digest| digest.short()),
        ),
    ]);
    let looked_up = detail.references.iter().map(|(name, what)| format!("{name}: {what}"));
    items.extend(looked_up.map(|what| Item::fact(RECORD, "looked up", what)));
    if let Some(generation) = release.generation {
        items.push(Item::fact(RECORD, "generation", generation.to_string()));
    }
    items.extend(
        detail
            .artifacts
            .iter()
            .map(|(name, bytes)| Item::fact(RECORD, "artifact", format!("{name} ({})", counted(*bytes, "byte")))),
    );
    items
}
