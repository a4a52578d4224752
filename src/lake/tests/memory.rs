//! Memory does not grow with the rows. Alone in its process: `cargo test --release --lib -- --ignored lake::tests::memory`.

use super::*;

/// The most memory that this process ever had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
#[ignore = "measures the whole process"]
fn memory_stays_flat_while_a_gigabyte_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let rows = |from: i64| {
        let text: Vec<String> = (from..from + 20_000).map(|n| format!("{:064}", n.wrapping_mul(7_919_777))).collect();
        df!("n" => (from..from + 20_000).collect::<Vec<_>>(), "text" => &text, "more" => &text).unwrap()
    };
    let schema = rows(0).schema().clone();
    let mut chunks = (0..400_i64).map(|chunk| Ok(rows(chunk * 20_000)));
    let commit = intent(slice("2026-10", "a"), 1);
    let before = peak();
    let committed = lake.replace(&silver(), &schema, &commit, &mut chunks, &Cancel::default()).unwrap();
    assert_eq!(committed.rows, 8_000_000);
    let grown = (peak() - before) >> 20;
    assert!(grown < 300, "writing took {grown} MiB");
}
