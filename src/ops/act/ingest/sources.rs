//! Sources that are asked for what is new: databases and servers.

use super::tally::Tally;
use crate::base::{ErrorKind, Result, text};
use crate::domain::progress::Progress;
use crate::domain::source::{Http, Source, Sql};
use crate::domain::{Dataset, Provider};
use crate::pipeline::{Context, download, extract};

/// Asks every source that is meant. One that can't be asked keeps no other one out.
pub fn ask(
    context: &Context,
    (dataset, provider): (Option<&str>, Option<&str>),
    full: bool,
    progress: &(dyn Fn(Progress) + Sync),
    tally: &mut Tally,
) -> Result<()> {
    for (dataset, provider) in context.contract.providers(dataset, provider)? {
        context.cancel.check()?;
        let asked = match &provider.source {
            Source::Sql(source) => database(context, (dataset, provider), (source, full), progress, tally),
            Source::Http(source) => server(context, (dataset, provider), (source, full), progress, tally),
            Source::Inbox { .. } => Ok(()),
        };
        match asked {
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) => tally.fails(&provider.name, error),
            Ok(()) => {}
        }
    }
    Ok(())
}

fn database(
    context: &Context,
    (dataset, provider): (&Dataset, &Provider),
    (source, full): (&Sql, bool),
    progress: &(dyn Fn(Progress) + Sync),
    tally: &mut Tally,
) -> Result<()> {
    let extract::Extracted { read, twice, landed } =
        extract::provider(context, dataset, provider, (source, full), progress)?;
    for (destination, file, landing) in &landed {
        tally.landed(context, destination, file, landing);
    }
    if landed.is_empty() {
        tally.nothing_new(&provider.name, &format!("{} read", text::counted(read, "row")));
    }
    if twice > 0 {
        tally.remark(format!(
            "{}: {} gave way to later ones of the same {}",
            provider.name,
            text::counted(twice, "row"),
            dataset.key.join(", ")
        ));
    }
    Ok(())
}

fn server(
    context: &Context,
    (dataset, provider): (&Dataset, &Provider),
    (source, all): (&Http, bool),
    progress: &(dyn Fn(Progress) + Sync),
    tally: &mut Tally,
) -> Result<()> {
    let download::Downloaded { asked, missing, landed, failed } =
        download::provider(context, dataset, provider, (source, all), progress)?;
    for (destination, file, landing) in &landed {
        tally.landed(context, destination, file, landing);
    }
    if landed.is_empty() && failed.is_empty() {
        let mut what = format!("{} asked for", text::counted(asked, "file"));
        if missing > 0 {
            what += &format!(", {missing} not there yet");
        }
        tally.nothing_new(&provider.name, &what);
    }
    for (file, error) in failed {
        tally.fails(&file, error);
    }
    Ok(())
}
