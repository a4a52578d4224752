//! The catalogue keeps its promises.

use crate::domain::Role;
use crate::tui::app::{COMMANDS, Key, Pane, Risk, catalogue_markdown, why_not, with_key};
use crate::tui::testing::{Person, World};

#[test]
fn no_two_commands_share_a_key_where_both_are_heard() {
    for (index, one) in COMMANDS.iter().enumerate() {
        for other in COMMANDS.iter().skip(index + 1).filter(|other| one.scope.meets(other.scope)) {
            let shared: Vec<_> = one.keys.iter().filter(|key| other.keys.contains(key)).collect();
            assert!(shared.is_empty(), "`{}` and `{}` share {shared:?}", one.title, other.title);
        }
    }
}

#[test]
fn every_command_has_a_title_a_help_and_keys_that_exist() {
    for command in COMMANDS {
        assert!(!command.title.is_empty() && command.help.ends_with('.'), "{command:?}");
        assert!(!command.keys.is_empty(), "`{}` has no key", command.title);
        for name in command.keys {
            assert_eq!(Key::parse(name).unwrap().name(), *name);
        }
    }
}

#[test]
fn whatever_changes_something_says_its_command_line() {
    for command in COMMANDS.iter().filter(|command| command.risk != Risk::Look) {
        let stops = command.title == "stop what is running";
        assert!(command.cli.is_some_and(|cli| cli.starts_with("assay ")) || stops, "{command:?}");
    }
}

/// What a viewer can't do stays in the list, with the reason.
#[test]
fn a_viewer_is_told_why_for_every_change() {
    for pane in Pane::ALL {
        let mut person = Person::with_role(World::of(7), 80, 24, "vera", Role::Viewer).starts();
        person.press(&pane.key().to_string());
        for command in COMMANDS.iter().filter(|command| command.cli.is_some()) {
            assert!(why_not(&person.state, command.id).is_some(), "{pane:?}: {}", command.title);
        }
    }
}

/// The command line that the catalogue names is the one that the request becomes.
#[test]
fn requests_speak_the_command_lines_of_the_catalogue() {
    let cases = [
        ("5 j j a enter", "assay release approve"),
        ("5 j p S enter", "assay release publish"),
        ("4 c W enter", "assay anomaly confirm"),
        ("4 enter a", "assay assess"),
        ("r", "assay run"),
        ("i enter", "assay ingest"),
        ("t R", "assay task retry"),
        ("2 j j b W enter", "assay period baseline"),
        ("3 p enter", "assay model promote"),
    ];
    for (keys, cli) in cases {
        let mut person = Person::sits_down(World::of(7), 80, 24).starts();
        for key in keys.split(' ') {
            match key {
                "S" => person.types("slips/2026-09.2"),
                "W" => person.types("because"),
                key => person.press(key),
            };
        }
        assert!(person.lines().last().is_some_and(|line| line.starts_with(cli)), "{keys}: {:?}", person.lines());
    }
}

#[test]
fn the_readme_table_holds_every_command() {
    let page = catalogue_markdown();
    for command in COMMANDS {
        assert!(page.contains(&format!("| {} |", command.title)), "`{}` is missing", command.title);
    }
}

/// Whoever reads a command line on the screen is told the key that does the same there.
#[test]
fn a_command_line_is_said_with_its_key() {
    let cases = [
        (Pane::Models, "let it pass: assay model promote slips/3 --waive --reason REASON", " (here: P)"),
        (Pane::Models, "assay model promote slips/3", " (here: p)"),
        (Pane::Models, "assay run --model slips/3 --period 2026-10", " (here: R)"),
        (Pane::Completeness, "assay run goes on from here", " (here: r)"),
        (Pane::Releases, "assay model promote slips/3", ""),
        (Pane::Models, "look at the file", ""),
    ];
    for (pane, sentence, added) in cases {
        assert_eq!(with_key(sentence, pane), format!("{sentence}{added}"), "{pane:?}");
    }
}
