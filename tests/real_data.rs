//! The program on data that nobody of this project wrote, found by `ASSAY_REAL_DATA`. Run with `-- --ignored real_data`.

#[path = "real_data/council.rs"]
mod council;
#[path = "real_data/counted.rs"]
mod counted;
#[path = "real_data/drift.rs"]
mod drift;
#[path = "real_data/program.rs"]
mod program;
#[path = "real_data/reading.rs"]
mod reading;
#[path = "real_data/spending.rs"]
mod spending;
#[path = "real_data/stored.rs"]
mod stored;
#[path = "real_data/texts.rs"]
mod texts;
#[path = "real_data/wrong_cells.rs"]
mod wrong_cells;

use std::path::{Path, PathBuf};

/// A file or folder of the data; fails where it is missing, since a test that looked at nothing proves nothing.
fn data(path: &str) -> PathBuf {
    let root = std::env::var_os("ASSAY_REAL_DATA").expect("ASSAY_REAL_DATA names the folder of the real data");
    let path = Path::new(&root).join(path);
    assert!(path.exists(), "{} is missing", path.display());
    path
}
