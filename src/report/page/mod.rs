//! `report.html`: a self-contained page.
//!
//! The content at the top is rendered here as static HTML. The tables are also embedded as data, which a
//! small script sorts, filters and paginates. The page never sends a request.
//!
//! - `sections/`: the sections, with their templates; `charts/`: the drawings, which `svg` writes in the colours of `paint`
//! - `data/`: the tables as data for the script; `list_columns`: the columns of the list among them
//! - `assets`: style, script, and the policy that forbids all others; `shown`: text and URLs from outside

mod assets;
mod charts;
mod data;
mod list_columns;
mod paint;
mod sections;
mod shown;
mod svg;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

pub(super) use self::assets::{STYLE, hash};
use askama::Template;

use self::{
    assets::{Foot, Head},
    list_columns::{ListColumn, list_columns},
};
use super::{
    Report, Run,
    table::MachineNames,
    view::{facts::PAGE_FILE, headline::first_updates},
};
use crate::aggregate::{KbRow, TopAction};

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
        PAGE_FILE
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let top = run.fleet.top_actions(TopAction::MAX_SHOWN);
        let scene = Scene::of(run, &top);
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
    list_columns: Vec<ListColumn>,
}

impl<'run> Scene<'run> {
    fn of(run: &Run<'run>, top: &'run [TopAction<'run>]) -> Self {
        let names = MachineNames::of(run.inventory);
        Self {
            run: *run,
            list_columns: list_columns(run, &names, MOST_ROWS),
            names,
            top,
        }
    }

    /// The index of a KB in the page's data.
    fn place_of(&self, kb: &KbRow) -> usize {
        let mut kbs = self.run.fleet.kbs.iter();
        kbs.position(|it| it.id == kb.id).unwrap_or_default()
    }

    /// The number of updates that the headline says to install first.
    fn first_updates(&self) -> usize {
        first_updates(self.top, self.run.fleet)
    }

    /// Whether the page includes the (machine, KB) pairs.
    fn has_pairs(&self) -> bool {
        self.run.fleet.gaps <= MOST_GAPS
    }
}
