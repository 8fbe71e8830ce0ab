//! Where the answers of a fleet come from.

use std::{collections::HashMap, num::NonZeroU32};

use serde::Serialize;

use super::MachineRow;
use crate::domain::{answer::Provenance, machine::MachineId};

/// The number of answered machines by where their answers come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceCounts {
    /// Answers of calls of this run.
    pub calls: u64,
    /// Answers of calls of earlier runs.
    pub kept: u64,
    /// Answers of calls for other machines.
    pub inferred: u64,
}

impl SourceCounts {
    pub(super) fn of(machines: &[MachineRow]) -> Self {
        let mut counts = Self::default();
        for answered in machines.iter().flat_map(|it| &it.result) {
            match answered.provenance {
                Provenance::Calls => counts.calls += 1,
                Provenance::Kept => counts.kept += 1,
                Provenance::Inferred => counts.inferred += 1,
            }
        }
        counts
    }

    /// Whether every answer is that of a call of this run.
    pub const fn is_all_calls(self) -> bool {
        self.kept == 0 && self.inferred == 0
    }
}

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

    /// The origins, sorted by id, so that nothing depends on the order of the answers. Those of the
    /// machines change with them.
    pub(super) fn finish(self, machines: &mut [MachineRow]) -> Origins {
        let Self { mut places, found } = self;
        let mut sorted = found.clone();
        sorted.0.sort_unstable();
        let numbers = (1..).map_while(NonZeroU32::new).map(Origin);
        for (machine, origin) in sorted.0.iter().zip(numbers) {
            places.insert(*machine, origin);
        }
        for answered in machines.iter_mut().flat_map(|it| &mut it.result) {
            let origin = answered.origin.and_then(|it| found.get(it));
            answered.origin = origin.and_then(|it| places.get(&it).copied());
        }
        sorted
    }
}
