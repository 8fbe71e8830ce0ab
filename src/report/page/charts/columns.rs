//! A column chart. Each column has its value on top and its label below.

use super::{
    super::{
        paint::Paint,
        svg::{Side, Svg},
    },
    scaled,
};
use crate::domain::text::thousands;

const WIDTH: f64 = 560.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 210.0;
const HEIGHT: f64 = 250.0;
/// With more columns than this, long labels do not all fit.
const ROOM: usize = 14;
const SHORT: usize = 3;

/// A column of the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) label: String,
    /// A second label line, for the group that starts with this column.
    pub(super) group: String,
    pub(super) value: u64,
}

pub(super) fn draw(name: &'static str, columns: &[Column]) -> Svg {
    let mut svg = Svg::new(name, (WIDTH, HEIGHT));
    let largest = columns.iter().map(|it| it.value).max().unwrap_or(0);
    let count = columns.len() as u64;
    let width = scaled(1, count, WIDTH);
    svg.line(Paint::Axis, &[(0.0, BOTTOM), (WIDTH, BOTTOM)]);
    for (place, column) in (0..).zip(columns) {
        let left = scaled(place, count, WIDTH);
        let height = scaled(column.value, largest, BOTTOM - TOP);
        let (bar, middle) = ((width * 0.8).min(64.0), left + width / 2.0);
        svg.rect(
            Paint::Bar,
            (middle - bar / 2.0, BOTTOM - height),
            (bar, height),
        );
        if column.value > 0 {
            svg.text(
                Side::Middle,
                (middle, BOTTOM - height - 6.0),
                &short(column.value),
            );
        }
        let has_room = columns.len() <= ROOM || column.label.len() <= SHORT;
        if has_room || place % 2 == 0 {
            svg.text(Side::Middle, (middle, BOTTOM + 16.0), &column.label);
        }
        if !column.group.is_empty() {
            svg.text(Side::Middle, (middle, BOTTOM + 32.0), &column.group);
        }
    }
    svg
}

/// The value in short form: `12k` for 12,345.
fn short(value: u64) -> String {
    match value {
        0..10_000 => thousands(value),
        10_000..10_000_000 => format!("{}k", thousands(value / 1_000)),
        _ => format!("{}M", thousands(value / 1_000_000)),
    }
}

/// A text description of all columns.
pub(super) fn description(columns: &[Column]) -> String {
    let columns = columns.iter().map(|it| {
        let group = if it.group.is_empty() { "" } else { " " };
        format!("{}{group}{}: {}", it.label, it.group, thousands(it.value))
    });
    columns.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_abbreviated() {
        for (value, expected) in [
            (0, "0"),
            (9_999, "9,999"),
            (12_345, "12k"),
            (9_999_999, "9,999k"),
            (12_345_678, "12M"),
        ] {
            assert_eq!(short(value), expected);
        }
    }
}
