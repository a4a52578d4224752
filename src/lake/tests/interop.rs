//! Other engines read what the lake writes. Needs Python and its package index, so it is asked for:
//! `cargo test --release --lib -- --ignored lake::tests::interop`.

use std::process::Command;

use super::tables::every_type;
use super::*;

fn period(text: &str) -> Vec<(String, String)> {
    vec![("_period".to_owned(), text.to_owned())]
}

fn annotations(seq: i64) -> DataFrame {
    let rows = every_type();
    let shifted: Column = Series::new("_row".into(), [seq, seq + 1, seq + 2]).into();
    DataFrame::new(3, vec![shifted, rows.column("entities").unwrap().clone()]).unwrap()
}

/// Every table, with columns that come later, partitions replaced, removed and restored, and a checkpoint.
fn make_workspace(lake: &Lake) -> Vec<Table> {
    let dataset = || "slips".to_owned();
    let bronze = Table::Bronze { dataset: dataset(), provider: "northgate".to_owned() };
    let tables = vec![
        silver(),
        bronze.clone(),
        Table::Rejects { dataset: dataset() },
        Table::Annotations { dataset: dataset() },
        Table::Gold { dataset: dataset() },
    ];
    for seq in 1..=56 {
        let provider = ["northgate", "Müller & Söhne", "50% off"][usize::try_from(seq % 3).unwrap()];
        let rows = if seq == 40 { every_type().clear() } else { every_type() };
        replace(lake, &silver(), &intent(slice("2026-10", provider), seq), rows).unwrap();
    }
    let batch = |id: &str| vec![("_period".to_owned(), "2026-W41".to_owned()), ("_batch".to_owned(), id.to_owned())];
    let headers = [("net_amount".to_owned(), "Net  Amount (£)".to_owned())].into();
    let delivered = df!("item" => [Some("cheese"), None], "net_amount" => ["1", ""]).unwrap();
    let schema = delivered.schema().clone();
    let mut chunks = std::iter::once(Ok(delivered));
    let commit = intent(batch("b1"), 60);
    lake.replace_with_headers(&bronze, &schema, &headers, &commit, &mut chunks, &Cancel::default()).unwrap();
    replace(lake, &bronze, &intent(batch("b2"), 61), df!("item" => ["tea"], "vat" => ["20%"]).unwrap()).unwrap();
    lake.remove(&bronze, &intent(batch("b1"), 62)).unwrap();
    replace(lake, &tables[2], &intent(slice("2026", "northgate"), 63), df!("reason" => ["not a date"]).unwrap())
        .unwrap();
    for seq in 64..68_i64 {
        let mut partition = vec![("_model".to_owned(), format!("slips crf/{}", seq % 2 + 1))];
        partition.extend(slice("2026-10", "northgate"));
        replace(lake, &tables[3], &intent(partition, u64::try_from(seq).unwrap()), annotations(seq)).unwrap();
    }
    for (seq, text) in [(70, "2026-09"), (71, "2026-10"), (72, "2026-10")] {
        replace(lake, &tables[4], &intent(period(text), seq), every_type()).unwrap();
    }
    lake.restore(&tables[4], &intent(period("2026-10"), 73), 1).unwrap();
    tables
}

fn write_expected(lake: &Lake, tables: &[Table], folder: &Path) {
    for table in tables {
        let folder = folder.join(table.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        for version in 0..=lake.version(table).unwrap().unwrap() {
            let mut rows = read(lake, table, Some(version), &[]);
            let file = std::fs::File::create(folder.join(format!("{version}.parquet"))).unwrap();
            ParquetWriter::new(file).finish(&mut rows).unwrap();
        }
    }
}

#[test]
#[ignore = "needs Python and its package index"]
fn interop_with_other_engines_at_every_version() {
    let mut folder = tempfile::tempdir().unwrap();
    folder.disable_cleanup(std::env::var_os("ASSAY_INTEROP_KEEP").is_some());
    let (workspace, expected) = (folder.path().join("workspace"), folder.path().join("expected"));
    std::fs::create_dir_all(&workspace).unwrap();
    let lake = Lake::open(&workspace).unwrap();
    write_expected(&lake, &make_workspace(&lake), &expected);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/run.sh");
    let status = Command::new(script).arg(&workspace).arg(&expected).status().unwrap();
    assert!(status.success(), "{status} in {}", workspace.display());
}
