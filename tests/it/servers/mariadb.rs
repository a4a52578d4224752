//! MariaDB as a source.

use crate::sources::copies;
use crate::support::Workspace;
use crate::support::servers::Server;

#[test]
#[ignore = "needs MariaDB"]
fn the_copy_of_a_mariadb_table_follows_it() {
    let server = Server::start("mariadb");
    let source = format!("url = \"{}\", table = \"shop.sales\", watermark = \"changed_at\"", server.address);
    let workspace = Workspace::under(&copies::contract(&source));
    server.sql(&copies::table("datetime(6)"));
    copies::story(&workspace, &|sql| drop(server.sql(sql)));
}

#[test]
#[ignore = "needs MariaDB"]
fn a_number_may_be_the_watermark() {
    let server = Server::start("mariadb");
    let source = format!(
        "url = \"{}\", query = \"select s.*, s.id + 9007199254740993 as n from sales s\", watermark = \"n\", overlap = \"0\"",
        server.address
    );
    let workspace = Workspace::under(&copies::contract(&source));
    server.sql(&copies::table("datetime(6)"));
    for (id, day) in [(1, "2020-01-01"), (2, "2020-01-02"), (3, "2020-01-03")] {
        server.sql(&copies::insert(&[(id, day, "1.00", "2020-01-01 00:00:00")]));
        workspace.ok("olga", &["ingest"]);
    }
    workspace.ok("olga", &["run"]);
    assert_eq!(copies::silver(&workspace).len(), 3);
    assert_eq!(copies::batches(&workspace).iter().map(|batch| batch.1).collect::<Vec<_>>(), [1, 1, 1]);
}
