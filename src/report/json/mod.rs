//! The JSON reports: `summary.json` and `changes.json` for people and programs, and `report.json`, the
//! complete run on one line.
//!
//! - [`document`]: the figures of a run, which `summary.json` and `report.json` share
//! - [`changes`]: what changed since an earlier run
//! - [`whole`]: `report.json`, streamed by [`stream`], with the rows of tables ([`rows`]) and of other lists ([`lists`])
//! - [`columns`]: unique keys for the inventory's columns

mod changes;
mod columns;
mod document;
mod lists;
mod rows;
mod stream;
mod whole;

use std::io::{self, Write};

pub(super) use self::{changes::ChangesJson, whole::Whole};
use self::{document::Document, stream::pretty};
use super::{Report, Run};

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
