//! `assay batch preview`.

use std::path::Path;

use crate::base::{Cancel, Result, text};
use crate::cli::arguments::Arguments;
use crate::cli::output::Output;
use crate::domain::understood::Understood;
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
    for line in understood(&preview.understood) {
        output.line(&line)?;
    }
    output.line(&format!("{}, {} refused", text::counted(preview.rows, "row"), text::grouped(preview.rejected)))?;
    for repair in &preview.repairs {
        let first = repair.examples.first();
        let line = first.and_then(|example| example.line).map(|line| format!("line {}: ", text::grouped(line)));
        let reason = first.map(|example| example.reason.as_str()).unwrap_or_default();
        let kind = repair.kind.words();
        output.line(&format!(
            "repaired: {kind} ({}); {}{reason}",
            text::grouped(repair.count),
            line.unwrap_or_default()
        ))?;
    }
    for reject in &preview.rejects {
        let line = reject.line.map(|line| format!("line {}: ", text::grouped(line))).unwrap_or_default();
        output.line(&format!("refused: {line}{}: {}", reject.reason, reject.raw))?;
    }
    for mapped in &preview.mapping {
        output.line(&format!("{} <- {}", mapped.field, mapped.column.as_deref().unwrap_or("(no column)")))?;
    }
    let header: Vec<String> = (1..).zip(&preview.columns).map(|(place, name)| named(place, name)).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let cells = |row: &Vec<Option<String>>| row.iter().map(|cell| cell.clone().unwrap_or_default()).collect();
    output.table(&header, &preview.sample.iter().map(cells).collect::<Vec<Vec<String>>>())
}

fn named(place: usize, name: &str) -> String {
    if name.trim().is_empty() { format!("column {place}") } else { name.to_owned() }
}

fn understood(understood: &Understood) -> Vec<String> {
    let Understood { format, packed, encoding, delimiter, quote, escape, header_row } = understood;
    let packed = packed.as_ref().map(|packed| format!(" in {packed}")).unwrap_or_default();
    let mut lines = vec![format!("format: {format}{packed}")];
    lines.extend(encoding.as_ref().map(|encoding| format!("encoding: {encoding}")));
    lines.extend(delimiter.as_ref().map(|delimiter| format!("delimiter: {delimiter:?}")));
    lines.extend(quote.map(|quote| format!("quote: {quote}")));
    lines.extend(escape.map(|escape| format!("escape: {escape}")));
    lines.push(
        header_row.map_or_else(|| "header: none".to_owned(), |row| format!("header: line {}", text::grouped(row))),
    );
    lines
}
