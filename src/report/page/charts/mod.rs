//! The page's charts, drawn as static SVG.

mod bar;
mod columns;
mod pareto;
mod plot;
mod releases;
mod trend;

pub(super) use self::{
    bar::bar,
    columns::{histogram, months},
    pareto::pareto,
    releases::releases,
    trend::trend,
};

/// The length scaled by `part / whole`.
fn scaled(part: u64, whole: u64, length: f64) -> f64 {
    crate::aggregate::percent(part, whole) / 100.0 * length
}
