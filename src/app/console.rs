//! Prints the error that ends a command to standard error.

use std::io::{self, Write};

use tracing::error;

use super::{error::AppError, logging::FILE_ONLY};
use crate::{
    config::LogFormat,
    console::printed,
    domain::{exit_code::ExitCode, text::chain},
    report::plain::plain,
};

/// Prints the result of the command-line parser: help, the version, or an error.
pub fn show(answer: &clap::Error) -> ExitCode {
    let written = answer.print().and_then(|()| io::stdout().flush());
    if answer.use_stderr() {
        return ExitCode::Usage;
    }
    match printed(written) {
        Ok(()) => ExitCode::Complete,
        Err(problem) => print_error(&problem.into(), LogFormat::Text),
    }
}

/// Prints why a command ended early, as `error: a: b: c`, and a hint. With JSON logs it is a log
/// line.
pub(super) fn print_error(problem: &AppError, log_format: LogFormat) -> ExitCode {
    // External text must not inject terminal escapes.
    let text = plain(&chain(problem));
    let hint = problem.hint();
    let code = problem.exit_code();
    if log_format == LogFormat::Json {
        let exit_code = code as u8;
        error!(exit_code, hint, "{text}");
        return code;
    }
    error!(target: FILE_ONLY, exit_code = code as u8, hint, "{text}");
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "error: {text}");
    if let Some(hint) = hint {
        let _ = writeln!(err, "hint: {}", plain(&hint));
    }
    code
}
