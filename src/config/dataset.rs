//! `[[dataset]]` and `[dataset.release]`.

use super::rhythm::{self, Owed};
use super::table::{Located, Table, suggest, unique};
use super::{aggregate, checks, names, provider, reference, schema};
use crate::base::Result;
use crate::base::text::counted;
use crate::domain::policy::{Format, ReleasePolicy};
use crate::domain::{Dataset, FieldType};

const KEYS: [&str; 13] = [
    "name",
    "period",
    "text",
    "model",
    "key",
    "date",
    "holidays",
    "schema",
    "reference",
    "aggregate",
    "provider",
    "check",
    "release",
];

/// Every `[[dataset]]`. `approvers` are how many people may approve; none: everybody.
pub fn datasets(root: &Table<'_, '_>, approvers: Option<u32>) -> Result<Vec<Dataset>> {
    let tables = root.tables("dataset", "[[dataset]]", &KEYS)?;
    let names = tables.iter().map(|table| table.required_text("name")).collect::<Result<Vec<_>>>()?;
    unique(root.document, "dataset", &names)?;
    let datasets = tables.iter().map(|table| dataset(table, approvers)).collect::<Result<Vec<_>>>()?;
    reference::have_folders_of_their_own(&tables, &datasets)?;
    Ok(datasets)
}

fn dataset(table: &Table<'_, '_>, approvers: Option<u32>) -> Result<Dataset> {
    let name = names::folder_name(table.document, "dataset", &table.required_text("name")?)?;
    let period = rhythm::granularity(table.document, &table.required_text("period")?)?;
    let schema = schema::schema(table)?;
    let text = schema::fields(table, "text", &schema, "string", |field_type| field_type == FieldType::String)?;
    let model = table.text("model")?;
    if let Some(model) = model.as_ref().filter(|_| text.is_empty()) {
        let message = format!("`model` names `{}`, but the dataset has no text for it to read", model.value);
        return Err(table.document.error(&model.place, message).hint("add text = [\"...\"], or remove `model`"));
    }
    let is_date = |field_type| matches!(field_type, FieldType::Date | FieldType::Timestamp);
    let date = schema::fields(table, "date", &schema, "date or timestamp", is_date)?.pop();
    let key = schema::fields(table, "key", &schema, "", |_| true)?;
    let owed = Owed { granularity: period, schema: &schema, date: date.as_deref(), key: &key };
    Ok(Dataset {
        model: model.map(|model| names::folder_name(table.document, "model", &model)).transpose()?,
        references: reference::references(table, &schema)?,
        aggregates: aggregate::aggregates(table)?,
        holidays: table.value("holidays").map_or(Ok(Vec::new()), |value| value.dates())?,
        providers: provider::providers(table, &owed)?,
        checks: checks::checks(table, &schema)?,
        release: release(table, approvers)?,
        name,
        period,
        // The contract says so to all of its datasets.
        timezone: chrono_tz::Tz::UTC,
        text,
        date,
        key,
        schema,
    })
}

fn release(table: &Table<'_, '_>, approvers: Option<u32>) -> Result<ReleasePolicy> {
    let default = ReleasePolicy::default();
    let Some(value) = table.value("release") else { return Ok(default) };
    let keys = ["approvals", "separation", "keep", "reprocess", "assess", "deliver"];
    let table = value.table("[dataset.release]", &keys)?;
    let approvals = table.count("approvals", 1..=100)?.unwrap_or(default.approvals);
    if let Some(approvers) = approvers.filter(|approvers| *approvers < approvals) {
        let message = format!("`approvals` is {approvals}, but {} may approve", counted(approvers.into(), "person"));
        return Err(table
            .document
            .error(&table.place_of("approvals"), message)
            .hint("make more people manager or owner in [people], or ask for fewer approvals"));
    }
    Ok(ReleasePolicy {
        approvals,
        separation: table.truth("separation")?.unwrap_or(default.separation),
        keep: table.count("keep", 1..=10_000)?.unwrap_or(default.keep),
        reprocess: table.count("reprocess", 0..=10_000)?.unwrap_or(default.reprocess),
        assess: table.count("assess", 0..=10_000)?.unwrap_or(default.assess),
        deliver: if table.has("deliver") { formats(&table)? } else { default.deliver },
    })
}

fn formats(table: &Table<'_, '_>) -> Result<Vec<Format>> {
    let known = [Format::Xlsx, Format::Csv, Format::Parquet];
    let texts = table.texts("deliver")?;
    unique(table.document, "format", &texts)?;
    let format = |text: &Located<&str>| {
        known.into_iter().find(|format| format.as_str() == text.value).ok_or_else(|| {
            let error = table
                .document
                .error(&text.place, format!("`{}` is not a format that releases are delivered in", text.value));
            suggest(error, text.value, &known.map(Format::as_str))
        })
    };
    texts.iter().map(format).collect()
}
