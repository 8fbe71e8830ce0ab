//! The machines that answers are inferred from, each once.

use std::{collections::HashMap, num::NonZeroU32};

use crate::domain::machine::MachineId;

/// The machine that an answer is inferred from: its place in [`Origins`], counted from 1. It takes a
/// fifth of the memory of a machine id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin(NonZeroU32);

/// The machines that answers are inferred from, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<MachineId>);

impl Origins {
    pub(super) fn get(&self, origin: Origin) -> Option<MachineId> {
        self.0.get(origin.0.get() as usize - 1).copied()
    }
}

/// Collects the origins while answers arrive.
#[derive(Debug, Default)]
pub(super) struct OriginCollector {
    places: HashMap<MachineId, Origin>,
    found: Origins,
}

impl OriginCollector {
    /// The origin of this machine's answer; `None` if there are too many.
    pub(super) fn origin(&mut self, machine: MachineId) -> Option<Origin> {
        if let Some(known) = self.places.get(&machine) {
            return Some(*known);
        }
        let number = u32::try_from(self.found.0.len() + 1).ok()?;
        let origin = Origin(NonZeroU32::new(number)?);
        self.found.0.push(machine);
        self.places.insert(machine, origin);
        Some(origin)
    }

    /// The origins, sorted by id, so that nothing depends on the order of the answers.
    pub(super) fn finish(self) -> SortedOrigins {
        let Self { mut places, found } = self;
        let mut sorted = found.clone();
        sorted.0.sort_unstable();
        let numbers = (1..).map_while(NonZeroU32::new).map(Origin);
        for (machine, origin) in sorted.0.iter().zip(numbers) {
            places.insert(*machine, origin);
        }
        SortedOrigins {
            found,
            places,
            sorted,
        }
    }
}

/// The origins in their final order.
pub(super) struct SortedOrigins {
    found: Origins,
    places: HashMap<MachineId, Origin>,
    pub(super) sorted: Origins,
}

impl SortedOrigins {
    /// The origin that was collected as this one.
    pub(super) fn renumbered(&self, collected: Origin) -> Option<Origin> {
        let machine = self.found.get(collected)?;
        self.places.get(&machine).copied()
    }
}
