//! The files of versions.

use super::*;

const LOCATION: &str = "/api/2.0/mlflow/model-versions/get-download-uri";
const STORE: &str = "/api/2.0/mlflow-artifacts/artifacts";
const OF_RUN: &str = "/api/2.0/mlflow/artifacts/list";
const OF_LOGGED: &str = "/api/2.0/mlflow/logged-models/m-1/artifacts/directories";
const OF_VERSION: &str = "/model-versions/get-artifact";

const TOP: &str = r#"{"files": [{"path": "model.toml", "is_dir": false, "file_size": 7}, {"path": "below", "is_dir": true},
    {"path": "empty", "is_dir": false}]}"#;
const BELOW: &str = r#"{"files": [{"path": "a b+ü.txt", "is_dir": false, "file_size": "3"}]}"#;

fn located(location: &str) -> Act {
    say(format!(r#"{{"artifact_uri": {}}}"#, serde_json::to_string(location).unwrap()))
}

/// A server whose version lies at `location`, and whose runs and logged models lie at `root`.
fn server(location: &'static str, root: &'static str) -> Play {
    Play::start(move |_, asked| match asked.path.as_str() {
        LOCATION => located(location),
        "/api/2.0/mlflow/runs/get" => say(format!(r#"{{"run": {{"info": {{"artifact_uri": "{root}"}}}}}}"#)),
        "/api/2.0/mlflow/logged-models/m-1" => say(format!(r#"{{"model": {{"info": {{"artifact_uri": "{root}"}}}}}}"#)),
        STORE => match asked.query("path") {
            "1/run/artifacts/the model" => say(TOP),
            "1/run/artifacts/the model/below" => say(BELOW),
            _ => say("{}"),
        },
        OF_RUN => match (asked.query("run_id"), asked.query("path")) {
            ("run", "the model") => say(TOP.replace("path\": \"", "path\": \"the model/")),
            ("run", "the model/below") => say(BELOW.replace("path\": \"", "path\": \"the model/below/")),
            _ => say("{}"),
        },
        OF_LOGGED => match asked.query("artifact_directory_path") {
            "" => say(TOP),
            "below" => say(BELOW.replace("path\": \"", "path\": \"below/")),
            _ => say("{}"),
        },
        OF_VERSION => say("by version"),
        path if path.starts_with(STORE) => say("of store"),
        _ => Act::Say(404, b"<html>".to_vec()),
    })
}

fn fetched(play: &Play, version: &RegisteredVersion, path: &str, most: u64) -> Result<String> {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("new/model.toml");
    let done = play.registry().download("slips", version, path, &into, most, &Cancel::default());
    let names = std::fs::read_dir(folder.path().join("new")).map_or(0, |names| names.count());
    assert_eq!(names, usize::from(done.is_ok()), "it is there in full or not at all: {done:?}");
    done.map(|()| std::fs::read_to_string(into).unwrap())
}

#[test]
fn the_files_of_every_sort_of_source_are_listed_and_copied() {
    let root = "mlflow-artifacts:/1/run/artifacts";
    for (location, root, source, listed, from) in [
        ("mlflow-artifacts:/1/run/artifacts/the model", "", "", STORE, "of store"),
        ("mlflow-artifacts://elsewhere:5000/1/run/artifacts/the model/", "", "", STORE, "of store"),
        ("https://x/mlflow/api/2.0/mlflow-artifacts/artifacts/1/run/artifacts/the model", "", "", STORE, "of store"),
        ("runs:/run/the model", root, "", STORE, "of store"),
        ("runs:/run/the model", "s3://bucket/run", "", OF_RUN, "by version"),
        ("s3://bucket/run/the model", "s3://bucket/run", "", OF_RUN, "by version"),
        ("/srv/run/the model", "/srv/run/", "", OF_RUN, "by version"),
        ("models:/m-1", "mlflow-artifacts:/1/run/artifacts/the model", "", STORE, "of store"),
        ("models:/m-1", "s3://bucket/m-1", "", OF_LOGGED, "by version"),
        ("s3://bucket/m-1", "", "models:/m-1", OF_LOGGED, "by version"),
    ] {
        let play = server(location, root);
        let version = version(3, source, Some("run"));
        let files = play.registry().files("slips & bills", &version, &Cancel::default()).unwrap();
        let files: Vec<(&str, u64)> = files.iter().map(|file| (file.path.as_str(), file.bytes)).collect();
        assert_eq!(files, [("below/a b+ü.txt", 3), ("empty", 0), ("model.toml", 7)], "{location} of {root}");
        let heard = play.heard();
        assert_eq!((heard[0].query("name"), heard[0].query("version")), ("slips & bills", "3"));
        assert_eq!(heard.iter().filter(|asked| asked.path == listed).count(), 2, "{location} of {root}: {heard:#?}");

        assert_eq!(fetched(&play, &version, "below/a b+ü.txt", 10).unwrap(), from, "{location} of {root}");
        let last = play.heard().pop().unwrap();
        match from {
            "of store" => {
                assert_eq!(last.path, format!("{STORE}/1/run/artifacts/the%20model/below/a%20b+%C3%BC.txt"));
            }
            _ => assert_eq!((last.query("version"), last.query("path")), ("3", "below/a b+ü.txt")),
        }
    }
}

#[test]
fn files_out_of_the_servers_reach_are_told_of() {
    for location in
        ["s3://bucket/other", "s3://bucket/runner", "file:///etc", "dbfs:/models/x", "models:/slips/3", "/srv", ""]
    {
        let play = server(location, "s3://bucket/run");
        for run in [None, Some("run")] {
            let said = all(play.registry().files("slips", &version(3, location, run), &Cancel::default()));
            let place = format!("`{location}`, where the registry's server can't hand them out");
            assert!(said.contains(&place) && said.contains("assay model register FILE"), "{said}");
            assert!(said.contains("listing the files of `slips/3`"), "{said}");
        }
    }
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    for name in ["..", ".", "", "/etc/passwd", "../x", "a/b", "a\\b", "a\u{0}b", "a\nb", "\u{1b}[2J"] {
        let entry = serde_json::json!({"files": [{"path": name, "is_dir": name == ".."}]}).to_string();
        for location in ["mlflow-artifacts:/1/x", "s3://bucket/run/1/x", "models:/m-1"] {
            let entry = entry.clone();
            let play = Play::start(move |_, asked| match asked.path.as_str() {
                LOCATION => located(location),
                "/api/2.0/mlflow/runs/get" => say(r#"{"run": {"info": {"artifact_uri": "s3://bucket/run"}}}"#),
                "/api/2.0/mlflow/logged-models/m-1" => say(r#"{"model": {"info": {}}}"#),
                _ => say(entry.clone()),
            });
            let said = all(play.registry().files("slips", &version(3, "", Some("run")), &Cancel::default()));
            assert!(said.contains("is not one of a file in a folder"), "{name:?} at {location}: {said}");
            assert!(!said.contains('\u{1b}'), "{said}");
        }
        let play = server("mlflow-artifacts:/1/x", "");
        // What a list may not say is fine where a path is asked for.
        if name != "a/b" {
            let said = all(fetched(&play, &version(3, "", None), name, 100));
            assert!(said.contains("is not one of a file in a folder"), "{name:?}: {said}");
            assert_eq!(play.heard().len(), 0, "{name:?}");
        }
    }
    for location in
        ["mlflow-artifacts:/", "mlflow-artifacts:/1/../2", "mlflow-artifacts:/1//2", "runs:/run/..", "runs:/../x"]
    {
        let play = server(location, "mlflow-artifacts:/1/run/artifacts");
        let said = all(play.registry().files("slips", &version(3, "", Some("run")), &Cancel::default()));
        assert!(said.contains("is not one of a file") || said.contains("can't hand them out"), "{location}: {said}");
        assert!(play.heard().iter().all(|asked| asked.path != STORE), "{location}");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_however_it_comes() {
    let large = vec![b'x'; 100_001];
    for act in [say(large.clone()), Act::Endless(200, large)] {
        let play = Play::acts(vec![located("mlflow-artifacts:/1/x"), act]);
        let said = all(within(3, || fetched(&play, &version(3, "", None), "model.toml", 100_000)));
        assert!(said.contains("larger than the 100000 bytes"), "{said}");
        assert_eq!(play.heard().len(), 2, "it is not tried again");
    }
    let play = Play::acts(vec![located("mlflow-artifacts:/1/x"), say(vec![b'x'; 100_000])]);
    assert_eq!(fetched(&play, &version(3, "", None), "model.toml", 100_000).unwrap().len(), 100_000);
}

#[test]
fn a_file_that_breaks_off_is_copied_again_and_one_that_drips_is_given_up() {
    for first in [Act::Half(b"half".to_vec()), Act::Reset, Act::Say(503, b"later".to_vec())] {
        let play = Play::acts(vec![located("mlflow-artifacts:/1/x"), first, say("whole")]);
        assert_eq!(within(3, || fetched(&play, &version(3, "", None), "model.toml", 100)).unwrap(), "whole");
    }
    let play = Play::acts(vec![located("mlflow-artifacts:/1/x"), Act::Drip(vec![b'x'; 100])]);
    let said = all(within(6, || fetched(&play, &version(3, "", None), "model.toml", 100)));
    assert!(said.contains("copying `model.toml` of `slips/3`") && said.contains("within 3 s"), "{said}");
}

#[test]
fn a_server_that_hands_no_files_out_says_so_at_once() {
    let words = "Endpoint disabled due to the mlflow server running with `--no-serve-artifacts`. To enable artifacts server \
        functionality, run `mlflow server` with `--serve-artifacts`";
    for body in [words.to_owned(), format!(r#"{{"detail": "{words}"}}"#)] {
        let play = Play::acts(vec![located("mlflow-artifacts:/1/x"), Act::Say(503, body.into_bytes())]);
        let said = all(within(3, || play.registry().files("slips", &version(3, "", None), &Cancel::default())));
        assert!(
            said.contains("does not hand out the files that it stores") && said.contains("--serve-artifacts"),
            "{said}"
        );
        assert_eq!(play.heard().len(), 2);
    }
}

#[test]
fn folders_without_end_are_given_up() {
    let deeper = r#"{"files": [{"path": "deeper", "is_dir": true}]}"#;
    let play = Play::start(move |turn, _| if turn == 0 { located("mlflow-artifacts:/1/x") } else { say(deeper) });
    let said = all(within(10, || play.registry().files("slips", &version(3, "", None), &Cancel::default())));
    assert!(said.contains("too many files") && said.contains("32 deep"), "{said}");

    let many = |is_dir: bool, count: usize| {
        let entry = |number: usize| format!(r#"{{"path": "{number}", "is_dir": {is_dir}}}"#);
        say(format!(r#"{{"files": [{}]}}"#, (0..count).map(entry).collect::<Vec<_>>().join(", ")))
    };
    for act in [many(true, 40), many(false, 10_001)] {
        let play = Play::acts(vec![located("mlflow-artifacts:/1/x"), act]);
        let said = all(within(10, || play.registry().files("slips", &version(3, "", None), &Cancel::default())));
        assert!(said.contains("more than 10,000 files or 1,000 folders"), "{said}");
    }
}
