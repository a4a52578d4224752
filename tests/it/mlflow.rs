//! The model registry of an `MLflow` server.

use std::collections::BTreeMap;

use assay::base::{Cancel, ErrorKind, Result};
use assay::domain::registry::{RegisteredModel, RegisteredVersion};
use assay::ner::mlflow::Registry;
use serde_json::{Value, json};

use crate::support::servers::Server;
use crate::support::{OWNER, PERIODS, PREPARER, Workspace, contract};

#[test]
#[ignore = "needs MLflow"]
fn a_registry_is_read_with_all_its_versions_and_files() {
    let server = Server::start("mlflow");
    let made: Value = serde_json::from_slice(&std::fs::read(server.path("made.json")).unwrap()).unwrap();
    let registry = Registry::open(&server.address, &BTreeMap::new()).unwrap();
    let log = || std::fs::read_to_string(server.path("log")).unwrap();
    let before = log().len();
    let models = registry.models(&Cancel::default()).unwrap();
    let asked = log().split_off(before);
    let of_runs = (asked.matches("/runs/search HTTP/1.1\" 200").count(), asked.matches("/runs/get").count());
    assert_eq!(of_runs, (1, 1), "runs are asked for together, but for the one that is not there: {asked}");
    assert_eq!(
        models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(),
        ["slips", "tastes"],
        "and no prompt"
    );
    every_version_of_many_is_there(&models[0], &made);
    versions_are_as_they_were_registered(&models[1], &made["tastes"]);
    files_are_listed_and_copied(&registry, &models[1], &made["tastes"]);
    what_the_server_can_not_reach_is_told(&registry, &models[1], &made["tastes"]);
    what_is_no_registry_or_refuses_is_told(&server.address);
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The version that was made as `name`.
fn version<'m>(model: &'m RegisteredModel, made: &Value, name: &str) -> &'m RegisteredVersion {
    let number: u32 = made[name].as_str().unwrap().parse().unwrap();
    model.versions.iter().find(|version| version.version == number).unwrap()
}

fn has_what_its_run_says(version: &RegisteredVersion) {
    // The last value of each; neither what is no number nor what is infinite.
    assert_eq!(version.metrics, BTreeMap::from([("errors".to_owned(), 0.0), ("f1".to_owned(), 0.75)]));
    assert_eq!(version.params, texts(&[("epochs", "10"), ("note", "größer = besser")]));
}

fn every_version_of_many_is_there(slips: &RegisteredModel, made: &Value) {
    let count = made["versions"].as_u64().unwrap() as u32;
    assert_eq!(slips.description.as_deref(), Some("Reads slips & bills."));
    assert_eq!(slips.tags, texts(&[("empty", ""), ("team", "data")]));
    assert_eq!(slips.aliases, BTreeMap::from([("champion".to_owned(), count), ("production".to_owned(), 2)]));
    let numbers: Vec<u32> = slips.versions.iter().map(|version| version.version).collect();
    assert_eq!(
        numbers,
        (1..=count).filter(|number| *number != 5).collect::<Vec<_>>(),
        "all but the one that is deleted"
    );
    for version in &slips.versions {
        has_what_its_run_says(version);
        assert_eq!((version.status.as_str(), version.by.as_deref()), ("READY", Some("mira")));
        assert_eq!(
            (version.source.as_str(), version.run.as_deref()),
            ("s3://bucket/slips", made["slips"]["run"].as_str())
        );
        assert_eq!(version.stage.as_deref(), (version.version == 2).then_some("Production"));
        let age = chrono::Utc::now() - version.created;
        assert!(age.num_seconds() >= 0 && age.num_hours() < 1, "{age}");
    }
}

fn versions_are_as_they_were_registered(tastes: &RegisteredModel, made: &Value) {
    assert_eq!((tastes.description.as_deref(), tastes.tags.len()), (None, 0));
    assert_eq!(tastes.aliases, BTreeMap::from([("champion".to_owned(), 1)]));
    assert_eq!(tastes.versions.len(), 9);
    let first = version(tastes, made, "folder");
    assert_eq!(first.description.as_deref(), Some("The first."));
    assert_eq!(first.tags, texts(&[("checked", "yes"), ("language", "de")]));
    assert_eq!((first.run.as_deref(), first.by.as_deref()), (made["run"].as_str(), Some("ravi")));
    has_what_its_run_says(first);
    has_what_its_run_says(version(tastes, made, "logged"));
    for (name, run) in [("orphan", made["gone"].as_str().unwrap()), ("unknown", "00000000000000000000000000000000")] {
        let version = version(tastes, made, name);
        assert_eq!((version.run.as_deref(), version.by.as_deref()), (Some(run), None));
        assert!(version.metrics.is_empty() && version.params.is_empty(), "{version:?}");
    }
}

fn files_are_listed_and_copied(registry: &Registry, tastes: &RegisteredModel, made: &Value) {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("copied/model.toml");
    let copy = |version: &RegisteredVersion, path: &str, most: u64| -> Result<String> {
        registry.download("tastes", version, path, &into, most, &Cancel::default())?;
        Ok(std::fs::read_to_string(&into).unwrap())
    };
    let content = made["content"].as_str().unwrap();
    let whole = content.len() as u64;
    let deep = ("below/deeper/a b ü+&=.txt", 5);
    for (name, expected) in [
        ("folder", vec![deep, ("empty.bin", 0), ("model.toml", whole)]),
        ("by_run", vec![deep, ("empty.bin", 0), ("model.toml", whole)]),
        ("logged", vec![("deep/words.txt", 5), ("model.toml", whole)]),
        ("orphan", vec![("model.toml", whole)]),
        ("filed", vec![("model.toml", whole)]),
    ] {
        let version = version(tastes, made, name);
        let files = registry.files("tastes", version, &Cancel::default()).unwrap();
        let files: Vec<(&str, u64)> = files.iter().map(|file| (file.path.as_str(), file.bytes)).collect();
        assert_eq!(files, expected, "{name}");
        assert_eq!(copy(version, "model.toml", whole).unwrap(), content, "{name}");
        let error = copy(version, "model.toml", whole - 1).unwrap_err();
        assert!(error.one_line().contains(&format!("larger than the {} bytes", whole - 1)), "{name}: {error}");
        let error = copy(version, "nothing.toml", whole).unwrap_err();
        assert!(!error.is_transient() && error.one_line().contains("nothing.toml"), "{name}: {error:?}");
    }
    let first = version(tastes, made, "folder");
    assert_eq!(copy(first, deep.0, 5).unwrap(), "deep\n");
    assert_eq!(copy(first, "empty.bin", 0).unwrap(), "");
    assert_eq!(copy(version(tastes, made, "logged"), "deep/words.txt", 5).unwrap(), "cola\n");
}

fn what_the_server_can_not_reach_is_told(registry: &Registry, tastes: &RegisteredModel, made: &Value) {
    for (source, number) in made["elsewhere"].as_object().unwrap() {
        let version = tastes.versions.iter().find(|version| number == &version.version.to_string()).unwrap();
        assert_eq!((&version.source, &version.run), (source, &None));
        let error = registry.files("tastes", version, &Cancel::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadData);
        assert!(error.one_line().contains(&format!("`{source}`, where the registry's server can't")), "{error}");
    }
    let unknown = version(tastes, made, "unknown");
    let error = registry.files("tastes", unknown, &Cancel::default()).unwrap_err();
    assert!(error.one_line().contains("`s3://bucket/unknown`, where the registry's server can't"), "{error}");
}

fn what_is_no_registry_or_refuses_is_told(address: &str) {
    let said = |address: &str, headers: &[(&str, &str)]| {
        let error = Registry::open(address, &texts(headers)).unwrap().models(&Cancel::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadData, "{error:?}");
        error.with_hints()
    };
    let elsewhere = format!("{address}/elsewhere");
    assert!(said(&elsewhere, &[]).contains(&format!("no MLflow registry answers at {elsewhere}")));
    let refused = said(address, &[("Host", "elsewhere.example")]);
    assert!(
        refused.contains("refuses access") && refused.contains("403") && refused.contains("`headers`"),
        "{refused}"
    );
}

/// The versions of a model as they are listed: number, aliases there, what they are here.
fn listed(workspace: &Workspace, model: &str) -> Vec<(u64, Value, Value)> {
    let rows = workspace.json(&["model", "registry"]);
    let rows = rows.as_array().unwrap().iter().filter(|row| row["name"] == model);
    rows.map(|row| (row["version"].as_u64().unwrap(), row["aliases"].clone(), row["here"].clone())).collect()
}

#[test]
#[ignore = "needs MLflow"]
fn a_registry_is_mirrored_and_its_lists_are_models_here() {
    let server = Server::start("mlflow");
    let made: Value = serde_json::from_slice(&std::fs::read(server.path("made.json")).unwrap()).unwrap();
    let workspace = Workspace::under(&(contract() + &format!("\n[registry]\nurl = \"{}\"\n", server.address)));
    workspace.promote_lexicon();
    let dry = workspace.ok(PREPARER, &["--dry-run", "model", "sync"]);
    assert!(dry.contains("would put on record what") && dry.contains("slips, tastes"), "{dry}");
    assert_eq!(workspace.json(&["model", "registry"]), json!([]));

    let said = workspace.run(PREPARER, &["model", "sync"]).ended(
        0,
        &["slips/1 and 208 more are not taken over: the files lie at `s3://bucket/slips`", "declares a command"],
    );
    assert!(said.stdout.contains("2 models with 218 versions: 2 changed, 5 taken over"), "{}", said.stdout);
    let slips = listed(&workspace, "slips");
    assert_eq!(slips.len(), 209);
    assert_eq!(slips[0], (210, json!(["champion"]), Value::Null));
    let number = |name: &str| made["tastes"][name].as_str().unwrap().parse::<u64>().unwrap();
    let tastes = listed(&workspace, "tastes");
    let here = |name: &str| tastes.iter().find(|row| row.0 == number(name)).unwrap().2.clone();
    for (at, name) in ["folder", "by_run", "logged", "orphan", "filed"].into_iter().enumerate() {
        assert_eq!(here(name), format!("tastes/{}", at + 1), "{name}");
    }
    assert_eq!((here("declared"), here("unknown")), (Value::Null, Value::Null));
    assert!(!std::path::Path::new("/tmp/assay-was-here").exists());
    let first = workspace.json(&["model", "show", "tastes/1"]);
    assert_eq!((&first["row"]["aliases"], &first["row"]["labels"]), (&json!(["champion"]), &json!(["TASTE"])));
    assert_eq!(first["origin"]["mirrored"]["version"], number("folder"));
    let metrics = workspace.json(&["model", "registry"]);
    let metrics = metrics.as_array().unwrap().iter().find(|row| row["here"] == "tastes/1").unwrap().clone();
    assert_eq!((&metrics["metrics"]["f1"], &metrics["tags"]["language"]), (&json!(0.75), &json!("de")));

    // Once more: nothing is new, and nothing is put on record.
    let before = workspace.ok("lena", &["--json", "log"]).lines().count();
    let again = workspace.ok(PREPARER, &["model", "sync"]);
    assert!(again.contains("2 models with 218 versions: nothing new"), "{again}");
    assert_eq!(workspace.ok("lena", &["--json", "log"]).lines().count(), before);

    // What was taken over is a model like any other.
    workspace.deliver_all(10);
    workspace.ok(OWNER, &["ingest"]);
    workspace.ok(OWNER, &["run", "--model", "tastes/1"]);
    let covered = workspace.json(&["model", "coverage", "--model", "tastes/1"]);
    assert!(covered.as_array().unwrap().iter().all(|one| one["state"] == "done"), "{covered}");
    workspace.ok(OWNER, &["log", "rebuild"]);
    assert_eq!(listed(&workspace, "tastes"), tastes);

    // An alias that is taken away there stays here, and is told of once.
    let sync = || workspace.run(PREPARER, &["model", "sync"]).ended(0, &[]).stderr;
    let away = || sync().contains("no version of tastes is the champion there any more");
    ask(&server.address, "DELETE", "registered-models/alias", &json!({ "name": "tastes", "alias": "champion" }));
    assert_eq!([away(), away()], [true, false]);
    assert_eq!(workspace.json(&["model", "show", "tastes/1"])["row"]["aliases"], json!(["champion"]));
    // A model that is made anew begins with version 1 again, which is another one.
    ask(&server.address, "DELETE", "registered-models/delete", &json!({ "name": "tastes" }));
    ask(&server.address, "POST", "registered-models/create", &json!({ "name": "tastes" }));
    let (source, run) = (&metrics["source"], &metrics["run"]);
    for _ in 0..number("folder") {
        let version = json!({ "name": "tastes", "source": source, "run_id": run });
        ask(&server.address, "POST", "model-versions/create", &version);
    }
    let said = sync();
    assert!(said.contains(&format!("tastes/{} is tastes/", number("folder"))), "{said}");
    assert!(workspace.json(&["model", "show", "tastes/6"])["origin"]["mirrored"]["created"].is_string());
}

/// Changes something in the registry of a server.
fn ask(address: &str, method: &str, path: &str, body: &Value) {
    let script = "import sys, urllib.request as r; a = sys.argv
r.urlopen(r.Request(a[1], a[3].encode(), {'Content-Type': 'application/json'}, method=a[2]))";
    let address = format!("{address}/api/2.0/mlflow/{path}");
    let asked =
        std::process::Command::new("python3").args(["-c", script, &address, method, &body.to_string()]).status();
    assert!(asked.unwrap().success(), "{method} {path} {body}");
}

#[test]
#[ignore = "needs MLflow"]
fn a_scoring_server_reads_the_rows_of_a_workspace() {
    let server = Server::start("mlflow_scoring");
    let workspace = Workspace::processed();
    let declared = |labels: &str| {
        let file = workspace.path("served.toml");
        let url = format!("{}/invocations", server.address);
        let text = format!("kind = \"http\"\nurl = \"{url}\"\nlabels = [{labels}]\ntexts = 3\ncalls = 2\n");
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let test = workspace.path("test.jsonl");
    let entity = r#"{"start": 3, "end": 9, "label": "BRAND"}"#;
    let line = |text: &str, entities: &str| format!("{{\"text\": \"{text}\", \"entities\": [{entities}]}}\n");
    std::fs::write(&test, line("🥤e\u{301}Müller milk", entity) + &line("milk", "")).unwrap();
    workspace
        .ok(OWNER, &["model", "register", &declared("\"BRAND\""), "--name", "words", "--test", test.to_str().unwrap()]);
    assert_eq!(workspace.json(&["model", "show", "words/2"])["row"]["f1"], 1.0);
    workspace.ok(PREPARER, &["run", "--model", "words/2"]);
    let compared = workspace.json(&["model", "compare", "words/1", "words/2"]);
    let (brand, product) = (&compared["labels"]["BRAND"], &compared["labels"]["PRODUCT"]);
    assert_eq!((&brand["gained"], &brand["lost"]), (&json!(0), &json!(0)));
    assert!(brand["same"].as_u64() > Some(20) && product["lost"].as_u64() > Some(0), "{compared}");

    // What it may not find is refused, with the row that shows it.
    workspace.ok(OWNER, &["model", "register", &declared("\"SIZE\""), "--name", "words"]);
    let refused = workspace.run(PREPARER, &["run", "--model", "words/3", "--period", PERIODS[0]]);
    refused.ended(1, &["row 1 of batch", "`BRAND`"]);
}
