//! A web server in a thread of a test, that fails as it is told to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The path, from the slash on.
    pub path: String,
    headers: Vec<(String, String)>,
}

impl Asked {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The status, 200 where it is 0.
    pub status: u16,
    /// Headers beside the length.
    pub headers: Vec<(&'static str, String)>,
    /// The content.
    pub body: Vec<u8>,
    /// How many bytes of it are sent before the connection is cut.
    pub cut_after: Option<usize>,
    /// Whether the connection stays open, silent, in the place of being cut.
    pub hangs: bool,
    /// The length that is announced, where that is not the content's.
    pub announced: Option<u64>,
}

impl Answer {
    /// A content.
    pub fn of(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// A status without content.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// The same with a header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A server that answers as a function says, and remembers what it was asked.
pub struct Web {
    /// `http://127.0.0.1:<port>`
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Web {
    /// Starts it. `answer` gets what is asked and how often that path was asked for before.
    pub fn start(answer: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::<Asked>::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || serve(&stream, &log, &*answer));
            }
        });
        Self { address, asked }
    }

    /// All that was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, log: &Mutex<Vec<Asked>>, answer: &(dyn Fn(&Asked, usize) -> Answer + Send + Sync)) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    while let Some(first) = lines.next() {
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let headers = lines.by_ref().take_while(|line| !line.is_empty());
        let headers = headers.filter_map(|line| {
            line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        });
        let asked = Asked { path, headers: headers.collect() };
        let before = {
            let mut log = log.lock().unwrap();
            log.push(asked.clone());
            log.iter().filter(|other| other.path == asked.path).count() - 1
        };
        let answer = answer(&asked, before);
        let mut head = format!("HTTP/1.1 {} Said\r\n", if answer.status == 0 { 200 } else { answer.status });
        for (name, value) in &answer.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let length = answer.announced.unwrap_or(answer.body.len() as u64);
        head += &format!("content-length: {length}\r\n\r\n");
        let mut writer = stream;
        let sent = &answer.body[..answer.cut_after.unwrap_or(answer.body.len())];
        if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(sent)).is_err() {
            return;
        }
        if answer.hangs {
            std::thread::sleep(Duration::from_mins(10));
        }
        if answer.cut_after.is_some() || answer.announced.is_some() {
            let _ = stream.shutdown(std::net::Shutdown::Both);
            return;
        }
    }
}
