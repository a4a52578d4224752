//! The map of periods and providers.

use super::window::window;
use crate::base::Result;
use crate::domain::completeness::{self, Asked, Cell};
use crate::domain::listing::{Page, PeriodKey, PeriodRow, Query};
use crate::domain::{Dataset, Period};
use crate::journal::Snapshot;
use crate::ops::Workspace;
use crate::pipeline::baseline;

impl Workspace {
    /// Periods, newest first: from the first that anybody owes or delivered to the present one.
    pub fn periods(&self, query: &Query<PeriodKey>) -> Result<Page<PeriodRow>> {
        let state = self.contract_state()?;
        let contract = &state.contract;
        if let Some(name) = &query.dataset {
            contract.dataset(name)?;
        }
        let today = self.now().with_timezone(&contract.timezone).date_naive();
        self.journal().read(|snapshot| {
            let cells = |dataset: &Dataset, period: Period| -> Result<Vec<Cell>> {
                let batches = snapshot.batches_of(&dataset.name, period)?;
                let seen = &snapshot.providers_seen(&dataset.name)?;
                Ok(Asked { dataset, zone: contract.timezone, now: self.now(), seen }.cells(period, &batches))
            };
            let mut places: Vec<(Period, &Dataset)> = Vec::new();
            for dataset in contract.datasets.iter().filter(|dataset| may_hold(query, dataset)) {
                places.extend(known(snapshot, dataset, today)?.into_iter().map(|period| (period, dataset)));
            }
            places.retain(|(period, _)| query.period.is_none_or(|wanted| wanted == *period));
            if query.state.is_some() || query.text.is_some() {
                let mut matching = Vec::new();
                for (period, dataset) in places {
                    if reads(query, dataset, period, &cells(dataset, period)?) {
                        matching.push((period, dataset));
                    }
                }
                places = matching;
            }
            places.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
            let keys: Vec<PeriodKey> = places.iter().map(|(period, dataset)| (dataset.name.clone(), *period)).collect();
            let range = window(&keys, &query.fetch, query.limit);
            let mut page = Page { rows: Vec::new(), offset: range.start as u64, total: keys.len() as u64 };
            for (period, dataset) in places.drain(range) {
                let cells = cells(dataset, period)?;
                page.rows.push(PeriodRow {
                    dataset: dataset.name.clone(),
                    period,
                    state: completeness::roll_up(&cells),
                    cells,
                    baseline: baseline::stands(snapshot, dataset, period)?,
                    live: snapshot.live_release(&dataset.name, period)?.map(|live| live.name),
                });
            }
            Ok(page)
        })
    }
}

/// Whether a dataset can have rows that a query wants.
fn may_hold(query: &Query<PeriodKey>, dataset: &Dataset) -> bool {
    query.dataset.as_ref().is_none_or(|name| *name == dataset.name)
        && query.provider.as_ref().is_none_or(|name| dataset.providers.iter().any(|provider| provider.name == *name))
}

/// Whether a period has the state and holds the words of a query: its own, its dataset's, and its cells'.
fn reads(query: &Query<PeriodKey>, dataset: &Dataset, period: Period, cells: &[Cell]) -> bool {
    let state = completeness::roll_up(cells);
    let mut text = format!("{period} {} {}", dataset.name, state.as_str());
    for cell in cells {
        text = text + " " + &cell.provider + " " + cell.state.as_str();
    }
    query.state.as_ref().is_none_or(|wanted| state.as_str() == wanted) && query.holds(&text)
}

/// The periods that are worth a line: owed up to now, or delivered.
pub(super) fn known(snapshot: &Snapshot<'_>, dataset: &Dataset, today: chrono::NaiveDate) -> Result<Vec<Period>> {
    let mut delivered = snapshot.periods_with_batches(&dataset.name)?;
    delivered.extend(snapshot.periods_published(&dataset.name)?);
    let present = Period::containing(dataset.period, today);
    let owed = dataset.providers.iter().filter_map(|provider| provider.since);
    let first = owed.chain(delivered.iter().copied()).min();
    // Once nobody owes anything any more, no empty period is added.
    let owing = dataset.providers.iter().map(|provider| provider.until.min(present).or(present)).max().flatten();
    let last = owing.into_iter().chain(delivered.iter().copied()).max();
    Ok(match (first, last) {
        (Some(first), Some(last)) => first.up_to(last).collect(),
        _ => Vec::new(),
    })
}
