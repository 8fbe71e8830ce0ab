//! The coverage bar.

use super::{
    super::{paint::Paint, svg::Svg},
    scaled,
};
use crate::{
    domain::text::{share, thousands},
    report::view::coverage::StatusCount,
};

const SIZE: (f64, f64) = (1000.0, 24.0);

/// Draws a bar with these parts.
pub(in crate::report::page) fn bar(parts: &[StatusCount]) -> String {
    let whole = parts.iter().map(|part| part.machines).sum();
    let mut svg = Svg::stretched("coverage-bar", SIZE);
    svg.rect(Paint::Track, (0.0, 0.0), SIZE);
    let mut before = 0;
    let mut description = Vec::new();
    for part in parts {
        let at = (scaled(before, whole, SIZE.0), 0.0);
        let size = (scaled(part.machines, whole, SIZE.0), SIZE.1);
        svg.rect(part.status.into(), at, size);
        before += part.machines;
        description.push(format!(
            "{} {} ({})",
            thousands(part.machines),
            part.label,
            share(part.machines, whole)
        ));
    }
    svg.finish(
        "What became of the machines of the list",
        &description.join(", "),
    )
}
