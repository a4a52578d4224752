//! What a server sends that says nothing of its length.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use super::*;

/// A server that answers once, with a content whose length it does not tell.
fn endless(content: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/slips.csv", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let asked = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
        asked.take_while(|line| !line.is_empty()).for_each(drop);
        // Whoever has enough hangs up.
        let _ =
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").and_then(|()| stream.write_all(&content));
    });
    address
}

fn fetched(content: Vec<u8>, most_bytes: u64) -> (Result<Answer>, Option<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let (url, target) = (endless(content), folder.path().join("slips"));
    let http = Http { url: url.clone(), headers: Vec::new(), encoding: None, most_bytes, every: None };
    let wanted = Wanted { http: &http, url: &url, known: None, target: &target };
    let answer = fetch(&wanted, &Cancel::default(), &|_| {});
    let left = std::fs::read_dir(folder.path()).unwrap().flatten().next();
    (answer, left.map(|file| std::fs::read(file.path()).unwrap()))
}

#[test]
fn a_file_of_no_announced_length_is_taken_up_to_the_most_that_is_wanted() {
    let (answer, left) = fetched(vec![b'x'; 100_000], 100_000);
    assert!(matches!(answer, Ok(Answer::New(..))), "{answer:?}");
    assert_eq!(left.map(|content| content.len()), Some(100_000));
    let (answer, left) = fetched(vec![b'x'; 100_001], 100_000);
    assert!(answer.unwrap_err().one_line().contains("the file has more than 100000 bytes"));
    assert_eq!(left, None, "nothing is left of it");
}
