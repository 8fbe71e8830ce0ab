//! `report.html`: one page that needs nothing but itself.
//!
//! What people read first is drawn here and stands in the page; the tables also lie in it as
//! data, which a small script sorts, filters and turns the pages of. Nothing is ever requested.

mod assets;
mod charts;
mod data;
mod paint;
mod sections;
mod shown;
mod svg;
#[cfg(test)]
mod tests;
mod write;

use std::io::{self, Write};

use self::{assets::Foot, write::write};
use super::{Report, Run, table::MachineNames};
use crate::aggregate::{TopAction, TopActions};

/// Above so many gaps a page that says which machine misses what would be too large to open: each takes
/// one byte or two.
const MOST_GAPS: u64 = 4_000_000;
/// Machines that the page lists, and rows without an answer; what follows is in the CSV files.
const MOST_ROWS: usize = 200_000;
/// Rows of each table that can be read without a script.
const FIRST_ROWS: usize = 50;

/// `report.html`.
pub(super) struct Page;

impl Report for Page {
    fn file_name(&self) -> &'static str {
        "report.html"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let scene = Scene {
            run: *run,
            names: MachineNames::of(run.inventory),
            top: &run.actions.first(TopActions::MOST)?,
        };
        write(&assets::Head::of(run), out)?;
        sections::write(&scene, out)?;
        data::write(&scene, out)?;
        write(&Foot::default(), out)
    }
}

/// The run, and what several sections need of it.
struct Scene<'run> {
    run: Run<'run>,
    names: MachineNames<'run>,
    top: &'run [TopAction<'run>],
}

impl Scene<'_> {
    /// Whether the page tells which machine misses what.
    fn has_pairs(&self) -> bool {
        self.run.fleet.gaps <= MOST_GAPS
    }
}
