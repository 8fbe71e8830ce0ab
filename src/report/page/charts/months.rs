//! Missing KBs by release month.

use super::columns::{Column, description, draw};
use crate::{aggregate::Fleet, report::view::months::months as kbs_by_month};

/// Draws the chart. `None` if no KB is missing.
pub(in crate::report::page) fn months(fleet: &Fleet) -> Option<String> {
    if fleet.kbs.is_empty() {
        return None;
    }
    let months = kbs_by_month(fleet).into_iter();
    let columns: Vec<Column> = months
        .map(|month| Column {
            label: month.label,
            group: month.year.map_or_else(String::new, |year| year.to_string()),
            value: month.kbs,
        })
        .collect();
    let drawing = draw("months", &columns);
    Some(drawing.finish("Missing KBs by release month", &description(&columns)))
}
