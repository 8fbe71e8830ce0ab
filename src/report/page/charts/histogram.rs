//! The number of machines by number of gaps.

use super::columns::{Column, description, draw};
use crate::{aggregate::Fleet, report::view::spread};

/// Draws the chart. `None` if no machine has current data.
pub(in crate::report::page) fn histogram(fleet: &Fleet) -> Option<String> {
    let bins = spread::equal(fleet).into_iter();
    let columns: Vec<Column> = bins
        .map(|bin| Column {
            label: bin.label,
            group: String::new(),
            value: bin.machines,
        })
        .collect();
    let machines: u64 = columns.iter().map(|it| it.value).sum();
    let drawing = draw("histogram", &columns);
    (machines > 0).then(|| drawing.finish("Machines by number of gaps", &description(&columns)))
}
