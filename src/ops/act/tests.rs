//! Requests carried out in this process, where a model can be made to fail.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::Arc;

use super::Reply;
use crate::base::{Cancel, Clock};
use crate::domain::gate::ReasonCode;
use crate::domain::{ModelRef, Request, Via, lineage};
use crate::lake::Table;
use crate::ner::{Answer, Tagger, one_by_one};
use crate::ops::{OpenOptions, Workspace};
use crate::pipeline::models;

const CONTRACT: &str = r#"[workspace]
name = "Tests"
timezone = "Europe/London"

[[dataset]]
name = "slips"
period = "month"
text = ["item"]
key = ["slip"]
schema = { slip = "string", item = "string" }

[[dataset.provider]]
name = "alpha"
source = { kind = "inbox", pattern = "{period}*.csv" }
due = "5d"
since = "2026-10"
"#;

/// Finds nothing, and fails on oats.
struct NoOats(Vec<String>);

impl Tagger for NoOats {
    fn labels(&self) -> &[String] {
        &self.0
    }

    fn tag(&self, texts: &[&str], cancel: &Cancel) -> crate::base::Result<Vec<Answer>> {
        one_by_one(texts, cancel, |text| {
            if text.contains("oat") { Err("oats are beyond it".to_owned().into()) } else { Ok(Vec::new()) }
        })
    }
}

fn opened(folder: &Path) -> Workspace {
    std::fs::write(folder.join("assay.toml"), CONTRACT).unwrap();
    let clock = Clock::Fixed("2026-11-20T12:00:00Z".parse().unwrap());
    Workspace::open(&OpenOptions { clock: Some(clock), ..OpenOptions::at(folder.to_path_buf()) }).unwrap()
}

fn perform(workspace: &Workspace, request: Request) -> Reply {
    let session = workspace.session(Some("olga"), Via::Cli).unwrap();
    workspace.perform(&session, request, &|_| {}, &Cancel::default()).unwrap()
}

#[test]
fn a_row_that_the_model_fails_on_is_not_processed_and_the_gate_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = opened(folder.path());
    let lexicon = folder.path().join("terms.toml");
    std::fs::write(&lexicon, "[[term]]\ntext = \"of the tests of a failing model\"\nlabel = \"X\"\n").unwrap();
    let model = ModelRef::new("words", 1);
    perform(&workspace, Request::RegisterModel { name: "words".to_owned(), file: lexicon, test: None, note: None });
    perform(
        &workspace,
        Request::PromoteModel { model: model.clone(), waive: false, reason: Some("the first".to_owned()) },
    );
    let version = workspace.journal().read(|snapshot| snapshot.model(&model)).unwrap().unwrap();
    models::pretend(version.digest, Arc::new(NoOats(version.labels)));

    let inbox = folder.path().join("inbox/alpha");
    std::fs::create_dir_all(&inbox).unwrap();
    std::fs::write(inbox.join("2026-10.csv"), "slip,item\na,beans\nb,oat milk\nc,rice\n").unwrap();
    perform(&workspace, Request::Ingest { dataset: None, provider: None, full: false });
    perform(&workspace, Request::Run { dataset: None, period: None, model: None });

    let table = Table::Annotations { dataset: "slips".to_owned() };
    let rows = workspace.reading().unwrap().lake.scan(&table, None, &[]).unwrap().unwrap().collect().unwrap();
    let errors: Vec<_> = rows.column(lineage::ERROR).unwrap().str().unwrap().iter().collect();
    assert_eq!(errors, [None, Some("item: oats are beyond it"), None]);
    assert_eq!(rows.column(lineage::ROW).unwrap().len(), 3);
    let release = workspace.release(&"slips/2026-10.1".parse().unwrap()).unwrap();
    let reason = release.row.blocked_by.iter().find(|reason| reason.code == ReasonCode::RowsUnprocessed).unwrap();
    assert_eq!(reason.subject, "alpha");
    assert!(reason.text.starts_with("words/1 failed on 1 row of alpha"), "{}", reason.text);
}
