//! What a source needs to be told.

use crate::support::Workspace;

#[test]
fn a_password_is_not_put_on_record() {
    let source = "url = \"postgres://me:hunter2@db/shop\", table = \"sales\"";
    let workspace = Workspace::under(&super::copies::contract(source));
    let refused = workspace.run("olga", &["ingest"]).ended(2, &["a password in assay.toml would stay in the journal"]);
    assert!(!refused.stderr.contains("hunter2"), "{refused:?}");
    workspace.edit("hunter2", "${SHOP_PASSWORD}");
    workspace.run("olga", &["ingest"]).ended(2, &["the environment of assay has no `SHOP_PASSWORD`"]);
}
