//! `assay profile`.

use crate::base::number;
use crate::base::text::{beginning, counted, grouped, nearest};
use crate::base::{Cancel, Error, Result};
use crate::cli::arguments::{Arguments, ProfileCommand};
use crate::cli::output::Output;
use crate::cli::progress::Shown;
use crate::domain::profile::{ColumnProfile, Difference, Histogram, LabelProfile, Profile, QUANTILES};
use crate::ops::{Measuring, Profiled, Workspace};

/// How much of a value fits in a table.
const VALUE: usize = 24;

/// The longest bar of a histogram.
const BAR: u64 = 40;

pub fn run(arguments: &Arguments, command: &ProfileCommand, output: &Output, cancel: &Cancel) -> Result<()> {
    let is_inside = arguments.workspace.is_some() || Workspace::discover(&std::env::current_dir()?).is_ok();
    let workspace = is_inside.then(|| super::open(arguments)).transpose()?;
    let shown = Shown::on(output);
    let sink = |progress| shown.take(progress);
    let measuring = |model| Measuring { workspace: workspace.as_ref(), model, sink: &sink, cancel };
    match command {
        ProfileCommand::Show { target, model, column } => {
            let profiled = measuring(model.as_ref()).profile(target)?;
            drop(shown);
            show(&profiled, column.as_deref(), output)
        }
        ProfileCommand::Diff { before, after, model, changed } => {
            let mut difference = measuring(model.as_ref()).difference(before, after)?;
            drop(shown);
            let all = difference.measures.len();
            difference.measures.retain(|one| one.moved || !changed);
            if output.is_json() {
                return output.document(&difference);
            }
            output.line(&format!("{} -> {}", difference.before, difference.after))?;
            let moved = difference.measures.iter().filter(|one| one.moved);
            output.line(&format!("{} of {} moved", moved.clone().count(), counted(all as u64, "measure")))?;
            let rows: Vec<Vec<String>> = difference.measures.iter().map(measure).collect();
            if !rows.is_empty() {
                output.table(&["measure", "before", "after", ""], &rows)?;
            }
            moved.clone().for_each(|one| output.say(&format!("{}: {}", one.measure, one.why)));
            Ok(())
        }
    }
}

fn measure(one: &Difference) -> Vec<String> {
    let value = |value: Option<f64>| value.map(number::text).unwrap_or_default();
    vec![
        one.measure.clone(),
        value(one.before),
        value(one.after),
        if one.moved { "moved".to_owned() } else { String::new() },
    ]
}

fn show(profiled: &Profiled, column: Option<&str>, output: &Output) -> Result<()> {
    let Profiled { profile, providers } = profiled;
    if let Some(name) = column {
        return one(profile, name, output);
    }
    if output.is_json() {
        return output.document(profiled);
    }
    output.line(&profile.subject)?;
    let model = if profile.model.is_none() { String::new() } else { format!(", read by {}", profile.model) };
    let (rejects, duplicates) = (counted(profile.rejects, "reject"), grouped(profile.duplicate_keys));
    output.line(&format!(
        "{}, {rejects}, {duplicates} with a key that came before{model}",
        counted(profile.rows, "row")
    ))?;
    if !profile.columns.is_empty() {
        let header = ["column", "type", "nulls", "different", "least", "median", "largest", "most frequent"];
        output.table(&header, &profile.columns.iter().map(|column| row(profile, column)).collect::<Vec<_>>())?;
    }
    if !profile.labels.is_empty() {
        let header = ["label", "entities", "per 1,000 rows", "different", "mean score", "most frequent"];
        output.table(&header, &profile.labels.iter().map(label).collect::<Vec<_>>())?;
    }
    if !providers.is_empty() {
        let provider =
            |of: &Profile| vec![of.subject.clone(), grouped(of.rows), grouped(of.rejects), grouped(of.duplicate_keys)];
        output.table(&["of", "rows", "rejects", "keys again"], &providers.iter().map(provider).collect::<Vec<_>>())?;
    }
    if let Some(column) = profile.columns.first() {
        output.say(&format!("-> all that is known of a column: --column {}", column.name));
    }
    Ok(())
}

fn row(profile: &Profile, column: &ColumnProfile) -> Vec<String> {
    let end = |end: &Option<String>| end.as_deref().map(|end| beginning(end, VALUE)).unwrap_or_default();
    let median = column.numbers.as_ref().and_then(|numbers| numbers.median()).map(number::text);
    let most = column
        .top
        .first()
        .map(|(value, times)| format!("{} ({})", beginning(value, VALUE), percent(*times, profile.rows)));
    vec![
        column.name.clone(),
        column.field_type.to_string(),
        if column.nulls == 0 { String::new() } else { percent(column.nulls, profile.rows) },
        format!("{}{}", if column.estimated { "about " } else { "" }, grouped(column.distinct)),
        end(&column.min),
        median.unwrap_or_default(),
        end(&column.max),
        most.unwrap_or_default(),
    ]
}

fn label(label: &LabelProfile) -> Vec<String> {
    let most = label
        .top
        .first()
        .map(|(form, times)| format!("{} ({})", beginning(form, VALUE), percent(*times, label.entities)));
    vec![
        label.label.clone(),
        grouped(label.entities),
        number::text(label.rate),
        grouped(label.forms),
        number::text(label.mean_score),
        most.unwrap_or_default(),
    ]
}

#[allow(clippy::cast_precision_loss, reason = "a share is shown with one decimal")]
fn percent(part: u64, all: u64) -> String {
    format!("{:.1} %", part as f64 * 100.0 / all.max(1) as f64)
}

/// All that is known of a column or a label.
fn one(profile: &Profile, name: &str, output: &Output) -> Result<()> {
    if let Some(column) = profile.columns.iter().find(|column| column.name == name) {
        return if output.is_json() { output.document(column) } else { column_in_full(profile, column, output) };
    }
    if let Some(label) = profile.labels.iter().find(|label| label.label == name) {
        if output.is_json() {
            return output.document(label);
        }
        output.line(&format!(
            "{}: {}, {} per 1,000 rows",
            label.label,
            counted(label.entities, "entity"),
            number::text(label.rate)
        ))?;
        values("most frequent", &label.top, output)?;
        let tenth = |(tenth, count): (u64, &u64)| (format!("score 0.{tenth}"), *count);
        return bars(&(0..).zip(&label.scores).map(tenth).collect::<Vec<_>>(), output);
    }
    let known =
        profile.columns.iter().map(|column| &column.name).chain(profile.labels.iter().map(|label| &label.label));
    let error = Error::not_found(format!("`{name}` is no column and no label of {}", profile.subject));
    Err(match nearest(name, known.map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    })
}

fn column_in_full(profile: &Profile, column: &ColumnProfile, output: &Output) -> Result<()> {
    let ColumnProfile { name, field_type, cells, nulls, misfits, distinct, .. } = column;
    let about = if column.estimated { "about " } else { "" };
    output.line(&format!("{name}: {field_type}, {} of {}", counted(*cells, "value"), counted(profile.rows, "row")))?;
    output.line(&format!("{about}{} different, {} null", grouped(*distinct), grouped(*nulls)))?;
    if *misfits > 0 {
        output.line(&format!("{} not of that type", grouped(*misfits)))?;
    }
    if let (Some(min), Some(max)) = (&column.min, &column.max) {
        output.line(&format!("from {} to {}", beginning(min, 4 * VALUE), beginning(max, 4 * VALUE)))?;
    }
    if let Some(numbers) = &column.numbers {
        let text = number::text;
        output.line(&format!("mean {}, standard deviation {}", text(numbers.mean), text(numbers.deviation)))?;
        let quantile = |(share, value): (&f64, &f64)| format!("{} % {}", text(share * 100.0), text(*value));
        let quantiles: Vec<String> = QUANTILES.iter().zip(&numbers.quantiles).map(quantile).collect();
        output.line(&format!("quantiles: {}", quantiles.join(", ")))?;
        let (negative, round) = (grouped(numbers.negative), grouped(numbers.round));
        output.line(&format!(
            "{negative} negative, {round} multiples of ten, {} not finite",
            grouped(numbers.not_finite)
        ))?;
        histogram(&numbers.histogram, output)?;
    }
    if let Some(texts) = &column.texts {
        output.line(&format!(
            "{} to {} characters, {} in the mean",
            texts.shortest,
            grouped(texts.longest),
            number::text(texts.mean_length)
        ))?;
        let [empty, padded, beyond, garbled] =
            [texts.empty, texts.padded, texts.beyond_ascii, texts.garbled].map(grouped);
        output.line(&format!(
            "{empty} empty, {padded} with white space around, {beyond} beyond ASCII, {garbled} decoded by a wrong table"
        ))?;
        values("patterns", &texts.patterns, output)?;
    }
    if let Some(dates) = &column.dates {
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let days = days.iter().zip(&dates.weekdays).map(|(day, count)| format!("{day} {}", grouped(*count)));
        output.line(&days.collect::<Vec<_>>().join(", "))?;
        bars(&dates.histogram, output)?;
    }
    values("most frequent", &column.top, output)?;
    if column.top_missed > 0 {
        output.line(&format!("each of these up to {} times more", grouped(column.top_missed)))?;
    }
    Ok(())
}

fn values(what: &str, values: &[(String, u64)], output: &Output) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    output.line(&format!("{what}:"))?;
    values.iter().try_for_each(|(value, times)| {
        output.line(&format!("  {:>12}  {}", grouped(*times), beginning(value, 4 * VALUE)))
    })
}

fn histogram(histogram: &Histogram, output: &Output) -> Result<()> {
    let text = number::text;
    let bin = |bin: &crate::domain::profile::Bin| (format!("{} to {}", text(bin.from), text(bin.to)), bin.count);
    bars(&histogram.bins.iter().map(bin).collect::<Vec<_>>(), output)
}

fn bars(counts: &[(String, u64)], output: &Output) -> Result<()> {
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let width = counts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    counts.iter().try_for_each(|(name, count)| {
        let bar = usize::try_from(count.saturating_mul(BAR).div_ceil(most)).unwrap_or(0);
        output.line(&format!("  {name:<width$}  {:>12}  {}", grouped(*count), "#".repeat(bar)))
    })
}
