//! Standard output and standard error, as this process has them.

use std::io::{self, ErrorKind, IsTerminal, Write};

use terminal_size::{Width, terminal_size};
use tracing::error;

use super::error::AppError;
use crate::{
    config::{ColorMode, LogFormat},
    domain::{exit_code::ExitCode, text::chain},
    report::{plain::plain, terminal::Style},
};

/// Columns where nobody says how many there are.
const USUAL_WIDTH: u16 = 100;

/// Writes to standard output.
pub(crate) fn say(text: &str) -> Result<(), AppError> {
    let mut out = io::stdout().lock();
    printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// What writing to standard output came to. A reader that went away (`| head`) is not a failure; a
/// full disk is.
pub(crate) fn printed(written: io::Result<()>) -> Result<(), AppError> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(AppError::Print(error)),
        _ => Ok(()),
    }
}

/// How a run ended whose last words may not have been written.
pub(crate) fn ended(
    printed: Result<(), AppError>,
    ended: Result<ExitCode, AppError>,
) -> Result<ExitCode, AppError> {
    let Err(unprinted) = printed else {
        return ended;
    };
    if let Err(problem) = ended {
        error!("{}", chain(&problem));
    }
    Err(unprinted)
}

/// Shows what the parser of the command line has to say: help, the version, or what is wrong.
pub fn show(answer: &clap::Error) -> ExitCode {
    let written = answer.print().and_then(|()| io::stdout().flush());
    if answer.use_stderr() {
        return ExitCode::Usage;
    }
    match printed(written) {
        Ok(()) => ExitCode::Complete,
        Err(problem) => {
            complain(&problem, LogFormat::Text);
            problem.exit_code()
        }
    }
}

/// The columns of the terminal on standard output.
pub(crate) fn terminal_width() -> u16 {
    terminal_size().map_or(USUAL_WIDTH, |(Width(width), _)| width)
}

/// The columns of the screen that standard output is shown on; none where it goes elsewhere.
pub(crate) fn terminal_screen() -> Option<u16> {
    io::stdout().is_terminal().then(terminal_width)
}

/// Whether standard output gets colours.
pub(crate) fn terminal_style(mode: ColorMode) -> Style {
    match mode {
        ColorMode::Always => Style::Colour,
        ColorMode::Auto if io::stdout().is_terminal() => Style::Colour,
        ColorMode::Auto | ColorMode::Never => Style::Plain,
    }
}

/// Says why a command ended early: `error: a: b: c`, and what to do about it. A collector
/// of JSON gets it as a log line.
pub(crate) fn complain(problem: &AppError, log_format: LogFormat) {
    // What came from outside cannot steer the terminal.
    let text = plain(&chain(problem));
    let hint = problem.hint();
    if log_format == LogFormat::Json {
        let exit_code = problem.exit_code() as u8;
        error!(exit_code, hint, "{text}");
        return;
    }
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "error: {text}");
    if let Some(hint) = hint {
        let _ = writeln!(err, "hint: {}", plain(&hint));
    }
}
