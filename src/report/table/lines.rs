//! The row types for machines and gaps. They do not depend on columns and cells.

use std::sync::Arc;

use super::{names::MachineNames, stamp::RunStamp};
use crate::{
    aggregate::{Answered, Fleet, MachineRow},
    domain::kb::{KbId, MissingKb},
};

/// A machine of the inventory.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct MachineLine<'run> {
    pub(super) machine: &'run MachineRow,
    /// Its missing KBs.
    pub(super) missing: &'run [Arc<MissingKb>],
    pub(super) names: &'run MachineNames<'run>,
    pub(super) fleet: &'run Fleet,
    pub(super) stamp: RunStamp,
}

/// A KB that a machine misses.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct GapLine<'run> {
    pub(in crate::report) machine: &'run MachineRow,
    pub(in crate::report) gap: &'run Arc<MissingKb>,
    pub(in crate::report) names: &'run MachineNames<'run>,
    pub(in crate::report) stamp: RunStamp,
}

impl<'run> MachineLine<'run> {
    pub(super) fn answered(&self) -> Option<&'run Answered> {
        self.machine.result.as_ref().ok()
    }

    pub(super) fn top_kb(&self) -> Option<&'run KbId> {
        self.answered()?.top_kb.as_ref()
    }

    pub(super) fn url_of(&self, id: &KbId) -> Option<&'run str> {
        let kb = self.fleet.kbs.iter().find(|kb| kb.id == *id)?;
        kb.url.as_deref()
    }

    /// Its gaps.
    pub(in crate::report) fn gaps(self) -> impl Iterator<Item = GapLine<'run>> {
        let gaps = self.missing.iter();
        gaps.map(move |gap| GapLine {
            machine: self.machine,
            gap,
            names: self.names,
            stamp: self.stamp,
        })
    }
}
