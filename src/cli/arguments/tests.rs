//! What the program tells people to type can be typed.

use super::*;
use crate::domain::gate::tests::every_reason;

/// The command lines in a sentence: each from `assay` to the comma or the end.
fn commands(text: &str) -> Vec<String> {
    let starts = text.match_indices("assay ").map(|(at, _)| at);
    // `assay.toml` is a file.
    starts.map(|at| text[at..].split(", then ").next().unwrap_or_default().to_owned()).collect()
}

/// The words of a command line, as a shell reads them.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    // What a person puts in its place.
    words.iter().map(|word| word.replace("MODEL/VERSION", "words/1")).collect()
}

#[test]
fn what_clears_a_reason_is_a_command_that_parses() {
    let reasons = every_reason();
    assert!(reasons.len() > 16);
    for reason in reasons {
        let commands = commands(&reason.fix);
        let waiting = reason.code == crate::domain::ReasonCode::PeriodNotOver;
        assert_eq!(commands.is_empty(), waiting, "{reason:?}");
        for command in commands {
            if let Err(error) = Arguments::try_parse_from(words(&command)) {
                panic!("{:?} says `{command}`: {error}", reason.code);
            }
        }
    }
}
