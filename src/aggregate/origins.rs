//! Where each answer comes from, in four bytes, and the machines that answers are inferred from.

use std::collections::HashMap;

use crate::domain::{
    answer::{Answer, Provenance},
    machine::MachineId,
};

/// Where an answer comes from, in four bytes, because there may be a million answers: a call, an earlier run,
/// a bulk source, or the index in [`Origins`] of the machine that it is inferred from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin(u32);

impl Origin {
    const CALLS: Self = Self(0);
    const KEPT: Self = Self(1);
    /// Inferred from an unknown machine.
    const UNKNOWN: Self = Self(2);
    const EXPORT: Self = Self(3);
    const HUNTING: Self = Self(4);
    /// The number for index 0.
    const FIRST_INDEX: u32 = 5;

    /// The machine with this index.
    fn at(index: usize) -> Self {
        let number = u32::try_from(index).ok();
        let number = number.and_then(|it| it.checked_add(Self::FIRST_INDEX));
        number.map_or(Self::UNKNOWN, Self)
    }

    fn index(self) -> Option<usize> {
        Some(self.0.checked_sub(Self::FIRST_INDEX)? as usize)
    }

    pub(super) const fn provenance(self) -> Provenance {
        match self {
            Self::CALLS => Provenance::Calls,
            Self::KEPT => Provenance::Kept,
            Self::EXPORT => Provenance::Export,
            Self::HUNTING => Provenance::Hunting,
            _ => Provenance::Inferred,
        }
    }
}

/// The machines that answers are inferred from, without duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<MachineId>);

impl Origins {
    pub(super) fn get(&self, origin: Origin) -> Option<MachineId> {
        self.0.get(origin.index()?).copied()
    }
}

/// Collects the origins while answers arrive.
#[derive(Debug, Default)]
pub(super) struct OriginCollector {
    origins_of: HashMap<MachineId, Origin>,
    found: Origins,
}

impl OriginCollector {
    /// Where an answer comes from.
    pub(super) fn origin(&mut self, answer: &Answer) -> Origin {
        match (answer.provenance(), answer.inferred_from) {
            (Provenance::Calls, _) => Origin::CALLS,
            (Provenance::Kept, _) => Origin::KEPT,
            (Provenance::Export, _) => Origin::EXPORT,
            (Provenance::Hunting, _) => Origin::HUNTING,
            (Provenance::Inferred, None) => Origin::UNKNOWN,
            (Provenance::Inferred, Some(machine)) => self.inferred_from(machine),
        }
    }

    fn inferred_from(&mut self, machine: MachineId) -> Origin {
        let found = &mut self.found.0;
        let origin = self.origins_of.entry(machine).or_insert_with(|| {
            found.push(machine);
            Origin::at(found.len() - 1)
        });
        *origin
    }

    /// The origins, sorted by id, so that nothing depends on the order of the answers.
    pub(super) fn finish(self) -> SortedOrigins {
        let Self {
            mut origins_of,
            found,
        } = self;
        let mut sorted = found.clone();
        sorted.0.sort_unstable();
        for (index, machine) in sorted.0.iter().enumerate() {
            origins_of.insert(*machine, Origin::at(index));
        }
        SortedOrigins {
            found,
            origins_of,
            sorted,
        }
    }
}

/// The origins in their final order.
pub(super) struct SortedOrigins {
    found: Origins,
    origins_of: HashMap<MachineId, Origin>,
    pub(super) sorted: Origins,
}

impl SortedOrigins {
    /// The final form of an origin that was collected.
    pub(super) fn renumbered(&self, collected: Origin) -> Origin {
        let machine = self.found.get(collected);
        let index = machine.and_then(|it| self.origins_of.get(&it).copied());
        index.unwrap_or(collected)
    }
}
