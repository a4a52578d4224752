//! Tests of the readers of labelled data.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::scheme::{entities, parse};
use super::*;

fn spans(tags: &str) -> Vec<(String, usize, usize)> {
    let tags: Vec<_> = tags.split_whitespace().map(|tag| parse(tag).unwrap()).collect();
    entities(&tags).into_iter().map(|(label, start, end)| (label.to_owned(), start, end)).collect()
}

/// Entities as label, first token, one past the last token.
type Expected = &'static [(&'static str, usize, usize)];

#[test]
fn every_scheme_is_read_as_seqeval_reads_it() {
    // Expected values: seqeval.metrics.sequence_labeling.get_entities, with its inclusive ends made exclusive.
    let table: &[(&str, Expected)] = &[
        ("O O", &[]),
        // IOB2: every entity begins with B.
        ("B-A I-A O B-B", &[("A", 0, 2), ("B", 3, 4)]),
        ("B-A B-A I-A", &[("A", 0, 1), ("A", 1, 3)]),
        ("B-A B-B I-B", &[("A", 0, 1), ("B", 1, 3)]),
        // IOB1: I begins an entity, B only parts two that touch.
        ("I-A I-A O I-A", &[("A", 0, 2), ("A", 3, 4)]),
        ("I-A B-A I-A", &[("A", 0, 1), ("A", 1, 3)]),
        ("I-A I-B I-B", &[("A", 0, 1), ("B", 1, 3)]),
        ("O I-A B-A B-A", &[("A", 1, 2), ("A", 2, 3), ("A", 3, 4)]),
        ("B-A I-B", &[("A", 0, 1), ("B", 1, 2)]),
        // BILOU, and IOBES, which writes E and S.
        ("U-A U-A O B-A L-A", &[("A", 0, 1), ("A", 1, 2), ("A", 3, 5)]),
        ("B-A I-A L-A B-A L-A U-B", &[("A", 0, 3), ("A", 3, 5), ("B", 5, 6)]),
        ("S-A B-A I-A E-A", &[("A", 0, 1), ("A", 1, 4)]),
        ("B-A L-A I-A", &[("A", 0, 2), ("A", 2, 3)]),
        ("U-A I-A L-A", &[("A", 0, 1), ("A", 1, 3)]),
        ("L-A L-A", &[("A", 0, 1), ("A", 1, 2)]),
        // A label may hold the sign that parts it from its prefix.
        ("B-creative-work I-creative-work", &[("creative-work", 0, 2)]),
    ];
    for (tags, expected) in table {
        let expected: Vec<_> = expected.iter().map(|&(label, start, end)| (label.to_owned(), start, end)).collect();
        assert_eq!(spans(tags), expected, "{tags}");
    }
}

fn read_bytes(bytes: &[u8]) -> Result<Vec<Document>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    std::fs::write(&path, bytes).unwrap();
    read(&path)
}

/// The texts of the entities, with their labels.
fn marked(document: &Document) -> Vec<(String, String)> {
    let characters: Vec<char> = document.text.chars().collect();
    let text = |start: u32, end: u32| characters[start as usize..end as usize].iter().collect();
    document.entities.iter().map(|entity| (text(entity.start, entity.end), entity.label.clone())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(text, label)| ((*text).to_owned(), (*label).to_owned())).collect()
}

#[test]
fn sentences_are_documents_unless_the_file_marks_documents() {
    let documents =
        read_bytes("Zoë\tB-PER\nDupré\tI-PER\nin\tO\nCôte 🏖\tB-LOC\n\t\nPepsi\tB-ORG\n".as_bytes()).unwrap();
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0].text, "Zoë Dupré in Côte 🏖");
    assert_eq!(marked(&documents[0]), pairs(&[("Zoë Dupré", "PER"), ("Côte 🏖", "LOC")]));

    let documents =
        read_bytes(b"-DOCSTART- -X- O O\r\n\r\nBonn NN I-NP I-LOC\r\n\r\nRome NN x I-LOC\n\n-DOCSTART- O\n\na b O\n")
            .unwrap();
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0].text, "Bonn\nRome");
    assert_eq!(marked(&documents[0]), pairs(&[("Bonn", "LOC"), ("Rome", "LOC")]));
    assert!(documents[1].entities.is_empty());
}

#[test]
fn comments_are_passed_over_and_hash_tokens_are_not() {
    let documents = read_bytes(b"# id = 7\n#\tO\n#rust\tB-tag\n").unwrap();
    assert_eq!(documents[0].text, "# #rust");
    assert_eq!(marked(&documents[0]), pairs(&[("#rust", "tag")]));
}

#[test]
fn what_only_looks_like_a_token_or_like_a_space_is_told_apart() {
    let documents =
        read_bytes("# said Jackie O\n# B-side\n10\u{a0}000 CD O\n# NN O\n500g CD B-SIZE\n".as_bytes()).unwrap();
    assert_eq!(documents[0].text, "10\u{a0}000 # 500g");
    assert_eq!(marked(&documents[0]), pairs(&[("500g", "SIZE")]));
}

#[test]
fn spans_of_json_lines_are_characters() {
    let documents = read_bytes(
        "\u{feff}{\"id\": 1, \"text\": \"🍎 é 500g\", \"entities\": [{\"start\": 4, \"end\": 8, \"label\": \"SIZE\"}]}\n\n".as_bytes(),
    )
    .unwrap();
    assert_eq!(marked(&documents[0]), pairs(&[("500g", "SIZE")]));
}

#[test]
fn errors_name_file_line_and_value() {
    for (bytes, line, value) in [
        (&b"a\tO\nb\tX-PER\n"[..], "line 2", "`X-PER`"),
        (b"a O\nlonely\n", "line 2", "`lonely`"),
        (b"a B-\n", "line 1", "`B-`"),
        (b"a O\nb \xff\n", "line 2", "`0xff`"),
        (b"{\"text\": \"ab\", \"entities\": []}\n{\"text\": \"ab\", \"entities\": [{\"start\":1,\"end\":3,\"label\":\"L\"}]}", "line 2", "`1..3`"),
        (b"{\"text\": \"ab\", \"entities\": [{\"start\":-1,\"end\":1,\"label\":\"L\"}]}", "line 1", "`-1..1`"),
        (b"{\"text\": \"ab\", \"entities\": [{\"start\":1,\"end\":1,\"label\":\"L\"}]}", "line 1", "`1..1`"),
        (b"{\"text\": \"ab\", \"entities\": [{\"start\":0,\"end\":1,\"label\":\" \"}]}", "line 1", "empty label"),
        (b"{\"text\": 5}", "line 1", "`{\"text\": 5}`"),
    ] {
        let error = read_bytes(bytes).unwrap_err();
        let message = error.one_line();
        assert!(message.contains("data, ") && message.contains(line) && message.contains(value), "{message}");
    }
    assert!(read_bytes(b" \n").unwrap_err().message().contains("no labelled text"));
    assert_eq!(read(Path::new("/nowhere")).unwrap_err().kind(), crate::base::ErrorKind::NotFound);
}

#[test]
fn the_digest_is_of_contents_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, content) in [("a", "one"), ("b", "two"), ("copy", "one")] {
        std::fs::write(path(name), content).unwrap();
    }
    let digest = |names: &[&str]| data_digest(&names.iter().map(|name| path(name)).collect::<Vec<_>>()).unwrap();
    assert_eq!(digest(&["a", "b"]), digest(&["copy", "b"]));
    assert_ne!(digest(&["a", "b"]), digest(&["b", "a"]));
    assert!(data_digest(&[path("missing")]).unwrap_err().message().contains("missing"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "([\\PC]{0,6}[\t ](O|B-A|I-A|L-B)?\n{0,2}){0,8}") {
        if let Ok(documents) = read_bytes(text.as_bytes()) {
            for document in documents {
                let characters = document.text.chars().count();
                for entity in document.entities {
                    prop_assert!(entity.start < entity.end && entity.end as usize <= characters);
                }
            }
        }
    }
}
