//! nginx as a source.

use std::os::unix::fs::PermissionsExt;

use crate::support::servers::Server;
use crate::support::{Outcome, PREPARER, Workspace, contract, delivery};

fn ingest(workspace: &Workspace) -> Outcome {
    let arguments = ["ingest", "--provider", "alpha"];
    workspace.command(PREPARER, &arguments).env("ALPHA_KEY", "secret key").output().unwrap().into()
}

#[test]
#[ignore = "needs nginx"]
fn files_of_a_web_server_are_taken_once_and_when_they_change() {
    let server = Server::start("nginx");
    let put = |rows: u32| {
        let file = server.path("files/private/alpha-2026-10.csv");
        std::fs::write(&file, delivery("alpha", "2026-10", rows)).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    };
    let inbox = r#"{ kind = "inbox", pattern = "{period}*.csv" }"#;
    let url = format!("{}/elsewhere/private/alpha-{{period}}.csv", server.address);
    let http = format!(r#"{{ kind = "http", url = "{url}", headers = {{ X-Key = "${{ALPHA_KEY}}" }} }}"#);
    let workspace = Workspace::under(&contract().replacen(inbox, &http, 1));
    let rows = || {
        let list = workspace.json(&["batch", "list", "--provider", "alpha"]);
        list.as_array().unwrap().iter().map(|batch| batch["rows"].as_u64().unwrap()).collect::<Vec<_>>()
    };

    ingest(&workspace).ended(0, &["3 files asked for, 3 not there yet"]);
    put(5);
    ingest(&workspace).ended(0, &[]);
    assert_eq!(rows(), [5]);
    ingest(&workspace).ended(0, &["nothing new"]);
    let log = std::fs::read_to_string(server.path("access.log")).unwrap();
    assert!(log.contains("\" 304 "), "{log}");
    put(6);
    ingest(&workspace).ended(0, &[]);
    assert_eq!(rows(), [6, 5]);
    let refused: Outcome = workspace
        .command(PREPARER, &["ingest", "--provider", "alpha"])
        .env("ALPHA_KEY", "wrong")
        .output()
        .unwrap()
        .into();
    refused.ended(1, &["401"]);
}
