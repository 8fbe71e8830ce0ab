//! All that changed, and the changes one by one, as they are listed.

use std::{io, sync::Arc};

use jiff::Timestamp;

use super::{
    BaseRun, Change, Exposure, KbChange, MachineMoved, MachineTally, Tally,
    comparable::comparable_before, known::Known,
};
use crate::domain::{
    gaps::{DatedAnswer, History},
    kb::MissingKb,
    machine::MachineId,
};

/// What changed since the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// What today is compared with.
    pub base: BaseRun,
    /// Gaps by class.
    pub tally: Tally,
    /// What each class did to the exposure.
    pub exposure: Exposure,
    /// Machines by what became of them.
    pub machines: MachineTally,
    /// Machines that moved, by id.
    pub moved: Vec<MachineMoved>,
    /// What changed of each KB: the one with most news first, what only replaces or was replaced
    /// after them.
    pub kbs: Vec<KbChange>,
    /// By machine id.
    pub(super) changed: Vec<Changed>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its class.
    pub change: Change,
    /// On which machine.
    pub machine: MachineId,
    /// The gap, as its own run describes it; of a replaced one, the older.
    pub gap: Arc<MissingKb>,
    /// What took its place.
    pub replaced_by: Option<Arc<MissingKb>>,
    /// When the gap was first there, without a break in the answers since: the time of an
    /// answer. Of a new or returned one that is today's.
    pub since: Timestamp,
}

/// What changed on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) machine: MachineId,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Some gaps.
    Gaps(Box<[GapChange]>),
    /// All gaps of an answer, today's or the base's, in the same way: they are read again
    /// where they are listed, because with a list of other machines that is every gap.
    All(Change, DatedAnswer),
}

/// What changed of a gap. See [`ChangeRow`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GapChange {
    pub(super) change: Change,
    pub(super) gap: Arc<MissingKb>,
    pub(super) replaced_by: Option<Arc<MissingKb>>,
    pub(super) since: Timestamp,
}

impl GapChange {
    fn on(&self, machine: MachineId) -> ChangeRow {
        let Self {
            change,
            gap,
            replaced_by,
            since,
        } = self.clone();
        ChangeRow {
            change,
            machine,
            gap,
            replaced_by,
            since,
        }
    }
}

impl Changes {
    /// Calls `take` with every change that is listed, by machine id, then by KB id. Fails where earlier
    /// answers cannot be read, or where `take` does.
    pub fn for_each(
        &self,
        history: &dyn History,
        take: &mut dyn FnMut(ChangeRow) -> io::Result<()>,
    ) -> io::Result<()> {
        for Changed { machine, what } in &self.changed {
            match what {
                What::Gaps(gaps) => gaps.iter().try_for_each(|gap| take(gap.on(*machine)))?,
                What::All(change, answer) => {
                    let gaps = all(history, *machine, *change, *answer)?;
                    gaps.iter().try_for_each(|gap| take(gap.on(*machine)))?;
                }
            }
        }
        Ok(())
    }
}

/// All gaps of an answer, each with this change.
fn all(
    history: &dyn History,
    machine: MachineId,
    change: Change,
    answer: DatedAnswer,
) -> io::Result<Vec<GapChange>> {
    let gaps = history.missing(answer.answer)?;
    let known = if change == Change::Appeared {
        Known::default()
    } else {
        let earlier = comparable_before(history, machine, answer.source)?;
        Known::since_when(history, &earlier, &gaps)?
    };
    let gaps = gaps.iter().map(|gap| GapChange {
        change,
        since: known.since(&gap.id).unwrap_or(answer.as_of),
        gap: Arc::clone(gap),
        replaced_by: None,
    });
    Ok(gaps.collect())
}
