//! Programs. Each is a shell script, so that the tests need nothing but a shell.

use super::*;
use crate::base::ErrorKind;

const HELLO: &str = r#"echo '{"assay_tagger": 1, "model": "shop", "version": "7", "labels": ["SIZE", "BRAND"]}'"#;

/// A line of shell that answers a request with these rows.
fn rows(rows: &str) -> String {
    format!(r#"read -r request; n=$((n+1)); echo "{{\"id\": $n, \"rows\": {}}}""#, rows.replace('"', "\\\""))
}

/// A program in a folder of its own.
struct Program {
    home: tempfile::TempDir,
}

impl Program {
    fn new(script: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("run.sh"), script).unwrap();
        Self { home }
    }

    /// As it is registered, with a second for each request.
    fn prepared(&self) -> Result<Prepared> {
        let file = "kind = \"command\"\ncommand = [\"sh\", \"run.sh\"]\nfiles = [\"run.sh\"]\nseconds = 1\nstart_seconds = 2\n";
        let home = self.home.path().join("1");
        std::fs::create_dir_all(&home).unwrap();
        prepare(file.as_bytes(), self.home.path(), &home, &Cancel::default())
    }

    fn tagger(&self) -> Box<dyn Tagger> {
        self.prepared().unwrap().tagger
    }
}

fn refused(script: &str, texts: &[&str]) -> Error {
    let program = Program::new(script);
    within(20, || tag(program.tagger().as_ref(), texts)).unwrap_err()
}

#[test]
fn a_program_is_asked_again_and_again_and_offsets_are_characters() {
    let answer = r#"[{"entities": [{"label": "SIZE", "start": 6, "end": 10, "score": 0.5}, {"label": "BRAND", "start": 2, "end": 5, "score": 1}]}, {"error": "too sweet"}]"#;
    let program = Program::new(&format!("{HELLO}\nwhile true; do {}; done", rows(answer)));
    let tagger = program.tagger();
    assert_eq!(tagger.labels(), ["BRAND", "SIZE"]);
    for _ in 0..3 {
        let answers = tag(tagger.as_ref(), &["🥤 e\u{301}x 500g", "cola"]).unwrap();
        assert_eq!(places(&answers[0]), [("BRAND".to_owned(), 2, 5), ("SIZE".to_owned(), 6, 10)]);
        assert_eq!(answers[1], Err("too sweet".to_owned().into()));
    }
    assert_eq!(tag(tagger.as_ref(), &[]).unwrap(), Vec::<Answer>::new());
}

#[test]
fn what_it_registered_as_is_kept_and_another_one_is_refused() {
    let program = Program::new(&format!("{HELLO}\n{}", rows("[[]]")));
    let prepared = program.prepared().unwrap();
    let kept = String::from_utf8(prepared.file.clone()).unwrap();
    assert!(kept.contains("model = \"shop\"") && kept.contains("version = \"7\""), "{kept}");
    for (now, words) in [("\"version\": \"8\"", "version is `8`"), ("\"version\": \"7\", \"x\": 1", "")] {
        let script = HELLO.replace("\"version\": \"7\"", now);
        let other = Program::new(&format!("{script}\n{}", rows("[[]]")));
        let file = kept.lines().filter(|line| !line.contains("run.sh\" =") && !line.contains("[digests]"));
        let file: Vec<&str> = file.collect();
        let tagger = load(file.join("\n").as_bytes(), other.home.path()).unwrap();
        let done = tag(tagger.as_ref(), &["a"]);
        match words {
            "" => assert_eq!(done.unwrap(), [Ok(Vec::new())]),
            words => assert!(done.unwrap_err().message().contains(words)),
        }
    }
}

#[test]
fn a_program_that_misbehaves_fails_with_a_reason_and_in_time() {
    let entity = |label: &str, start: u32, end: u32| {
        format!(r#"[[{{"label": "{label}", "start": {start}, "end": {end}, "score": 0.5}}]]"#)
    };
    let twice = r#"[[{"label": "SIZE", "start": 0, "end": 2, "score": 0.5}, {"label": "SIZE", "start": 1, "end": 3, "score": 0.5}]]"#;
    for (what, script, kind, words) in [
        ("hangs", "sleep 60".to_owned(), ErrorKind::Io, "did not write an answer within 1 s"),
        ("dies", "read -r r; echo no memory >&2; exit 3".to_owned(), ErrorKind::Busy, "no memory"),
        ("rubbish", "read -r r; echo Loading...; sleep 60".to_owned(), ErrorKind::BadData, "`Loading..."),
        ("half a line", r#"read -r r; printf '{"id": 1, "ro'; sleep 60"#.to_owned(), ErrorKind::Io, "did not write"),
        ("half a line and its end", r#"read -r r; printf '{"id": 1, "ro'"#.to_owned(), ErrorKind::Busy, "`{\"id\": 1"),
        (
            "another id",
            r#"read -r r; echo '{"id": 9, "rows": [[]]}'; sleep 60"#.to_owned(),
            ErrorKind::BadData,
            "request 9 when 1",
        ),
        (
            "no id",
            r#"read -r r; echo '{"rows": [[]]}'; sleep 60"#.to_owned(),
            ErrorKind::BadData,
            "request none when 1",
        ),
        ("a row too many", rows("[[], []]"), ErrorKind::BadData, "2 rows for 1 texts"),
        ("no rows", r#"read -r r; echo '{"id": 1}'"#.to_owned(), ErrorKind::BadData, "without `rows`"),
        ("gives up", r#"read -r r; echo '{"error": "no more"}'"#.to_owned(), ErrorKind::BadData, "no more"),
        ("outside", rows(&entity("SIZE", 1, 9)), ErrorKind::BadData, "1..9, but the text has 4 characters"),
        ("nothing", rows(&entity("SIZE", 3, 3)), ErrorKind::BadData, "3..3, which is no part of a text"),
        ("unknown label", rows(&entity("COLOUR", 0, 2)), ErrorKind::BadData, "`COLOUR`"),
        ("overlapping", rows(twice), ErrorKind::BadData, "over another `SIZE`"),
        (
            "negative",
            rows(r#"[[{"label": "SIZE", "start": -1, "end": 2, "score": 0.5}]]"#),
            ErrorKind::BadData,
            "-1..2, which is no part of a text",
        ),
        ("unscored", rows(r#"[[{"label": "SIZE", "start": 1, "end": 2}]]"#), ErrorKind::BadData, "without a score"),
        ("no row", rows("[[7]]"), ErrorKind::BadData, "answered `[7]`, which is neither"),
        ("never reads", "exec 0<&-; sleep 60".to_owned(), ErrorKind::Io, "did not write"),
        ("floods", "yes".to_owned(), ErrorKind::BadData, "`y`"),
    ] {
        let error = refused(&format!("{HELLO}\n{script}"), &["cola"]);
        let all = error.one_line();
        assert!(error.kind() == kind && all.contains(words), "{what}: {all}");
    }
}

#[test]
fn a_program_that_can_not_begin_says_why() {
    let program = Program::new("echo '{\"error\": \"no module named spacy\"}'");
    let error = program.prepared().err().unwrap();
    assert_eq!(error.one_line(), "the model says that it can't begin: no module named spacy");
}

#[test]
fn a_line_without_an_end_takes_no_memory_without_bound() {
    let error = refused(&format!("{HELLO}\nyes | tr -d '\\n'"), &["cola"]);
    assert!(matches!(error.kind(), ErrorKind::BadData | ErrorKind::Io), "{error:?}");
}

#[test]
fn a_request_that_nobody_reads_holds_nobody_up() {
    let long = "x".repeat(2_000_000);
    let error = refused(&format!("{HELLO}\nsleep 60"), &[&long]);
    assert!(error.kind() == ErrorKind::Io, "{error:?}");
}

#[test]
fn a_program_that_answers_without_reading_is_not_waited_for() {
    let unasked = r#"for id in 1 2 3 4; do echo "{\"id\": $id, \"rows\": [[]]}"; done; sleep 60"#;
    let program = Program::new(&format!("{HELLO}\n{unasked}"));
    let (tagger, long) = (program.tagger(), "x".repeat(200_000));
    let failed = within(20, || (0..4).map(|_| tag(tagger.as_ref(), &[&long])).find_map(Result::err));
    assert!(failed.unwrap().message().contains("did not read what it was asked within 1 s"));
}

#[test]
fn a_program_that_died_once_is_started_again_and_one_that_failed_is_not_asked_on() {
    let dies_once = format!("{HELLO}\nif [ ! -e died ]; then read -r r; touch died; exit 1; fi\n{}", rows("[[]]"));
    let program = Program::new(&dies_once);
    assert_eq!(tag(program.tagger().as_ref(), &["cola"]).unwrap(), [Ok(Vec::new())]);
    // The late answer to the first request must not be taken for that to the second.
    let late = format!(
        "{HELLO}\nif [ ! -e late ]; then read -r r; touch late; sleep 2; echo '{{\"id\": 1, \"rows\": [[], []]}}'; fi\n{}",
        rows("[[]]")
    );
    let program = Program::new(&late);
    let tagger = program.tagger();
    assert_eq!(tag(tagger.as_ref(), &["a", "b"]).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(tag(tagger.as_ref(), &["c"]).unwrap(), [Ok(Vec::new())]);
}

#[test]
fn who_cancels_does_not_wait() {
    let program = Program::new(&format!("{HELLO}\nsleep 60"));
    let file = String::from_utf8(program.prepared().unwrap().file).unwrap().replace("seconds = 1\n", "seconds = 60\n");
    let tagger = load(file.as_bytes(), &program.home.path().join("1")).unwrap();
    let cancel = Cancel::default();
    let other = cancel.clone();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        other.cancel();
    });
    let failure = within(10, || tag_checked(tagger.as_ref(), &["a"], &cancel)).unwrap_err();
    assert!(matches!(failure, Failure::Model(error) if error.kind() == ErrorKind::Cancelled));
    stopper.join().unwrap();
}

#[test]
fn a_program_that_does_not_start_well_is_not_registered() {
    for (script, words) in [
        ("echo hello; sleep 9", "`hello"),
        ("echo no such model >&2; exit 1", "no such model"),
        ("sleep 9", "did not write the line with who it is within 2 s"),
        (
            r#"echo '{"assay_tagger": 2, "model": "m", "version": "1", "labels": []}'; sleep 9"#,
            "version 2 of the protocol",
        ),
        (
            r#"echo '{"assay_tagger": 1, "model": "m", "version": "1", "labels": [" a"]}'; sleep 9"#,
            "` a` has spaces around it",
        ),
    ] {
        let Err(error) = within(20, || Program::new(script).prepared()) else { panic!("{script} was registered") };
        assert!(format!("{error:?}").contains(words), "{script}: {error:?}");
    }
    let missing = "kind = \"command\"\ncommand = [\"no-such-program-here\"]";
    let home = tempfile::tempdir().unwrap();
    let Err(error) = prepare(missing.as_bytes(), home.path(), home.path(), &Cancel::default()) else {
        panic!("it ran")
    };
    assert!(error.message().contains("`no-such-program-here` can't be started"), "{error:?}");
}
