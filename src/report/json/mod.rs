//! The JSON reports: `summary.json` and `changes.json` for people and programs, and `report.json`, the
//! complete run on one line.
//!
//! - [`document`]: the figures of a run, which `summary.json` and `report.json` share
//! - [`whole`]: `report.json`, streamed by [`stream`], with the rows of [`rows`]
//! - [`columns`]: unique keys for the inventory's columns

mod columns;
mod document;
mod releases;
mod rows;
mod stream;
mod whole;

use std::io::{self, Write};

use serde::Serialize;

use self::document::{ChangeCounts, Document};
pub(super) use self::whole::Whole;
use super::{Extras, Report, Run};

/// `summary.json`: the run's figures.
pub(super) struct Summary;

impl Report for Summary {
    fn file_name(&self) -> &'static str {
        "summary.json"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        pretty(&Document::of(run), out)
    }
}

/// `changes.json`: the changes alone, with the counts of the summary.
pub(super) struct Changes;

impl Report for Changes {
    fn file_name(&self) -> &'static str {
        "changes.json"
    }

    fn is_written(&self, extras: Extras) -> bool {
        extras.base
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        pretty(&run.past.map(|past| ChangeCounts::from(past.changes)), out)
    }
}

fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
