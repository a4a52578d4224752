//! Past the point of no return: the folder that the intent signed, or the very same bytes built again.

use super::artifacts::{self, Described};
use super::manifest::{Manifest, find, manifest};
use crate::base::{Digest, Error, ErrorKind, Result};
use crate::domain::policy::Format;
use crate::domain::{Dataset, Release, ReleaseName, TaskKind, TaskState, TaskSubject};
use crate::journal::Snapshot;
use crate::pipeline::{Context, inputs, plan};

/// The manifest of the folder that an intent signed, once every byte of it is what was signed.
///
/// A folder that is gone or damaged is built again: it takes the place of the old one only if it is the same.
pub fn signed(context: &Context, name: &ReleaseName, digest: &Digest, formats: &[Format]) -> Result<Manifest> {
    match whole(context, name, digest) {
        Err(damage) if damage.kind() != ErrorKind::Cancelled => {
            tracing::warn!(%damage, %name, "a signed folder is built again");
            rebuild(context, name, digest, formats, &damage)
        }
        whole => whole,
    }
}

fn whole(context: &Context, name: &ReleaseName, digest: &Digest) -> Result<Manifest> {
    let manifest = manifest(context, name)?.ok_or_else(|| Error::corrupt(format!("the folder of {name} is gone")))?;
    if manifest.digest()? != *digest {
        return Err(Error::corrupt(format!("the folder of {name} is not the one that was signed")));
    }
    context.lake.verify_release(name)?;
    Ok(manifest)
}

fn rebuild(
    context: &Context,
    name: &ReleaseName,
    digest: &Digest,
    formats: &[Format],
    damage: &Error,
) -> Result<Manifest> {
    let lost = || {
        Error::corrupt(damage.one_line())
            .because(format!("{name} is past the point of no return, and what was signed can't be built again"))
    };
    let folder = context.lake.release_folder(name);
    let restore = format!("or put {} back from a copy", folder.display());
    let release = find(context, name)?;
    let dataset = context.contract.dataset(&name.dataset).map_err(|error| {
        lost().because(error.one_line()).hint("bring the dataset back into assay.toml and apply it").hint(&restore)
    })?;
    let moved = context.journal.read(|snapshot| moved_on(snapshot, dataset, &release))?;
    if !moved.is_empty() {
        let error = moved.into_iter().fold(lost(), |error, (what, help)| error.because(what).hint(help));
        return Err(error.hint(&restore));
    }
    let described = Described::of(context, dataset, &release)?;
    // Earlier intents did not name them.
    let formats = if formats.is_empty() { artifacts::formats(dataset) } else { formats.to_vec() };
    let (staging, details) = artifacts::stage(context, dataset, &release, &described, &formats, &|_| {})?;
    let (built, _) = staging.manifest(details.clone(), &context.cancel)?;
    let built: Manifest = serde_json::from_value(built)?;
    if built.digest()? != *digest {
        return Err(lost()
            .because("built again from what it stands on, it is not byte for byte what was signed")
            .hint(format!("put {} back from a copy", folder.display())));
    }
    context.lake.discard_release(name)?;
    staging.finish(details, &context.cancel)?;
    whole(context, name, digest)
}

/// What a release was signed with and does not stand there any more: in a sentence, with what brings it back.
fn moved_on(snapshot: &Snapshot<'_>, dataset: &Dataset, release: &Release) -> Result<Vec<(String, String)>> {
    let then = snapshot.release_inputs(&release.name)?.unwrap_or_default();
    let now = inputs::of(snapshot, dataset, release.name.period, &release.model)?;
    let mut moved = Vec::new();
    for (provider, signed) in &then.batches {
        let standing = now.batches.get(provider).map(Vec::as_slice).unwrap_or_default();
        for batch in standing.iter().filter(|batch| !signed.contains(batch)) {
            moved.push((
                format!("{provider} stands on batch {batch}, which came after it was signed"),
                format!("assay batch withdraw {batch} --reason \"...\", then assay run; deliver it again afterwards"),
            ));
        }
        for batch in signed.iter().filter(|batch| !standing.contains(batch)) {
            if standing.is_empty() {
                let help = format!("assay batch show {batch}");
                moved.push((format!("batch {batch} of {provider}, which was signed, does not stand any more"), help));
            }
        }
        if now.mappings.get(provider).is_some_and(|mapping| then.mappings.get(provider) != Some(mapping)) {
            let help = "assay contract apply with the earlier mapping, then assay run".to_owned();
            moved.push((format!("the columns of {provider} are mapped otherwise than when it was signed"), help));
        }
    }
    if !moved.is_empty() {
        return Ok(moved);
    }
    for step in plan::plan(&plan::facts(snapshot, dataset, release, &[])?) {
        let own = match &step.task.subject {
            TaskSubject::Annotated { model, .. } => *model == release.model,
            _ => true,
        };
        if own && matches!(step.task.kind, TaskKind::Refine | TaskKind::Enrich) && step.state != TaskState::Done {
            moved.push((format!("{} is not what was signed", step.task.slot()), "assay run".to_owned()));
        }
    }
    Ok(moved)
}
