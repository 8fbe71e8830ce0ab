//! The area of a line chart, with a grid and the values of its axis.

use super::{
    super::{
        paint::Paint,
        svg::{Side, Svg},
    },
    scaled,
};
use crate::{domain::text::thousands, report::view::histogram::round_step};

pub(super) const LEFT: f64 = 64.0;
pub(super) const RIGHT: f64 = 548.0;
pub(super) const TOP: f64 = 24.0;
pub(super) const BOTTOM: f64 = 190.0;

/// The maximum number of values above zero on an axis.
const MOST: u64 = 5;

/// The vertical axis of a chart: round numbers from zero on.
pub(super) struct Axis {
    ticks: Vec<u64>,
}

impl Axis {
    /// An axis from zero to at least the largest value.
    pub(super) fn up_to(largest: u64) -> Self {
        Self {
            ticks: ticks(largest),
        }
    }

    fn end(&self) -> u64 {
        self.ticks.last().copied().unwrap_or(1)
    }

    /// The vertical position of a value.
    pub(super) fn place(&self, value: u64) -> f64 {
        BOTTOM - scaled(value, self.end(), BOTTOM - TOP)
    }

    /// Draws the grid, with the values and their unit at its left.
    pub(super) fn draw(&self, svg: &mut Svg, unit: &str) {
        for value in &self.ticks {
            let y = self.place(*value);
            let paint = if *value == 0 {
                Paint::Axis
            } else {
                Paint::Grid
            };
            svg.line(paint, &[(LEFT, y), (RIGHT, y)]);
            let text = format!("{}{unit}", label(*value, self.end()));
            svg.text(Side::Left, (LEFT - 8.0, y + 4.0), &text);
        }
    }
}

/// The horizontal position of a part of the whole width.
pub(super) fn across(part: u64, whole: u64) -> f64 {
    LEFT + scaled(part, whole, RIGHT - LEFT)
}

/// Draws a vertical line.
pub(super) fn mark(svg: &mut Svg, x: f64) {
    svg.line(Paint::PatchTuesday, &[(x, TOP), (x, BOTTOM)]);
}

/// Round values from 0 to at least the largest: `0, 20, 40, 60` for 57.
fn ticks(largest: u64) -> Vec<u64> {
    let step = round_step(largest.max(1), MOST);
    let count = largest.max(1).div_ceil(step);
    (0..=count).map(|it| it.saturating_mul(step)).collect()
}

/// A value of an axis that ends at `end`, short enough to fit beside it: `0.5M` of 2,500,000.
fn label(value: u64, end: u64) -> String {
    let (unit, letter) = match end {
        0..1_000_000 => return thousands(value),
        1_000_000..1_000_000_000 => (1_000_000, "M"),
        _ => (1_000_000_000, "B"),
    };
    let tenths = value % unit / (unit / 10);
    match (value, tenths) {
        (0, _) => "0".to_owned(),
        (_, 0) => format!("{}{letter}", thousands(value / unit)),
        _ => format!("{}.{tenths}{letter}", thousands(value / unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_largest() {
        for (largest, expected) in [
            (0, vec![0, 1]),
            (1, vec![0, 1]),
            (5, vec![0, 1, 2, 3, 4, 5]),
            (57, vec![0, 20, 40, 60]),
            (100, vec![0, 20, 40, 60, 80, 100]),
            (86_020, vec![0, 20_000, 40_000, 60_000, 80_000, 100_000]),
        ] {
            assert_eq!(ticks(largest), expected, "{largest}");
        }
        assert!(ticks(u64::MAX).last() >= Some(&(u64::MAX / 2)));
    }

    #[test]
    fn labels_are_short_and_say_the_value() {
        for (largest, expected) in [
            (57, "0 20 40 60"),
            (999_999, "0 0.2M 0.4M 0.6M 0.8M 1M"),
            (500_000, "0 100,000 200,000 300,000 400,000 500,000"),
            (1_900_000, "0 0.5M 1M 1.5M 2M"),
            (2_036_343, "0 0.5M 1M 1.5M 2M 2.5M"),
            (600_000_000, "0 200M 400M 600M"),
            (999_999_999_999, "0 200B 400B 600B 800B 1,000B"),
        ] {
            let ticks = ticks(largest);
            let end = ticks.last().copied().unwrap();
            let labels: Vec<String> = ticks.iter().map(|it| label(*it, end)).collect();
            assert_eq!(labels.join(" "), expected, "{largest}");
            assert!(labels.iter().all(|it| it.len() <= 7), "{labels:?}");
        }
    }
}
