//! The column layout of a sheet.

use rust_xlsxwriter::{Format, FormatAlign};

use super::header::distinct;
use crate::{
    inventory::Inventory,
    report::table::{Column, Kind, Table},
};

/// The maximum number of inventory columns. A sheet holds 16,384 columns of any kind.
pub(super) const MOST_COLUMNS: usize = 16_000;

/// The additional width of a heading in characters, for the filter button and the bold type.
const HEADING_EXTRA: usize = 4;

/// The maximum width that a heading alone gives a column.
const WIDEST_HEADING: usize = 40;

/// The number format for date and time, independent of the locale.
pub(super) const TIME: &str = "yyyy-mm-dd hh:mm:ss";

/// The number format for a day.
const DATE: &str = "yyyy-mm-dd";

/// A column of a sheet.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) heading: String,
    /// The width in characters.
    pub(super) width: f64,
    kind: Kind,
    /// The colour of data bars, if the column has them.
    pub(super) bars: Option<u32>,
}

/// The columns of a sheet. The table's `Inventory` column expands to all columns of the inventory.
pub(super) fn layouts<T: Table>(columns: &[Column<T>], inventory: &Inventory) -> Vec<Layout> {
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
    let layouts = columns.iter().flat_map(|column| {
        let count = if column.kind == Kind::Inventory {
            listed
        } else {
            1
        };
        std::iter::repeat_n((column.kind, column.sheet), count)
    });
    let layouts = layouts.filter_map(|(kind, sheet)| Some((kind, sheet?)));
    let layouts = layouts
        .zip(headings)
        .map(|((kind, sheet), heading)| Layout {
            width: width(sheet.width, &heading),
            heading,
            kind,
            bars: sheet.bars,
        });
    layouts.collect()
}

/// The width of a column: of its values, but at least of its heading.
fn width(values: u32, heading: &str) -> f64 {
    let heading = (heading.chars().count() + HEADING_EXTRA).min(WIDEST_HEADING);
    u32::try_from(heading).unwrap_or(0).max(values).into()
}

impl Layout {
    /// The number format of its cells, if they need one.
    pub(super) fn format(&self) -> Option<Format> {
        let format = Format::new();
        match self.kind {
            Kind::Number => Some(format.set_num_format("#,##0_)")),
            Kind::Decimal => Some(format.set_num_format("0.0_)")),
            Kind::Probability => Some(format.set_num_format("0.00000_)")),
            Kind::Percent => Some(format.set_num_format("0.0%_)")),
            Kind::Date => Some(format.set_num_format(DATE).set_align(FormatAlign::Left)),
            Kind::Time => Some(format.set_num_format(TIME).set_align(FormatAlign::Left)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_values_and_headings() {
        for (values, heading, expected) in [
            (20, "Oldest gap since (UTC)", 26.0),
            (14, "Median days missing", 23.0),
            (40, "Products", 40.0),
            (13, "Prüfstück", 13.0),
            (22, &*"x".repeat(500), 40.0),
        ] {
            assert!((width(values, heading) - expected).abs() < 0.1, "{heading}");
        }
    }
}
