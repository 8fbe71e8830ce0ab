//! The CSV files: RFC 4180, UTF-8, a header row, `\n`, and `;` between values of a list.

mod changes;
mod failures;
mod gaps;
mod guard;
mod kbs;
mod machines;

use std::{
    fmt::{Display, Write as _},
    io::{self, Write},
    mem,
};

use csv::Writer;

use self::guard::guarded;
use super::{Report, Run};

/// Every CSV report.
pub(super) fn reports() -> [Box<dyn Report>; 5] {
    [
        Box::new(kbs::Kbs),
        Box::new(machines::Machines),
        Box::new(gaps::Gaps),
        Box::new(failures::Failures),
        Box::new(changes::Changes),
    ]
}

/// `changes.csv` alone.
pub(super) fn changes() -> Box<dyn Report> {
    Box::new(changes::Changes)
}

/// A CSV file under construction, cell by cell. There are two kinds of cell, so that no
/// text from outside gets past the guard: [`Table::text`] and [`Table::own`].
struct Table<'out> {
    writer: Writer<&'out mut dyn Write>,
    guard: bool,
    /// The cell in hand.
    cell: String,
}

impl<'out> Table<'out> {
    fn new(run: &Run<'_>, out: &'out mut dyn Write) -> Self {
        Self {
            writer: Writer::from_writer(out),
            guard: run.facts.csv_guard,
            cell: String::new(),
        }
    }

    /// A row of our own words: a header.
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        Ok(self.writer.write_record(names)?)
    }

    /// A cell of ours: a number, a machine id, a word, a time.
    fn own(&mut self, value: impl Display) -> io::Result<()> {
        self.cell.clear();
        write!(self.cell, "{value}").map_err(io::Error::other)?;
        Ok(self.writer.write_field(&self.cell)?)
    }

    /// A cell of ours that may be empty.
    fn own_or_empty(&mut self, value: Option<impl Display>) -> io::Result<()> {
        match value {
            Some(value) => self.own(value),
            None => self.own(""),
        }
    }

    /// A cell from outside.
    fn text(&mut self, text: &str) -> io::Result<()> {
        if self.guard {
            Ok(self.writer.write_field(&*guarded(text))?)
        } else {
            Ok(self.writer.write_field(text)?)
        }
    }

    /// A cell from outside that may be empty.
    fn text_or_empty(&mut self, text: Option<&str>) -> io::Result<()> {
        self.text(text.unwrap_or_default())
    }

    /// A cell with a list from outside.
    fn list<'text>(&mut self, texts: impl IntoIterator<Item = &'text str>) -> io::Result<()> {
        let mut list = mem::take(&mut self.cell);
        list.clear();
        for (place, text) in texts.into_iter().enumerate() {
            list.extend((place > 0).then_some(';'));
            list.push_str(text);
        }
        let written = self.text(&list);
        self.cell = list;
        written
    }

    fn end_row(&mut self) -> io::Result<()> {
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
