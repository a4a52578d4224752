//! Attempts to make a check do anything but read `silver`.
#![allow(clippy::unwrap_used, reason = "tests")]

use polars::prelude::*;

use super::*;
use crate::base::ErrorKind;

fn silver() -> LazyFrame {
    df! {
        "_batch" => ["b2", "b1", "b1", "b1"],
        "_provider" => ["north"; 4],
        "_row" => [1_i64, 3, 2, 1],
        "amount" => [-1.0, -2.0, 3.0, -4.0],
    }
    .unwrap()
    .lazy()
}

fn run(sql: &str) -> Result<Failures> {
    failures(sql, &silver(), &Cancel::default())
}

#[test]
fn returned_rows_are_failures_and_are_pointed_to() {
    let found = run("select * from silver where amount < 0;").unwrap();
    assert_eq!(found.rows, 3);
    let rows: Vec<(&str, u64)> = found.samples.iter().map(|row| (row.batch.as_str(), row.row)).collect();
    assert_eq!(rows, [("b1", 1), ("b1", 3), ("b2", 1)]);
    assert_eq!(
        run("with low as (select * from silver where amount < 5) select * from low where amount > 4").unwrap().rows,
        0
    );
    let grouped = run("select _provider, count(*) as n from silver group by _provider having count(*) > 3").unwrap();
    assert_eq!((grouped.rows, grouped.samples.len()), (1, 0));
    assert_eq!(run("-- a comment; with a semicolon\nselect '; drop' as text from silver").unwrap().rows, 4);
}

#[test]
fn no_more_than_twenty_rows_are_pointed_to() {
    let rows: Vec<i64> = (1..=5000).rev().collect();
    let many = df! { "_batch" => vec!["b"; 5000], "_row" => rows }.unwrap().lazy();
    let found = failures("select * from silver", &many, &Cancel::default()).unwrap();
    assert_eq!(found.rows, 5000);
    assert_eq!(found.samples.iter().map(|row| row.row).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
}

/// The file exists and is readable, so that only the guard stands between it and the query.
#[test]
fn no_way_of_writing_reads_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.csv");
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    let path = path.display();
    let attempts = [
        format!("select * from read_csv('{path}')"),
        format!("select * from READ_CSV('{path}')"),
        format!("select * from \"read_csv\"('{path}')"),
        format!("select * from `read_csv`('{path}')"),
        format!("select * from Read_Csv /* x */ ('{path}')"),
        format!("select * from read_csv.x('{path}')"),
        format!("select * from silver join read_csv('{path}') as t on true"),
        format!("select * from silver cross join read_csv('{path}') t"),
        format!("select * from silver, read_csv('{path}')"),
        format!("select * from silver where amount in (select a from read_csv('{path}'))"),
        format!("select (select max(a) from read_csv('{path}')) from silver"),
        format!("with t as (select * from read_csv('{path}')) select * from t"),
        format!("with read_csv as (select 1) select * from read_csv('{path}')"),
        format!("select * from (select * from (select * from read_csv('{path}')) a) b"),
        format!("select * from (silver cross join read_csv('{path}') t)"),
        format!("select 1 as a union all select a from read_csv('{path}')"),
        format!("select 1 as a except select a from read_csv('{path}')"),
        format!("select * from read_parquet('{path}')"),
        format!("select * from read_ipc('{path}')"),
        format!("select * from read_json('{path}')"),
        format!("select * from scan_csv('{path}')"),
    ];
    for sql in &attempts {
        let error = sql::guard(sql, TABLE).expect_err(sql);
        assert_eq!(error.kind(), ErrorKind::Refused, "{sql}: {error}");
        assert!(error.message().contains("reads files"), "{sql}: {error}");
        assert!(run(sql).is_err(), "{sql}");
    }
    // Without the guard polars reads the file: the attempts above are real.
    let mut context = polars::sql::SQLContext::new();
    assert_eq!(context.execute(&attempts[0]).unwrap().collect().unwrap().height(), 1);
    // A path in the place of a table is only the name of a table that is not there.
    for sql in [format!("select * from '{path}'"), format!("select * from \"{path}\""), "select * from gold".to_owned()]
    {
        assert!(run(&sql).is_err(), "{sql}");
    }
}

#[test]
fn only_one_select_is_run() {
    let statements = [
        "drop table silver",
        "create table x as select * from silver",
        "delete from silver",
        "truncate table silver",
        "insert into silver values (1)",
        "update silver set amount = 1",
        "copy silver to '/tmp/x'",
        "explain select * from silver",
        "show tables",
        "attach 'x'",
        "",
        "   ",
        "/* nothing */",
        "select 1; select 2",
        "select 1; drop table silver",
        "select 1;;select 2",
        "-- x\ndrop table silver",
        "/* select */ drop table silver",
    ];
    for sql in statements {
        let error = sql::guard(sql, TABLE).expect_err(sql);
        assert_eq!(error.kind(), ErrorKind::Refused, "{sql}: {error}");
        assert!(!error.hints().is_empty());
    }
    for sql in [
        "with x as (select 1) delete from silver",
        "with x as (select 1) insert into silver values (1)",
        "select * into y from silver",
    ] {
        assert!(run(sql).is_err(), "{sql}");
    }
}

#[test]
fn a_query_that_cannot_run_is_an_error_and_nothing_worse() {
    let deep = format!("select * from silver where {}", vec!["amount < 0"; 2000].join(" or "));
    let nested = format!("select {}1{} from silver", "(".repeat(3000), ")".repeat(3000));
    let long = format!("select '{}' from silver", "x".repeat(1 << 16));
    for sql in
        ["select nothing from silver", "select * from silver where", "select * from", &nested, &long, "select 'é"]
    {
        assert!(run(sql).is_err(), "{}", &sql[..sql.len().min(60)]);
    }
    assert_eq!(run(&deep).unwrap().rows, 3);
}

#[test]
fn a_query_stops_when_it_is_cancelled() {
    let cancel = Cancel::default();
    cancel.cancel();
    let error = failures("select * from silver", &silver(), &cancel).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}
