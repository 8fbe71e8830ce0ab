//! Machines by number of gaps.

use crate::aggregate::Fleet;

/// The number of gaps of each machine that has gaps.
pub(in crate::report) fn gaps_of_machines(fleet: &Fleet) -> impl Iterator<Item = u32> {
    let answered = fleet.machines.iter().flat_map(|it| &it.result);
    answered.map(|it| it.missing).filter(|missing| *missing > 0)
}
