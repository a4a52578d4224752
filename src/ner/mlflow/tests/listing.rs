//! What is registered.

use chrono::DateTime;

use super::*;
use crate::base::ErrorKind;

const MODELS: &str = "/api/2.0/mlflow/registered-models/search";
const VERSIONS: &str = "/api/2.0/mlflow/model-versions/search";
const RUNS: &str = "/api/2.0/mlflow/runs/get";

/// A version as a server writes it.
fn written(name: &str, number: &str, run: &str) -> String {
    format!(
        r#"{{"name": "{name}", "version": "{number}", "creation_timestamp": 1795444500943, "current_stage": "None",
        "description": "", "source": "s3://bucket/{name}", "run_id": "{run}", "status": "READY", "run_link": ""}}"#
    )
}

fn page(key: &str, entries: &[String], token: &str) -> Act {
    let token = if token.is_empty() { String::new() } else { format!(r#", "next_page_token": "{token}""#) };
    say(format!(r#"{{"{key}": [{}]{token}}}"#, entries.join(", ")))
}

/// A server with two models on two pages, and their versions on three.
fn server(_: usize, asked: &Asked) -> Act {
    let models = |names: &[&str], token| {
        let model = |name: &&str| format!(r#"{{"name": "{name}", "creation_timestamp": 1, "description": ""}}"#);
        page("registered_models", &names.iter().map(model).collect::<Vec<_>>(), token)
    };
    let versions = |versions: &[String], token| page("model_versions", versions, token);
    match (asked.path.as_str(), asked.query("page_token")) {
        (MODELS, "") => page("registered_models", &[SLIPS.to_owned(), PROMPT.to_owned()], "a+b/&=ü"),
        (MODELS, "a+b/&=ü") => models(&["bills"], ""),
        (VERSIONS, "") => versions(&[written("slips", "10", "sound"), written("slips", "2", "sound")], "second"),
        (VERSIONS, "second") => versions(&[written("hello", "1", "sound"), DETAILED.to_owned()], "third"),
        (VERSIONS, "third") => versions(
            &[written("slips", "2", "sound"), written("bills", "1", "deleted"), written("bills", "2", "gone")],
            "",
        ),
        (RUNS, _) => match asked.query("run_id") {
            "sound" => say(SOUND),
            "deleted" => say(SOUND.replace("\"active\"", "\"deleted\"")),
            _ => nothing(),
        },
        _ => Act::Say(404, b"<html>".to_vec()),
    }
}

const SLIPS: &str = r#"{"name": "slips", "creation_timestamp": 1, "description": "Reads slips.", "latest_versions": [],
    "tags": [{"key": "team", "value": "data"}, {"key": "empty", "value": ""}, {"key": "none"}],
    "aliases": [{"alias": "champion", "version": "10"}, {"alias": "production", "version": 2}]}"#;

const PROMPT: &str = r#"{"name": "hello", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}"#;

const DETAILED: &str = r#"{"name": "slips", "version": 3, "creation_timestamp": "1795444500943", "current_stage": "Production",
    "description": "The third.", "source": "mlflow-artifacts:/1/x", "run_id": "", "status": "FAILED_REGISTRATION",
    "user_id": "olga", "tags": [{"key": "language", "value": "de"}]}"#;

const SOUND: &str = r#"{"run": {"info": {"run_id": "x", "lifecycle_stage": "active", "user_id": "mira"}, "data": {"metrics": [
    {"key": "f1", "value": 0.75, "timestamp": 2, "step": 1}, {"key": "whole", "value": 3}, {"key": "loss", "value": "NaN"},
    {"key": "up", "value": "Infinity"}, {"key": "down", "value": -1.7976931348623157e308}, {"key": "none"}],
    "params": [{"key": "epochs", "value": "10"}, {"key": "bare"}]}}}"#;

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn all_pages_are_read() {
    let play = Play::start(server);
    let models = play.registry().models(&Cancel::default()).unwrap();
    assert_eq!(models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(), ["bills", "slips"]);
    let slips = &models[1];
    assert_eq!(slips.description.as_deref(), Some("Reads slips."));
    assert_eq!(models[0].description, None);
    assert_eq!(slips.tags, texts(&[("empty", ""), ("none", ""), ("team", "data")]));
    assert_eq!(slips.aliases, BTreeMap::from([("champion".to_owned(), 10), ("production".to_owned(), 2)]));
    assert_eq!(slips.versions.iter().map(|version| version.version).collect::<Vec<_>>(), [2, 3, 10]);

    let asked = play.heard();
    let of = |path: &str| asked.iter().filter(|asked| asked.path == path).count();
    assert_eq!((of(MODELS), of(VERSIONS), of(RUNS)), (2, 3, 3), "each run is asked for once");
    assert!(asked.iter().filter(|asked| asked.path == VERSIONS).all(|asked| asked.query("order_by") == "name ASC"));
}

#[test]
fn a_version_is_read_with_what_its_run_says() {
    let play = Play::start(server);
    let models = play.registry().models(&Cancel::default()).unwrap();
    let (bills, slips) = (&models[0].versions, &models[1].versions);
    let created = DateTime::from_timestamp_millis(1_795_444_500_943).unwrap();
    let plain =
        RegisteredVersion { created, by: Some("mira".to_owned()), ..version(2, "s3://bucket/slips", Some("sound")) };
    let metrics = BTreeMap::from([("f1".to_owned(), 0.75), ("whole".to_owned(), 3.0)]);
    assert_eq!(slips[0], RegisteredVersion { metrics, params: texts(&[("bare", ""), ("epochs", "10")]), ..plain });
    let detailed = RegisteredVersion {
        created,
        description: Some("The third.".to_owned()),
        tags: texts(&[("language", "de")]),
        by: Some("olga".to_owned()),
        status: "FAILED_REGISTRATION".to_owned(),
        stage: Some("Production".to_owned()),
        ..version(3, "mlflow-artifacts:/1/x", None)
    };
    assert_eq!(slips[1], detailed);
    for (version, run) in bills.iter().zip(["deleted", "gone"]) {
        assert_eq!(version.run.as_deref(), Some(run));
        assert!(version.metrics.is_empty() && version.params.is_empty(), "{run}");
    }
}

/// A server of one model with a version of each of these runs, which it finds all at once, or as `search` says.
fn with_runs(runs: Vec<String>, search: Option<Act>) -> Play {
    let found = |run: &str| SOUND.replace(r#""run_id": "x""#, &format!(r#""run_id": "{run}""#));
    Play::start(move |_, asked| match asked.path.as_str() {
        MODELS => page("registered_models", &[r#"{"name": "slips"}"#.to_owned()], ""),
        VERSIONS => {
            let numbered = runs.iter().enumerate();
            page(
                "model_versions",
                &numbered.map(|(at, run)| written("slips", &(at + 1).to_string(), run)).collect::<Vec<_>>(),
                "",
            )
        }
        "/api/2.0/mlflow/experiments/search" => {
            say(r#"{"experiments": [{"experiment_id": "0"}, {"experiment_id": "7"}]}"#)
        }
        "/api/2.0/mlflow/runs/search" => search.clone().unwrap_or_else(|| {
            let wanted: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
            assert_eq!(wanted["experiment_ids"], serde_json::json!(["0", "7"]));
            assert_eq!((&wanted["run_view_type"], &wanted["max_results"]), (&"ALL".into(), &100.into()));
            let names = wanted["filter"].as_str().unwrap().strip_prefix("attributes.run_id IN ('").unwrap();
            let names = names.strip_suffix("')").unwrap().split("', '").filter(|name| *name != "gone");
            let runs: Vec<String> = names
                .map(|name| found(name).replace("active", if name == "deleted" { "deleted" } else { "active" }))
                .map(|run| run.strip_prefix(r#"{"run": "#).unwrap().strip_suffix('}').unwrap().to_owned())
                .collect();
            page("runs", &runs, "another page")
        }),
        RUNS if asked.query("run_id") == "gone" => nothing(),
        _ => say(found(asked.query("run_id"))),
    })
}

#[test]
fn many_runs_are_asked_for_together() {
    let mut runs: Vec<String> = (0..250).map(|number| format!("run-{number}")).collect();
    runs.extend(["deleted", "gone", "x') OR ('1"].map(str::to_owned));
    let play = with_runs(runs.clone(), None);
    let models = play.registry().models(&Cancel::default()).unwrap();
    for (version, run) in models[0].versions.iter().zip(&runs) {
        let has_metrics = !matches!(run.as_str(), "deleted" | "gone");
        assert_eq!((version.run.as_ref(), version.metrics.len()), (Some(run), if has_metrics { 2 } else { 0 }));
    }
    let heard = play.heard();
    assert!(heard.iter().all(|asked| !asked.body.contains(" OR ")));
    assert_eq!(heard.iter().filter(|asked| asked.path == "/api/2.0/mlflow/runs/search").count(), 3);
    let alone: Vec<&str> = heard.iter().filter(|asked| asked.path == RUNS).map(|asked| asked.query("run_id")).collect();
    assert_eq!(alone, ["gone", "x') OR ('1"], "what is not found, or can't be asked for so");
}

#[test]
fn where_runs_can_not_be_asked_for_together_each_is_asked_for() {
    let runs: Vec<String> = (0..5).map(|number| format!("run-{number}")).collect();
    for search in [Act::Say(404, b"<html>".to_vec()), Act::Say(400, b"{}".to_vec()), say("{}"), say(r#"{"runs": [7]}"#)]
    {
        let play = with_runs(runs.clone(), Some(search));
        let models = play.registry().models(&Cancel::default()).unwrap();
        assert!(models[0].versions.len() == 5 && models[0].versions.iter().all(|version| version.metrics.len() == 2));
        assert_eq!(play.heard().iter().filter(|asked| asked.path == RUNS).count(), 5);
    }
}

#[test]
fn an_empty_registry_has_no_models() {
    let play = Play::acts(vec![say("{}")]);
    assert_eq!(play.registry().models(&Cancel::default()).unwrap(), []);
}

#[test]
fn the_address_may_have_a_path_and_headers_come_from_the_environment() {
    let play = Play::acts(vec![say("{}")]);
    let headers = texts(&[("X-Key", "${HOME} and more"), ("Accept", "application/json")]);
    let address = play.address.replace("http://", "http://me:secret@") + "/behind/a proxy/";
    Registry::open(&address, &headers).unwrap().models(&Cancel::default()).unwrap();
    for asked in play.heard() {
        assert!(asked.path.starts_with("/behind/a%20proxy/api/2.0/mlflow/"), "{asked:?}");
        assert_eq!(asked.headers["x-key"], std::env::var("HOME").unwrap() + " and more");
        assert_eq!(asked.headers["authorization"], "Basic bWU6c2VjcmV0");
    }
    let play = Play::acts(vec![Act::Say(404, Vec::new())]);
    let address = play.address.replace("http://", "http://me:secret@") + "/";
    let said = all(open(&address).unwrap().models(&Cancel::default()));
    assert!(said.contains(&play.address) && !said.contains("secret"), "{said}");
}

#[test]
fn what_is_no_address_or_header_is_refused_at_once() {
    for (address, words) in [
        ("", "`` is not the address"),
        ("localhost:5000", "`localhost:5000` is not the address"),
        ("ftp://me:secret@server", "`server` is not the address"),
        ("http://me:top/secret@server", "`server` is not the address"),
        ("http://localhost:5000/#/models", "what follows `?` or `#`"),
        ("http://", "`http://` is not the address"),
        ("http://${NOBODY_SETS_THIS}", "no `NOBODY_SETS_THIS`"),
    ] {
        let error = open(address).err().unwrap();
        let said = format!("{error:?}");
        assert!(
            error.kind() == ErrorKind::Usage && said.contains(words) && !said.contains("secret"),
            "{address}: {said}"
        );
    }
    for (header, value, words) in [
        ("X-Key", "${NOBODY_SETS_THIS}", "no `NOBODY_SETS_THIS`"),
        ("X Key", "x", "`X Key`"),
        ("X-Key", "a\nb", "`X-Key`"),
    ] {
        let error = Registry::open("http://localhost", &texts(&[(header, value)])).err().unwrap();
        assert!(error.kind() == ErrorKind::Usage && error.one_line().contains(words), "{error:?}");
    }
}
