//! Raw files, profiles, release folders and channels.

use std::fs;

use super::*;
use crate::base::{Digest, ErrorKind};
use crate::domain::ReleaseName;
use crate::lake::Shelf;

fn lake() -> (tempfile::TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    (folder, lake)
}

#[test]
fn a_delivered_file_is_kept_once_verbatim_and_read_only() {
    let (folder, lake) = lake();
    let source = folder.path().join("Slips 2026-10.CSV");
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(&source, &bytes).unwrap();
    let raw = lake.store_raw(&source, "Slips 2026-10.CSV", &Cancel::default()).unwrap();
    assert_eq!((raw.digest.clone(), raw.bytes, raw.extension.as_str()), (Digest::of(&bytes), 1_200_000, "csv"));
    let path = lake.raw_path(&raw.digest, &raw.extension);
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert!(fs::metadata(&path).unwrap().permissions().readonly());

    let changed = fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(lake.store_raw(&source, "Slips 2026-10.CSV", &Cancel::default()).unwrap(), raw);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), changed);
    assert_eq!(contents(&folder.path().join("lake")).len(), 1, "a temporary file was left");
}

#[test]
fn a_file_without_extension_is_kept_as_bin_and_a_missing_one_is_named() {
    let (folder, lake) = lake();
    fs::write(folder.path().join("slips"), "").unwrap();
    let raw = lake.store_raw(&folder.path().join("slips"), "slips", &Cancel::default()).unwrap();
    assert_eq!((raw.extension.as_str(), raw.bytes), ("bin", 0));
    let error = lake.store_raw(&folder.path().join("nothing.csv"), "nothing.csv", &Cancel::default()).unwrap_err();
    assert!(error.message().contains("nothing.csv") && error.kind() == ErrorKind::NotFound, "{error}");
    let cancel = Cancel::default();
    cancel.cancel();
    let error = lake.store_raw(&folder.path().join("slips"), "slips", &cancel).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn a_profile_is_read_back_or_found_damaged() {
    let (folder, lake) = lake();
    let digest = lake.write_document(Shelf::Profiles, b"{}").unwrap();
    assert_eq!(lake.write_document(Shelf::Profiles, b"{}").unwrap(), digest);
    assert_eq!(lake.read_document(Shelf::Profiles, &digest).unwrap(), b"{}");
    fs::write(folder.path().join(format!("lake/profiles/{digest}.json")), "{ }").unwrap();
    assert_eq!(lake.read_document(Shelf::Profiles, &digest).unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(lake.read_document(Shelf::Profiles, &Digest::of(b"other")).unwrap_err().kind(), ErrorKind::NotFound);
}

fn build(lake: &Lake, release: &ReleaseName, text: &str) -> Result<Vec<super::super::Artifact>> {
    let staging = lake.stage_release(release).unwrap();
    fs::write(staging.path("slips.csv").unwrap(), text).unwrap();
    let mut details = serde_json::Map::new();
    details.insert("model".to_owned(), "slips/3".into());
    staging.finish(details, &Cancel::default())
}

#[test]
fn a_release_folder_appears_whole_and_never_changes() {
    let (folder, lake) = lake();
    let release: ReleaseName = "slips/2026-10.1".parse().unwrap();
    let staging = lake.stage_release(&release).unwrap();
    fs::write(staging.path("slips.csv").unwrap(), "half").unwrap();
    assert!(!lake.release_folder(&release).exists());
    drop(staging);
    let artifacts = build(&lake, &release, "a,b\n").unwrap();
    assert_eq!((artifacts.len(), artifacts[0].bytes), (1, 4));
    lake.verify_release(&release).unwrap();
    assert_eq!(lake.read_manifest(&release).unwrap()["model"], "slips/3");

    build(&lake, &release, "a,b\n").unwrap();
    assert_eq!(build(&lake, &release, "other").unwrap_err().kind(), ErrorKind::Refused);
    drop(lake.stage_release(&release).unwrap());
    assert_eq!(fs::read_dir(folder.path().join("releases/slips")).unwrap().count(), 1);

    let file = lake.release_folder(&release).join("slips.csv");
    assert!(fs::metadata(&file).unwrap().permissions().readonly());
    fs::remove_file(&file).unwrap();
    fs::write(&file, "x,b\n").unwrap();
    let error = lake.verify_release(&release).unwrap_err();
    assert_eq!((error.kind(), error.causes()[0].as_str()), (ErrorKind::Corrupt, "`slips.csv` was changed"));
    fs::remove_file(&file).unwrap();
    assert_eq!(lake.verify_release(&release).unwrap_err().causes()[0], "`slips.csv` is missing");
    fs::write(&file, "a,b\n").unwrap();
    fs::write(file.with_file_name("more.csv"), "").unwrap();
    assert_eq!(lake.verify_release(&release).unwrap_err().causes()[0], "`more.csv` does not belong to it");

    lake.discard_release(&release).unwrap();
    lake.discard_release(&release).unwrap();
    assert!(!lake.release_folder(&release).exists());
    build(&lake, &release, "other").unwrap();
}

#[test]
fn a_channel_points_to_the_last_thing_written() {
    let (_folder, lake) = lake();
    assert_eq!(lake.read_channel("slips", "latest").unwrap(), None);
    lake.write_channel("slips", "latest", b"{\"generation\":1}").unwrap();
    lake.write_channel("slips", "latest", b"{\"generation\":2}").unwrap();
    assert_eq!(lake.read_channel("slips", "latest").unwrap().unwrap(), b"{\"generation\":2}");
}

#[test]
fn what_a_dead_process_left_goes_away_and_what_a_living_one_writes_stays() {
    let (folder, lake) = lake();
    let release: ReleaseName = "slips/2026-10.1".parse().unwrap();
    let commit = intent(slice("2026-10", "a"), 1);
    replace(&lake, &silver(), &commit, numbers(0, 1)).unwrap();
    let partition = folder.path().join("lake/silver/slips/_period=2026-10/_provider=a");
    let releases = folder.path().join("releases/slips");
    fs::create_dir_all(releases.join(".2026-10.1.1-1.tmp")).unwrap();
    for left in [&partition, &releases] {
        for (name, age) in [(".part.1-1.tmp", 48), (".part.2-2.tmp", 1)] {
            let file = fs::File::create(left.join(name)).unwrap();
            file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_hours(age)).unwrap();
        }
    }
    let staged = fs::File::open(releases.join(".2026-10.1.1-1.tmp")).unwrap();
    staged.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();

    replace(&lake, &silver(), &intent(slice("2026-10", "a"), 2), numbers(0, 1)).unwrap();
    build(&lake, &release, "a").unwrap();
    let left = |folder: &Path| contents(folder).into_iter().map(|(name, _)| name).filter(|name| name.starts_with('.'));
    assert_eq!(left(&partition).collect::<Vec<_>>(), [".part.2-2.tmp"]);
    assert_eq!(left(&releases).collect::<Vec<_>>(), [".part.2-2.tmp"]);
}
