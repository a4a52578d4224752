//! Floor 6: the command line. Data on stdout, talk on stderr, exit codes that scripts can rely on.

mod arguments;
mod command;
mod logging;
mod output;
mod progress;
mod signals;

use std::process::ExitCode;

use clap::Parser;

use crate::base::{Error, ErrorKind, Result};
use arguments::Arguments;
use output::Output;

/// Runs the program on the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    // Without the hook a panic still ends the process with its own message.
    let _ = color_eyre::install();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            if !error.use_stderr() {
                return ExitCode::SUCCESS;
            }
            let output = Output::new(true, false);
            let hints = hints(&error);
            output.hints(hints);
            // What was said could not be read; that an answer was wanted as JSON can.
            if std::env::args().any(|argument| argument == "--json") {
                let first = error.to_string().lines().next().unwrap_or_default().replacen("error: ", "", 1);
                let said = hints.iter().fold(Error::usage(first), |error, hint| error.hint(hint.as_str()));
                let _ = output.failure(&said);
            }
            return ExitCode::from(ErrorKind::Usage.exit_code());
        }
    };
    let output = Output::new(arguments.json, arguments.quiet);
    let done = run(&arguments, &output);
    crate::ops::let_go_of_models();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever follows something ends it by interrupting: nothing went wrong, and a stream of lines stays one.
            if !(arguments.follows() && error.kind() == ErrorKind::Cancelled) {
                output.error(&error);
            }
            ExitCode::from(error.kind().exit_code())
        }
    }
}

/// How a value is written that could not be read: whoever reads it knows, clap prints only that it is wrong.
fn hints(error: &clap::Error) -> &[String] {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<Error>());
    cause.map_or(&[], Error::hints)
}

fn run(arguments: &Arguments, output: &Output) -> Result<()> {
    let cancel = signals::cancel_on_interrupt();
    match &arguments.command {
        None => command::screen::from_arguments(arguments),
        Some(command) => {
            let result = command::run(arguments, command, output, &cancel);
            if cancel.is_cancelled() && result.is_err() { Err(Error::cancelled()) } else { result }
        }
    }
}
