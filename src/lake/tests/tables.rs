//! What goes into a table comes out of it.

use super::*;

/// One row of every type that a table holds, one row of nulls, one with text that needs care.
pub(super) fn every_type() -> DataFrame {
    let entities = |label: &[&str], start: &[u32]| {
        let fields = [
            Series::new("label".into(), label),
            Series::new("start".into(), start),
            Series::new("score".into(), vec![0.25; label.len()]),
        ];
        StructChunked::from_series("".into(), label.len(), fields.iter()).unwrap().into_series()
    };
    let amounts = Series::new("amount".into(), [Some("12345678901234567890.12"), None, Some("-0.01")]);
    let prices = Series::new("price".into(), [Some("9999999999.99"), None, Some("-0.07")]);
    let lists = [Some(entities(&["BRAND", "SIZE"], &[0, 6])), None, Some(entities(&[], &[]))];
    let days = Series::new("sold_on".into(), [Some(20_000_i32), None, Some(-1)]).cast(&DataType::Date).unwrap();
    let instants = Series::new("seen_at".into(), [Some(1_700_000_000_123_456_i64), None, Some(-1)])
        .cast(&DataType::Datetime(TimeUnit::Microseconds, None))
        .unwrap();
    DataFrame::new(
        3,
        vec![
            Series::new("slip_id".into(), [Some("a"), None, Some("ü\n\"🙂")]).into(),
            Series::new("line".into(), [Some(i64::MAX), None, Some(i64::MIN)]).into(),
            Series::new("share".into(), [Some(0.5), None, Some(f64::NAN)]).into(),
            Series::new("returned".into(), [Some(true), None, Some(false)]).into(),
            days.into(),
            instants.into(),
            amounts.strict_cast(&DataType::Decimal(38, 2)).unwrap().into(),
            prices.strict_cast(&DataType::Decimal(12, 2)).unwrap().into(),
            Series::new("entities".into(), lists).into(),
            Series::new("_row".into(), [1_u32, 2, 3]).into(),
        ],
    )
    .unwrap()
}

#[test]
fn every_type_and_null_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let rows = every_type();
    let committed = replace(&lake, &silver(), &intent(slice("2026-10", "northgate"), 7), rows.clone()).unwrap();
    assert_eq!(committed, Committed { version: 0, rows: 3, repeated: false });

    let back = read(&lake, &silver(), None, &slice("2026-10", "northgate"));
    assert_eq!(back.get_column_names_owned().last().unwrap(), "_provider");
    assert_eq!(back.column("_period").unwrap().str().unwrap().get(2), Some("2026-10"));
    for name in ["slip_id", "line", "share", "returned", "sold_on", "amount", "price"] {
        let (one, other) = (rows.column(name).unwrap(), back.column(name).unwrap());
        assert_eq!(one.dtype(), other.dtype());
        assert!(one.equals_missing(other), "{name}: {other:?}");
    }
    let seen = back.column("seen_at").unwrap();
    assert_eq!(seen.dtype(), &super::super::schema::timestamp());
    assert_eq!(seen.to_physical_repr().i64().unwrap().get(2), Some(-1));
    assert_eq!(back.column("_row").unwrap().dtype(), &DataType::Int64);
    let entities = back.column("entities").unwrap();
    assert_eq!(entities.list().unwrap().get_as_series(0).unwrap().len(), 2);
    assert_eq!((entities.null_count(), entities.list().unwrap().get_as_series(2).unwrap().len()), (1, 0));
    let first = entities.list().unwrap().get_as_series(0).unwrap();
    assert_eq!(first.struct_().unwrap().field_by_name("start").unwrap().i64().unwrap().get(1), Some(6));
}

/// Readers skip files by what the log says of them: it has to be true.
#[test]
fn the_log_says_of_a_file_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let rows = every_type();
    replace(&lake, &silver(), &intent(slice("2026-10", "northgate"), 7), rows.clone()).unwrap();
    let log = folder.path().join("lake/silver/slips/_delta_log/00000000000000000000.json");
    let log = std::fs::read_to_string(log).unwrap();
    let mut actions = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let add = actions.find_map(|action| action.get("add").cloned()).unwrap();
    let said: serde_json::Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
    assert_eq!(said["numRecords"], rows.height());
    let nulls = said["nullCount"].as_object().unwrap();
    assert_eq!(nulls.len(), rows.width());
    for column in rows.columns() {
        assert_eq!(nulls[column.name().as_str()], column.null_count(), "nulls of {}", column.name());
    }
    for (column, low, high) in [
        ("line", i64::MIN.into(), i64::MAX.into()),
        ("_row", 1.into(), 3.into()),
        ("sold_on", "1969-12-31".into(), "2024-10-04".into()),
        ("price", serde_json::json!(-0.07), serde_json::json!(9_999_999_999.99)),
    ] as [(&str, serde_json::Value, serde_json::Value); 4]
    {
        assert_eq!((&said["minValues"][column], &said["maxValues"][column]), (&low, &high), "{column}");
    }
    // No row's text stays in a log that is kept for ever; what has no order has no range.
    for column in ["slip_id", "share", "entities"] {
        assert!(said["minValues"].get(column).is_none() && said["maxValues"].get(column).is_none(), "{column}");
    }
}

#[test]
fn replacing_a_partition_leaves_the_others_and_the_past_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-09", "a"), 1), numbers(0, 3)).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-10", "a"), 2), numbers(10, 3)).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-10", "b"), 3), numbers(20, 3)).unwrap();
    let last = replace(&lake, &silver(), &intent(slice("2026-10", "a"), 4), numbers(100, 2)).unwrap();
    assert_eq!((last.version, lake.version(&silver()).unwrap()), (3, Some(3)));

    assert_eq!(column(&read(&lake, &silver(), None, &slice("2026-10", "a")), "n"), [100, 101]);
    assert_eq!(column(&read(&lake, &silver(), None, &slice("2026-10", "b")), "n"), [20, 21, 22]);
    assert_eq!(column(&read(&lake, &silver(), None, &slice("2026-10", "a")[..1]), "n"), [100, 101, 20, 21, 22]);
    assert_eq!(column(&read(&lake, &silver(), Some(2), &[]), "n"), [0, 1, 2, 10, 11, 12, 20, 21, 22]);
    assert_eq!(column(&read(&lake, &silver(), Some(0), &[]), "n"), [0, 1, 2]);
    assert_eq!(lake.partition_rows(&silver(), &slice("2026-10", "a")).unwrap(), Some(2));
    assert_eq!(lake.partition_rows(&silver(), &slice("2026-11", "a")).unwrap(), None);
    assert!(lake.scan(&silver(), None, &slice("2026-11", "a")).unwrap().is_none());
    assert_eq!(lake.scan(&silver(), Some(9), &[]).err().unwrap().message(), "silver/slips has no version 9");
}

#[test]
fn a_delivery_may_bring_columns_and_leave_others_out() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let table = Table::Bronze { dataset: "slips".to_owned(), provider: "northgate".to_owned() };
    let batch = |id: &str| vec![("_period".to_owned(), "2026-10".to_owned()), ("_batch".to_owned(), id.to_owned())];
    replace(&lake, &table, &intent(batch("b1"), 1), df!("item" => ["x"], "price" => ["1"]).unwrap()).unwrap();
    replace(&lake, &table, &intent(batch("b2"), 2), df!("item" => ["y"], "vat" => ["2"]).unwrap()).unwrap();

    let all = read(&lake, &table, None, &[]);
    assert_eq!(all.get_column_names_owned(), ["item", "price", "vat", "_period", "_batch"]);
    let text = |name: &str| all.column(name).unwrap().str().unwrap().iter().collect::<Vec<_>>();
    assert_eq!(text("price"), [Some("1"), None]);
    assert_eq!(text("vat"), [None, Some("2")]);
    assert_eq!(read(&lake, &table, Some(0), &[]).width(), 4);
}

#[test]
fn a_type_changes_only_where_nothing_else_holds_the_column() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-09", "a"), 1), numbers(0, 1)).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-09", "a"), 2), df!("n" => ["text"]).unwrap()).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-10", "a"), 3), df!("n" => ["more"]).unwrap()).unwrap();
    let error = replace(&lake, &silver(), &intent(slice("2026-10", "a"), 4), numbers(0, 1)).unwrap_err();
    assert!(error.message().contains("column `n` of silver/slips"), "{error}");
    assert_eq!(column(&read(&lake, &silver(), Some(0), &[]), "n"), [0]);
}

#[test]
fn a_partition_without_rows_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let schema = numbers(0, 0).schema().clone();
    let commit = intent(slice("2026-10", "a"), 1);
    lake.replace(&silver(), &schema, &commit, &mut std::iter::empty(), &Cancel::default()).unwrap();
    let back = read(&lake, &silver(), None, &slice("2026-10", "a"));
    assert_eq!((back.height(), back.width()), (0, 3));
    assert_eq!(lake.partition_rows(&silver(), &slice("2026-10", "a")).unwrap(), Some(0));
}

#[test]
fn partition_values_that_folders_can_not_hold_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let table = Table::Annotations { dataset: "slips".to_owned() };
    let mut partition = vec![("_model".to_owned(), "slips crf/3 50% ü".to_owned())];
    partition.extend(slice("2026-10", "a"));
    replace(&lake, &table, &intent(partition.clone(), 1), numbers(0, 2)).unwrap();
    let back = read(&lake, &table, None, &partition);
    assert_eq!(back.column("_model").unwrap().str().unwrap().get(0), Some("slips crf/3 50% ü"));
}

#[test]
fn big_writes_are_cut_into_row_groups_and_files_whatever_the_chunks() {
    let count = (1 << 20) + 70_000;
    let write = |chunk: i64| {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path()).unwrap();
        let mut chunks = (0..count).step_by(usize::try_from(chunk).unwrap());
        let mut chunks = std::iter::from_fn(|| chunks.next().map(|from| Ok(numbers(from, chunk.min(count - from)))));
        let schema = numbers(0, 0).schema().clone();
        let commit = intent(slice("2026-10", "a"), 1);
        let committed = lake.replace(&silver(), &schema, &commit, &mut chunks, &Cancel::default()).unwrap();
        assert_eq!(committed.rows, u64::try_from(count).unwrap());
        let files = lake.files(&silver(), None, &[]).unwrap();
        assert_eq!(files.iter().map(|file| file.rows).collect::<Vec<_>>(), [1 << 20, 70_000]);
        assert_eq!(column(&read(&lake, &silver(), None, &[]), "n"), (0..count).collect::<Vec<_>>());
        contents(folder.path())
    };
    assert!(write(9_973) == write(400_000), "the size of the chunks shows in the files");
}
