//! What is found in an inbox, and when it counts as complete.

#![allow(clippy::unwrap_used, reason = "tests")]
use crate::domain::Granularity;
use std::io::Write;

use super::*;

#[test]
fn a_scan_finds_deliveries_and_leaves_the_rest_alone() {
    let folder = tempfile::tempdir().unwrap();
    for name in
        ["2026-10.csv", "2026-09 late.CSV", "oct.csv", ".2026-10.csv", "2026-08.csv.part", "~$2026-08.csv", "notes.txt"]
    {
        fs::write(folder.path().join(name), "a,b\n").unwrap();
    }
    fs::create_dir(folder.path().join("2026-07.csv")).unwrap();
    let found = scan(folder.path(), "*{period}*.csv", &Rhythm::Every(Granularity::Month)).unwrap();
    let shown: Vec<(&str, String, u64)> = found
        .iter()
        .map(|file| {
            let period = match &file.meant {
                Meant::For(span) => span.to_string(),
                Meant::Unclear(why) => why.clone(),
                Meant::ByRows => String::new(),
            };
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
    assert_eq!(scan(Path::new("/nonexistent/inbox"), "{period}.csv", &Rhythm::Every(Granularity::Month)).unwrap(), []);
    assert_eq!(lying(Path::new("/nonexistent/inbox")).unwrap(), []);
}

#[test]
fn a_file_that_grows_is_not_settled() {
    let folder = tempfile::tempdir().unwrap();
    let (path, still) = (folder.path().join("2026-10.csv"), folder.path().join("2026-09.csv"));
    let gone = folder.path().join("gone.csv");
    let are_settled = |wait| -> Vec<bool> {
        let looks = settled(&[&path, &still, &gone], Duration::from_millis(wait)).unwrap();
        looks.iter().map(Option::is_some).collect()
    };
    fs::write(&path, "a,b\n").unwrap();
    fs::write(&still, "a,b\n").unwrap();
    assert_eq!(are_settled(20), [true, true, false]);
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
    assert_eq!(are_settled(200), [false, true, false]);
    writer.join().unwrap();
    assert_eq!(are_settled(20), [true, true, false]);
}

#[test]
fn many_files_are_waited_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..200).map(|number| folder.path().join(format!("{number}.csv"))).collect();
    for path in &paths {
        fs::write(path, "a,b\n").unwrap();
    }
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let start = std::time::Instant::now();
    let looks = settled(&paths, Duration::from_millis(200)).unwrap();
    assert!(looks.len() == 200 && looks.iter().all(Option::is_some));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}
