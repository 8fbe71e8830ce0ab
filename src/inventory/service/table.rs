//! The machines of the service's list, packed.

use std::cmp::Ordering;

use super::Selection;
use crate::{
    domain::{listed_machine::ListedMachine, skip_reason::SkipReason},
    inventory::cells::Cells,
};

/// The columns of `patchgap machines`.
pub(super) const COLUMNS: [&str; 19] = [
    "machineId",
    "deviceName",
    "osPlatform",
    "version",
    "osBuild",
    "lastSeen",
    "firstSeen",
    "healthStatus",
    "onboardingStatus",
    "group",
    "tags",
    "exposureLevel",
    "riskScore",
    "deviceValue",
    "managedBy",
    "aadDeviceId",
    "excluded",
    "mergedInto",
    "skippedBecause",
];

/// The machines of the service's list, each with the reason why it is skipped, if it is.
#[derive(Debug)]
pub struct ServiceList {
    selection: Selection,
    cells: Cells,
    /// The kept rows of the table, in order.
    rows: Vec<usize>,
    /// The number of all rows of the table.
    recorded: usize,
}

impl ServiceList {
    /// The columns of a run's list, except the ids.
    pub fn columns() -> Vec<String> {
        let [_, columns @ .., _] = COLUMNS;
        columns.map(str::to_owned).into()
    }

    /// An empty list whose machines are requested by this selection.
    pub fn new(selection: Selection) -> Self {
        Self {
            selection,
            cells: Cells::new(COLUMNS.len()),
            rows: Vec::new(),
            recorded: 0,
        }
    }

    /// Adds a machine.
    pub fn push(&mut self, machine: &ListedMachine) {
        let reason = self.selection.reason(machine);
        self.cells.push(cells(machine, reason));
        self.rows.push(self.recorded);
        self.recorded += 1;
    }

    /// Keeps only the machines for whose number, counted from 0 in the order of adding, `is_kept`
    /// holds.
    pub fn retain(&mut self, is_kept: &dyn Fn(usize) -> bool) {
        self.rows.retain(|row| is_kept(*row));
    }

    /// Sorts the machines by name, then by id.
    pub fn sort(&mut self) {
        let cells = &self.cells;
        let key = |row: usize| {
            let mut row = cells.row(row);
            let id = row.next().unwrap_or_default();
            (row.next().unwrap_or_default(), id)
        };
        self.rows.sort_unstable_by(|one, other| {
            let order: Ordering = key(*one).cmp(&key(*other));
            order.then(one.cmp(other))
        });
    }

    /// The number of machines.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no machines.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The cells of the machine with this index.
    pub(super) fn row(&self, index: usize) -> impl Iterator<Item = &str> {
        let row = self.rows.get(index).copied().unwrap_or(usize::MAX);
        self.cells.row(row)
    }

    /// The reason why the machine with this index is skipped.
    pub fn skipped_because(&self, index: usize) -> Option<SkipReason> {
        self.row(index).last().and_then(SkipReason::of_cell)
    }
}

/// The cells of a machine, in the order of [`COLUMNS`]. An id is written in lower case, as everywhere.
fn cells(machine: &ListedMachine, reason: Option<SkipReason>) -> [String; COLUMNS.len()] {
    let text = |text: &String| text.clone();
    [
        machine.id.trim().to_ascii_lowercase(),
        text(&machine.name),
        text(&machine.os_platform),
        text(&machine.version),
        text(&machine.os_build),
        text(&machine.last_seen),
        text(&machine.first_seen),
        text(&machine.health_status),
        text(&machine.onboarding_status),
        text(&machine.group),
        machine.tags.join(";"),
        text(&machine.exposure_level),
        text(&machine.risk_score),
        text(&machine.device_value),
        text(&machine.managed_by),
        text(&machine.aad_device_id),
        machine.is_excluded.to_string(),
        machine.merged_into.trim().to_ascii_lowercase(),
        reason.map_or("", SkipReason::as_str).to_owned(),
    ]
}
