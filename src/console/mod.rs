//! Standard output of this process. Errors go to standard error, through `app`.

mod labelled;

use std::io::{self, ErrorKind, IsTerminal, Write};

use terminal_size::{Width, terminal_size};
use thiserror::Error;

pub(crate) use self::labelled::LabelledLines;
use crate::{config::ColorMode, report::terminal::Style};

/// The width in columns if the width of the terminal is unknown.
const USUAL_WIDTH: u16 = 100;

/// Standard output cannot be written.
#[derive(Debug, Error)]
#[error("cannot write to standard output")]
pub struct PrintError(#[source] io::Error);

/// Writes to standard output.
pub(crate) fn print(text: &str) -> Result<(), PrintError> {
    let mut out = io::stdout().lock();
    printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// The result of writing to standard output. A closed pipe (`| head`) is not a failure; a full disk
/// is.
pub(crate) fn printed(written: io::Result<()>) -> Result<(), PrintError> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(PrintError(error)),
        _ => Ok(()),
    }
}

/// The width in columns of the terminal on standard output.
pub(crate) fn terminal_width() -> u16 {
    terminal_size().map_or(USUAL_WIDTH, |(Width(width), _)| width)
}

/// The width in columns of the terminal on standard output; `None` if standard output is not a
/// terminal.
pub(crate) fn screen_width() -> Option<u16> {
    io::stdout().is_terminal().then(terminal_width)
}

/// The style for standard output: whether it is coloured.
pub(crate) fn terminal_style(mode: ColorMode) -> Style {
    match mode {
        ColorMode::Always => Style::Colour,
        ColorMode::Auto if io::stdout().is_terminal() => Style::Colour,
        ColorMode::Auto | ColorMode::Never => Style::Plain,
    }
}
