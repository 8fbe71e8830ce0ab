//! The progress bar on a terminal, and a log writer that does not break it.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::lines::Lines;
use crate::collect::Counts;

/// A bar on standard error, hidden until there is something to show. Clones share the same bar.
#[derive(Debug, Clone)]
pub struct Bar(ProgressBar);

impl Default for Bar {
    fn default() -> Self {
        Self(ProgressBar::with_draw_target(
            None,
            ProgressDrawTarget::hidden(),
        ))
    }
}

impl Bar {
    pub(super) fn show(&self, counts: Counts, lines: &Lines) {
        if self.0.is_hidden() {
            self.appear();
        }
        self.0.update(|state| {
            state.set_len(counts.machines);
            state.set_pos(counts.done());
        });
        self.0.set_prefix(lines.summary.clone());
        self.0.set_message(lines.details.clone());
    }

    fn appear(&self) {
        let template = "{spinner} {bar:16} {percent:>3} %  {prefix}\n  {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style.progress_chars("━╸─"));
        }
        self.0.set_draw_target(ProgressDrawTarget::stderr());
    }

    /// Prints a line once, above the bar. It is lost if standard error is closed.
    pub(super) fn print_line(&self, text: &str) {
        let _ = writeln!(self.writer(), "{text}");
    }

    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }

    /// A writer to standard error that does not break the bar.
    pub fn writer(&self) -> BarWriter {
        BarWriter(self.0.clone())
    }
}

/// Writes to standard error, above the bar.
#[derive(Debug, Clone)]
pub struct BarWriter(ProgressBar);

impl Write for BarWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
