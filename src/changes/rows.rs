//! All changes, and the rows that list them one by one.

use std::{io, sync::Arc};

use jiff::Timestamp;

use super::{
    BaseRun, Change, Exposure, InferredChanges, KbChange, MachineMoved, MachineTally, Tally,
};
use crate::domain::{
    answer::Provenance,
    gaps::{DatedAnswer, History},
    kb::MissingKb,
    machine::MachineId,
};

/// What changed since the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The run that today's run is compared with.
    pub base: BaseRun,
    /// The number of gaps in each class.
    pub tally: Tally,
    /// How each class changed the exposure.
    pub exposure: Exposure,
    /// The number of machines by kind of change.
    pub machines: MachineTally,
    /// The changes that are only inferred.
    pub inferred: InferredChanges,
    /// The machines that changed, sorted by id.
    pub moved: Vec<MachineMoved>,
    /// The changes per KB: those with the most new, resolved and returned gaps first, those with only
    /// replacements last.
    pub kbs: Vec<KbChange>,
    /// Sorted by machine id.
    pub(super) changed: Vec<Changed>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its class.
    pub change: Change,
    /// The machine.
    pub machine: MachineId,
    /// The gap, as described by its own run; for a replacement, the older KB.
    pub gap: Arc<MissingKb>,
    /// The KB that replaced it.
    pub replaced_by: Option<Arc<MissingKb>>,
    /// Since when the gap has been open, or had been when it was last reported.
    pub since: Timestamp,
    /// The source of the current answer that shows the change; `None` if no answer does.
    pub source: Option<Provenance>,
}

/// The changes on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) machine: MachineId,
    /// The source of the current answer that shows the changes; `None` if no answer does.
    pub(super) source: Option<Provenance>,
    pub(super) gaps: ChangedGaps,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChangedGaps {
    /// Some of its gaps.
    Listed(Box<[GapChange]>),
    /// All gaps of an answer, current or base, changed in the same way. They are read again when listed: with
    /// an entirely different list, that is every gap.
    All(Change, DatedAnswer),
}

/// A change of one gap. See [`ChangeRow`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GapChange {
    pub(super) change: Change,
    pub(super) gap: Arc<MissingKb>,
    pub(super) replaced_by: Option<Arc<MissingKb>>,
    pub(super) since: Timestamp,
}

impl GapChange {
    fn to_row(&self, of: &Changed) -> ChangeRow {
        let Self {
            change,
            gap,
            replaced_by,
            since,
        } = self.clone();
        ChangeRow {
            change,
            machine: of.machine,
            gap,
            replaced_by,
            since,
            source: of.source,
        }
    }
}

impl Changes {
    /// Calls `take` with every listed change, sorted by machine id, then by KB id. Fails if earlier
    /// answers cannot be read, or if `take` fails.
    pub fn for_each(
        &self,
        history: &dyn History,
        take: &mut dyn FnMut(ChangeRow) -> io::Result<()>,
    ) -> io::Result<()> {
        for changed in &self.changed {
            match &changed.gaps {
                ChangedGaps::Listed(gaps) => {
                    gaps.iter().try_for_each(|gap| take(gap.to_row(changed)))?;
                }
                ChangedGaps::All(change, answer) => {
                    let gaps = changes_of_all(history, *change, *answer)?;
                    gaps.iter().try_for_each(|gap| take(gap.to_row(changed)))?;
                }
            }
        }
        Ok(())
    }
}

/// This change for every gap of an answer.
fn changes_of_all(
    history: &dyn History,
    change: Change,
    answer: DatedAnswer,
) -> io::Result<Vec<GapChange>> {
    let gaps = history.missing(answer.answer)?;
    let since = history.since(answer.answer)?;
    let gaps = gaps.iter().zip(since.iter()).map(|(gap, since)| GapChange {
        change,
        gap: Arc::clone(gap),
        replaced_by: None,
        since,
    });
    Ok(gaps.collect())
}
