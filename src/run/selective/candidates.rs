//! What is known about each machine of a run before the first call.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::{
    collect::selective::{Candidate, LastAnswer},
    domain::{machine::MachineId, software::SoftwareInventory},
    inventory::{Inventory, is_silent},
    store::MachineAtStart,
};

/// The data from which the candidates of a run are derived.
pub(super) struct CandidateData<'run> {
    pub(super) list: &'run Inventory,
    pub(super) software: &'run SoftwareInventory,
    /// The machines of the list that the service's own list lacks, sorted.
    pub(super) gone: &'run [MachineId],
    /// The machines that the service names as changed, if they were requested.
    pub(super) named: Option<&'run HashSet<MachineId, RandomState>>,
    /// The machines without current data at the last run.
    pub(super) silent_at_last_run: &'run HashSet<MachineId>,
    pub(super) now: Timestamp,
}

impl CandidateData<'_> {
    /// A candidate for each machine of the list, in its order, given its last answer.
    pub(super) fn candidates<'machine>(
        &self,
        machines: impl IntoIterator<Item = &'machine MachineAtStart>,
        last: impl Fn(MachineId) -> Option<LastAnswer>,
    ) -> Vec<Candidate> {
        let column = self.list.last_seen_column();
        let last_seen = column.zip(self.list.last_seen(self.now));
        let seen = |position| {
            let (column, last_seen) = last_seen?;
            last_seen.read(self.list.cells.row(position).nth(column)?)
        };
        let machines = machines.into_iter().enumerate();
        let candidates = machines.map(|(position, it)| {
            let last_seen = seen(position);
            Candidate {
                machine: it.machine,
                last_seen,
                software: self.software_of(it.machine),
                last: last(it.machine),
                named: self.named.is_some_and(|named| named.contains(&it.machine)),
                came_back: it.failed_at.is_some() || self.came_back(it.machine, last_seen),
            }
        });
        candidates.collect()
    }

    /// The index of a machine's software set; `None` if the service no longer lists the machine,
    /// which is then requested.
    fn software_of(&self, machine: MachineId) -> Option<u32> {
        let is_gone = self.gone.binary_search(&machine).is_ok();
        self.software.set_of(machine).filter(|_| !is_gone)
    }

    fn came_back(&self, machine: MachineId, last_seen: Option<Timestamp>) -> bool {
        let is_silent = last_seen.is_some_and(|seen| is_silent(seen, self.now));
        !is_silent && self.silent_at_last_run.contains(&machine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::software::SoftwareSet,
        inventory::{Cells, InventoryMachine},
        store::MachineState,
    };

    fn machine(number: u8) -> MachineId {
        MachineId::from_bytes([number; 20])
    }

    fn progress(number: u8) -> MachineAtStart {
        MachineAtStart {
            machine: machine(number),
            number: number.into(),
            last_answered: None,
            failed_at: None,
            state: MachineState::Unrequested,
        }
    }

    #[test]
    fn machines_that_are_gone_or_came_back_are_recognised() {
        let now: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
        let row = |number| InventoryMachine {
            id: machine(number),
            line: number.into(),
        };
        let list = Inventory {
            machines: [1, 2, 3, 4, 5, 6].map(row).into(),
            columns: vec!["lastSeen".to_owned()],
            cells: Cells::from_iter([
                ["2026-11-29"],
                ["2026-11-29"],
                ["2026-10-29"],
                [""],
                ["2026-11-29"],
                ["2026-11-29"],
            ]),
            ..Inventory::default()
        };
        let software = SoftwareInventory {
            sets: vec![SoftwareSet::default()],
            machines: [1, 2, 3, 4, 5].map(|it| (machine(it), 0)).into(),
            ..SoftwareInventory::default()
        };
        let data = CandidateData {
            list: &list,
            software: &software,
            gone: &[machine(5)],
            named: None,
            silent_at_last_run: &[2, 3, 4].map(machine).into(),
            now,
        };
        let mut machines = [1, 2, 3, 4, 5, 6].map(progress);
        machines[0].failed_at = Some(now);
        let candidates = data.candidates(&machines, |_| None);
        let came_back = candidates.iter().map(|it| it.came_back);
        let expected = [true, true, false, true, false, false];
        assert_eq!(came_back.collect::<Vec<_>>(), expected);
        let software = candidates.iter().map(|it| it.software.is_some());
        let expected = [true, true, true, true, false, false];
        assert_eq!(software.collect::<Vec<_>>(), expected);
    }
}
