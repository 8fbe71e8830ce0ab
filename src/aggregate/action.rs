//! The few updates that remove most exposure.

use std::{collections::HashMap, io};

use super::{Fleet, KbRow};
use crate::{gaps::Gaps, kb::KbId};

/// One of the updates to install first, and what it and those before it achieve.
///
/// Exposure is a sum over gaps, so what several KBs remove together is exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopAction<'fleet> {
    /// The update.
    pub kb: &'fleet KbRow,
    /// Exposure that is gone with this update and those before it, out of
    /// [`Fleet::exposure`].
    pub exposure_removed: u64,
    /// Machines that miss at least one of them.
    pub machines: u64,
}

/// The `count` KBs with most exposure (ties by machines, then by id), fewer when fewer
/// have any. Fails where the gaps cannot be read.
pub fn top_actions<'fleet>(
    fleet: &'fleet Fleet,
    gaps: &dyn Gaps,
    count: usize,
) -> io::Result<Vec<TopAction<'fleet>>> {
    let mut kbs = fleet.kbs_by_exposure();
    kbs.retain(|kb| kb.exposure > 0);
    kbs.truncate(count);

    let first_reached = machines_first_reached(fleet, gaps, &kbs)?;
    let (mut removed, mut machines) = (0_u64, 0);
    let actions = kbs.into_iter().zip(first_reached).map(|(kb, reached)| {
        removed = removed.saturating_add(kb.exposure);
        machines += reached;
        TopAction {
            kb,
            exposure_removed: removed,
            machines,
        }
    });
    Ok(actions.collect())
}

/// For each KB the machines that miss it and none of those before it.
fn machines_first_reached(fleet: &Fleet, gaps: &dyn Gaps, kbs: &[&KbRow]) -> io::Result<Vec<u64>> {
    let places: HashMap<&KbId, usize> = (0..).zip(kbs).map(|(place, kb)| (&kb.id, place)).collect();
    let mut reached = vec![0; kbs.len()];
    if kbs.is_empty() {
        return Ok(reached);
    }
    for machine in &fleet.machines {
        let missing = machine.missing(gaps)?;
        if let Some(first) = missing.iter().filter_map(|gap| places.get(&gap.id)).min() {
            reached[*first] += 1;
        }
    }
    Ok(reached)
}
