//! Panics of libraries, turned into errors.
//!
//! Some libraries panic on corrupt input instead of returning an error. Our own code never relies on this.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::{Error, Result};

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// Runs `work`, which must stay on this thread; a panic in it becomes an error and prints nothing.
pub fn contain<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !is_contained() {
                previous(info);
            }
        }));
    });
    let outer = CONTAINED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(outer);
    result.unwrap_or_else(|payload| Err(Error::internal("a library gave up").because(describe(payload.as_ref()))))
}

/// Whether a panic on this thread will become an error. A panic hook does nothing then.
#[must_use]
pub fn is_contained() -> bool {
    CONTAINED.get()
}

fn describe(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it does not say why".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_and_the_next_one_is_free_again() {
        let error = contain(|| -> Result<()> { panic!("index {} out of range", 7) }).err();
        assert_eq!(error.map(|error| error.one_line()), Some("a library gave up: index 7 out of range".to_owned()));
        assert!(!is_contained());
        assert_eq!(contain(|| Ok(is_contained())), Ok(true));
    }
}
