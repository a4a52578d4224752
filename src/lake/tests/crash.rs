//! Killed at any kill point of a commit, the same intent brings the table to the same bytes.

use std::process::Command;

use super::*;

const FOLDER: &str = "ASSAY_TEST_CRASH_FOLDER";

/// Three steps, of which the third overtakes the second.
fn work(root: &Path) {
    let lake = Lake::open(root).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-09", "a"), 1), numbers(0, 3)).unwrap();
    let second = replace(&lake, &silver(), &intent(slice("2026-10", "a"), 2), numbers(10, 3));
    assert!(second.is_ok() || overtaken(&lake), "the second step is done, or the third was");
    replace(&lake, &silver(), &intent(slice("2026-10", "a"), 3), numbers(20, 3)).unwrap();
}

fn overtaken(lake: &Lake) -> bool {
    column(&read(lake, &silver(), None, &slice("2026-10", "a")), "n") == [20, 21, 22]
}

/// What the parent kills; alone it does nothing.
#[test]
fn crash_child() {
    if let Some(root) = std::env::var_os(FOLDER) {
        work(Path::new(&root));
    }
}

#[test]
fn killed_at_every_point_it_ends_with_the_same_bytes() {
    let undisturbed = tempfile::tempdir().unwrap();
    work(undisturbed.path());
    for point in ["delta.parquet_written", "delta.before_commit", "delta.after_commit", "delta.log_synced"] {
        for visit in 1..=3 {
            let folder = tempfile::tempdir().unwrap();
            let child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "lake::tests::crash::crash_child"])
                .env(FOLDER, folder.path())
                .env("ASSAY_KILL_AT", format!("{point}#{visit}"))
                .output()
                .unwrap();
            assert!(!child.status.success(), "{point}#{visit} was never reached");
            work(folder.path());
            assert!(contents(folder.path()) == contents(undisturbed.path()), "{point}#{visit} shows in the files");
        }
    }
}
