//! An object that is written field by field, and its lists row by row: a fleet has more gaps
//! than fit into memory at once.

use std::io::{self, Write};

use serde::Serialize;

/// An object under construction.
pub(super) struct Object<'out> {
    out: &'out mut dyn Write,
    /// What stands before the next field.
    before: &'static str,
}

/// A list under construction.
pub(super) struct List<'out> {
    out: &'out mut dyn Write,
    is_empty: bool,
    /// The row in hand: it is handed on in one piece.
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

    /// A field with as many rows as `fill` pushes.
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

    /// The end, with the one line end of the file.
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
