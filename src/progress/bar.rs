//! The progress bar on a terminal, and a log writer that does not break it.

use std::io::{self, IsTerminal, Write};

use console::{Term, is_dumb};

use super::{drawing::Drawing, lines::Lines};
use crate::collect::Counts;

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

    /// Prints a line once, above the bar. It is lost if standard error is closed.
    pub(super) fn print_line(&self, text: &str) {
        let _ = writeln!(self.writer(), "{text}");
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
