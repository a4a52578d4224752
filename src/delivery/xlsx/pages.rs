//! The Summary and Quality sheets: what people read before and after the rows.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::excel;
use super::put::{Fit, put};
use crate::base::{Result, text};
use crate::delivery::summary::Summary;
use crate::domain::{Bounds, ReleaseName, Value};

/// How many cut cells are named one by one.
const MOST_NOTES: usize = 1_000;

/// What a reader of the workbook has to know about it, gathered while it is written.
#[derive(Default)]
pub struct Notes {
    cut: Vec<String>,
    cut_in_all: u64,
    as_text: u64,
    labels: BTreeMap<String, u64>,
}

impl Notes {
    /// Remembers what became of a value; `place` says where it is.
    pub fn take(&mut self, fit: Fit, place: impl FnOnce() -> String) {
        match fit {
            Fit::Whole => {}
            Fit::AsText => self.as_text += 1,
            Fit::Cut(characters) => {
                self.cut_in_all += 1;
                if self.cut.len() < MOST_NOTES {
                    let had = text::grouped(characters as u64);
                    self.cut.push(format!("{}: cut, the text has {had} characters", place()));
                }
            }
        }
    }

    /// Counts an entity.
    pub fn count_label(&mut self, label: &str) {
        match self.labels.get_mut(label) {
            Some(count) => *count += 1,
            None => {
                self.labels.insert(label.to_owned(), 1);
            }
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.as_text > 0 {
            let cells = text::counted(self.as_text, "cell");
            lines.push(format!("{cells} with numbers, dates or times that Excel would change: written as text"));
        }
        if self.cut_in_all > 0 {
            let cells = text::counted(self.cut_in_all, "cell");
            lines.push(format!(
                "{cells} with text longer than Excel holds: cut here, whole in the CSV and Parquet files"
            ));
        }
        lines.extend(self.cut.iter().cloned());
        if self.cut_in_all > self.cut.len() as u64 {
            lines.push(format!("and {} more", text::grouped(self.cut_in_all - self.cut.len() as u64)));
        }
        if lines.is_empty() {
            lines.push("every value is whole".to_owned());
        }
        lines
    }
}

/// The sheet that says what the release is.
pub fn summary(
    workbook: &mut Workbook,
    name: &ReleaseName,
    summary: &Summary<'_>,
    rows: u64,
    labels: bool,
    notes: &mut Notes,
) -> Result<Worksheet> {
    let mut page = Page::begin(workbook, "Summary", &[26.0, 44.0, 12.0, 12.0, 12.0])?;
    page.heading(&[&name.to_string()])?;
    page.line(&[Value::Text("Rows"), count(rows)], notes)?;
    for (fact, value) in &summary.facts {
        page.line(&[Value::Text(fact), Value::Text(value)], notes)?;
    }
    page.gap();
    page.heading(&["provider", "batch", "revision", "rows", "rejected"])?;
    for line in &summary.providers {
        let batch = Value::Text(line.batch.as_str());
        let revision = Value::Int(line.revision.into());
        page.line(&[Value::Text(&line.provider), batch, revision, count(line.rows), count(line.rejects)], notes)?;
    }
    if labels {
        page.gap();
        page.heading(&["label", "entities"])?;
        for (label, entities) in notes.labels.clone() {
            page.line(&[Value::Text(&label), count(entities)], notes)?;
        }
    }
    Ok(page.sheet)
}

/// The sheet that says what the checks found, who settled what, and what this workbook can't show.
pub fn quality(workbook: &mut Workbook, summary: &Summary<'_>, notes: &mut Notes) -> Result<Worksheet> {
    let mut page = Page::begin(workbook, "Quality", &[26.0, 26.0, 10.0, 10.0, 14.0, 14.0, 14.0, 22.0, 60.0])?;
    page.heading(&["check", "about", "severity", "outcome", "observed", "from", "to", "metric", "explanation"])?;
    for evaluation in summary.evaluations {
        let Bounds(from, to) = evaluation.expected.unwrap_or(Bounds(None, None));
        let about = evaluation.subject.to_string();
        let cells = [
            Value::Text(&evaluation.check),
            Value::Text(&about),
            Value::Text(evaluation.severity.as_str()),
            Value::Text(evaluation.outcome.as_str()),
            float(evaluation.observed),
            float(from),
            float(to),
            optional(evaluation.metric.as_deref()),
            Value::Text(&evaluation.explanation),
        ];
        page.line(&cells, notes)?;
    }
    page.gap();
    page.heading(&["anomaly", "check and about", "severity", "state", "settled by", "until", "", "", "reason"])?;
    for anomaly in summary.anomalies {
        let settled = anomaly.settled.as_ref();
        let about = format!("{} {}", anomaly.check, anomaly.subject);
        let until = settled.and_then(|settled| settled.until).map(|until| until.to_string());
        let cells = [
            Value::Text(anomaly.id.as_str()),
            Value::Text(&about),
            Value::Text(anomaly.severity.as_str()),
            Value::Text(anomaly.state.as_str()),
            optional(settled.map(|settled| settled.by.as_str())),
            optional(until.as_deref()),
            Value::Null,
            Value::Null,
            optional(settled.map(|settled| settled.reason.as_str())),
        ];
        page.line(&cells, notes)?;
    }
    page.gap();
    page.heading(&["about this workbook"])?;
    for line in notes.lines() {
        page.line(&[Value::Text(&line)], notes)?;
    }
    Ok(page.sheet)
}

fn count(number: u64) -> Value<'static> {
    i64::try_from(number).map_or(Value::Null, Value::Int)
}

fn float(number: Option<f64>) -> Value<'static> {
    number.map_or(Value::Null, Value::Float)
}

fn optional(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Null, Value::Text)
}

/// A sheet that is written line by line.
struct Page {
    sheet: Worksheet,
    row: u32,
}

impl Page {
    fn begin(workbook: &mut Workbook, name: &str, widths: &[f64]) -> Result<Self> {
        let mut sheet = workbook.new_worksheet_with_constant_memory().map_err(excel)?;
        sheet.set_name(name).map_err(excel)?;
        sheet.set_freeze_panes(1, 0).map_err(excel)?;
        for (column, width) in (0..).zip(widths) {
            sheet.set_column_width(column, *width).map_err(excel)?;
        }
        Ok(Self { sheet, row: 0 })
    }

    fn heading(&mut self, names: &[&str]) -> Result<()> {
        let bold = Format::new().set_bold();
        for (column, name) in (0..).zip(names) {
            self.sheet.write_string_with_format(self.row, column, *name, &bold).map_err(excel)?;
        }
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, cells: &[Value<'_>], notes: &mut Notes) -> Result<()> {
        for (column, cell) in (0..).zip(cells) {
            let fit = put(&mut self.sheet, self.row, column, cell)?;
            let row = self.row + 1;
            notes.take(fit, || format!("{} row {row}", self.sheet.name()));
        }
        self.row += 1;
        Ok(())
    }

    fn gap(&mut self) {
        self.row += 1;
    }
}
