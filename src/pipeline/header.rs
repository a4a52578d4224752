//! Whether the header of a delivered file names its columns. What a header holds goes on record, where nobody could erase it:
//! a first record of data must not be taken for one.

use crate::base::{Cancel, Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::likeness::{Traits, ValueKind};
use crate::domain::{Dataset, Provider};
use crate::frames::text;
use crate::source::read::Reader;

/// How many of the first records are compared with the header.
const SAMPLE: usize = 2_000;

/// Refuses a file whose header neither holds a column of the provider's nor is surely one. `open` reads it from its start.
pub fn check(
    dataset: &Dataset,
    provider: &Provider,
    columns: &[BronzeColumn],
    open: impl Fn() -> Result<Box<dyn Reader>>,
    cancel: &Cancel,
) -> Result<()> {
    let is_known = provider.fields_in(dataset, columns) > 0 || names_columns(open()?, cancel)?;
    if is_known { Ok(()) } else { Err(unknown(dataset, provider)) }
}

/// Whether a header is one all the same, of columns that all have other names: it is found above columns of numbers or dates,
/// and is neither there, or the file names each value by itself.
fn names_columns(mut reader: Box<dyn Reader>, cancel: &Cancel) -> Result<bool> {
    let (columns, understood) = (reader.header().to_vec(), reader.understood());
    if understood.delimiter.is_none() && understood.sheet.is_none() {
        return Ok(understood.format != "csv");
    }
    let Some(rows) = reader.next_chunk(SAMPLE, cancel)?.filter(|_| understood.header_row.is_some()) else {
        return Ok(false);
    };
    let mut is_above_values = false;
    for column in &columns {
        let is_name = ValueKind::of(&column.delivered).is_none_or(|kind| kind == ValueKind::Text);
        let values = text(&rows, &column.name)?;
        let kind = Traits::of(&column.delivered, values.iter().flatten()).kind();
        match kind {
            Some(ValueKind::Numbers | ValueKind::Dates) if !is_name => return Ok(false),
            Some(ValueKind::Numbers | ValueKind::Dates) => is_above_values = true,
            _ => {}
        }
    }
    Ok(is_above_values)
}

/// Why a file without one of the provider's columns can't be used.
fn unknown(dataset: &Dataset, provider: &Provider) -> Error {
    let wanted = dataset.delivered().flat_map(|field| provider.names_of(&field.name));
    let wanted = wanted.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Error::bad_data(format!("none of the columns of {} is in the header of the file", provider.name))
        .because(format!("looked for {wanted}"))
        .hint("ask the provider for the file with its header line, or mend the provider's columns in assay.toml")
}
