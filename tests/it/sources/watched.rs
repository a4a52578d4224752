//! Sources that are asked again and again.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStdout};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::asleep::signal;
use crate::support::{PREPARER, Workspace, contract, delivery};

/// What a child prints, line by line.
fn lines(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = channel();
    let printed: ChildStdout = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        for line in BufReader::new(printed).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}

/// Waits for a line with these words.
fn said(lines: &Receiver<String>, words: &str) {
    loop {
        let line = lines.recv_timeout(Duration::from_mins(1)).unwrap_or_else(|_| panic!("`{words}` was not said"));
        if line.contains(words) {
            return;
        }
    }
}

#[test]
fn what_comes_while_somebody_watches_is_taken_in_at_once_and_signals_end_it_well() {
    for signal_name in ["-INT", "-TERM"] {
        let workspace = Workspace::bare();
        let mut child = workspace.start(PREPARER, &["ingest", "--watch"]);
        let lines = lines(&mut child);
        // Long before the interval of five minutes is over.
        std::thread::sleep(Duration::from_millis(1_500));
        workspace.deliver("alpha", "2026-10.csv", delivery("alpha", "2026-10", 5));
        said(&lines, "2026-10.csv: 5 rows");
        workspace.deliver("beta", "2026-10.csv", delivery("beta", "2026-10", 6));
        said(&lines, "2026-10.csv: 6 rows");
        signal(&child, signal_name);
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
        assert_eq!(workspace.json(&["batch", "list"]).as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_file_that_grows_is_left_alone_until_it_is_done() {
    use std::io::Write as _;
    let workspace = Workspace::bare();
    let mut child = workspace.start(PREPARER, &["ingest", "--watch"]);
    let lines = lines(&mut child);
    std::thread::sleep(Duration::from_millis(1_500));
    let whole = delivery("alpha", "2026-10", 40);
    workspace.deliver("alpha", "2026-10.csv", "");
    let mut file = std::fs::File::options().append(true).open(workspace.path("inbox/alpha/2026-10.csv")).unwrap();
    for line in whole.lines() {
        writeln!(file, "{line}").unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(file);
    said(&lines, "2026-10.csv: 40 rows");
    signal(&child, "-TERM");
    child.wait().unwrap();
    assert_eq!(workspace.json(&["batch", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_server_that_lets_wait_keeps_nothing_else_out() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("kind = \"http\", url = \"http://{}/{{period}}.csv\"", silent.local_addr().unwrap());
    let workspace = Workspace::under(&contract().replacen("kind = \"inbox\", pattern = \"{period}*.csv\"", &server, 1));
    let mut child = workspace.start(PREPARER, &["ingest", "--watch"]);
    let lines = lines(&mut child);
    let _asked = silent.accept().unwrap();
    workspace.deliver("beta", "2026-10.csv", delivery("beta", "2026-10", 6));
    said(&lines, "2026-10.csv: 6 rows");
    signal(&child, "-TERM");
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
}
