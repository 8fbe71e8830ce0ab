//! The coverage bar.

use super::{
    super::{paint::Paint, svg::Svg},
    scaled,
};
use crate::{domain::text::thousands, report::terminal::share};

const SIZE: (f64, f64) = (1000.0, 24.0);

/// A bar of these parts: the paint of each, what it is called, and its size.
pub(in crate::report::page) fn bar(parts: &[(Paint, &'static str, u64)]) -> String {
    let whole = parts.iter().map(|(_, _, count)| count).sum();
    let mut svg = Svg::stretched("coverage-bar", SIZE);
    svg.rect(Paint::Track, (0.0, 0.0), SIZE);
    let mut before = 0;
    let mut told = Vec::new();
    for &(paint, what, count) in parts {
        let at = (scaled(before, whole, SIZE.0), 0.0);
        svg.rect(paint, at, (scaled(count, whole, SIZE.0), SIZE.1));
        before += count;
        told.push(format!(
            "{} {what} ({})",
            thousands(count),
            share(count, whole)
        ));
    }
    svg.finish("What became of the machines of the list", &told.join(", "))
}
