//! Expressions and queries that people write.
#![allow(clippy::unwrap_used, reason = "tests")]
use polars::prelude::{Field, StrptimeOptions, df, lit};

use super::*;
use crate::base::ErrorKind;

fn fields() -> Schema {
    let field = |name: &str, data_type| Field::new(name.into(), data_type);
    [
        field("amount", DataType::Decimal(12, 2)),
        field("rate", DataType::Decimal(12, 6)),
        field("sold_on", DataType::Date),
        field("code", DataType::String),
    ]
    .into_iter()
    .collect()
}

#[test]
fn an_expression_says_its_type() {
    let gives = |sql: &str| expression(sql, &fields()).unwrap().1;
    assert_eq!(gives("upper(code)"), DataType::String);
    assert_eq!(gives("amount > 5"), DataType::Boolean);
    assert_eq!(gives("case when amount > 5 then 'much' else 'little' end"), DataType::String);
    assert_eq!(gives("strftime(sold_on, '%Y-%m')"), DataType::String);
    assert_eq!(gives("coalesce(code, 'none')"), DataType::String);
    assert!(gives("amount * rate").is_decimal());
    assert!(gives("extract(year from sold_on)").is_integer());
}

#[test]
fn an_expression_looks_at_its_own_row_alone() {
    for sql in [
        "sum(amount)",
        "amount / sum(amount)",
        "rank() over (order by amount)",
        "row_number() over (order by amount)",
        "lag(amount) over (order by sold_on)",
        "sum(amount) over (partition by code)",
        "count(*)",
        "max(sold_on)",
        "first_value(code) over (order by sold_on)",
    ] {
        assert!(expression(sql, &fields()).is_err(), "{sql}");
    }
    let error = expression("amount / sum(amount)", &fields()).unwrap_err();
    assert_eq!(error.message(), "it looks at other rows than its own");
}

#[test]
fn whole_numbers_are_computed_whole() {
    let rows = df!("pieces" => [4_000_000_000_i64], "code" => ["abcdef"], "few" => [2_i64]).unwrap();
    let rows = rows.lazy().with_column(lit("2026-09-05").str().to_date(StrptimeOptions::default()).alias("day"));
    let rows = rows.collect().unwrap();
    let given = |sql: &str| {
        let (expression, _) = expression(sql, rows.schema()).unwrap();
        let plan = rows.clone().lazy().with_columns(widened(rows.schema()));
        let made = plan.select([expression.cast(DataType::String).alias("given")]).collect().unwrap();
        made.column("given").unwrap().str().unwrap().get(0).unwrap().to_owned()
    };
    for (sql, wanted) in [
        ("pieces * pieces", "16000000000000000000"),
        ("pieces * pieces - pieces * pieces + 1", "1"),
        ("cast(code || '' as varchar) || 'x'", "abcdefx"),
        ("cast('5000000000' as bigint) * cast('5000000000' as bigint)", "25000000000000000000"),
        ("cast('70000' as int) * cast('70000' as int)", "4900000000"),
        ("extract(year from day) * 9000000", "18234000000"),
        ("length(code) * 3000000000", "18000000000"),
        ("left(code, few)", "ab"),
        ("left(code, few + 1)", "abc"),
        ("substr(code, few, few + 1)", "bcd"),
        ("pieces / 3", "1333333333.3333333"),
        ("pieces % 7", "3"),
        ("round(pieces / 3, 1)", "1333333333.3"),
        ("abs(few - pieces)", "3999999998"),
        ("coalesce(few, 0) + 1", "3"),
        ("case when few > 1 then few else 0 end", "2"),
        ("few in (1, 2)", "true"),
    ] {
        assert_eq!(given(sql), wanted, "{sql}");
    }
}

#[test]
fn queries_compute_whole_numbers_whole_too() {
    let rows = df!("pieces" => [4_000_000_000_i64, 1], "code" => ["70000", "60000"]).unwrap();
    let given = |sql: &str| {
        let made = query(sql, "rows", rows.clone().lazy()).unwrap().collect().unwrap();
        let value = made.columns()[0].cast(&DataType::String).unwrap();
        value.str().unwrap().get(0).unwrap().to_owned()
    };
    for (sql, wanted) in [
        ("select sum(pieces * pieces) from rows", "16000000000000000001"),
        ("select sum(cast(code as int) * cast(code as int)) from rows", "8500000000"),
        ("select count(*) * 3000000000 from rows", "6000000000"),
        ("select sum(cast(pieces / 2 as int)) from rows", "2000000000"),
        ("select sum(length(code)) * 1000000000 from rows", "10000000000"),
        ("select sum(n) from (select cast('2000000000' as int) as n from rows) as x", "4000000000"),
        (
            "with x as (select cast(code as int) as n from rows) select n * n from x where n * n > 4000000000",
            "4900000000",
        ),
        ("select cast(code as int) * 100000 as n from rows order by cast(code as int) * 100000", "6000000000"),
        ("select code from rows group by code having sum(cast(code as int) * 50000) > 3200000000", "70000"),
        ("select cast(code as int) * 100000 from rows union all select 1 from rows", "7000000000"),
        ("select distinct cast(code as int) * 100000 as n from rows order by n desc limit 1", "7000000000"),
        ("select sum(cast(code as int) * 100000) over (partition by code) as n from rows order by n", "6000000000"),
        (
            "select max(n) as n from (select sum(cast(code as int) * 100000) over (order by code) as n from rows)",
            "13000000000",
        ),
        ("select sum(case when code = '70000' then 2147483647 else 1 end) from rows", "2147483648"),
        (
            "select a.pieces from rows a join rows b on a.code = b.code where length(a.code) * 1000000000 > 1",
            "4000000000",
        ),
    ] {
        assert_eq!(given(sql), wanted, "{sql}");
    }
}

#[test]
fn what_is_no_expression_over_the_fields_is_refused() {
    for sql in [
        "amount; drop table x",
        "select amount from silver",
        "amount from read_csv('/etc/passwd')",
        "(select max(a) from read_csv('/etc/passwd'))",
        "code in (select a from read_csv('/etc/passwd'))",
        "code in (select code from silver)",
        "amount +",
        "*",
        "",
        "amount, rate",
    ] {
        assert!(expression(sql, &fields()).is_err(), "{sql}");
    }
    let inside = expression("code in (select a from read_csv('/etc/passwd'))", &fields()).unwrap_err();
    assert_eq!(inside.message(), "it looks into `read_csv`, and not at its own row alone");
    let error = expression("amonut * rate", &fields()).unwrap_err();
    assert_eq!((error.message(), error.kind()), ("there is no field `amonut`", ErrorKind::Refused));
    assert_eq!(error.hints(), ["did you mean `amount`?"]);
    assert!(expression(&format!("'{}'", "x".repeat(1 << 16)), &fields()).is_err());
    let nested = format!("{}amount{}", "(".repeat(3000), ")".repeat(3000));
    assert!(expression(&nested, &fields()).is_err());
}

#[test]
fn what_is_quoted_or_commented_is_not_read_as_sql() {
    assert_eq!(
        bare("a'b;''c' d\"e;\" --f;\ng /*h;*/ i `j;` é").split_whitespace().collect::<Vec<_>>(),
        ["a", "d", "g", "i", "é"]
    );
    assert_eq!(bare("x 'open"), "x  ");
}
