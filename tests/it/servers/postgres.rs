//! PostgreSQL as a source.

use assay::lake::Table;

use crate::sources::copies;
use crate::support::Workspace;
use crate::support::servers::Server;

#[test]
#[ignore = "needs PostgreSQL"]
fn the_copy_of_a_postgresql_table_follows_it() {
    let server = Server::start("postgres");
    let source = format!("url = \"{}\", table = \"public.sales\", watermark = \"changed_at\"", server.address);
    let workspace = Workspace::under(&copies::contract(&source));
    server.sql(&copies::table("timestamptz"));
    copies::story(&workspace, &|sql| drop(server.sql(sql)));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn values_come_as_the_server_means_them() {
    let server = Server::start("postgres");
    server.sql(
        "create type mood as enum ('fine', 'bad');
         create table things (id bigint, \"At\" timestamptz, day date, yes boolean, share double precision,
             price numeric(30,10), words text, mood mood, tags text[], doc jsonb, raw bytea, took interval);
         set time zone 'Asia/Tokyo';
         insert into things values
             (9007199254740993, '2026-10-05 08:30:00.123456', '2026-10-05', true, 0.1,
              12345678901234567.1234567891, E'a\\tb \"c\", d\\ne ü', 'fine', '{x,y}', '{\"k\": [1]}', '\\x00ff', '1 day 2 hours'),
             (2, null, '2026-10-06', false, 'NaN', null, '', 'bad', null, null, null, null);",
    );
    let contract = format!(
        r#"[workspace]
name = "Types"
timezone = "UTC"

[[dataset]]
name = "things"
period = "month"
key = ["id"]
date = "day"
schema = {{ id = "int", at = "timestamp", day = "date", yes = "bool", price = "decimal(30,10)", words = "string", mood = "string", tags = "string", doc = "string", raw = "string", took = "string" }}

[[dataset.provider]]
name = "shop"
source = {{ kind = "sql", url = "{}", query = "select * from things -- all of them" }}
"#,
        server.address
    );
    let workspace = Workspace::under(&contract);
    workspace.ok("olga", &["ingest"]);
    workspace.ok("olga", &["run"]);
    let silver = workspace.rows(&Table::Silver { dataset: "things".to_owned() }).unwrap();
    let column = |name: &str| {
        let cells = silver.column(name).unwrap().cast(&polars::prelude::DataType::String).unwrap();
        cells.str().unwrap().iter().map(|cell| cell.unwrap_or("-").to_owned()).collect::<Vec<_>>()
    };
    let mut order: Vec<(String, usize)> = column("id").into_iter().enumerate().map(|(at, id)| (id, at)).collect();
    order.sort();
    let values = |name: &str| order.iter().map(|(_, at)| column(name)[*at].clone()).collect::<Vec<_>>();
    assert_eq!(values("id"), ["2", "9007199254740993"]);
    assert_eq!(values("at")[1].replace('T', " ").split('+').next(), Some("2026-10-04 23:30:00.123456"));
    assert_eq!(values("yes"), ["false", "true"]);
    assert_eq!(values("price")[1], "12345678901234567.1234567891");
    assert_eq!(values("words")[1], "a\tb \"c\", d\ne ü");
    assert_eq!(values("mood"), ["bad", "fine"]);
    assert_eq!(values("tags")[1], "{x,y}");
    assert_eq!(values("doc")[1], "{\"k\": [1]}");
    assert_eq!(values("raw")[1], "\\x00ff");
    assert_eq!(values("took")[1], "P1DT2H");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_database_that_refuses_says_why() {
    let server = Server::start("postgres");
    let refused = |url: &str, source: &str, words: &[&str]| {
        let workspace = Workspace::under(&copies::contract(&format!("url = \"{url}\", {source}")));
        workspace.run("olga", &["ingest"]).ended(1, words);
    };
    let table = "table = \"sales\"";
    refused(&server.address, table, &["relation \"sales\" does not exist", "42P01"]);
    refused(&server.address, "query = \"select 1 as\"", &["syntax error", "42601"]);
    refused(&server.address, "query = \"select 1 as id, 2 as id\"", &["two columns `id`"]);
    refused(&server.address.replace("/postgres", "/nothing"), table, &["database \"nothing\" does not exist"]);
    refused("postgres://assay@127.0.0.1:1/shop", table, &["the connection to the database failed", "tried 5 times"]);
}
