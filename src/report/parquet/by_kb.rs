//! The gaps of a lake, by KB, then by machine, so that a query for one KB reads few row groups.
//!
//! The store has them by machine. So each pass over the machines picks the gaps of as many KBs as can be held in
//! memory: a single pass unless the fleet is very large.

use std::io::{self, Write};

use super::{
    columns::lake_columns,
    file::{Purpose, Storage},
    gaps::{GapsFile, HeldGap, ROWS},
};
use crate::{
    aggregate::Fleet,
    domain::kb::KbId,
    report::{
        Run,
        table::{self, MachineNames},
    },
};

/// How many gaps are held in memory, unless a single KB has more.
pub(super) const HELD: u64 = 500_000;

/// Writes the gaps. Holds about `held` of them.
pub(super) fn write(run: &Run<'_>, held: u64, out: &mut dyn Write) -> io::Result<()> {
    let storage = Storage {
        table: "gaps",
        purpose: Purpose::Lake,
        // By KB, then by machine.
        sorted_by: &[1, 0],
    };
    let mut file = GapsFile::new(run, lake_columns(), storage, out)?;
    let names = &MachineNames::of(run.inventory);
    for picked in picks(run.fleet, held) {
        let mut gaps = Vec::new();
        table::Gaps::for_each_machine(run, names, &mut |machine| {
            gaps.extend(HeldGap::of(machine).filter(|it| picked.has(&it.gap.id)));
            Ok(())
        })?;
        // The order of the machines stays.
        gaps.sort_by(|one, other| one.gap.id.cmp(&other.gap.id));
        for group in gaps.chunks(ROWS) {
            file.write(group)?;
        }
    }
    file.finish()
}

/// KBs that follow one another in the order of their ids.
struct Pick<'fleet> {
    first: &'fleet KbId,
    last: &'fleet KbId,
    gaps: u64,
}

impl Pick<'_> {
    fn has(&self, kb: &KbId) -> bool {
        (self.first..=self.last).contains(&kb)
    }
}

/// All KBs, in batches that have at most `held` gaps each.
fn picks(fleet: &Fleet, held: u64) -> Vec<Pick<'_>> {
    let kbs = fleet.kbs.iter().map(|kb| (&kb.id, kb.machines_missing));
    let mut kbs: Vec<(&KbId, u64)> = kbs.collect();
    kbs.sort_unstable();
    let mut picks: Vec<Pick<'_>> = Vec::new();
    for (kb, gaps) in kbs {
        match picks.last_mut().filter(|it| it.gaps + gaps <= held) {
            Some(pick) => {
                pick.last = kb;
                pick.gaps += gaps;
            }
            None => picks.push(Pick {
                first: kb,
                last: kb,
                gaps,
            }),
        }
    }
    picks
}
