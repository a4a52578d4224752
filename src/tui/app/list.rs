//! What all lists have in common, whatever their rows are.

use super::filter::Filter;
use super::message::Load;
use crate::base::Error;

/// Whether rows are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nothing was asked for yet, or the first answer is on its way.
    Loading,
    /// The rows are there.
    Ready,
    /// They could not be had.
    Failed(Error),
}

/// A list on the screen, seen without its row type.
pub trait AnyList {
    /// How many rows the whole list has under its filter.
    fn total(&self) -> u64;
    /// The place of the selected row in the whole list.
    fn cursor(&self) -> u64;
    /// The place of the first row on the screen.
    fn top(&self) -> u64;
    /// Whether rows are there, on their way, or could not be had.
    fn status(&self) -> &Status;
    /// The filter.
    fn filter(&self) -> &Filter;
    /// Shows what passes another filter, from the start; where it is lifted, the selection stays on its row.
    fn set_filter(&mut self, filter: Filter);
    /// Moves the selection, as far as rows are at hand.
    fn step(&mut self, by: i64);
    /// Selects the first row.
    fn to_first(&mut self);
    /// Selects the last row, which may have to be fetched.
    fn to_last(&mut self);
    /// Selects the row at a place of the whole list, if it is at hand.
    fn select(&mut self, place: u64);
    /// Asks for the same rows again, because somebody wrote.
    fn refresh(&mut self);
    /// Scrolls so that the selected row is among the `height` rows on the screen.
    fn follow(&mut self, height: u64);
    /// Turns what is wanted, if anything, into a load of this generation.
    fn issue(&mut self, generation: u64) -> Option<Load>;
    /// Whether something is wanted.
    fn wants(&self) -> bool;
    /// Takes note that the load of this generation failed; false where it isn't awaited.
    fn fail(&mut self, generation: u64, error: &Error) -> bool;
}
