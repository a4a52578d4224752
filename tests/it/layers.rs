//! The house of ARCHITECTURE.md, enforced: floors, foreign crates, and the shape of files.

mod circles;
mod scan;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use circles::circle;
use scan::{Found, Reference, scan};

/// Every room and its floor. A room may import from lower floors only.
const FLOORS: &[(&str, u8)] = &[
    ("base", 0),
    ("domain", 1),
    ("frames", 2),
    ("net", 2),
    ("config", 3),
    ("journal", 3),
    ("lake", 3),
    ("source", 3),
    ("ner", 3),
    ("quality", 3),
    ("delivery", 3),
    ("pipeline", 4),
    ("ops", 5),
    ("tui", 6),
    ("cli", 6),
    ("api", 6),
    ("demo", 6),
];

/// The one exception: the command line starts its siblings.
const EXCEPTIONS: &[(&str, &str)] = &[("cli", "tui"), ("cli", "api"), ("cli", "demo")];

/// Who shows what `ops` answers and asks `ops` for changes. Of the floors below they see values alone.
const FACES: &[&str] = &["tui", "cli", "api", "demo"];

/// The rooms that hold the workspace's data: faces go to them by way of `ops`.
const BEHIND_OPS: &[&str] =
    &["config", "journal", "lake", "source", "ner", "quality", "delivery", "frames", "net", "pipeline"];

/// Foreign crates and the only rooms that may use them; `main` is the binary.
const FOREIGN: &[(&str, &[&str])] = &[
    ("directories", &["base"]),
    // A lexicon model is a TOML file, so the room that reads models reads TOML too.
    ("toml", &["config", "ner"]),
    // The demo plays a database that is copied.
    ("rusqlite", &["journal", "source", "demo"]),
    ("deltalake_core", &["lake"]),
    ("calamine", &["source"]),
    ("cfb", &["source"]),
    ("quick_xml", &["source"]),
    ("sqlx", &["source"]),
    ("reqwest", &["net", "source", "ner", "delivery"]),
    ("aho_corasick", &["ner"]),
    ("blake3", &["base"]),
    ("chrono_tz", &["domain", "config", "ops"]),
    ("include_dir", &["demo"]),
    // Only asked for its features: see Cargo.toml.
    ("libc", &[]),
    ("regex", &["ner", "quality"]),
    ("encoding_rs", &["source", "quality", "demo"]),
    ("chardetng", &["source"]),
    ("flate2", &["source"]),
    ("tempfile", &["source", "quality"]),
    ("foldhash", &["quality"]),
    ("hashbrown", &["quality"]),
    ("rayon", &["quality"]),
    ("zip", &["source"]),
    ("zstd", &["source"]),
    ("memchr", &["source"]),
    ("csv_core", &["ner"]),
    ("strsim", &["base"]),
    ("url", &["config", "lake", "source"]),
    ("rust_xlsxwriter", &["delivery"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("nucleo_matcher", &["tui"]),
    ("unicode_segmentation", &["tui"]),
    ("tracing_appender", &["cli"]),
    ("tracing_subscriber", &["cli"]),
    ("axum", &["api"]),
    ("color_eyre", &["main", "cli"]),
    ("polars", &["frames", "lake", "source", "ner", "quality", "delivery", "pipeline"]),
    ("polars_plan", &["frames"]),
    ("futures_util", &["source"]),
    ("notify", &["source"]),
    ("tokio", &["net", "lake", "source", "ner", "delivery", "pipeline", "ops", "tui", "cli", "api"]),
];

/// Foreign crates that every room may use.
const FREE: &[&str] = &["chrono", "serde", "serde_json", "tracing", "unicode_width"];

/// What the pure core of the screen must not know.
const NOT_IN_APP: &[&str] = &["ratatui", "crossterm", "tokio", "polars", "rusqlite"];

/// What the drawing code must not touch: the workspace, the disk and the clock.
const NOT_IN_DRAWING: &[&[&str]] = &[
    &["crate", "ops", "Workspace"],
    &["crate", "ops", "Session"],
    &["std", "fs"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["chrono", "Utc", "now"],
    &["Utc", "now"],
    &["Local", "now"],
    &["SystemTime", "now"],
    &["Instant", "now"],
];

const MOST_LINES: usize = 400;
const MOST_LINES_OF_INLINE_TESTS: usize = 100;

/// Everything that is wrong with a file of `src/`, named by its path there, as `file:line: what`.
fn violations(file: &str, source: &str) -> Vec<String> {
    let mut wrong: Vec<(usize, String)> = shape(source).into_iter().collect();
    let module = module_of(file);
    let found = scan(source, &module);
    if let Some((line, lines)) = found.longest_tests.filter(|(_, lines)| *lines > MOST_LINES_OF_INLINE_TESTS) {
        wrong.push((line, format!("{lines} lines of tests belong into a tests.rs beside the file")));
    }
    let room = match (file, module.first()) {
        ("lib.rs", _) => "lib",
        ("main.rs", _) => "main",
        (_, Some(room)) if floor(room).is_some() => *room,
        (_, room) => {
            wrong.push((1, format!("`{}` is no room of the house", room.copied().unwrap_or_default())));
            return named(file, wrong);
        }
    };
    let tests_file = matches!(module.last(), Some(&"tests")) || module.contains(&"tests");
    for reference in &found.references {
        let path: Vec<&str> = reference.path.iter().map(String::as_str).collect();
        wrong.extend(wrong_floor(room, &path).map(|what| (reference.line, what)));
        if !reference.in_test && !tests_file {
            wrong.extend(wrong_way(room, &path).map(|what| (reference.line, what)));
            wrong.extend(wrong_crate(room, &module, &path, &found).map(|what| (reference.line, what)));
        }
    }
    named(file, wrong)
}

fn named(file: &str, wrong: Vec<(usize, String)>) -> Vec<String> {
    let mut lines: Vec<String> = wrong.into_iter().map(|(line, what)| format!("src/{file}:{line}: {what}")).collect();
    lines.dedup();
    lines
}

fn shape(source: &str) -> Vec<(usize, String)> {
    let mut wrong = Vec::new();
    if !source.starts_with("//! ") {
        wrong.push((1, "the first line is no `//!` line".to_owned()));
    }
    let lines = source.lines().count();
    if lines > MOST_LINES {
        wrong.push((MOST_LINES + 1, format!("{lines} lines, {MOST_LINES} are the most")));
    }
    wrong
}

/// The path of the module that a file of `src/` holds.
fn module_of(file: &str) -> Vec<&str> {
    let mut module: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if matches!(module.last(), Some(&("mod" | "lib" | "main"))) {
        module.pop();
    }
    module
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn wrong_floor(room: &str, path: &[&str]) -> Option<String> {
    // The root only declares the rooms, and the binary sees the library from outside.
    if path.first() != Some(&"crate") || matches!(room, "lib" | "main") {
        return None;
    }
    let target = match path.get(1).copied() {
        None | Some("*" | "as" | "self") => return Some(format!("`{}` takes in the whole house", path.join("::"))),
        Some(target) if target == room => return None,
        Some(target) => target,
    };
    match (floor(room), floor(target)) {
        (_, None) => Some(format!("`crate::{target}` is no room of the house")),
        (Some(own), Some(theirs)) if theirs < own => None,
        _ if EXCEPTIONS.contains(&(room, target)) => None,
        (own, theirs) if own == theirs => Some(format!("`{room}` imports from its sibling `{target}`")),
        _ => Some(format!("`{room}` imports from the floor above: `{target}`")),
    }
}

fn wrong_way(room: &str, path: &[&str]) -> Option<String> {
    let target = path.get(1).filter(|_| path.first() == Some(&"crate"))?;
    (FACES.contains(&room) && BEHIND_OPS.contains(target)).then(|| format!("`{room}` goes to `{target}` past `ops`"))
}

fn wrong_crate(room: &str, module: &[&str], path: &[&str], found: &Found) -> Option<String> {
    let first = path.first().copied()?;
    if found.modules.iter().any(|local| local == first) {
        return None;
    }
    if module.starts_with(&["tui", "app"]) && NOT_IN_APP.contains(&first) {
        return Some(format!("the core of the screen knows `{first}`"));
    }
    let drawing = module.starts_with(&["tui", "view"]) || module.starts_with(&["tui", "widgets"]);
    if drawing && NOT_IN_DRAWING.iter().any(|forbidden| path.starts_with(forbidden)) {
        return Some(format!("drawing code uses `{}`", path.join("::")));
    }
    let (_, rooms) = FOREIGN.iter().find(|(name, _)| *name == first)?;
    (!rooms.contains(&room)).then(|| format!("`{room}` uses `{first}`, which only {} may", rooms.join(", ")))
}

/// Every Rust file below `folder`, by its path there with `/`.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn the_house_stands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = files(&root.join("src"));
    assert!(sources.contains_key("lib.rs") && sources.contains_key("base/mod.rs"));
    let mut wrong: Vec<String> = sources.iter().flat_map(|(file, source)| violations(file, source)).collect();
    for folder in ["tests", "benches"].into_iter().filter(|folder| root.join(folder).exists()) {
        for (file, source) in files(&root.join(folder)) {
            wrong.extend(shape(&source).into_iter().map(|(line, what)| format!("{folder}/{file}:{line}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "the house is not as ARCHITECTURE.md wants it:\n{}", wrong.join("\n"));
}

#[test]
fn no_modules_import_one_another_in_a_circle() {
    let sources = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let circle = circle(&sources);
    assert!(circle.is_none(), "these import one another in a circle: {}", circle.unwrap_or_default().join(" -> "));
}

#[test]
fn every_room_of_the_library_is_known() {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for module in scan(&source, &[]).modules {
        assert!(floor(&module).is_some(), "`{module}` is no room of the house");
    }
}

#[test]
fn every_crate_has_its_rooms() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
    let (dependencies, _) = dependencies.split_once("\n[").unwrap();
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let names = dependencies.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).filter(is_name);
    let crates: Vec<String> = names.map(|name| name.replace('-', "_")).collect();
    assert!(crates.len() > 20, "{crates:?}");
    for name in &crates {
        let rooms = FOREIGN.iter().filter(|(known, _)| known == name).count();
        assert_eq!(rooms + usize::from(FREE.contains(&name.as_str())), 1, "`{name}` has no row, or more than one");
    }
}

/// What is wrong with `code` as the file `file`, without the place.
fn found(file: &str, code: &str) -> Vec<String> {
    let source = format!("//! A room.\n{code}\n");
    violations(file, &source).iter().map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
}

#[test]
fn a_room_that_looks_up_or_aside_is_found() {
    let sibling = ["`lake` imports from its sibling `journal`"];
    assert_eq!(found("lake/mod.rs", "use crate::journal::Journal;"), sibling);
    assert_eq!(found("lake/gold.rs", "use super::super::journal;"), sibling);
    assert_eq!(found("lake/gold.rs", "fn f() { super::super::journal::open(); }"), sibling);
    assert_eq!(found("lake/a/mod.rs", "use crate::{base::{Error, Result}, journal::*};"), sibling);
    assert_eq!(found("lake/mod.rs", "mod inner { use super::super::journal; }"), sibling);
    assert_eq!(found("lake/mod.rs", "type J = Vec<crate::journal::Journal>;"), sibling);
    assert_eq!(found("lake/mod.rs", "#[cfg(test)]\nmod tests { use crate::journal::Journal; }"), sibling);
    assert_eq!(found("lake/mod.rs", "mod inner { fn f() {} }\nuse super::journal;"), sibling);
    assert_eq!(found("domain/period.rs", "use crate::ops;"), ["`domain` imports from the floor above: `ops`"]);
    assert_eq!(found("tui/mod.rs", "use crate::cli;"), ["`tui` imports from its sibling `cli`"]);
    assert_eq!(found("ops/mod.rs", "use crate::*;"), ["`crate::*` takes in the whole house"]);
    assert_eq!(found("ops/mod.rs", "use crate as house;"), ["`crate::as` takes in the whole house"]);
    assert_eq!(found("ops/mod.rs", "use crate::Error;"), ["`crate::Error` is no room of the house"]);
    assert_eq!(found("tui/runtime/mod.rs", "use crate::journal::Journal;"), ["`tui` goes to `journal` past `ops`"]);
    assert_eq!(found("cellar/mod.rs", ""), ["`cellar` is no room of the house"]);
}

#[test]
fn a_crate_in_the_wrong_room_is_found() {
    assert_eq!(found("ops/mod.rs", "use polars::prelude::*;").len(), 1);
    assert_eq!(found("journal/mod.rs", "fn f(d: polars::prelude::DataFrame) {}").len(), 1);
    assert_eq!(found("lake/mod.rs", "use { std::io, rusqlite::Connection };").len(), 1);
    assert_eq!(found("quality/mod.rs", "#[tokio::main]\nasync fn f() {}").len(), 1);
    assert_eq!(found("ops/mod.rs", "extern crate color_eyre;").len(), 1);
    assert_eq!(found("cli/mod.rs", "use ratatui as r;").len(), 1);
    for code in [
        "fn f(d: ::polars::prelude::DataFrame) {}",
        "fn f() -> ::polars::prelude::DataFrame { x }",
        "fn f() { return ::polars::prelude::col(\"a\"); }",
        "fn f() { match x { _ => ::polars::prelude::col(\"a\") }; }",
        "fn f(x: &dyn ::polars::prelude::Any, y: Vec<u8>) { y.g(x) }",
    ] {
        assert_eq!(found("ops/mod.rs", code).len(), 1, "{code}");
    }
    assert_eq!(found("tui/app/mod.rs", "use ratatui::style::Color;"), ["the core of the screen knows `ratatui`"]);
    assert_eq!(found("tui/app/pane/mod.rs", "use tokio::sync::mpsc;"), ["the core of the screen knows `tokio`"]);
    assert_eq!(found("tui/view/log.rs", "fn f() { std::fs::read(\"x\"); }"), ["drawing code uses `std::fs::read`"]);
    let held = ["drawing code uses `crate::ops::Workspace`"];
    assert_eq!(found("tui/view/log.rs", "use crate::ops::{Overview, Workspace};"), held);
    assert_eq!(found("tui/widgets/clock.rs", "fn f() { Utc::now(); }"), ["drawing code uses `Utc::now`"]);
}

#[test]
fn a_file_out_of_shape_is_found() {
    assert_eq!(violations("base/mod.rs", "// A room.\n"), ["src/base/mod.rs:1: the first line is no `//!` line"]);
    let long = format!("//! A room.\n{}", "fn f() {}\n".repeat(400));
    assert_eq!(violations("base/mod.rs", &long), ["src/base/mod.rs:401: 401 lines, 400 are the most"]);
    let tests = format!("//! A room.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "fn f() {}\n".repeat(99));
    let wanted = ["src/base/mod.rs:2: 102 lines of tests belong into a tests.rs beside the file"];
    assert_eq!(violations("base/mod.rs", &tests), wanted);
}

#[test]
fn what_is_allowed_is_not_found() {
    let nothing: [&str; 0] = [];
    assert_eq!(
        found("lake/gold.rs", "use crate::base::Result;\nuse crate::domain::{self, Period};\nuse super::raw;"),
        nothing
    );
    assert_eq!(found("lake/gold.rs", "mod tests { use super::*; use super::super::raw; }"), nothing);
    assert_eq!(found("cli/mod.rs", "use crate::tui;\nuse crate::{api, demo, ops};\nuse clap::Parser;"), nothing);
    assert_eq!(
        found("lake/mod.rs", "// use crate::journal;\n/* crate::ops::x */ const S: &str = \"crate::ops::x\";"),
        nothing
    );
    assert_eq!(
        found("lake/mod.rs", "const S: &str = r#\"crate::ops\"::x\"#; const Q: char = '\"'; fn f<'a>(x: &'a str) {}"),
        nothing
    );
    assert_eq!(found("delivery/mod.rs", "#[cfg(test)]\nmod tests { use calamine::Reader; }"), nothing);
    assert_eq!(found("delivery/tests.rs", "use calamine::Reader;"), nothing);
    assert_eq!(
        found("ner/mod.rs", "mod toml;\nuse toml::Terms;\nfn f() { self::toml::read(); x.tokio::<u8>(); }"),
        nothing
    );
    assert_eq!(
        found("ner/mod.rs", "use std::{io, collections::{BTreeMap, BTreeSet}};\nuse other::{toml::X};"),
        nothing
    );
    assert_eq!(
        found("ops/mod.rs", "fn f() { Vec::<u8>::polars::x(); <T as Y>::tokio::<u8>(); a::b::polars::c(); }"),
        nothing
    );
    assert_eq!(found("main.rs", "use assay::cli;\nfn main() { color_eyre::install(); }"), nothing);
}

#[test]
fn lines_are_counted_through_comments_and_strings() {
    let source = "//! A room.\n/* a\nb */\nconst S: &str = \"x\ny\";\nuse crate::ops::A;\n";
    let expected = Reference { line: 6, path: ["crate", "ops", "A"].map(str::to_owned).to_vec(), in_test: false };
    assert_eq!(scan(source, &["lake"]).references, [expected]);
}
