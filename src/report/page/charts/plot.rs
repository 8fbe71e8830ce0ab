//! The area of a line chart, with a grid and the values of its axis.

use super::{
    super::{
        paint::Paint,
        svg::{Side, Svg},
    },
    scale::{label, ticks},
    scaled,
};

pub(super) const LEFT: f64 = 64.0;
pub(super) const RIGHT: f64 = 548.0;
pub(super) const TOP: f64 = 24.0;
pub(super) const BOTTOM: f64 = 190.0;

/// The vertical axis of a chart.
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
