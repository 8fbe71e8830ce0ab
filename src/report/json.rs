//! `summary.json`: the run's figures for other programs.

use std::io::{self, Write};

use serde::Serialize;

use super::{Report, Run, Tool, time::rfc3339};
use crate::{
    aggregate::Coverage,
    fetch::Requests,
    inventory::Inventory,
    outcome::{Ended, RunOutcome},
};

/// Goes up when a field changes its meaning or goes away, not when one is added.
const SCHEMA_VERSION: u32 = 1;

pub(super) struct Summary;

impl Report for Summary {
    fn file_name(&self) -> &'static str {
        "summary.json"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &Document::of(run))?;
        writeln!(out)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'run> {
    schema_version: u32,
    tool: Tool,
    tenant_id: Option<&'run str>,
    outcome: RunOutcome,
    ended: Option<Ended>,
    started_at: String,
    finished_at: String,
    api_url: &'run str,
    inventory: InventoryRows<'run>,
    machines: Machines,
    kbs: usize,
    gaps: u64,
    exposure: u64,
    requests: Requests,
    files: &'run [String],
}

#[derive(Serialize)]
struct InventoryRows<'run> {
    file: &'run str,
    #[serde(rename = "rows")]
    all: u64,
    machines: usize,
    duplicates: u64,
    invalid: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Machines {
    answered: u64,
    reused: u64,
    not_found: u64,
    failed: u64,
    pending: u64,
    with_gaps: u64,
    clean: u64,
}

impl<'run> Document<'run> {
    fn of(run: &Run<'run>) -> Self {
        let Run {
            inventory,
            fleet,
            facts,
            ..
        } = *run;
        Self {
            schema_version: SCHEMA_VERSION,
            tool: facts.tool,
            tenant_id: facts.tenant_id.as_deref(),
            outcome: facts.outcome,
            ended: facts.ended,
            started_at: rfc3339(facts.started_at),
            finished_at: rfc3339(facts.finished_at),
            api_url: &facts.api_url,
            inventory: inventory.into(),
            machines: fleet.coverage.into(),
            kbs: fleet.kbs.len(),
            gaps: fleet.gaps,
            exposure: fleet.exposure,
            requests: facts.requests,
            files: &facts.files,
        }
    }
}

impl<'run> From<&'run Inventory> for InventoryRows<'run> {
    fn from(inventory: &'run Inventory) -> Self {
        Self {
            file: &inventory.file,
            all: inventory.rows(),
            machines: inventory.machines.len(),
            duplicates: inventory.duplicates,
            invalid: inventory.rejected.len(),
        }
    }
}

impl From<Coverage> for Machines {
    fn from(coverage: Coverage) -> Self {
        Self {
            answered: coverage.answered,
            reused: coverage.reused,
            not_found: coverage.not_found,
            failed: coverage.failed,
            pending: coverage.pending,
            with_gaps: coverage.with_gaps,
            clean: coverage.clean,
        }
    }
}
