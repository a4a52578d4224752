//! What lies on top of the panes.

use super::choice::Choice;
use super::dialog::Dialog;
use super::text_field::TextField;

/// Something on top of the panes.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// A filter being typed.
    Filter(TextField),
    /// A list to choose from: palette, people, command log, help.
    Choice(Choice),
    /// A change about to be made.
    Dialog(Box<Dialog>),
}
