//! The map of periods and providers.

use super::window::window;
use crate::base::Result;
use crate::domain::completeness;
use crate::domain::listing::{Page, PeriodRow, Query};
use crate::domain::{Dataset, Period};
use crate::journal::Snapshot;
use crate::ops::Workspace;

impl Workspace {
    /// Periods, newest first: from the first that anybody owes or delivered to the present one.
    pub fn periods(&self, query: &Query<Period>) -> Result<Page<PeriodRow>> {
        let state = self.contract_state()?;
        let today = self.now().with_timezone(&state.contract.timezone).date_naive();
        self.journal().read(|snapshot| {
            let mut keys: Vec<(Period, &Dataset)> = Vec::new();
            for dataset in &state.contract.datasets {
                if query.dataset.as_ref().is_none_or(|name| *name == dataset.name) {
                    keys.extend(known(snapshot, dataset, today)?.into_iter().map(|period| (period, dataset)));
                }
            }
            keys.retain(|(period, dataset)| {
                query.period.is_none_or(|wanted| wanted == *period)
                    && query.text.as_ref().is_none_or(|text| {
                        format!("{period} {}", dataset.name).to_lowercase().contains(&text.to_lowercase())
                    })
            });
            keys.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
            let periods: Vec<Period> = keys.iter().map(|(period, _)| *period).collect();
            let range = window(&periods, &query.fetch, query.limit);
            let mut page = Page { rows: Vec::new(), offset: range.start as u64, total: keys.len() as u64 };
            for (period, dataset) in keys.drain(range) {
                let batches = snapshot.batches_of(&dataset.name, period)?;
                let cells = completeness::cells(dataset, period, state.contract.timezone, self.now(), &batches);
                page.rows.push(PeriodRow {
                    dataset: dataset.name.clone(),
                    period,
                    state: completeness::roll_up(&cells),
                    cells,
                    baseline: snapshot.baseline(&dataset.name, period)?.is_some(),
                    live: snapshot.live_release(&dataset.name, period)?.map(|live| live.name),
                });
            }
            Ok(page)
        })
    }
}

/// The periods that are worth a line: owed up to now, or delivered.
pub(super) fn known(snapshot: &Snapshot<'_>, dataset: &Dataset, today: chrono::NaiveDate) -> Result<Vec<Period>> {
    let delivered = snapshot.periods_with_batches(&dataset.name)?;
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
