//! The row types for machines and gaps. They do not depend on columns and cells.

use std::{io, sync::Arc};

use jiff::Timestamp;

use super::{names::MachineNames, stamp::RunStamp};
use crate::{
    aggregate::{Answered, Fleet, MachineRow, SoftwareOn},
    domain::{
        kb::{KbId, MissingKb, MissingKbs},
        machine::MachineId,
        since::MissingSince,
        software::{Support, Windows},
    },
    report::Run,
    risk::Feeds,
};

/// A machine of the inventory.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct MachineLine<'run> {
    pub(super) machine: &'run MachineRow,
    /// Its missing KBs.
    pub(super) missing: &'run [Arc<MissingKb>],
    /// Since when it has been missing each of them.
    pub(super) since: Option<&'run MissingSince>,
    pub(super) names: &'run MachineNames<'run>,
    pub(super) fleet: &'run Fleet,
    pub(super) stamp: RunStamp,
    /// The software inventory, if it is known.
    pub(super) software: Option<SoftwareOn<'run>>,
}

/// A KB that a machine misses.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct GapLine<'run> {
    pub(in crate::report) machine: &'run MachineRow,
    pub(in crate::report) gap: &'run Arc<MissingKb>,
    /// Since when the machine has been missing it.
    pub(in crate::report) since: Timestamp,
    pub(in crate::report) names: &'run MachineNames<'run>,
    pub(in crate::report) stamp: RunStamp,
    pub(in crate::report) feeds: &'run Feeds,
}

impl GapLine<'_> {
    /// How many of the CVEs that it leaves open are known to be exploited.
    pub(super) fn known_exploited(&self) -> Option<u64> {
        let cves = self.feeds.cves_of(self.gap)?;
        self.feeds.known_exploited(cves)
    }
}

/// The gaps of a machine, read from the store.
pub(in crate::report) struct MachineGaps<'run> {
    pub(in crate::report) machine: &'run MachineRow,
    pub(in crate::report) missing: MissingKbs,
    pub(in crate::report) since: MissingSince,
    pub(in crate::report) feeds: &'run Feeds,
}

impl<'run> MachineGaps<'run> {
    pub(super) fn read(machine: &'run MachineRow, run: &Run<'run>) -> io::Result<Self> {
        Ok(Self {
            machine,
            missing: machine.missing(run.gaps)?,
            since: machine.since(run.gaps)?,
            feeds: &run.fleet.feeds,
        })
    }

    /// Its gaps, one by one.
    pub(in crate::report) fn lines(
        &self,
        names: &'run MachineNames<'run>,
        stamp: RunStamp,
    ) -> impl Iterator<Item = GapLine<'_>> {
        let gaps = self.missing.iter().zip(self.since.iter());
        gaps.map(move |(gap, since)| GapLine {
            machine: self.machine,
            gap,
            since,
            names,
            stamp,
            feeds: self.feeds,
        })
    }
}

impl<'run> MachineLine<'run> {
    pub(super) fn answered(&self) -> Option<&'run Answered> {
        self.machine.result.as_ref().ok()
    }

    pub(super) fn top_kb(&self) -> Option<&'run KbId> {
        self.answered()?.top_kb.as_ref()
    }

    /// Its Windows; `None` without the software inventory, or if that does not know it.
    pub(super) fn windows(&self) -> Option<&'run Windows> {
        self.software?.windows(self.machine.id)
    }

    /// Whether its Windows still gets updates.
    pub(super) fn support(&self) -> Option<Support> {
        self.software?.support(self.machine.id)
    }

    /// The machine that its answer is inferred from.
    pub(super) fn inferred_from(&self) -> Option<MachineId> {
        self.fleet.origin_of(self.answered()?)
    }

    pub(super) fn url_of(&self, id: &KbId) -> Option<&'run str> {
        let kb = self.fleet.kbs.iter().find(|kb| kb.id == *id)?;
        kb.url.as_deref()
    }

    /// Its gaps.
    pub(in crate::report) fn gaps(self) -> impl Iterator<Item = GapLine<'run>> {
        let since = self.since.into_iter().flat_map(MissingSince::iter);
        let gaps = self.missing.iter().zip(since);
        gaps.map(move |(gap, since)| GapLine {
            machine: self.machine,
            gap,
            since,
            names: self.names,
            stamp: self.stamp,
            feeds: &self.fleet.feeds,
        })
    }
}
