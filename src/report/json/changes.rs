//! The changes alone, with the counts of the summary.

use std::io::{self, Write};

use super::document::ChangeCounts;
use crate::report::{Report, Run};

pub(in crate::report) struct Changes;

impl Report for Changes {
    fn file_name(&self) -> &'static str {
        "changes.json"
    }

    fn needs_base(&self) -> bool {
        true
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let changes = run.past.map(|past| ChangeCounts::from(past.changes));
        serde_json::to_writer_pretty(&mut *out, &changes)?;
        writeln!(out)
    }
}
