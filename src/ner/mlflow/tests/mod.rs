//! Registries. Each is a thread that answers as it is told to, every connection by itself.

mod files;
mod hostile;
mod listing;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::DateTime;

use super::*;

/// What a server does with one request.
#[derive(Clone)]
enum Act {
    /// Answers with this status and body.
    Say(u16, Vec<u8>),
    /// Is out of order, and asks to be left alone for no time at all.
    Wait,
    /// Sends elsewhere.
    Lead(&'static str),
    /// Closes the connection without a word.
    Reset,
    /// Promises more than it sends.
    Half(Vec<u8>),
    /// Sends the body byte by byte, far too slowly.
    Drip(Vec<u8>),
    /// Answers with this status, and with the body again and again.
    Endless(u16, Vec<u8>),
}

/// An answer that succeeds.
fn say(body: impl Into<Vec<u8>>) -> Act {
    Act::Say(200, body.into())
}

/// That there is no such thing.
fn nothing() -> Act {
    Act::Say(404, br#"{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not found"}"#.to_vec())
}

/// What a server was asked.
#[derive(Clone, Debug)]
struct Asked {
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Asked {
    fn query(&self, key: &str) -> &str {
        self.query.get(key).map_or("", String::as_str)
    }
}

/// A server that keeps what it was asked.
struct Play {
    address: String,
    heard: Arc<Mutex<Vec<Asked>>>,
}

impl Play {
    /// One that answers by the number of the request, from 0, and what it is.
    fn start(answer: impl Fn(usize, &Asked) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::<Mutex<Vec<Asked>>>::default();
        let (kept, answer) = (heard.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, answer) = (kept.clone(), answer.clone());
                std::thread::spawn(move || play(stream, &*answer, &kept));
            }
        });
        Self { address, heard }
    }

    /// One that plays its acts in turn, the last one for ever.
    fn acts(acts: Vec<Act>) -> Self {
        Self::start(move |turn, _| acts[turn.min(acts.len() - 1)].clone())
    }

    /// It as a registry that is soon out of patience.
    fn registry(&self) -> Registry {
        let (answer, list, download) = (Duration::from_secs(1), Duration::from_secs(20), Duration::from_secs(3));
        let limits = Limits { answer, list, download, ..LIMITS };
        Registry { limits, ..Registry::open(&self.address, &BTreeMap::new()).unwrap() }
    }

    /// What it was asked.
    fn heard(&self) -> Vec<Asked> {
        self.heard.lock().unwrap().clone()
    }
}

fn play(mut stream: TcpStream, answer: &dyn Fn(usize, &Asked) -> Act, heard: &Mutex<Vec<Asked>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let target = Url::parse(&format!("http://server{}", line.split(' ').nth(1)?)).ok()?;
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = (target.path().to_owned(), target.query_pairs().into_owned().collect());
    let asked = Asked { path, query, headers, body: String::from_utf8(body).ok()? };
    let turn = {
        let mut heard = heard.lock().ok()?;
        heard.push(asked.clone());
        heard.len() - 1
    };
    let head = |status: u16, length: usize| {
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n").into_bytes()
    };
    match answer(turn, &asked) {
        Act::Say(status, body) => stream.write_all(&[head(status, body.len()), body].concat()).ok(),
        Act::Wait => {
            let text = "HTTP/1.1 503 X\r\nconnection: close\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(text.as_bytes()).ok()
        }
        Act::Lead(to) => {
            let text = format!("HTTP/1.1 302 X\r\nconnection: close\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(text.as_bytes()).ok()
        }
        Act::Reset => None,
        Act::Half(body) => stream.write_all(&[head(200, body.len() + 10), body].concat()).ok(),
        Act::Drip(body) => {
            stream.write_all(&head(200, body.len())).ok()?;
            for byte in body {
                std::thread::sleep(Duration::from_millis(300));
                stream.write_all(&[byte]).ok()?;
            }
            Some(())
        }
        Act::Endless(status, body) => {
            stream.write_all(format!("HTTP/1.1 {status} X\r\nconnection: close\r\n\r\n").as_bytes()).ok()?;
            loop {
                stream.write_all(&body).ok()?;
            }
        }
    }
}

/// A registry at `address` that is asked with the usual patience.
fn open(address: &str) -> Result<Registry> {
    Registry::open(address, &BTreeMap::new())
}

/// What `work` comes to, which may not take longer.
fn within<T>(seconds: u64, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    assert!(begun.elapsed() < Duration::from_secs(seconds), "it took {:?}", begun.elapsed());
    done
}

/// An error with all that it says.
fn all<T>(done: Result<T>) -> String {
    format!("{:?}", done.err().expect("it went well"))
}

/// A version of `model`, as it was listed.
fn version(number: u32, source: &str, run: Option<&str>) -> RegisteredVersion {
    RegisteredVersion {
        version: number,
        description: None,
        tags: BTreeMap::new(),
        created: DateTime::UNIX_EPOCH,
        by: None,
        status: "READY".to_owned(),
        stage: None,
        source: source.to_owned(),
        run: run.map(str::to_owned),
        metrics: BTreeMap::new(),
        params: BTreeMap::new(),
    }
}
