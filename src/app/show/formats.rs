//! The answer of `patchgap show` as CSV and JSON.

use std::io;

use serde::Serialize;

use super::{facts::MachineFacts, find::Found, render::Shown, rows::GapRow};
use crate::domain::csv_guard::guarded;

/// The header of the CSV.
const HEADER: [&str; 8] = [
    "machineId",
    "machineName",
    "group",
    "kbId",
    "name",
    "cveAddressed",
    "since",
    "daysMissing",
];

/// The JSON object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'run> {
    run: i64,
    started_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kb_id: Option<&'run str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    of_machine: Option<MachineFacts<'run>>,
    gaps: &'run [GapRow],
}

/// CSV with a header. `guard` protects its cells from being run by a spreadsheet.
pub(super) fn csv(shown: &Shown<'_>, guard: bool) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for row in &shown.rows {
        let cell = |text: &str| {
            if guard {
                guarded(text).into_owned()
            } else {
                text.to_owned()
            }
        };
        writer.write_record([
            row.machine_id.clone(),
            cell(&row.machine_name),
            cell(&row.group),
            cell(&row.kb_id),
            cell(&row.name),
            row.cve_addressed.to_string(),
            format!("{:.0}", row.since),
            row.days_missing.to_string(),
        ])?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// A JSON object.
pub(super) fn json(shown: &Shown<'_>) -> io::Result<String> {
    let (kb_id, machine) = match shown.found {
        Found::Kb(kb) => (Some(kb.id.as_str()), None),
        Found::Machine(machine) => (None, Some(machine)),
    };
    let document = Document {
        run: shown.searched.run,
        started_at: format!("{:.0}", shown.searched.started_at),
        kb_id,
        machine_id: machine.map(|it| it.id.to_string()),
        status: machine.map(|it| it.status().as_str()),
        of_machine: machine.map(|it| shown.searched.facts(it)),
        gaps: &shown.rows,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
