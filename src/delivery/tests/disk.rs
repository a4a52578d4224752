//! A disk that has no room left, played by a limit on the size of files.

use std::process::Command;

use super::*;

/// Set in the process that has the limit.
const LIMITED: &str = "ASSAY_TEST_LIMITED_DISK";

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    if std::env::var_os(LIMITED).is_none() {
        // 64 blocks of 512 or 1,024 bytes; without the trap the limit would end the process.
        let limited = "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact \"$1\" --nocapture";
        let name = "delivery::tests::disk::a_full_disk_is_an_error_and_leaves_nothing";
        let mut child = Command::new("sh");
        let child = child.args(["-c", limited]).arg(std::env::current_exe().unwrap()).arg(name).env(LIMITED, "1");
        let output = child.output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    for format in [Format::Xlsx, Format::Csv, Format::Parquet] {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = frame(4_000);
        let different: Vec<String> = (0..4_000_u64).map(|row| blake3::hash(&row.to_le_bytes()).to_string()).collect();
        rows.with_column(Series::new("description".into(), different).into_column()).unwrap();
        let error = write(folder.path(), &[format], vec![rows], 10_000).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoRoom, "{format:?}: {error}");
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "{format:?} left a file");
    }
}
