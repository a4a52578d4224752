//! The inbox connector: files that a provider drops into a folder.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::base::{Error, Result, ResultExt};
use crate::domain::{FilePattern, Granularity, Period};

/// The folder of a workspace that holds the providers' folders.
pub const FOLDER: &str = "inbox";

/// A file that the pattern means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name as delivered.
    pub file_name: String,
    /// Its size in bytes when it was looked at.
    pub bytes: u64,
    /// The period that its name says, or why it says none.
    pub period: Result<Period, String>,
}

/// The files of `folder` that `pattern` means, sorted by name.
///
/// Left alone: folders, hidden files and what other programs write on their way to a finished file
/// (`.name`, `~$name`, `name.tmp`, `name.part`). A folder that does not exist yet holds no files.
pub fn scan(folder: &Path, pattern: &str, granularity: Granularity) -> Result<Vec<Found>> {
    let pattern = FilePattern::parse(pattern)?;
    let mut found = Vec::new();
    for (path, file_name) in finished(folder)? {
        let Some(period) = pattern.period_of(&file_name, granularity) else { continue };
        // A file that is gone again by now was moved by whoever put it there.
        let Some(metadata) = present(&path)?.filter(Metadata::is_file) else { continue };
        found.push(Found { bytes: metadata.len(), path, file_name, period });
    }
    Ok(found)
}

/// A file in the inboxes, whatever its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lying {
    /// The name of the folder that it lies in; none: beside the folders.
    pub folder: Option<String>,
    /// Its name.
    pub file_name: String,
}

/// Every finished file in `inboxes` and in the folders right below, sorted. Left alone is what [`scan`] leaves alone.
pub fn lying(inboxes: &Path) -> Result<Vec<Lying>> {
    let is_file = |path: &Path| Ok::<_, Error>(present(path)?.is_some_and(|metadata| metadata.is_file()));
    let mut lying = Vec::new();
    for (path, name) in finished(inboxes)? {
        if is_file(&path)? {
            lying.push(Lying { folder: None, file_name: name });
            continue;
        }
        if path.is_dir() {
            for (below, file_name) in finished(&path)? {
                if is_file(&below)? {
                    lying.push(Lying { folder: Some(name.clone()), file_name });
                }
            }
        }
    }
    Ok(lying)
}

/// What lies in a folder and is neither hidden nor on its way to a finished file, with its name, sorted.
fn finished(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let reading = || format!("reading the inbox {}", folder.display());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.with_context(reading)?,
    };
    let mut finished = Vec::new();
    for entry in entries {
        let path = entry.with_context(reading)?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        if !is_unfinished(&name) {
            finished.push((path, name));
        }
    }
    finished.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(finished)
}

/// What a look at a file shows: two equal looks some time apart mean that nobody is writing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    bytes: u64,
    modified: Option<SystemTime>,
}

/// Looks at a file; `None` when it is gone.
pub fn look(path: &Path) -> Result<Option<Look>> {
    let look = |metadata: Metadata| Look { bytes: metadata.len(), modified: metadata.modified().ok() };
    Ok(present(path)?.map(look))
}

/// Whether size and time of change stay the same over `wait`. Blocks that long. For many files at once,
/// [`look`] at all of them twice.
pub fn is_settled(path: &Path, wait: Duration) -> Result<bool> {
    let before = look(path)?;
    std::thread::sleep(wait);
    Ok(before.is_some() && before == look(path)?)
}

fn present(path: &Path) -> Result<Option<Metadata>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some).with_context(|| format!("looking at {}", path.display())),
    }
}

fn is_unfinished(file_name: &str) -> bool {
    let extension = Path::new(file_name).extension();
    file_name.starts_with('.')
        || file_name.starts_with("~$")
        || extension.is_some_and(|name| name.eq_ignore_ascii_case("tmp") || name.eq_ignore_ascii_case("part"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::io::Write;

    use super::*;

    #[test]
    fn a_scan_finds_deliveries_and_leaves_the_rest_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "2026-10.csv",
            "2026-09 late.CSV",
            "oct.csv",
            ".2026-10.csv",
            "2026-08.csv.part",
            "~$2026-08.csv",
            "notes.txt",
        ] {
            fs::write(folder.path().join(name), "a,b\n").unwrap();
        }
        fs::create_dir(folder.path().join("2026-07.csv")).unwrap();
        let found = scan(folder.path(), "*{period}*.csv", Granularity::Month).unwrap();
        let shown: Vec<(&str, String, u64)> = found
            .iter()
            .map(|file| {
                let period = file.period.as_ref().map_or_else(Clone::clone, ToString::to_string);
                (file.file_name.as_str(), period, file.bytes)
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("2026-09 late.CSV", "2026-09".to_owned(), 4),
                ("2026-10.csv", "2026-10".to_owned(), 4),
                (
                    "oct.csv",
                    "no period where the pattern has `{period}`; the dataset's periods look like `2026-10`".to_owned(),
                    4
                ),
            ]
        );
    }

    #[test]
    fn what_lies_about_is_found_in_and_beside_the_folders() {
        let inboxes = tempfile::tempdir().unwrap();
        fs::create_dir_all(inboxes.path().join("alpha/deeper")).unwrap();
        for name in ["stray.csv", ".hidden", "alpha/notes.txt", "alpha/b.part", "alpha/deeper/2026-10.csv"] {
            fs::write(inboxes.path().join(name), "a,b\n").unwrap();
        }
        let alpha = Lying { folder: Some("alpha".to_owned()), file_name: "notes.txt".to_owned() };
        let beside = Lying { folder: None, file_name: "stray.csv".to_owned() };
        assert_eq!(lying(inboxes.path()).unwrap(), [alpha, beside]);
    }

    #[test]
    fn a_missing_folder_holds_nothing() {
        assert_eq!(scan(Path::new("/nonexistent/inbox"), "{period}.csv", Granularity::Month).unwrap(), []);
        assert_eq!(lying(Path::new("/nonexistent/inbox")).unwrap(), []);
    }

    #[test]
    fn a_file_that_grows_is_not_settled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026-10.csv");
        fs::write(&path, "a,b\n").unwrap();
        assert!(is_settled(&path, Duration::from_millis(20)).unwrap());
        let writer = {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
                for _ in 0..60 {
                    file.write_all(b"1,2\n").unwrap();
                    std::thread::sleep(Duration::from_millis(10));
                }
            })
        };
        std::thread::sleep(Duration::from_millis(50));
        assert!(!is_settled(&path, Duration::from_millis(200)).unwrap());
        writer.join().unwrap();
        assert!(is_settled(&path, Duration::from_millis(20)).unwrap());
        assert!(!is_settled(&folder.path().join("gone.csv"), Duration::ZERO).unwrap());
    }
}
