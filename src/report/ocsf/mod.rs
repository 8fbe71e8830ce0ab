//! `findings.ocsf.ndjson`: every gap as a *Vulnerability Finding* of the Open Cybersecurity Schema
//! Framework, one per line, for SIEMs.
//!
//! - [`finding`]: the finding, with the names of the schema
//! - [`subject`]: the gap that it is about
//! - [`lifecycle`]: whether it is created, updated or closed
//! - [`vulnerability`]: the CVEs and the article of a finding
//!
//! First come the gaps of the run, by machine, then by KB, and then those that are closed, in the same order.

mod finding;
mod lifecycle;
mod subject;
#[cfg(test)]
mod tests;
mod vulnerability;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;

use self::{
    finding::Finding,
    lifecycle::{Activity, opened},
    subject::Subject,
};
use super::{
    Report, Run,
    html_safe::HtmlSafe,
    table::{Gaps, MachineNames},
};

/// The findings.
pub(super) struct Findings;

impl Report for Findings {
    fn file_name(&self) -> &'static str {
        "findings.ocsf.ndjson"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let names = MachineNames::of(run.inventory);
        let mut lines = Lines {
            out,
            line: Vec::new(),
        };
        open_findings(run, &names, &mut lines)?;
        closed_findings(run, &names, &mut lines)
    }
}

/// The gaps of the run.
fn open_findings(run: &Run<'_>, names: &MachineNames<'_>, lines: &mut Lines<'_>) -> io::Result<()> {
    let opened = opened(run)?;
    Gaps::for_each_machine(run, names, &mut |machine| {
        for gap in machine.lines() {
            let subject = Subject::of_gap(&gap);
            let activity = opened.activity(gap.machine.id, &gap.gap.id);
            lines.push(&Finding::new(run, &subject, activity))?;
        }
        Ok(())
    })
}

/// The gaps of the base that have been closed.
fn closed_findings(
    run: &Run<'_>,
    names: &MachineNames<'_>,
    lines: &mut Lines<'_>,
) -> io::Result<()> {
    let Some(past) = run.past else { return Ok(()) };
    past.for_each_change(&mut |change| {
        if !lifecycle::closes(change.change) {
            return Ok(());
        }
        let name = names.of_machine(change.machine);
        let subject = Subject::of_change(&change, name, &run.fleet.feeds);
        lines.push(&Finding::new(run, &subject, Activity::Close))
    })
}

/// JSON, one value per line. No text can end its line or start markup.
struct Lines<'out> {
    out: &'out mut dyn Write,
    line: Vec<u8>,
}

impl Lines<'_> {
    fn push(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        value.serialize(&mut Serializer::with_formatter(&mut self.line, HtmlSafe))?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }
}
