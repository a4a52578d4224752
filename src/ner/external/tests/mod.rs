//! Tests of models that live elsewhere, as they may behave: well, badly, and not at all.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod command;
mod http;

use std::path::Path;
use std::time::{Duration, Instant};

use super::*;
use crate::ner::kind_of;
use crate::ner::tagger::{Answer, Failure, tag_checked};

/// What a tagger says of texts.
fn tag(tagger: &dyn Tagger, texts: &[&str]) -> Result<Vec<Answer>> {
    match tag_checked(tagger, texts, &Cancel::default()) {
        Ok(answers) => Ok(answers),
        Err(Failure::Model(error)) => Err(error),
        Err(Failure::Impossible(index, reason)) => Err(Error::bad_data(format!("text {index}")).because(reason)),
    }
}

/// The entities of one text: label, start, end.
fn places(answer: &Answer) -> Vec<(String, u32, u32)> {
    answer.as_ref().unwrap().iter().map(|span| (span.label.clone(), span.start, span.end)).collect()
}

/// What a piece of work gives, and that it took less than `most` seconds.
fn within<T>(most: u64, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    assert!(begun.elapsed() < Duration::from_secs(most), "it took {:?}", begun.elapsed());
    done
}

#[test]
fn a_declaration_is_told_from_a_lexicon() {
    for (file, kind) in [
        ("# ours\nkind = \"command\"\ncommand = [\"x\"]", ModelKind::Command),
        ("kind='http' # there\nurl = \"http://x\"", ModelKind::Http),
        ("term,label\nkind,X", ModelKind::Lexicon),
        ("[[term]]\nkind = \"command\"", ModelKind::Lexicon),
        ("kind = \"magic\"", ModelKind::Command),
    ] {
        assert_eq!(kind_of(file.as_bytes()), kind, "{file}");
    }
}

#[test]
fn what_can_not_be_declared_is_refused_by_its_key() {
    for (file, words) in [
        ("# ours\nkind = \"magic\"", "line 2 of the model file: unknown variant `magic`"),
        ("kind = \"command\"", "names no program"),
        ("kind = \"http\"\nlabels = [\"A\"]", "names no address"),
        ("kind = \"http\"\nurl = \"http://x\"", "which labels"),
        ("kind = \"command\"\ncommand = [\"x\"]\nseconds = 0", "`seconds = 0`"),
        ("kind = \"command\"\ncommand = [\"x\"]\ntexts = 10001", "`texts = 10001`"),
        ("kind = \"command\"\ncommand = [\"x\"]\nfiles = [\"../x\"]", "`../x`"),
        ("kind = \"command\"\ncommand = [\"x\"]\nsecond = 1", "second"),
        ("kind = \"http\"\nurl = \"http://x\"\nlabels = [\" a\"]", "` a` has spaces around it"),
    ] {
        let error = Declaration::parse(file.as_bytes()).unwrap_err();
        assert!(format!("{error:?}").contains(words), "{file}: {error:?}");
    }
}

#[test]
fn files_are_kept_as_they_were() {
    let (from, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(from.path().join("words.txt"), "pepsi").unwrap();
    let file = b"kind = \"command\"\ncommand = [\"x\"]\nfiles = [\"words.txt\"]";
    let mut declaration = Declaration::parse(file).unwrap();
    declaration.take_files(from.path(), home.path()).unwrap();
    assert_eq!(std::fs::read_to_string(home.path().join("words.txt")).unwrap(), "pepsi");
    declaration.check_files(home.path()).unwrap();
    let kept = Declaration::parse(&declaration.written().unwrap()).unwrap();
    assert_eq!(kept, declaration);
    std::fs::write(home.path().join("words.txt"), "cola").unwrap();
    assert!(kept.check_files(home.path()).unwrap_err().message().contains("is not the file that was registered"));
    let missing = Declaration::parse(b"kind = \"command\"\ncommand = [\"x\"]\nfiles = [\"none\"]").unwrap();
    let error = { missing }.take_files(from.path(), Path::new("/nowhere")).unwrap_err();
    assert!(format!("{error:?}").contains("`files`"), "{error:?}");
}
