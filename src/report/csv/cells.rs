//! Writes cells to a CSV file.

use std::{
    fmt::{Display, Write as _},
    io::{self, Write},
    mem,
};

use csv::Writer;

use crate::{
    domain::csv_guard::guarded,
    inventory::Inventory,
    report::{
        Run,
        table::{Cell, Column, ColumnName, Table, header},
        time::rfc3339,
    },
};

/// A CSV writer that takes one cell at a time. Text from outside goes through the formula guard.
pub(super) struct Cells<'out> {
    writer: Writer<&'out mut dyn Write>,
    guard: bool,
    /// The current cell.
    cell: String,
}

impl<'out> Cells<'out> {
    pub(super) fn new(run: &Run<'_>, out: &'out mut dyn Write) -> Self {
        Self {
            writer: Writer::from_writer(out),
            guard: run.facts.csv_guard,
            cell: String::new(),
        }
    }

    pub(super) fn header<T: Table>(
        &mut self,
        columns: &[Column<T>],
        inventory: &Inventory,
    ) -> io::Result<()> {
        for name in header(columns, inventory) {
            match name {
                ColumnName::Ours(name) => self.writer.write_field(&*name)?,
                ColumnName::Listed(name) => self.foreign(name)?,
            }
        }
        self.end_row()
    }

    pub(super) fn row<'row, T: Table>(
        &mut self,
        columns: &[Column<T>],
        row: &'row T::Row<'row>,
    ) -> io::Result<()> {
        for column in columns {
            self.cell((column.value)(row))?;
        }
        self.end_row()
    }

    fn cell(&mut self, cell: Cell<'_>) -> io::Result<()> {
        match cell {
            Cell::Date(date) => self.ours(date),
            Cell::Empty => self.ours(""),
            Cell::Word(word) => self.ours(word),
            Cell::Flag(flag) => self.ours(flag),
            Cell::Machine(id) => self.ours(id),
            Cell::Number(number, _) => self.ours(number),
            Cell::Signed(number) => self.ours(number),
            Cell::Decimal(number) => self.ours(format_args!("{number:.1}")),
            Cell::Percent(share) => self.ours(format_args!("{:.1}", share.percent())),
            Cell::Probability(probability) => self.ours(probability),
            Cell::Time(time) => self.ours(rfc3339(time)),
            Cell::Foreign(text) | Cell::Link(text) => self.foreign(text),
            Cell::Kb(id, _) => self.foreign(id.as_str()),
            Cell::List(list) => self.list(list.iter()),
            Cell::Gaps(machine) => self.list(machine.gaps().map(|it| it.gap.id.as_str())),
            Cell::Inventory(names, position) => {
                let mut cells = names.inventory.row(position);
                cells.try_for_each(|cell| self.foreign(cell))
            }
        }
    }

    /// Writes a cell with a value that this program has generated.
    pub(super) fn ours(&mut self, value: impl Display) -> io::Result<()> {
        self.cell.clear();
        write!(self.cell, "{value}").map_err(io::Error::other)?;
        Ok(self.writer.write_field(&self.cell)?)
    }

    /// Writes a cell with text from outside.
    pub(super) fn foreign(&mut self, text: &str) -> io::Result<()> {
        if self.guard {
            Ok(self.writer.write_field(&*guarded(text))?)
        } else {
            Ok(self.writer.write_field(text)?)
        }
    }

    fn list<'text>(&mut self, texts: impl Iterator<Item = &'text str>) -> io::Result<()> {
        let mut list = mem::take(&mut self.cell);
        list.clear();
        for (at, text) in texts.enumerate() {
            list.extend((at > 0).then_some(';'));
            list.push_str(text);
        }
        let written = self.foreign(&list);
        self.cell = list;
        written
    }

    pub(super) fn end_row(&mut self) -> io::Result<()> {
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
