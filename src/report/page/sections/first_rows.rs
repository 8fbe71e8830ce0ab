//! The rows of a table that are readable without a script.

use super::super::{
    FIRST_ROWS,
    list_columns::ListColumn,
    shown::{Kb, text},
};
use crate::report::{
    Run,
    table::{Cell, Column, Kind, Scope, Table, Target, columns},
};

/// The headings and the first rows of a table.
pub(super) struct FirstRows {
    pub(super) columns: Vec<Heading>,
    pub(super) rows: Vec<Vec<Shown>>,
}

pub(super) struct Heading {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) is_number: bool,
}

/// A cell. The template escapes its text.
pub(super) struct Shown {
    pub(super) class: &'static str,
    /// Whether the text may have right-to-left direction.
    pub(super) is_foreign: bool,
    pub(super) kb: Option<Kb>,
    pub(super) text: String,
}

impl FirstRows {
    pub(super) fn of<'row, T: Table>(run: &Run<'_>, rows: &'row [T::Row<'row>]) -> Self {
        let columns = columns::<T>(Target::Page, Scope::of(run));
        let rows = rows.iter().take(FIRST_ROWS).map(|row| {
            let cells = columns.iter().map(|column| Shown::of(column, row));
            cells.collect()
        });
        let rows = rows.collect();
        let headings = columns.iter().filter_map(|column| {
            Some(Heading {
                key: column.key.to_owned(),
                text: column.page?.heading.to_owned(),
                is_number: column.kind.is_number(),
            })
        });
        Self {
            columns: headings.collect(),
            rows,
        }
    }

    /// Adds the columns of the list that the table of machines shows, before the status.
    pub(super) fn with_list_columns(mut self, columns: &[ListColumn]) -> Self {
        let status = self.columns.iter().position(|it| it.key == "status");
        let at = status.unwrap_or(self.columns.len());
        let shown = || columns.iter().enumerate().filter(|it| it.1.is_shown);
        let headings = shown().map(|(number, column)| Heading {
            key: format!("list{number}"),
            text: column.name.clone(),
            is_number: false,
        });
        self.columns.splice(at..at, headings);
        for (machine, row) in self.rows.iter_mut().enumerate() {
            let cells = shown().map(|it| Shown::of_list(it.1.value(machine)));
            row.splice(at..at, cells);
        }
        self
    }
}

impl Shown {
    /// A cell of a column of the list.
    fn of_list(value: &str) -> Self {
        Self {
            class: "listed",
            is_foreign: true,
            kb: None,
            text: value.to_owned(),
        }
    }

    fn of<'row, T: Table>(column: &Column<T>, row: &'row T::Row<'row>) -> Self {
        let usual = match column.kind {
            Kind::Kb => "kb",
            Kind::List | Kind::Text => "name",
            Kind::Machine => "id",
            kind if kind.is_number() => "num",
            Kind::Date | Kind::Time => "time",
            _ => "",
        };
        let cell = (column.value)(row);
        let kb = match cell {
            Cell::Kb(id, url) => Some(Kb::new(id, url)),
            _ => None,
        };
        Self {
            class: column.page.and_then(|it| it.class).unwrap_or(usual),
            is_foreign: matches!(column.kind, Kind::List | Kind::Text | Kind::Link),
            kb,
            text: cell.for_people(text),
        }
    }
}
