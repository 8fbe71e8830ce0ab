//! Compares a list of machines with the service's own. Pure.

use std::io;

use jiff::Timestamp;

use super::table::COLUMNS;
use crate::{
    domain::{csv_guard::guarded, machine::MachineId, skip_reason::SkipReason},
    inventory::Inventory,
};

/// The result of comparing a list with the service's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListCheck {
    /// The lists were compared.
    Compared(Box<ListComparison>),
    /// Why there is no list from the service.
    Missing(String),
}

/// A list compared with the service's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListComparison {
    service: Inventory,
    /// The positions of the service's machines that the list lacks.
    unlisted: Vec<u32>,
    /// The machines of the list that the service does not list, by id.
    pub not_in_service: Vec<MachineId>,
    /// The machines of the list whose record was merged into another one, by id.
    pub merged: Vec<MergedMachine>,
}

/// A machine whose record was merged into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedMachine {
    /// The machine on the list.
    pub machine: MachineId,
    /// The machine whose record replaces it.
    pub into: String,
}

impl ListComparison {
    /// Compares a list with the service's.
    pub fn of(list: &Inventory, service: Inventory) -> Self {
        let listed = ids(list);
        let has = |id: MachineId| listed.binary_search(&id).is_ok();
        let positions = (0..).zip(&service.machines);
        let unlisted = positions.filter(|(_, machine)| !has(machine.id));
        let unlisted = unlisted.map(|(position, _)| position).collect();
        let in_service = ids(&service);
        let is_missing = |id: &MachineId| in_service.binary_search(id).is_err();
        Self {
            not_in_service: listed.iter().copied().filter(is_missing).collect(),
            merged: merged(&service, has),
            unlisted,
            service,
        }
    }

    /// When the service sent its list.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.service.fetched.as_ref().map(|it| it.as_of)
    }

    /// The number of machines that the service lists and the filters select.
    pub fn selected(&self) -> u64 {
        self.service.machines.len() as u64
    }

    /// The number of those that the list lacks.
    pub fn unlisted(&self) -> u64 {
        self.unlisted.len() as u64
    }

    /// Writes the machines that the list lacks, in the columns of `patchgap machines`. `guard` protects
    /// their cells from being run by a spreadsheet.
    pub fn write_unlisted(&self, guard: bool, out: &mut dyn io::Write) -> io::Result<()> {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record(COLUMNS)?;
        let columns = self.columns();
        for &position in &self.unlisted {
            let position = position as usize;
            let cells: Vec<&str> = self.service.row(position).collect();
            let id = self.service.machines[position].id.to_string();
            rows.write_field(id)?;
            for column in &columns {
                let cell = column.and_then(|at| cells.get(at).copied());
                let cell = cell.unwrap_or_default();
                if guard {
                    rows.write_field(&*guarded(cell))?;
                } else {
                    rows.write_field(cell)?;
                }
            }
            rows.write_record(None::<&[u8]>)?;
        }
        rows.flush()
    }

    /// The position of each column, except the ids, in the service's list.
    fn columns(&self) -> Vec<Option<usize>> {
        let columns = COLUMNS.iter().skip(1);
        columns.map(|name| column(&self.service, name)).collect()
    }
}

fn column(list: &Inventory, name: &str) -> Option<usize> {
    list.columns.iter().position(|column| column == name)
}

/// The ids of all machines of a list, sorted.
fn ids(list: &Inventory) -> Vec<MachineId> {
    let skipped = list.skipped.machines.iter().map(|it| &it.listed);
    let machines = list.machines.iter().chain(skipped);
    let mut ids: Vec<MachineId> = machines.map(|it| it.id).collect();
    ids.sort_unstable();
    ids
}

/// The machines for which `is_listed` holds and whose record was merged into another.
fn merged(service: &Inventory, is_listed: impl Fn(MachineId) -> bool) -> Vec<MergedMachine> {
    let column = column(service, "mergedInto");
    let skipped = service.skipped.machines.iter().enumerate();
    let merged = skipped.filter(|(_, it)| it.reason == SkipReason::Merged);
    let merged = merged.filter(|(_, it)| is_listed(it.listed.id));
    let mut merged: Vec<MergedMachine> = merged
        .map(|(position, it)| {
            let into = column.and_then(|at| service.skipped.cells.row(position).nth(at));
            MergedMachine {
                machine: it.listed.id,
                into: into.unwrap_or_default().to_owned(),
            }
        })
        .collect();
    merged.sort_unstable_by_key(|it| it.machine);
    merged
}

#[cfg(test)]
mod tests;
