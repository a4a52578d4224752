//! Typing into fields.

use proptest::prelude::*;

use crate::tui::app::{Key, TextField};

fn typed(text: &str, keys: &str) -> TextField {
    let mut field = TextField::with(text);
    for name in keys.split(' ').filter(|name| !name.is_empty()) {
        assert!(field.edit(&Key::parse(name).unwrap()), "{name}");
    }
    field
}

#[test]
fn the_caret_moves_by_what_a_person_sees() {
    let field = typed("ab👩‍👩‍👧e\u{301}", "left left backspace");
    assert_eq!(field.text(), "a👩‍👩‍👧e\u{301}");
    assert_eq!(typed("ab👩‍👩‍👧e\u{301}", "backspace backspace").text(), "ab");
}

#[test]
fn words_and_lines_are_erased() {
    assert_eq!(typed("till was replaced", "ctrl-w").text(), "till was ");
    assert_eq!(typed("till was replaced", "ctrl-u").text(), "");
    assert_eq!(typed("till", "home delete").text(), "ill");
}

#[test]
fn what_is_pasted_stays_on_one_line() {
    let mut field = TextField::default();
    field.insert("one\r\ntwo\tthree");
    assert_eq!(field.text(), "one two three");
}

proptest! {
    #[test]
    fn any_editing_keeps_the_caret_inside(
        texts in prop::collection::vec("\\PC{0,6}", 0..6),
        keys in prop::collection::vec(prop::sample::select(vec!["left", "right", "home", "end", "backspace", "delete", "ctrl-w", "ctrl-u"]), 0..30),
    ) {
        let mut field = TextField::default();
        let mut texts = texts.into_iter();
        for key in keys {
            field.edit(&Key::named(key));
            if let Some(text) = texts.next() {
                field.insert(&text);
            }
            let both = format!("{}{}", field.before_caret(), field.after_caret());
            prop_assert_eq!(both, field.text());
        }
    }
}
