//! Batches: the list, and one of them with its rows.

use crate::base::Result;
use crate::domain::listing::{BatchRow, Page, Query};
use crate::domain::mapping::Mapping;
use crate::domain::scorecard::Scorecard;
use crate::domain::{BatchId, BatchState, Contract, Dataset, Provider};
use crate::ops::{BatchDetail, Workspace};
use crate::pipeline::{land, look, notes};

impl Workspace {
    /// Batches, newest first.
    pub fn batches(&self, query: &Query<BatchId>) -> Result<Page<BatchRow>> {
        let mut page = self.journal().read(|snapshot| snapshot.batch_page(query))?;
        if page.rows.iter().any(|row| row.misread.is_some()) {
            let contract = self.contract()?;
            page.rows.iter_mut().for_each(|row| only_misread(&contract, row));
        }
        Ok(page)
    }

    /// What people decided about the columns of deliveries, oldest first.
    pub fn mappings(&self) -> Result<Vec<Mapping>> {
        self.journal().read(|snapshot| snapshot.mappings())
    }

    /// One batch, by its id or the start of it.
    pub fn batch(&self, id: &str) -> Result<BatchDetail> {
        let context = self.reading()?;
        let (batch, releases) = self.journal().read(|snapshot| {
            let batch = snapshot.batch_by_prefix(id)?;
            let slice = &batch.delivery.slice;
            let mut releases = Vec::new();
            for release in snapshot.releases_of(&slice.dataset, slice.period)? {
                let inputs = snapshot.release_inputs(&release.name)?.unwrap_or_default();
                if inputs.batches.values().flatten().any(|id| *id == batch.delivery.batch) {
                    releases.push(release.name);
                }
            }
            Ok((batch, releases))
        })?;
        let slice = &batch.delivery.slice;
        // A contract that no longer names them maps nothing; what was delivered can still be looked at.
        let dataset = context.contract.dataset(&slice.dataset).ok();
        let mapping = dataset.and_then(|dataset| Some((dataset, dataset.provider(&slice.provider).ok()?)));
        let field_of = |name: &str| {
            let (dataset, provider) = mapping?;
            dataset
                .delivered()
                .find(|field| provider.column_of(&field.name, &batch.columns).is_some_and(|column| column.name == name))
                .map(|field| field.name.clone())
        };
        let columns = batch.columns.iter().map(|column| (column.delivered.clone(), field_of(&column.name))).collect();
        let scorecard = match mapping {
            Some((dataset, provider)) => Some(Box::new(self.scorecard(&context.contract, dataset, provider)?)),
            None => None,
        };
        let retrieved = batch.delivery.retrieved.clone();
        let rejects = look::rejects(&context, &batch)?;
        let preview = look::delivered_rows(&context, &batch)?;
        // What stands in it may have been erased since.
        let note = notes::of(&context, &batch).unwrap_or_default().map(Box::new);
        let mut row = BatchRow::from(batch);
        only_misread(&context.contract, &mut row);
        Ok(BatchDetail { row, columns, note, rejects, preview, releases, retrieved, scorecard })
    }

    /// How well providers deliver: all of them, or those of this dataset and name.
    pub fn scorecards(&self, dataset: Option<&str>, provider: Option<&str>) -> Result<Vec<Scorecard>> {
        let contract = self.contract()?;
        let meant = contract.providers(dataset, provider)?;
        meant.into_iter().map(|(dataset, provider)| self.scorecard(&contract, dataset, provider)).collect()
    }

    fn scorecard(&self, contract: &Contract, dataset: &Dataset, provider: &Provider) -> Result<Scorecard> {
        let batches = self.journal().read(|snapshot| snapshot.batches_by(&dataset.name, &provider.name))?;
        Ok(Scorecard::of(dataset, provider, contract.timezone, self.now(), &batches))
    }
}

/// Leaves the encoding of a batch unsaid where there is nothing to do about it.
fn only_misread(contract: &Contract, row: &mut BatchRow) {
    let dataset = contract.dataset(&row.dataset).ok().filter(|_| row.state == BatchState::Landed);
    row.misread
        .take_if(|read_in| !dataset.is_some_and(|dataset| land::reads_otherwise(dataset, &row.provider, read_in)));
}
