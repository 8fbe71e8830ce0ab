//! Lines with a label and a value.

use std::fmt::Write;

use crate::report::plain::plain;

/// Lines of a label and a value, with the values aligned.
#[derive(Default)]
pub(crate) struct LabelledLines(String);

impl LabelledLines {
    /// A single line.
    pub(crate) fn one(label: &str, value: &str) -> String {
        let mut lines = Self::default();
        lines.add(label, value);
        lines.into_text()
    }

    pub(crate) fn add(&mut self, label: &str, value: &str) {
        // File names and the like must not inject terminal escapes. Writing to a string does not
        // fail.
        let _ = writeln!(self.0, "{label:<14} {}", plain(value));
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}
