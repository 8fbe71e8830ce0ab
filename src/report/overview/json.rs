//! `summary.json` above the tenants' folders: the totals, and each tenant's status.

use std::{collections::BTreeMap, io};

use serde::Serialize;

use super::{
    FILES, Overview,
    row::{TenantRow, TenantStatus},
    totals::{ChangeTotals, KbTotal, TOP_KBS, Totals, kbs, with_status},
};
use crate::report::{Tool, time::rfc3339};

/// As in a tenant's `summary.json`: raised when a field is removed or changes its meaning.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'run> {
    schema_version: u32,
    tool: Tool,
    started_at: String,
    finished_at: String,
    /// The number of tenants by status.
    tenants: BTreeMap<&'static str, u64>,
    inventory: ListTotals,
    machines: Totals,
    kbs: usize,
    gaps: u64,
    exposure: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_exploited: Option<KnownExploited>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<ChangeTotals>,
    files: [&'static str; 3],
    rows: Vec<Row<'run>>,
    top_kbs: Vec<KbTotal<'run>>,
}

#[derive(Serialize)]
struct ListTotals {
    machines: u64,
}

#[derive(Serialize)]
struct KnownExploited {
    gaps: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'run> {
    tenant: &'run str,
    tenant_id: &'run str,
    status: TenantStatus,
    exit_code: u8,
    message: String,
    hint: Option<&'run str>,
    folder: Option<&'run str>,
}

impl<'run> From<&'run TenantRow> for Row<'run> {
    fn from(row: &'run TenantRow) -> Self {
        Self {
            tenant: &row.name,
            tenant_id: &row.tenant_id,
            status: row.status(),
            exit_code: row.exit_code as u8,
            message: row.message(),
            hint: row.hint.as_deref(),
            folder: row.digest.as_ref().map(|it| &*it.folder),
        }
    }
}

pub(super) fn render(overview: &Overview) -> io::Result<String> {
    let totals = Totals::of(overview);
    let kbs = kbs(overview);
    let statuses = TenantStatus::ALL.iter();
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::THIS,
        started_at: rfc3339(overview.started_at),
        finished_at: rfc3339(overview.finished_at),
        tenants: statuses
            .map(|status| (status.as_str(), with_status(overview, *status)))
            .collect(),
        inventory: ListTotals {
            machines: totals.machines,
        },
        machines: totals,
        kbs: kbs.len(),
        gaps: totals.gaps,
        exposure: totals.exposure,
        known_exploited: totals.known_exploited.map(|gaps| KnownExploited { gaps }),
        changes: totals.changes,
        files: FILES,
        rows: overview.rows.iter().map(Into::into).collect(),
        top_kbs: kbs.into_iter().take(TOP_KBS).collect(),
    };
    let text = serde_json::to_string_pretty(&document).map_err(io::Error::other)?;
    Ok(text + "\n")
}
