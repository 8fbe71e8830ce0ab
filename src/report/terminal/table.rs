//! A table that fits the terminal: one line per row, with one flexible column.

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, Width, presets::NOTHING,
};

use super::super::plain::plain;

/// The number of spaces between two cells.
const GAP: u16 = 2;

/// The maximum width of all columns except the flexible one: a machine id has 40 characters.
const MAX_WIDTH: u16 = 40;

/// The minimum width of the flexible column.
const MIN_FLEXIBLE_WIDTH: u16 = 8;

/// The maximum terminal width. A larger reported width is not credible.
const MAX_TERMINAL_WIDTH: u16 = 1000;

/// A column of a table.
pub(crate) struct Column {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    GivesWay,
}

impl Column {
    /// A right-aligned column of numbers.
    pub(crate) fn number(name: &str) -> Self {
        Self::of(name, Kind::Number)
    }

    /// A left-aligned column of text.
    pub(crate) fn text(name: &str) -> Self {
        Self::of(name, Kind::Text)
    }

    /// A flexible column: its text is cut if the table is too wide.
    pub(crate) fn gives_way(name: &str) -> Self {
        Self::of(name, Kind::GivesWay)
    }

    fn of(name: &str, kind: Kind) -> Self {
        Self {
            name: beginning(name),
            kind,
        }
    }
}

/// The lines of a table. Makes every cell safe to print, whatever its source.
pub(crate) fn lines(columns: &[Column], rows: &[Vec<String>], width: u16) -> Vec<String> {
    let width = width.min(MAX_TERMINAL_WIDTH);
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_truncation_indicator("…")
        .set_header(one_line(columns.iter().map(|column| column.name.clone())));
    for row in rows {
        table.add_row(one_line(row.iter().map(|cell| beginning(cell))));
    }
    arrange(&mut table, columns, width);
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// The start of the text: one character more than a line can hold, so that the cut is visible.
fn beginning(text: &str) -> String {
    let most = usize::from(MAX_TERMINAL_WIDTH) + 1;
    plain(text).chars().take(most).collect()
}

fn one_line(cells: impl Iterator<Item = String>) -> Row {
    let mut row = Row::from(cells.collect::<Vec<_>>());
    row.max_height(1);
    row
}

fn arrange(table: &mut Table, columns: &[Column], width: u16) {
    let widths = widths(&table.column_max_content_widths(), columns, width);
    let total = widths.iter().map(|width| width + GAP).sum();
    table.set_width(total);
    let each = table.column_iter_mut().zip(columns).zip(widths);
    for ((arranged, column), width) in each {
        arranged.set_padding((0, GAP));
        arranged.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + GAP)));
        if column.kind == Kind::Number {
            arranged.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// The column widths: each fits its content, and the flexible column gets the remaining space.
fn widths(contents: &[u16], columns: &[Column], width: u16) -> Vec<u16> {
    let gives_way = |index: usize| columns[index].kind == Kind::GivesWay;
    let mut widths: Vec<u16> = contents.iter().map(|it| (*it).min(MAX_WIDTH)).collect();
    let gaps = u16::try_from(widths.len().saturating_sub(1)).unwrap_or(u16::MAX) * GAP;
    let others = (0..widths.len()).filter(|index| !gives_way(*index));
    let taken: u16 = others.map(|index| widths[index]).sum::<u16>() + gaps;
    let left = width.saturating_sub(taken).max(MIN_FLEXIBLE_WIDTH);
    for index in (0..widths.len()).filter(|index| gives_way(*index)) {
        widths[index] = contents[index].min(left);
    }
    widths
}
