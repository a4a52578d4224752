//! `kill -9` while rows are copied out of PostgreSQL, and somebody goes on writing there.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use assay::lake::Table;

use crate::sources::copies;
use crate::support::Workspace;
use crate::support::servers::Server;

/// How often a copy is killed.
const KILLS: usize = 20;

/// Rows that are there from the beginning, so that a copy takes its time.
const ROWS: usize = 30_000;

/// Statements of somebody who sells, corrects, and takes their time over it.
const WORK: &str = "
    insert into sales select n, day('2020-01-01', n), 'Ware', n, clock_timestamp()
        from (select nextval('numbers')::int as n from generate_series(1, 40)) as new;
    update sales set amount = amount + 1, changed_at = clock_timestamp() where id % 977 = (random() * 976)::int;
    begin;
    insert into sales select n, day('2021-01-01', n), 'Late', n, now()
        from (select nextval('numbers')::int as n from generate_series(1, 10)) as new;
    select pg_sleep(0.05);
    commit;
    update sales set sold_on = day('2022-01-01', id), changed_at = clock_timestamp()
        where id in (select id from sales order by random() limit 3);
";

#[test]
#[ignore = "needs PostgreSQL"]
fn a_copy_that_is_killed_loses_no_row_and_doubles_none() {
    let server = Server::start("postgres");
    let source = format!("url = \"{}\", table = \"sales\", watermark = \"changed_at\"", server.address);
    let workspace = Workspace::under(&copies::contract(&source));
    server.sql(&copies::table("timestamptz"));
    server.sql(&format!(
        "create sequence numbers;
         create function day(first date, n int) returns date language sql as 'select first + n % 300';
         insert into sales select n, day('2020-01-01', n), 'Ware', n, clock_timestamp()
             from (select nextval('numbers')::int as n from generate_series(1, {ROWS})) as new;"
    ));
    workspace.ok("olga", &["contract", "apply", "--reason", "the first"]);
    let is_over = AtomicBool::new(false);
    let killed = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut client = server.client().stdout(std::process::Stdio::null()).spawn().unwrap();
            let mut statements = client.stdin.take().unwrap();
            while !is_over.load(Ordering::Relaxed) {
                statements.write_all(WORK.as_bytes()).unwrap();
                std::thread::sleep(Duration::from_millis(100));
            }
            drop(statements);
            let ended = client.wait_with_output().unwrap();
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        });
        let mut killed = 0;
        for attempt in 0_u64.. {
            let mut child = workspace.start("olga", &["ingest"]);
            // Somewhere between its beginning and its end, another place every time.
            std::thread::sleep(Duration::from_millis(40 + attempt * 37 % 900));
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                killed += 1;
            }
            child.wait().unwrap();
            if killed == KILLS {
                break;
            }
            assert!(attempt < 400, "only {killed} of {KILLS} copies were still at it when they were to be killed");
        }
        is_over.store(true, Ordering::Relaxed);
        writer.join().unwrap();
        killed
    });
    assert_eq!(killed, KILLS);
    workspace.ok("olga", &["ingest"]);
    workspace.ok("olga", &["run"]);
    workspace.verify();

    let there: BTreeMap<i64, (String, String)> = server
        .sql("select id, sold_on, amount from sales")
        .lines()
        .map(|line| {
            let mut cells = line.split('|').map(str::to_owned);
            let mut next = || cells.next().unwrap();
            (next().parse().unwrap(), (next(), next()))
        })
        .collect();
    let silver = workspace.rows(&Table::Silver { dataset: "sales".to_owned() }).unwrap();
    let texts = |name: &str| {
        let cells = silver.column(name).unwrap().cast(&polars::prelude::DataType::String).unwrap();
        cells.str().unwrap().iter().map(|cell| cell.unwrap().to_owned()).collect::<Vec<_>>()
    };
    let ids = silver.column("id").unwrap().i64().unwrap().iter().map(Option::unwrap);
    let here: Vec<(i64, (String, String))> = ids.zip(texts("sold_on").into_iter().zip(texts("amount"))).collect();
    assert_eq!(here.len(), there.len(), "no row is lost, and none is there twice");
    assert_eq!(here.into_iter().collect::<BTreeMap<_, _>>(), there);
}
