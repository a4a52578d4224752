//! The README tells the truth: its key table is the catalogue, and its commands can be typed.

use std::path::Path;
use std::process::Command;

use assay::tui::catalogue_markdown;

const BEGIN: &str = "<!-- keys -->\n";
const END: &str = "<!-- /keys -->";

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

#[test]
fn its_key_table_is_the_catalogue() {
    let readme = readme();
    let (_, from_keys) = readme.split_once(BEGIN).unwrap();
    let (keys, _) = from_keys.split_once(END).unwrap();
    let wanted = catalogue_markdown();
    assert_eq!(keys.trim(), wanted.trim(), "put this between {BEGIN}and {END}:\n{wanted}");
}

#[test]
fn its_commands_can_be_typed() {
    let readme = readme();
    let commands: Vec<Vec<String>> =
        readme.lines().filter(|line| line.starts_with("assay ")).flat_map(parsed).collect();
    assert!(commands.len() > 10, "{commands:?}");
    for words in commands {
        let answer = Command::new(env!("CARGO_BIN_EXE_assay")).args(&words[1..]).arg("--help").output().unwrap();
        assert!(answer.status.success(), "{words:?}: {}", String::from_utf8_lossy(&answer.stderr));
    }
}

/// The commands of a line of shell: `&&` between them, a comment behind, words in double quotes.
fn parsed(line: &str) -> Vec<Vec<String>> {
    let (mut commands, mut quoted) = (vec![Vec::new()], None::<String>);
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let bare = word.replace('"', "");
        let toggles = word.matches('"').count() % 2 == 1;
        match (&mut quoted, toggles) {
            (Some(text), toggles) => {
                text.push(' ');
                text.push_str(&bare);
                if toggles {
                    commands.last_mut().unwrap().extend(quoted.take());
                }
            }
            (None, true) => quoted = Some(bare),
            (None, false) if word.starts_with('#') => break,
            (None, false) if word == "&&" => commands.push(Vec::new()),
            (None, false) => commands.last_mut().unwrap().push(bare),
        }
    }
    commands
}
