//! How much of a delivery may be refused.

use super::Provider;
use crate::base::text;

impl Provider {
    /// Why a delivery of which so many of its records are refused waits for a person; none where it does not.
    #[must_use]
    pub fn too_much_refused(&self, refused: u64, records: u64) -> Option<String> {
        let most = self.max_rejects?;
        let is_too_much = refused > 0 && u128::from(refused) * 10_000 > u128::from(records) * u128::from(most);
        let share = f64::from(most) / 100.0;
        is_too_much.then(|| {
            let (refused, records) = (text::grouped(refused), text::counted(records, "record"));
            format!("{refused} of {records} are refused, more than {share} %")
        })
    }
}
