//! How the columns of a sheet look.

use rust_xlsxwriter::{Format, FormatAlign};

use super::{header::distinct, listing::TIME};
use crate::{
    inventory::Inventory,
    report::table::{Column, Kind, Table},
};

/// Columns of the inventory that travel along: a sheet holds 16,384 columns of any kind.
pub(super) const MOST_COLUMNS: usize = 16_000;

/// A column of a sheet.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) heading: String,
    /// In characters.
    pub(super) width: f64,
    kind: Kind,
    /// The colour of bars in its cells.
    pub(super) bars: Option<u32>,
}

/// The columns of a sheet; the inventory's are one column of the table.
pub(super) fn looks<T: Table>(columns: &[Column<T>], inventory: &Inventory) -> Vec<Look> {
    let listed = inventory.columns.len().min(MOST_COLUMNS);
    let theirs = columns.iter().position(|it| it.kind == Kind::Inventory);
    let headings = columns
        .iter()
        .filter_map(|column| Some(column.sheet?.heading));
    let headings: Vec<&str> = headings.collect();
    let headings = match theirs {
        Some(at) => distinct(
            &headings[..at],
            &inventory.columns[..listed],
            &headings[at + 1..],
        ),
        None => distinct(&headings, &[], &[]),
    };
    let looks = columns.iter().flat_map(|column| {
        let count = if column.kind == Kind::Inventory {
            listed
        } else {
            1
        };
        std::iter::repeat_n((column.kind, column.sheet), count)
    });
    let looks = looks.filter_map(|(kind, sheet)| Some((kind, sheet?)));
    let looks = looks.zip(headings).map(|((kind, sheet), heading)| Look {
        heading,
        width: sheet.width.into(),
        kind,
        bars: sheet.bars,
    });
    looks.collect()
}

impl Look {
    /// How its cells look, where that is not as usual.
    pub(super) fn format(&self) -> Option<Format> {
        let format = Format::new();
        match self.kind {
            Kind::Number => Some(format.set_num_format("#,##0_)")),
            Kind::Percent => Some(format.set_num_format("0.0%_)")),
            Kind::Time => Some(format.set_num_format(TIME).set_align(FormatAlign::Left)),
            _ => None,
        }
    }
}
