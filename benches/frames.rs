//! How quick the screen is: the first frame, from key to frame while the pipeline runs, and what it costs to sit there.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a benchmark prints, and stops at what it can't measure"
)]

#[path = "support/facts.rs"]
mod facts;
#[path = "support/figures.rs"]
mod figures;
#[path = "support/process.rs"]
mod process;
#[path = "support/slips.rs"]
mod slips;
#[path = "support/terminal.rs"]
mod terminal;
#[path = "support/workspace.rs"]
mod workspace;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use figures::Figures;
use terminal::Terminal;

/// Milliseconds from process start to the first frame, at most.
const FIRST_FRAME: f64 = 150.0;
/// Milliseconds from key to frame at the 99th percentile, at most.
const KEY_TO_FRAME: f64 = 16.0;
/// Percent of one core while nothing happens, at most.
const IDLE: f64 = 1.0;

const STARTS: usize = 20;
const KEYS: usize = 600;
/// A quick typist's pause between two keys.
const PAUSE: Duration = Duration::from_millis(15);
const SITTING: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let mut figures = Figures::default();
    first_frames(&mut figures);

    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let ingest = workspace::generate(folder.path());
    let what = format!("generating {} batches", workspace::BATCHES);
    figures.plain(&what, &format!("{:.1} s", start.elapsed().as_secs_f64()));
    figures.plain("  the real delivery taken in", &format!("{:.1} s, {:.0} MiB", ingest.seconds, ingest.peak));
    let mut terminal = Terminal::start(&["--as", "mira", "--workspace", path(folder.path())], 200, 60);
    let ((), seen) = terminal.wait("the list that it opens with", listed);
    figures.plain("large workspace: start to the newest rows", &milliseconds(seen - terminal.started));
    terminal.press("1");
    terminal.wait("the newest batch", position);
    idle(&mut figures, &terminal);
    keys(&mut figures, &mut terminal);
    figures.end()
}

/// `assay demo` from process start: unpacking, opening, drawing.
fn first_frames(figures: &mut Figures) {
    let folder = tempfile::tempdir().unwrap();
    let (mut frames, mut rows) = (Vec::new(), Vec::new());
    for number in 0..STARTS {
        let copy = folder.path().join(number.to_string());
        let terminal = Terminal::start(&["demo", "--into", path(&copy)], 80, 24);
        let complete =
            |lines: &[String]| (lines[0].contains("assay") && lines.last().unwrap().contains("? help")).then_some(());
        frames.push(terminal.wait("the first frame", complete).1 - terminal.started);
        rows.push(terminal.wait("the list that it opens with", listed).1 - terminal.started);
    }
    frames.sort();
    rows.sort();
    let what = format!("assay demo: process start to first frame, median of {STARTS}");
    figures.plain(&what, &milliseconds(frames[STARTS / 2]));
    let slowest = frames[STARTS - 1].as_secs_f64() * 1e3;
    figures.at_most("assay demo: the slowest first frame", slowest, FIRST_FRAME, "ms");
    figures.plain("assay demo: process start to the newest rows, median", &milliseconds(rows[STARTS / 2]));
}

/// What the program costs while nobody does anything.
fn idle(figures: &mut Figures, terminal: &Terminal) {
    thread::sleep(Duration::from_secs(3));
    let before = ticks(terminal.process());
    thread::sleep(SITTING);
    let used = (ticks(terminal.process()) - before) as f64 / 100.0;
    figures.at_most("large workspace: idle", used / SITTING.as_secs_f64() * 100.0, IDLE, "% of a core");
}

/// User and system time of a process, in hundredths of a second.
fn ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name, in brackets, may hold spaces; of what follows the 12th and 13th are the times.
    let (_, after) = stat.rsplit_once(')').unwrap();
    after.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

/// Moves, changes panes and filters while the pipeline runs; every key has to be seen on the screen.
fn keys(figures: &mut Figures, terminal: &mut Terminal) {
    terminal.press("r");
    terminal.wait("the run", |lines| is_running(lines).then_some(()));
    let mut took: Vec<Duration> = Vec::new();
    while took.len() < KEYS && terminal.shows(is_running) {
        let (mut at, _) = terminal.wait("the list", position);
        for _ in 0..10 {
            at += 1;
            took.push(answered(terminal, "j", &|lines| position(lines) == Some(at)));
        }
        took.push(answered(terminal, "6", &|lines| lines[2].trim_start().starts_with("Log")));
        took.push(answered(terminal, "1", &|lines| position(lines) == Some(at)));
        for (key, field) in [("/", "/"), ("p", "/ p"), ("r", "/ pr")] {
            took.push(answered(terminal, key, &|lines| lines.iter().rev().take(4).any(|line| line.trim() == field)));
        }
        let pressed = terminal.press("\x1b");
        terminal.wait("the whole list", |lines| {
            let filtered = lines.iter().rev().take(4).any(|line| line.trim_start().starts_with("/ pr"));
            (!filtered && position(lines).is_some()).then_some(())
        });
        assert!(pressed.elapsed() < Duration::from_secs(5));
    }
    assert!(took.len() >= KEYS, "the run was over after {} keys; it has to last longer", took.len());
    took.sort();
    let percentile = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    figures.plain(&format!("{} keys while the pipeline runs: median", took.len()), &milliseconds(percentile(50)));
    figures.at_most("key to frame, 99th percentile", percentile(99).as_secs_f64() * 1e3, KEY_TO_FRAME, "ms");
    figures.plain("key to frame, the slowest", &milliseconds(percentile(100)));
}

/// Presses a key and waits for its frame.
fn answered(terminal: &mut Terminal, key: &str, wanted: &dyn Fn(&[String]) -> bool) -> Duration {
    thread::sleep(PAUSE);
    let pressed = terminal.press(key);
    let ((), seen) = terminal.wait(&format!("the answer to `{key}`"), |lines| wanted(lines).then_some(()));
    seen.saturating_duration_since(pressed)
}

/// The strip of tasks says so.
fn is_running(lines: &[String]) -> bool {
    lines.iter().rev().take(4).any(|line| line.contains(" running"))
}

/// Whether the rows of a list are there: the head of the pane says ` Releases  1 of 15`.
fn listed(lines: &[String]) -> Option<()> {
    lines.get(2)?.contains(" of ").then_some(())
}

/// Which batch the cursor is on: the head of the pane says ` Batches  12 of 20,001`.
fn position(lines: &[String]) -> Option<u64> {
    let rest = lines.get(2)?.trim_start().strip_prefix("Batches")?;
    let (at, _) = rest.trim_start().split_once(" of ")?;
    at.replace(',', "").parse().ok()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}
