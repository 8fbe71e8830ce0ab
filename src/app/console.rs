//! What ends a command, said on standard error.

use std::io::{self, Write};

use tracing::error;

use super::error::AppError;
use crate::{
    config::LogFormat,
    console::printed,
    domain::{exit_code::ExitCode, text::chain},
    report::plain::plain,
};

/// Shows what the parser of the command line has to say: help, the version, or what is wrong.
pub fn show(answer: &clap::Error) -> ExitCode {
    let written = answer.print().and_then(|()| io::stdout().flush());
    if answer.use_stderr() {
        return ExitCode::Usage;
    }
    match printed(written) {
        Ok(()) => ExitCode::Complete,
        Err(problem) => complain(&problem.into(), LogFormat::Text),
    }
}

/// Says why a command ended early: `error: a: b: c`, and what to do about it. A collector
/// of JSON gets it as a log line.
pub(super) fn complain(problem: &AppError, log_format: LogFormat) -> ExitCode {
    // What came from outside cannot steer the terminal.
    let text = plain(&chain(problem));
    let hint = problem.hint();
    let code = problem.exit_code();
    if log_format == LogFormat::Json {
        let exit_code = code as u8;
        error!(exit_code, hint, "{text}");
        return code;
    }
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "error: {text}");
    if let Some(hint) = hint {
        let _ = writeln!(err, "hint: {}", plain(&hint));
    }
    code
}
