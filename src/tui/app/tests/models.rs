//! What people do with model versions.

use crate::domain::Role;
use crate::tui::app::Overlay;
use crate::tui::testing::{Person, World};

#[test]
fn an_assessor_says_with_one_key_which_version_is_right() {
    let mut tomas = Person::with_role(World::of(7), 80, 24, "tomas", Role::Assessor).starts();
    tomas.press("3 >");
    assert!(tomas.hears().contains("select a row of a comparison"), "{}", tomas.hears());
    tomas.press("c G k >");
    assert_eq!(tomas.asked.len(), 1, "no dialog in between");
    tomas.is_answered(Ok("said"));
    let said = tomas.lines().remove(0);
    assert!(said.starts_with("assay model assess slips/2 slips/"), "{said}");
    assert!(said.contains(" --batch 5c1f0a77e2b94d30 --row 17 --right after --digest "), "{said}");
    // Of the last row, ines said something else.
    tomas.press("G x");
    assert!(matches!(&tomas.state.overlay, Some(Overlay::Dialog(_))), "{:?}", tomas.lines());
    tomas.press("enter");
    let said = &tomas.lines()[1];
    assert!(said.contains("--row 23 --right neither --digest ") && said.ends_with(" --overrule"), "{said}");
}
