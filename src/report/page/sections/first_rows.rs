//! The rows of a table that are readable without a script.

use super::super::{
    FIRST_ROWS,
    shown::{Kb, text},
};
use crate::{
    inventory::Inventory,
    report::table::{Cell, Column, Kind, Table, Target, columns},
};

/// The headings and the first rows of a table.
pub(super) struct FirstRows {
    pub(super) columns: Vec<Heading>,
    pub(super) rows: Vec<Vec<Shown>>,
}

pub(super) struct Heading {
    pub(super) key: &'static str,
    pub(super) text: &'static str,
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
    pub(super) fn of<'row, T: Table>(inventory: &Inventory, rows: &'row [T::Row<'row>]) -> Self {
        let columns = columns::<T>(Target::Page, inventory);
        let rows = rows.iter().take(FIRST_ROWS).map(|row| {
            let cells = columns.iter().map(|column| Shown::of(column, row));
            cells.collect()
        });
        let rows = rows.collect();
        let headings = columns.iter().filter_map(|column| {
            Some(Heading {
                key: column.key,
                text: column.page?.heading,
                is_number: matches!(column.kind, Kind::Number | Kind::Percent),
            })
        });
        Self {
            columns: headings.collect(),
            rows,
        }
    }
}

impl Shown {
    fn of<'row, T: Table>(column: &Column<T>, row: &'row T::Row<'row>) -> Self {
        let usual = match column.kind {
            Kind::Kb => "kb",
            Kind::List | Kind::Text => "name",
            Kind::Machine => "id",
            Kind::Number | Kind::Percent => "num",
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
