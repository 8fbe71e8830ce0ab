//! `summary.json`: the run's figures for other programs.

use std::io::{self, Write};

use super::document::Document;
use crate::report::{Report, Run};

pub(in crate::report) struct Summary;

impl Report for Summary {
    fn file_name(&self) -> &'static str {
        "summary.json"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &Document::of(run))?;
        writeln!(out)
    }
}
