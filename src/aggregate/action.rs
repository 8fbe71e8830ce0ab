//! The few updates that remove the most exposure.

use std::{collections::HashMap, io, sync::OnceLock};

use super::{Fleet, KbRow};
use crate::domain::{gaps::Gaps, kb::KbId};

/// One of the updates to install first, and the cumulative effect of it and those before it.
///
/// Exposure is a sum over gaps, so the amount removed by several KBs together is exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopAction<'fleet> {
    /// The update.
    pub kb: &'fleet KbRow,
    /// The exposure removed by this update and those before it, out of [`Fleet::exposure`].
    pub exposure_removed: u64,
    /// The number of machines that miss at least one of them.
    pub machines: u64,
}

/// The updates to install first. Finding them takes a pass over all gaps, so it is done once, on
/// the first request.
#[derive(Debug)]
pub struct TopActions<'fleet> {
    fleet: &'fleet Fleet,
    gaps: &'fleet dyn Gaps,
    found: OnceLock<io::Result<Vec<FoundAction>>>,
}

/// An action, with the index of its KB among the fleet's KBs.
#[derive(Debug, Clone, Copy)]
struct FoundAction {
    kb: usize,
    exposure_removed: u64,
    machines: u64,
}

impl<'fleet> TopActions<'fleet> {
    /// The maximum number that any report shows.
    pub const MOST: usize = 25;

    /// The actions for a fleet; computed on first use.
    pub fn of(fleet: &'fleet Fleet, gaps: &'fleet dyn Gaps) -> Self {
        Self {
            fleet,
            gaps,
            found: OnceLock::new(),
        }
    }

    /// The KBs of the first `count` actions, however many; fewer if fewer have any exposure. Reads no
    /// gaps.
    pub fn kbs(fleet: &Fleet, count: usize) -> Vec<&KbRow> {
        let kbs = by_exposure(fleet, count).into_iter();
        kbs.map(|kb| &fleet.kbs[kb]).collect()
    }

    /// The first `count` actions, at most [`Self::MOST`]; fewer if fewer have any exposure. Fails
    /// if the gaps cannot be read.
    pub fn first(&self, count: usize) -> io::Result<Vec<TopAction<'fleet>>> {
        let find = || find(self.fleet, self.gaps, Self::MOST);
        match self.found.get_or_init(find) {
            Ok(found) => Ok(to_actions(self.fleet, found.iter().take(count))),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }
}

fn to_actions<'fleet, 'found>(
    fleet: &'fleet Fleet,
    found: impl Iterator<Item = &'found FoundAction>,
) -> Vec<TopAction<'fleet>> {
    let actions = found.map(|found| TopAction {
        kb: &fleet.kbs[found.kb],
        exposure_removed: found.exposure_removed,
        machines: found.machines,
    });
    actions.collect()
}

/// The `count` KBs with the most exposure (ties by machines, then by id); fewer if fewer have any.
fn find(fleet: &Fleet, gaps: &dyn Gaps, count: usize) -> io::Result<Vec<FoundAction>> {
    let kbs = by_exposure(fleet, count);
    let first_reached = machines_first_reached(fleet, gaps, &kbs)?;
    let (mut exposure_removed, mut machines) = (0_u64, 0);
    let found = kbs.into_iter().zip(first_reached).map(|(kb, reached)| {
        exposure_removed = exposure_removed.saturating_add(fleet.kbs[kb].exposure);
        machines += reached;
        FoundAction {
            kb,
            exposure_removed,
            machines,
        }
    });
    Ok(found.collect())
}

/// The indices of these KBs.
fn by_exposure(fleet: &Fleet, count: usize) -> Vec<usize> {
    let mut kbs = fleet.kbs_by_exposure();
    kbs.retain(|kb| fleet.kbs[*kb].exposure > 0);
    kbs.truncate(count);
    kbs
}

/// For each KB, the number of machines that miss it and none of the KBs before it.
fn machines_first_reached(fleet: &Fleet, gaps: &dyn Gaps, kbs: &[usize]) -> io::Result<Vec<u64>> {
    let ids = kbs.iter().map(|kb| &fleet.kbs[*kb].id);
    let indexes: HashMap<&KbId, usize> = ids.zip(0..).collect();
    let mut reached = vec![0; kbs.len()];
    if kbs.is_empty() {
        return Ok(reached);
    }
    for machine in &fleet.machines {
        let missing = machine.missing(gaps)?;
        if let Some(first) = missing.iter().filter_map(|gap| indexes.get(&gap.id)).min() {
            reached[*first] += 1;
        }
    }
    Ok(reached)
}
