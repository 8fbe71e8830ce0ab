//! Streams a JSON object field by field, and its lists row by row: the gaps of a fleet may not fit
//! into memory.

use std::io::{self, Write};

use serde::Serialize;

/// Writes a value that fits into memory, indented.
pub(super) fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Writes an object.
pub(super) struct Object<'out> {
    out: &'out mut dyn Write,
    /// The characters before the next field.
    before: &'static str,
}

/// Writes a list.
pub(super) struct List<'out> {
    out: &'out mut dyn Write,
    is_empty: bool,
    /// A buffer for the current row, so that each row is written in one piece.
    row: Vec<u8>,
}

impl<'out> Object<'out> {
    pub(super) fn new(out: &'out mut dyn Write) -> Self {
        Self { out, before: "{" }
    }

    pub(super) fn field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.name(name)?;
        Ok(serde_json::to_writer(&mut *self.out, value)?)
    }

    /// Writes a list field with the rows that `fill` pushes.
    pub(super) fn list(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut List<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.name(name)?;
        self.out.write_all(b"[")?;
        fill(&mut List {
            out: &mut *self.out,
            is_empty: true,
            row: Vec::new(),
        })?;
        self.out.write_all(b"]")
    }

    /// Closes the object and writes the final line end.
    pub(super) fn finish(self) -> io::Result<()> {
        self.out.write_all(b"}\n")
    }

    fn name(&mut self, name: &str) -> io::Result<()> {
        self.out.write_all(self.before.as_bytes())?;
        self.before = ",";
        serde_json::to_writer(&mut *self.out, name)?;
        self.out.write_all(b":")
    }
}

impl List<'_> {
    pub(super) fn push(&mut self, row: &impl Serialize) -> io::Result<()> {
        self.row.clear();
        if !self.is_empty {
            self.row.push(b',');
        }
        self.is_empty = false;
        serde_json::to_writer(&mut self.row, row)?;
        self.out.write_all(&self.row)
    }
}
