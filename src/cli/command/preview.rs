//! `assay batch preview`.

use std::path::Path;

use crate::base::{Cancel, Result, text};
use crate::cli::arguments::Arguments;
use crate::cli::output::Output;
use crate::ops::{self, FilePreview, Whose, Workspace};

/// Shows a file, in the workspace that is meant, or outside of any.
pub fn run(
    arguments: &Arguments,
    file: &Path,
    whose: Whose<'_>,
    rows: usize,
    output: &Output,
    cancel: &Cancel,
) -> Result<()> {
    let is_meant = arguments.workspace.is_some() || whose.dataset.or(whose.provider).is_some();
    let is_inside = is_meant || Workspace::discover(&std::env::current_dir()?).is_ok();
    let workspace = is_inside.then(|| super::open(arguments)).transpose()?;
    let preview = ops::preview_file(workspace.as_ref(), file, whose, rows, cancel)?;
    if output.is_json() {
        return output.document(&preview);
    }
    print(&preview, output)
}

fn print(preview: &FilePreview, output: &Output) -> Result<()> {
    for (name, value) in preview.understood.words() {
        output.line(&format!("{name}: {value}"))?;
    }
    output.line(&format!("{}, {} refused", text::counted(preview.rows, "row"), text::grouped(preview.rejected)))?;
    if let Some(why) = &preview.quarantine {
        output.line(&format!("it would be quarantined: {why}"))?;
    }
    for repair in &preview.repairs {
        let first = repair.examples.first().map(|example| format!("; {}", example.words())).unwrap_or_default();
        output.line(&format!("repaired: {}{first}", repair.words()))?;
    }
    for reject in &preview.rejects {
        output.line(&format!("refused: {}", reject.words()))?;
    }
    for mapped in &preview.mapping {
        output.line(&mapped.words())?;
    }
    let header: Vec<String> = (1..).zip(&preview.columns).map(|(place, name)| named(place, name)).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let cells = |row: &Vec<Option<String>>| row.iter().map(|cell| cell.clone().unwrap_or_default()).collect();
    output.table(&header, &preview.sample.iter().map(cells).collect::<Vec<Vec<String>>>())
}

fn named(place: usize, name: &str) -> String {
    if name.trim().is_empty() { format!("column {place}") } else { name.to_owned() }
}
