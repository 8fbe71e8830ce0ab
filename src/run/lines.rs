//! Facts for people, one a line, its name first.

use std::fmt::Write;

use crate::report::plain::plain;

/// Lines of a name and a value, the values below each other.
#[derive(Default)]
pub(crate) struct Lines(String);

impl Lines {
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        // Names of files and the like cannot steer the terminal. Writing to a text does not
        // fail.
        let _ = writeln!(self.0, "{name:<14} {}", plain(value));
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}
