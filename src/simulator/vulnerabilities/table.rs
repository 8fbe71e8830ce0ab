//! The rows of every machine.

use super::{
    device::Device,
    extra,
    finding::{Findings, Software},
    form::Form,
    gaps, without_kb,
};
use crate::{
    domain::machine::MachineId,
    simulator::{
        bulk::JsonRows,
        chance::chance,
        faults::Faults,
        fleet::{Fleet, SimulatedMachine},
        listing::{Entry, Listing},
    },
};

/// Of the machines without gaps, one in this number has no row at all.
const WITHOUT_ROWS_EVERY: u32 = 4;

/// The data that all rows of the tenant depend on.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulator) struct Vulnerabilities<'a> {
    pub(in crate::simulator) seed: u64,
    pub(in crate::simulator) nights: u32,
    pub(in crate::simulator) fleet: &'a Fleet,
    pub(in crate::simulator) listing: &'a Listing,
    pub(in crate::simulator) faults: &'a Faults,
}

/// All findings of one machine.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct MachineRows {
    pub(in crate::simulator) device: Device,
    pub(in crate::simulator) findings: Vec<Findings>,
}

impl Vulnerabilities<'_> {
    /// The written rows of a machine.
    pub(in crate::simulator) fn rows(&self, entry: Entry, form: &Form) -> JsonRows {
        let mut rows = JsonRows::default();
        if let Some(machine) = self.machine(entry) {
            for findings in &machine.findings {
                form.write(&machine.device, findings, &mut rows);
                self.write_bad_id(&machine.device, findings, form, &mut rows);
            }
        }
        rows
    }

    /// All findings of a machine: always the same, in the same order. `None` for machines without rows: gone,
    /// merged, excluded, silent.
    pub(in crate::simulator) fn machine(&self, entry: Entry) -> Option<MachineRows> {
        let rows = match entry {
            Entry::Member(number) => self.member(number),
            Entry::Extra(_) => {
                let record = self.listing.record(self.fleet, entry);
                let findings = extra::findings(&record);
                let device = Device::listed(record);
                MachineRows { device, findings }
            }
            Entry::Twice(_) | Entry::BadId(_) => return None,
        };
        Some(rows).filter(|rows| !rows.findings.is_empty())
    }

    /// The id at an entry that is a machine of the fleet.
    pub(in crate::simulator) fn member_id(&self, entry: Entry) -> Option<MachineId> {
        let Entry::Member(number) = entry else {
            return None;
        };
        let machine = self.fleet.machines().get(number as usize)?;
        Some(machine.id)
    }

    /// All findings of the machine with this index in the fleet.
    pub(super) fn member(&self, number: u32) -> MachineRows {
        let machine = &self.fleet.machines()[number as usize];
        let record = self.listing.record(self.fleet, Entry::Member(number));
        let mut findings = Vec::new();
        if !self.is_without_rows(machine) {
            findings = gaps::findings(self.fleet, machine);
            findings.extend(without_kb::findings(self.seed, self.nights, machine));
        }
        let device = Device::member(machine, record);
        MachineRows { device, findings }
    }

    fn is_without_rows(&self, machine: &SimulatedMachine) -> bool {
        let mut random = chance(self.seed, "no rows", &machine.id.to_string(), 0);
        let clean = machine.missing.is_empty() && !machine.is_out_of_support();
        let silent = clean && random.u32(..WITHOUT_ROWS_EVERY) == 0;
        silent || self.faults.is_gone(self.seed, machine.id)
    }

    /// For some machines, adds the rows again with an invalid id.
    fn write_bad_id(&self, device: &Device, findings: &Findings, form: &Form, rows: &mut JsonRows) {
        let share = self.faults.export.bad_ids;
        if share == 0.0 {
            return;
        }
        let Software { name, version, .. } = &findings.software;
        let key = format!("{}-{name}-{version}", device.id);
        if chance(self.seed, "bad ids", &key, 0).f64() < share {
            let device = device.with_id(format!("{}-{name}", device.id));
            form.write(&device, findings, rows);
        }
    }
}
