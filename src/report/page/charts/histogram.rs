//! The number of machines by number of gaps.

use super::columns::{Column, draw, told};
use crate::{aggregate::Fleet, report::view::spread::gaps_of_machines};

/// The maximum number of columns for machines with gaps.
const MOST_COLUMNS: u32 = 12;

/// Draws the chart. `None` if no machine has current data.
pub(in crate::report::page) fn histogram(fleet: &Fleet) -> Option<String> {
    let gaps: Vec<u32> = gaps_of_machines(fleet).collect();
    let columns = columns(fleet.coverage.clean, &gaps);
    let machines: u64 = columns.iter().map(|it| it.value).sum();
    let drawing = draw("histogram", &columns);
    (machines > 0).then(|| drawing.finish("Machines by number of gaps", &told(&columns)))
}

fn columns(clean: u64, gaps: &[u32]) -> Vec<Column> {
    let most = gaps.iter().copied().max().unwrap_or(0);
    let width = width(most);
    let mut columns = vec![column("0".to_owned(), clean)];
    for first in (1..=most).step_by(width as usize) {
        columns.push(column(label(first, width), 0));
    }
    for gaps in gaps {
        columns[(gaps - 1) as usize / width as usize + 1].value += 1;
    }
    columns
}

fn column(label: String, value: u64) -> Column {
    Column {
        label,
        group: String::new(),
        value,
    }
}

fn label(first: u32, width: u32) -> String {
    match width {
        1 => first.to_string(),
        _ => format!("{first}–{}", first.saturating_add(width - 1)),
    }
}

/// The number of values per column: 1, 2, 5, 10, 20, ...
fn width(most: u32) -> u32 {
    let decades = (0..9).map(|power| 10_u32.pow(power));
    let mut widths = decades.flat_map(|ten| [ten, 2 * ten, 5_u32.saturating_mul(ten)]);
    let fits = |width: &u32| most.div_ceil(*width) <= MOST_COLUMNS;
    widths.find(fits).unwrap_or(1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_widths_are_round_numbers() {
        for (most, expected) in [
            (0, 1),
            (12, 1),
            (13, 2),
            (60, 5),
            (61, 10),
            (1_000, 100),
            (u32::MAX, 500_000_000),
        ] {
            assert_eq!(width(most), expected, "{most}");
        }
    }

    #[test]
    fn every_machine_is_in_one_column() {
        let columns = columns(4, &[1, 1, 2, 3, 24]);
        assert_eq!(columns.iter().map(|it| it.value).sum::<u64>(), 9);
        let found = |label: &str| columns.iter().find(|it| it.label == label).unwrap().value;
        assert_eq!(
            (found("0"), found("1–2"), found("3–4"), found("23–24")),
            (4, 3, 1, 1)
        );
    }
}
