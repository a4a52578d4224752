//! `assay channel`.

use super::Call;
use crate::base::Result;
use crate::cli::arguments::ChannelCommand;
use crate::domain::ReleaseState;
use crate::domain::listing::{ChannelRow, Query, ReleaseRow};

pub fn run(call: &Call<'_>, command: &ChannelCommand) -> Result<()> {
    match command {
        ChannelCommand::List { dataset } => {
            let state = Some(ReleaseState::Published.as_str().to_owned());
            let query = Query { dataset: dataset.dataset.clone(), state, ..Query::default() };
            let rows = call.all(query, |row: &ReleaseRow| row.name.clone(), |query| call.workspace.releases(query))?;
            call.list(&rows, &["period", "release", "model", "generation"], |row| {
                vec![
                    row.period.to_string(),
                    row.name.to_string(),
                    row.model.to_string(),
                    row.generation.map(|generation| generation.to_string()).unwrap_or_default(),
                ]
            })
        }
        ChannelCommand::History { dataset } => {
            let query = Query { dataset: dataset.dataset.clone(), ..Query::default() };
            let rows = call.all(query, |row: &ChannelRow| row.generation, |query| call.workspace.channel(query))?;
            call.list(&rows, &["generation", "at", "by", "change", "period", "release", "reason"], |row| {
                vec![
                    row.generation.to_string(),
                    row.at.format("%Y-%m-%d %H:%M").to_string(),
                    row.by.clone(),
                    row.change.clone(),
                    row.period.to_string(),
                    row.release.as_ref().map(ToString::to_string).unwrap_or_default(),
                    row.reason.clone().unwrap_or_default(),
                ]
            })
        }
    }
}
