//! Files that were lost or changed behind the program's back.

use super::*;
use crate::base::ErrorKind;

fn written() -> (tempfile::TempDir, Lake, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-10", "a"), 1), numbers(0, 1000)).unwrap();
    let path = lake.files(&silver(), None, &[]).unwrap()[0].path.clone();
    (folder, lake, path)
}

#[test]
fn a_missing_file_is_named() {
    let (_folder, lake, path) = written();
    std::fs::remove_file(&path).unwrap();
    let error = lake.scan(&silver(), None, &[]).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.one_line().contains(path.to_str().unwrap()), "{error}");
    assert!(!error.hints().is_empty());
}

#[test]
fn a_file_cut_short_is_named() {
    let (_folder, lake, path) = written();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(lake.scan(&silver(), None, &[]).err().unwrap().kind(), ErrorKind::Corrupt);
}

#[test]
fn a_changed_byte_is_found_and_never_restored() {
    let (_folder, lake, path) = written();
    lake.verify(&silver(), None, &[], &Cancel::default()).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let error = lake.verify(&silver(), None, &[], &Cancel::default()).unwrap_err();
    assert!(error.one_line().contains("its content was changed"), "{error}");
    lake.remove(&silver(), &intent(slice("2026-10", "a"), 2)).unwrap();
    let error = lake.restore(&silver(), &intent(slice("2026-10", "a"), 3), 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert_eq!(lake.version(&silver()).unwrap(), Some(1));
}

#[test]
fn a_log_that_is_not_json_is_an_error() {
    let (folder, _, _) = written();
    let log = folder.path().join("lake/silver/slips/_delta_log/00000000000000000000.json");
    std::fs::write(log, "{\"metaData\": nonsense").unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let error = lake.scan(&silver(), None, &[]).err().unwrap();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Corrupt, "opening silver/slips"));
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let (_folder, lake, _) = written();
    for name in ["..", "a/b", "", ".hidden"] {
        let table = Table::Gold { dataset: name.to_owned() };
        assert_eq!(lake.version(&table).unwrap_err().kind(), ErrorKind::Usage, "{name}");
        assert!(lake.write_channel(name, "latest", b"{}").is_err());
    }
}
