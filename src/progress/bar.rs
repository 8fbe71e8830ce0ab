//! The progress bar on a terminal, and a log writer that does not break it.

use std::{
    io::{self, IsTerminal, Write},
    sync::Arc,
};

use console::{Term, is_dumb};
use parking_lot::Mutex;

use super::{ProgressMode, board::Board, drawing::Drawing, lines::Lines};
use crate::{collect::Counts, domain::wrap::wrapped};

/// A bar on standard error, hidden until there is something to show, and always if standard error is not a
/// terminal. Clones share the same bar.
#[derive(Debug, Clone)]
pub struct Bar {
    drawing: Drawing<Term>,
    /// Set if this is the line of a tenant.
    line: Option<TenantLine>,
}

#[derive(Debug, Clone)]
struct TenantLine {
    board: Arc<Mutex<Board>>,
    name: String,
}

impl Default for Bar {
    fn default() -> Self {
        Self {
            drawing: Drawing::new(Term::buffered_stderr()),
            line: None,
        }
    }
}

impl Bar {
    /// If standard error is closed, the bar is lost, but the run continues.
    pub(super) fn show(&self, counts: Counts, lines: &Lines) {
        if let Some(line) = &self.line {
            draw(&line.board, &self.drawing, |board| {
                board.collects(&line.name, counts, lines);
            });
        } else if is_on_terminal() {
            self.drawing.show(counts, lines);
        }
    }

    /// Prints a text once, above the bar, wrapped to the width of the terminal. It is lost if standard error
    /// is closed.
    pub(super) fn print(&self, text: &str) {
        if self.line.is_some() {
            // Not for tenants: their plans would fill the screen.
            return;
        }
        let columns = Term::stderr().size_checked().map(|(_, columns)| columns);
        let lines = wrapped(text, columns.unwrap_or(u16::MAX)).join("\n");
        let _ = writeln!(self.writer(), "{lines}");
    }

    pub(super) fn clear(&self) {
        match &self.line {
            Some(line) => draw(&line.board, &self.drawing, |board| {
                board.reports(&line.name);
            }),
            None => self.drawing.clear(),
        }
    }

    /// A writer to standard error that does not break the bar.
    pub fn writer(&self) -> BarWriter {
        BarWriter(self.clone())
    }
}

/// Writes to standard error, above the bar.
#[derive(Debug, Clone)]
pub struct BarWriter(Bar);

impl Write for BarWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.drawing.above(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Changes the board and draws it under the lock, so that no older state is drawn afterwards.
fn draw(board: &Mutex<Board>, drawing: &Drawing<Term>, change: impl FnOnce(&mut Board)) {
    let mut board = board.lock();
    change(&mut board);
    drawing.show_lines(|columns, rows| board.lines(columns, rows));
}

fn is_on_terminal() -> bool {
    io::stderr().is_terminal() && !is_dumb()
}

impl ProgressMode {
    /// The mode for each of several tenants, whose bars need a terminal.
    pub(crate) fn of_tenant(self) -> Self {
        match self {
            Self::Auto | Self::Bar if is_on_terminal() => Self::Bar,
            Self::Off => Self::Off,
            Self::Auto | Self::Bar | Self::Log => Self::Log,
        }
    }
}

/// The lines of several tenants on a terminal.
#[derive(Debug)]
pub(crate) struct TenantBars {
    bar: Bar,
    /// `None` if nothing is drawn.
    board: Option<Arc<Mutex<Board>>>,
}

impl TenantBars {
    /// The lines of this number of tenants, replacing this bar.
    pub(crate) fn new(bar: &Bar, mode: ProgressMode, tenants: u64) -> Self {
        let is_drawn = mode.of_tenant() == ProgressMode::Bar;
        let board = is_drawn.then(|| Arc::new(Mutex::new(Board::new(tenants))));
        Self {
            bar: bar.clone(),
            board,
        }
    }

    /// The bar of a tenant that begins.
    pub(crate) fn begin(&self, name: &str) -> Bar {
        let line = self.board.as_ref().map(|board| {
            draw(board, &self.bar.drawing, |board| board.begin(name));
            TenantLine {
                board: Arc::clone(board),
                name: name.to_owned(),
            }
        });
        Bar {
            line,
            ..self.bar.clone()
        }
    }

    /// A tenant has ended.
    pub(crate) fn end(&self, name: &str, is_complete: bool) {
        if let Some(board) = &self.board {
            draw(board, &self.bar.drawing, |board| {
                board.end(name, is_complete);
            });
        }
    }

    /// Removes the lines.
    pub(crate) fn clear(&self) {
        self.bar.clear();
    }
}
