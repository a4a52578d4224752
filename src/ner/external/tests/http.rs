//! Servers. Each is a thread that plays a script of answers, one connection after the other.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::*;
use crate::base::ErrorKind;

/// What a server does with one request.
#[derive(Clone)]
enum Act {
    /// Answers with this status and body.
    Say(u16, String),
    /// Closes the connection without a word.
    Reset,
    /// Promises more than it sends.
    Half(String),
    /// Sends the body byte by byte, far too slowly.
    Drip(String),
}

/// A server that plays its acts in turn, the last one for ever, and keeps the bodies it was sent.
struct Play {
    address: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Play {
    fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/invocations", listener.local_addr().unwrap());
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let kept = heard.clone();
        std::thread::spawn(move || {
            for (turn, stream) in listener.incoming().enumerate() {
                let act = acts[turn.min(acts.len() - 1)].clone();
                if let Ok(stream) = stream {
                    let kept = kept.clone();
                    std::thread::spawn(move || play(stream, act, &kept));
                }
            }
        });
        Self { address, heard }
    }

    fn tagger(&self, speech: &str) -> Box<dyn Tagger> {
        let file = format!(
            "kind = \"http\"\nurl = \"{}\"\nspeech = \"{speech}\"\nlabels = [\"SIZE\", \"BRAND\"]\nseconds = 1\n",
            self.address
        );
        let folder = Path::new("");
        prepare(file.as_bytes(), folder, folder, &Cancel::default()).unwrap().tagger
    }
}

fn play(mut stream: TcpStream, act: Act, heard: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    heard.lock().ok()?.push(String::from_utf8(body).ok()?);
    let head = |status: u16, length: usize| {
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
    };
    match act {
        Act::Say(status, body) => stream.write_all((head(status, body.len()) + &body).as_bytes()).ok(),
        Act::Reset => None,
        Act::Half(body) => stream.write_all((head(200, body.len() + 10) + &body).as_bytes()).ok(),
        Act::Drip(body) => {
            stream.write_all(head(200, body.len()).as_bytes()).ok()?;
            for byte in body.bytes() {
                std::thread::sleep(Duration::from_millis(300));
                stream.write_all(&[byte]).ok()?;
            }
            Some(())
        }
    }
}

const SOUND: &str = r#"{"predictions": [[{"label": "BRAND", "start": 2, "end": 5, "score": 0.9}], []]}"#;

#[test]
fn a_scoring_server_gets_a_data_frame_and_answers_row_by_row() {
    for answer in [
        SOUND.to_owned(),
        r#"{"predictions": [{"entities": [{"entity_group": "BRAND", "word": "x", "start": 2, "end": 5, "score": 0.9}]}, {"entities": []}]}"#.to_owned(),
        r#"{"predictions": ["[{\"label\": \"BRAND\", \"start\": 2, \"end\": 5, \"score\": 0.9}]", "[]"]}"#.to_owned(),
    ] {
        let play = Play::start(vec![Act::Say(200, answer)]);
        let answers = tag(play.tagger("mlflow").as_ref(), &["🥤 e\u{301}x", "cola"]).unwrap();
        assert_eq!(places(&answers[0]), [("BRAND".to_owned(), 2, 5)]);
        assert_eq!(answers[1], Ok(Vec::new()));
        let heard: serde_json::Value = serde_json::from_str(&play.heard.lock().unwrap()[0]).unwrap();
        let expected = serde_json::json!({"dataframe_split": {"columns": ["text"], "data": [["🥤 e\u{301}x"], ["cola"]]}});
        assert_eq!(heard, expected);
    }
}

#[test]
fn a_server_may_speak_as_programs_do() {
    let play =
        Play::start(vec![Act::Say(200, r#"{"id": 1, "version": "3", "rows": [{"error": "too sweet"}]}"#.to_owned())]);
    assert_eq!(tag(play.tagger("assay").as_ref(), &["cola"]).unwrap(), [Err("too sweet".to_owned().into())]);
}

#[test]
fn what_may_help_is_tried_again() {
    let sound = || Act::Say(200, SOUND.to_owned());
    for first in
        [Act::Say(503, "loading".to_owned()), Act::Reset, Act::Half(SOUND.to_owned()), Act::Drip(SOUND.to_owned())]
    {
        let play = Play::start(vec![first, sound()]);
        let answers = within(20, || tag(play.tagger("mlflow").as_ref(), &["🥤 e\u{301}x", "cola"])).unwrap();
        assert_eq!(places(&answers[0]), [("BRAND".to_owned(), 2, 5)]);
        assert_eq!(play.heard.lock().unwrap().len(), 2);
    }
}

#[test]
fn what_can_not_help_fails_at_once_with_its_reason() {
    for (status, body, words) in [
        (400, r#"{"error_code": "BAD_REQUEST", "message": "no column text"}"#, "no column text"),
        (401, "who are you", "`headers`"),
        (302, "", "302"),
        (200, "<html>welcome</html>", "`<html>welcome"),
        (200, r#"{"predictions": [[]]}"#, "1 prediction for 2 texts"),
        (200, r#"{"predictions": ["\"[]\"", "[]"]}"#, "neither a list of entities"),
        (200, r#"{"predictions": [[{"label": "BRAND", "start": 2, "end": 9, "score": 0.9}], []]}"#, "has 4 characters"),
    ] {
        let play = Play::start(vec![Act::Say(status, body.to_owned())]);
        let error = within(5, || tag(play.tagger("mlflow").as_ref(), &["cola", "cola"])).unwrap_err();
        assert!(
            error.kind() == ErrorKind::BadData && format!("{error:?}").contains(words),
            "{status} {body}: {error:?}"
        );
        assert_eq!(play.heard.lock().unwrap().len(), 1, "{status} {body}");
    }
}

#[test]
fn a_server_that_is_always_out_of_order_is_given_up() {
    let play = Play::start(vec![Act::Say(500, "out of memory".to_owned())]);
    let error = within(60, || tag(play.tagger("mlflow").as_ref(), &["cola"])).unwrap_err();
    let all = format!("{error:?}");
    assert!(all.contains("500") && all.contains("out of memory") && all.contains("tried 5 times"), "{all}");
}
