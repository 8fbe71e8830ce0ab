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
    policy::{GapMark, Marker},
    report::{Run, view::support::software},
};

/// Marks the gaps of a run's machines as its figures do.
pub(in crate::report) fn marker<'run>(run: &Run<'run>) -> Marker<'run> {
    let fleet = run.fleet;
    let policy = &fleet.policy.policy;
    Marker::new(policy, &fleet.feeds, run.inventory, run.facts.started_at)
}

/// A machine of the inventory. It is small, because the page holds 200,000 of them in memory.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct MachineLine<'run> {
    pub(super) machine: &'run MachineRow,
    /// Its gaps, if they were read.
    pub(super) gaps: Option<&'run MachineGaps<'run>>,
    pub(super) context: &'run MachineContext<'run>,
}

/// The data that the lines of all machines of a run share.
#[derive(Debug)]
pub(in crate::report) struct MachineContext<'run> {
    pub(super) names: &'run MachineNames<'run>,
    pub(super) fleet: &'run Fleet,
    pub(super) stamp: RunStamp,
    /// The software inventory, if it is known.
    software: Option<SoftwareOn<'run>>,
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
    /// Its marks from feeds and policy.
    pub(in crate::report) mark: GapMark,
}

impl GapLine<'_> {
    /// How many of the CVEs that it leaves open are known to be exploited.
    pub(super) fn known_exploited(&self) -> Option<u64> {
        self.mark.risk.known_exploited
    }

    /// Whether its risk is accepted; empty if it is not.
    pub(super) fn accepted(&self) -> Option<bool> {
        self.mark.is_accepted.then_some(true)
    }

    /// For how many days it has been overdue; empty if it is not.
    pub(super) fn overdue(&self) -> Option<u32> {
        Some(self.mark.overdue).filter(|days| *days > 0)
    }
}

/// The gaps of a machine, read from the store.
#[derive(Debug)]
pub(in crate::report) struct MachineGaps<'run> {
    pub(in crate::report) machine: &'run MachineRow,
    missing: MissingKbs,
    since: MissingSince,
    pub(in crate::report) names: &'run MachineNames<'run>,
    stamp: RunStamp,
    /// Their marks from feeds and policy.
    marks: Vec<GapMark>,
}

impl<'run> MachineGaps<'run> {
    pub(super) fn read(
        machine: &'run MachineRow,
        run: &Run<'run>,
        names: &'run MachineNames<'run>,
        marker: &mut Marker<'_>,
    ) -> io::Result<Self> {
        let (missing, since) = (machine.missing(run.gaps)?, machine.since(run.gaps)?);
        marker.machine(machine.id, machine.position());
        let gaps = missing.iter().zip(since.iter());
        let marks = gaps.map(|(gap, since)| marker.mark(gap, since));
        Ok(Self {
            machine,
            names,
            stamp: RunStamp::of(run.facts),
            marks: marks.collect(),
            missing,
            since,
        })
    }

    /// Its gaps, one by one.
    pub(in crate::report) fn lines(&self) -> impl Iterator<Item = GapLine<'_>> {
        let gaps = self.missing.iter().zip(self.since.iter());
        gaps.zip(&self.marks).map(|((gap, since), mark)| GapLine {
            machine: self.machine,
            gap,
            since,
            names: self.names,
            stamp: self.stamp,
            mark: *mark,
        })
    }
}

impl<'run> MachineContext<'run> {
    pub(in crate::report) fn of(run: &Run<'run>, names: &'run MachineNames<'run>) -> Self {
        Self {
            names,
            fleet: run.fleet,
            stamp: RunStamp::of(run.facts),
            software: software(run),
        }
    }
}

impl<'run> MachineLine<'run> {
    /// Its name in the list.
    pub(super) fn name(&self) -> Option<&'run str> {
        self.context.names.at(self.machine.position())
    }

    pub(super) fn answered(&self) -> Option<&'run Answered> {
        self.machine.result.as_ref().ok()
    }

    pub(super) fn top_kb(&self) -> Option<&'run KbId> {
        self.answered()?.top_kb.as_ref()
    }

    /// Its Windows version; `None` without the software inventory, or if that lacks the machine.
    pub(super) fn windows(&self) -> Option<&'run Windows> {
        self.context.software?.windows(self.machine.id)
    }

    /// Whether its Windows still gets updates.
    pub(super) fn support(&self) -> Option<Support> {
        self.context.software?.support(self.machine.id)
    }

    /// The machine that its answer is inferred from.
    pub(super) fn inferred_from(&self) -> Option<MachineId> {
        self.context.fleet.origin_of(self.answered()?)
    }

    pub(super) fn url_of(&self, id: &KbId) -> Option<&'run str> {
        let kb = self.context.fleet.kbs.iter().find(|kb| kb.id == *id)?;
        kb.url.as_deref()
    }

    /// Its gaps.
    pub(in crate::report) fn gaps(self) -> impl Iterator<Item = GapLine<'run>> {
        self.gaps.into_iter().flat_map(MachineGaps::lines)
    }
}
