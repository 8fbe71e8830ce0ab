//! The progress bar on a terminal, and a log writer that does not break it.

use std::io::{self, IsTerminal, Write};

use console::{Term, is_dumb};

use super::{drawing::Drawing, lines::Lines};
use crate::{collect::Counts, domain::wrap::wrapped};

/// A bar on standard error, hidden until there is something to show, and always if standard error
/// is no terminal. Clones share the same bar.
#[derive(Debug, Clone)]
pub struct Bar(Drawing<Term>);

impl Default for Bar {
    fn default() -> Self {
        Self(Drawing::new(Term::buffered_stderr()))
    }
}

impl Bar {
    /// The bar is lost, not the run, if standard error is closed.
    pub(super) fn show(&self, counts: Counts, lines: &Lines) {
        if io::stderr().is_terminal() && !is_dumb() {
            self.0.show(counts, lines);
        }
    }

    /// Prints a text once, above the bar, in lines as wide as the terminal. It is lost if standard error
    /// is closed.
    pub(super) fn print(&self, text: &str) {
        let columns = Term::stderr().size_checked().map(|(_, columns)| columns);
        let lines = wrapped(text, columns.unwrap_or(u16::MAX)).join("\n");
        let _ = writeln!(self.writer(), "{lines}");
    }

    pub(super) fn clear(&self) {
        self.0.clear();
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
        self.0.0.above(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
