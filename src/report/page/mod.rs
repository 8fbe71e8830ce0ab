//! `report.html`: a self-contained page.
//!
//! The content at the top is rendered here as static HTML. The tables are also embedded as data, which a
//! small script sorts, filters and paginates. The page never sends a request.

mod assets;
mod charts;
mod data;
mod paint;
mod sections;
mod shown;
mod svg;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use askama::Template;

use self::assets::{Foot, Head};
use super::{Report, Run, table::MachineNames};
use crate::aggregate::{TopAction, TopActions};

/// The maximum number of gaps for which the page includes the (machine, KB) pairs. With more, it
/// would be too large to open: each pair takes one or two bytes.
const MOST_GAPS: u64 = 4_000_000;
/// The maximum number of machines, and of rows without an answer. The CSV files have all of them.
const MOST_ROWS: usize = 200_000;
/// The number of rows of each table that are readable without a script.
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
        Head::of(run).write_into(out)?;
        sections::write(&scene, out)?;
        data::write(&scene, out)?;
        Foot::default().write_into(out)
    }
}

/// The run, and data shared by several sections.
struct Scene<'run> {
    run: Run<'run>,
    names: MachineNames<'run>,
    top: &'run [TopAction<'run>],
}

impl Scene<'_> {
    /// Whether the page includes the (machine, KB) pairs.
    fn has_pairs(&self) -> bool {
        self.run.fleet.gaps <= MOST_GAPS
    }
}
