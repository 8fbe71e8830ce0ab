//! The column charts. Each column has its value on top and its label below.

use super::{
    super::{
        paint::Paint,
        svg::{Side, Svg},
    },
    scaled,
};
use crate::{
    aggregate::Fleet,
    domain::text::{counted, thousands},
    report::view::{
        histogram::{self, Bar},
        months,
    },
};

const WIDTH: f64 = 560.0;
/// Space at both sides, for the values of the first and the last column.
const MARGIN: f64 = 8.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 210.0;
const HEIGHT: f64 = 250.0;
/// With more columns than this, long labels do not all fit.
const MAX_FULL_LABELS: usize = 14;
const SHORT: usize = 3;

/// Draws the machines by number of gaps. `None` if no machine has current data.
pub(in crate::report::page) fn histogram(fleet: &Fleet) -> Option<String> {
    let bars = histogram::equal(fleet);
    let is_empty = bars.iter().all(|it| it.count == 0);
    (!is_empty).then(|| draw("histogram", "Machines by number of gaps", &bars))
}

/// Draws the machines by their oldest missing month. `None` if no KB is missing.
pub(in crate::report::page) fn months(fleet: &Fleet) -> Option<String> {
    let bars = months::months(fleet);
    (!fleet.kbs.is_empty()).then(|| draw("months", "Machines by their oldest missing month", &bars))
}

fn draw(name: &'static str, title: &str, columns: &[Bar]) -> String {
    let mut svg = Svg::new(name, (WIDTH, HEIGHT));
    let largest = columns.iter().map(|it| it.count).max().unwrap_or(0);
    let count = columns.len() as u64;
    let width = scaled(1, count, WIDTH - 2.0 * MARGIN);
    svg.line(Paint::Axis, &[(0.0, BOTTOM), (WIDTH, BOTTOM)]);
    for (place, column) in (0..).zip(columns) {
        let left = MARGIN + scaled(place, count, WIDTH - 2.0 * MARGIN);
        let height = scaled(column.count, largest, BOTTOM - TOP);
        let (bar, middle) = ((width * 0.8).min(64.0), left + width / 2.0);
        svg.titled_rect(
            Paint::Bar,
            (middle - bar / 2.0, BOTTOM - height),
            (bar, height),
            &words(column),
        );
        if column.count > 0 {
            svg.text(
                Side::Middle,
                (middle, BOTTOM - height - 6.0),
                &short(column.count),
            );
        }
        let has_room = columns.len() <= MAX_FULL_LABELS || column.label.len() <= SHORT;
        if has_room || place % 2 == 0 {
            svg.text(Side::Middle, (middle, BOTTOM + 16.0), &column.label);
        }
        if let Some(year) = column.year {
            svg.text(Side::Middle, (middle, BOTTOM + 32.0), &year.to_string());
        }
    }
    svg.finish(title, &description(columns))
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
fn description(columns: &[Bar]) -> String {
    let columns = columns.iter().map(words);
    columns.collect::<Vec<_>>().join(", ")
}

fn words(column: &Bar) -> String {
    let year = column.year.map(|year| format!(" {year}"));
    let year = year.unwrap_or_default();
    let machines = counted(column.count, "machine", "machines");
    format!("{}{year}: {machines}", column.label)
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
