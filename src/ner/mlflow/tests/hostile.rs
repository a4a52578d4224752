//! Servers that are broken, hostile, or something else altogether.

use super::*;
use crate::base::ErrorKind;

fn models(play: &Play) -> Result<Vec<RegisteredModel>> {
    play.registry().models(&Cancel::default())
}

const ONE: &str = r#"{"registered_models": [{"name": "slips"}]}"#;

#[test]
fn what_can_not_help_fails_at_once_with_its_reason() {
    let say = |status: u16, body: &str| Act::Say(status, body.as_bytes().to_vec());
    for (act, words) in [
        (say(404, "<!doctype html><h1>Not Found</h1>"), "no MLflow registry answers at http://127.0.0.1:"),
        (say(404, r#"{"detail": "Not Found"}"#), "no MLflow registry answers at"),
        (say(405, ""), "no MLflow registry answers at"),
        (say(401, "You are not authenticated."), "`headers`"),
        (say(403, r#"{"error_code": "PERMISSION_DENIED", "message": "Permission denied"}"#), "refuses access"),
        (say(403, "Invalid Host header - possible DNS rebinding attack detected"), "Invalid Host header"),
        (
            say(400, r#"{"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid page token"}"#),
            "`Invalid page token`",
        ),
        (say(501, ""), "501"),
        (say(503, "disabled due to the mlflow server running in `--artifacts-only` mode"), "has no registry"),
        (Act::Lead("https://login.example/?token=secret"), "leads elsewhere"),
        (say(200, "<html>welcome</html>"), "`<html>welcome</html>` is not what an MLflow registry says"),
        (say(200, ""), "is not what an MLflow registry says"),
        (say(200, "[]"), "`[]` is not what"),
        (say(200, r#"{"status": "fine"}"#), "is not what an MLflow registry says"),
        (say(200, r#"{"registered_models": {"name": "x"}}"#), "is not what"),
        (say(200, r#"{"registered_models": [{"title": "x"}]}"#), "missing field `name`"),
        (
            say(200, r#"{"registered_models": [{"name": "x", "aliases": [{"alias": "a", "version": "newest"}]}]}"#),
            "`newest`",
        ),
        (say(200, &"[".repeat(100_000)), "`[[[[[["),
        (say(200, "\u{1b}[2J\u{202e}"), "\u{fffd}[2J\u{fffd}"),
    ] {
        let play = Play::acts(vec![act]);
        let error = within(5, || models(&play)).unwrap_err();
        let said = error.with_hints();
        assert!(error.kind() == ErrorKind::BadData && said.contains(words), "{words}: {error:?}");
        assert!(said.contains("reading the models of the MLflow registry at http://127.0.0.1:"), "{said}");
        assert!(!said.contains(['\u{1b}', '\u{202e}']) && !said.contains("secret"), "{said}");
        assert_eq!(play.heard().len(), 1, "{words}");
    }
}

#[test]
fn versions_that_can_not_be_are_refused() {
    for (version, words) in [
        (r#""version": "0", "creation_timestamp": 1"#, "version `0` of `slips`"),
        (r#""version": "-1", "creation_timestamp": 1"#, "version `-1` of `slips`"),
        (r#""version": "4294967296", "creation_timestamp": 1"#, "`4294967296`"),
        (r#""version": "1", "creation_timestamp": "soon""#, "created at `soon`"),
        (r#""version": "1", "creation_timestamp": 9223372036854775807"#, "created at `9223372036854775807`"),
        (r#""version": "1""#, "missing field `creation_timestamp`"),
    ] {
        let versions = format!(r#"{{"model_versions": [{{"name": "slips", {version}}}]}}"#);
        let play = Play::acts(vec![say(ONE), say(versions)]);
        let error = models(&play).unwrap_err();
        assert!(error.kind() == ErrorKind::BadData && error.one_line().contains(words), "{words}: {error:?}");
    }
}

#[test]
fn a_part_of_the_interface_that_is_missing_is_named() {
    let play = Play::acts(vec![say(ONE), Act::Say(404, b"<html>".to_vec())]);
    let said = all(models(&play));
    assert!(said.contains("does not know `api/2.0/mlflow/model-versions/search`"), "{said}");
}

#[test]
fn what_may_help_is_tried_again() {
    let sound = ONE.as_bytes().to_vec();
    for first in [
        Act::Say(503, b"loading".to_vec()),
        Act::Say(429, b"slowly".to_vec()),
        Act::Reset,
        Act::Half(sound.clone()),
        Act::Drip(sound),
    ] {
        let play = Play::acts(vec![first, say(ONE), say("{}")]);
        let found = within(5, || models(&play)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(play.heard().len(), 3);
    }
}

#[test]
fn a_server_is_left_alone_for_as_long_as_it_asks() {
    let play = Play::acts(vec![Act::Wait, Act::Wait, Act::Wait, Act::Wait, say("{}")]);
    assert_eq!(within(4, || models(&play)).unwrap(), []);
}

#[test]
fn a_server_that_is_always_out_of_order_is_given_up() {
    let play = Play::acts(vec![Act::Say(500, b"out of memory".to_vec())]);
    let said = all(within(20, || models(&play)));
    assert!(said.contains("500") && said.contains("out of memory") && said.contains("tried 5 times"), "{said}");
}

#[test]
fn an_address_where_nobody_listens_is_given_up() {
    let said = all(within(20, || open("http://127.0.0.1:1").unwrap().models(&Cancel::default())));
    assert!(said.contains("can't be reached") && said.contains("http://127.0.0.1:1"), "{said}");
}

#[test]
fn a_list_without_end_is_given_up() {
    let token = |token: usize| say(format!(r#"{{"registered_models": [], "next_page_token": "{token}"}}"#));
    let play = Play::start(move |turn, _| token(turn % 3));
    let said = all(within(5, || models(&play)));
    assert!(said.contains("does not end") && said.contains("back to the page `0`"), "{said}");
    assert_eq!(play.heard().len(), 4);

    let play = Play::start(move |turn, _| token(turn));
    let said = all(within(20, || models(&play)));
    assert!(said.contains("does not end") && said.contains("0 entries on 1000 pages"), "{said}");

    let names = (0..10_001).map(|number| format!(r#"{{"name": "{number}"}}"#)).collect::<Vec<_>>().join(",");
    let play =
        Play::start(move |turn, _| say(format!(r#"{{"registered_models": [{names}], "next_page_token": "{turn}"}}"#)));
    let said = all(within(20, || models(&play)));
    assert!(said.contains("100010 entries on 10 pages"), "{said}");
}

#[test]
fn a_list_that_takes_too_long_is_given_up_though_every_answer_is_quick() {
    let play = Play::start(|turn, _| {
        std::thread::sleep(Duration::from_millis(100));
        say(format!(r#"{{"registered_models": [], "next_page_token": "{turn}"}}"#))
    });
    let limits = Limits { list: Duration::from_secs(1), ..LIMITS };
    let registry = Registry { limits, ..play.registry() };
    let said = all(within(3, || registry.models(&Cancel::default())));
    assert!(said.contains("all of it may take 1 s"), "{said}");
}

#[test]
fn an_answer_without_end_is_given_up() {
    for act in [Act::Endless(200, vec![b' '; 1 << 16]), say(vec![b' '; 17 << 20])] {
        let play = Play::acts(vec![act]);
        let registry = Registry { limits: LIMITS, ..play.registry() };
        let said = all(within(20, || registry.models(&Cancel::default())));
        assert!(said.contains("more than 16 MiB"), "{said}");
    }
    let much = " ".repeat(100 << 10);
    let play =
        Play::start(move |turn, _| say(format!(r#"{{{much}"registered_models": [], "next_page_token": "{turn}"}}"#)));
    let registry = Registry { limits: Limits { together: 1 << 20, ..LIMITS }, ..play.registry() };
    let said = all(registry.models(&Cancel::default()));
    assert!(said.contains("more than 1 MiB") && play.heard().len() == 11, "{said}");
    // What it says when it refuses is read no further than it is of use.
    let play = Play::acts(vec![Act::Endless(400, vec![b'x'; 1 << 10])]);
    let said = all(within(5, || models(&play)));
    assert!(said.contains("answers 400") && said.len() < 1_000, "{said}");
}

#[test]
fn nobody_waits_who_was_asked_to_stop() {
    let play = Play::acts(vec![Act::Drip(vec![b' '; 1_000])]);
    let registry = Registry { limits: LIMITS, ..play.registry() };
    let cancel = Cancel::default();
    let error = within(5, || {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(300));
                cancel.cancel();
            });
            registry.models(&cancel).unwrap_err()
        })
    });
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}
