//! `assay demo`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::screen;
use crate::base::{Cancel, Error, Result, text};
use crate::cli::arguments::{Arguments, DemoArguments, DemoCommand};
use crate::cli::output::Output;
use crate::demo::{self, Unpacking};
use crate::domain::Period;
use crate::ops::{OpenOptions, Workspace};

pub fn run(arguments: &Arguments, options: &DemoArguments, output: &Output, cancel: &Cancel) -> Result<()> {
    match &options.command {
        Some(DemoCommand::Build { folder, .. }) if arguments.dry_run => {
            output.would(&[format!("would build the sample workspace in {}", folder.display())])
        }
        Some(DemoCommand::Build { folder, seed }) => {
            demo::build(folder, *seed, &|line| output.say(line), cancel)?;
            output.line(&format!("{} is built", folder.display()))
        }
        Some(DemoCommand::Inject { period }) => inject(arguments, *period, output),
        Some(DemoCommand::Deliver { provider }) => deliver(arguments, provider.as_deref(), output),
        None => try_out(arguments, options, output),
    }
}

fn deliver(arguments: &Arguments, provider: Option<&str>, output: &Output) -> Result<()> {
    let root = super::named_workspace(arguments, Workspace::discover)?;
    if arguments.dry_run {
        let files = demo::held_back(&root, provider)?;
        let lines: Vec<String> = files.iter().map(|(_, inbox)| format!("would drop {}", below(&root, inbox))).collect();
        return output.would(&lines);
    }
    let dropped = demo::deliver(&root, provider)?;
    if output.is_json() {
        return output.document(&json!({ "dropped": dropped }));
    }
    for path in &dropped {
        output.line(&format!("dropped {}", below(&root, path)))?;
    }
    output.say(&format!(
        "{} in the inboxes; take them in with assay ingest",
        text::counted(dropped.len() as u64, "file")
    ));
    Ok(())
}

fn inject(arguments: &Arguments, period: Period, output: &Output) -> Result<()> {
    let workspace = super::open(arguments)?;
    let zone = workspace.contract()?.timezone;
    let today = workspace.now().with_timezone(&zone).date_naive();
    if arguments.dry_run {
        let sold = demo::shop_sales(workspace.root(), period, today)?.len() as u64;
        return output.would(&[format!("would sell {} on the days of {period}", text::counted(sold, "line"))]);
    }
    let injected = demo::inject(workspace.root(), period, today)?;
    if output.is_json() {
        return output.document(&injected);
    }
    let demo::Injected { added, corrected, deleted } = injected;
    output.line(&format!("{} sold, {corrected} put right, {deleted} struck out", text::counted(added, "line")))?;
    let full = if deleted > 0 { "; --full finds what was struck out" } else { "" };
    output.say(&format!("copy it with assay ingest{full}"));
    Ok(())
}

fn below(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

fn try_out(arguments: &Arguments, options: &DemoArguments, output: &Output) -> Result<()> {
    let root = match &options.into {
        Some(folder) => folder.clone(),
        None => temporary()?,
    };
    if arguments.dry_run {
        return output.would(&[format!("would unpack the sample workspace into {}", root.display())]);
    }
    let unpacking = Unpacking::begin(&root)?;
    let workspace = Workspace::open(&OpenOptions { clock: super::fixed_clock()?, ..OpenOptions::at(root) })?;
    if options.no_screen {
        unpacking.finish()?;
        if output.is_json() {
            return output.document(&json!({ "workspace": workspace.root() }));
        }
        return output.line(&workspace.root().display().to_string());
    }
    let root = workspace.root().to_path_buf();
    screen::open_screen(workspace, arguments.name.as_deref(), || unpacking.finish())?;
    output.say(&format!("the demo is in {0}; to open it again: assay --workspace {0}", root.display()));
    Ok(())
}

/// A new folder of its own for each demo.
fn temporary() -> Result<PathBuf> {
    let base = std::env::temp_dir();
    let process = std::process::id();
    (0..1000)
        .map(|number| base.join(format!("assay-demo-{process}-{number}")))
        .find(|folder| !folder.exists())
        .ok_or_else(|| Error::busy(format!("{} is full of demos", base.display())).hint("name a folder with --into"))
}
