//! Changes in the gaps of a machine that both runs have an answer for.

use std::{io, sync::Arc};

use super::{
    Change,
    comparable::comparable_before,
    known::Known,
    replacements::{Replacement, Replacing, replacements},
    rows::GapChange,
};
use crate::domain::{
    gaps::{DatedAnswer, History},
    kb::MissingKb,
    machine::MachineId,
};

/// The two answers of one machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct BothAnswers {
    pub(super) machine: MachineId,
    pub(super) then: DatedAnswer,
    pub(super) now: DatedAnswer,
}

impl BothAnswers {
    /// The changes of the gaps that only one of the two answers has, sorted by KB: `gone` since the
    /// base, or `came` since then.
    pub(super) fn changes(
        &self,
        gone: Vec<Arc<MissingKb>>,
        came: Vec<Arc<MissingKb>>,
        history: &dyn History,
        replacing: Replacing,
    ) -> io::Result<Vec<GapChange>> {
        let earlier = comparable_before(history, self.machine, self.now.source)?;
        let mut known = Known::since_when(history, &earlier, &gone)?;
        known.look_for(history, &earlier, &came)?;
        let was_there = |gap: &Arc<MissingKb>| known.was_there(&gap.id);
        let (returned, mut new): (Vec<_>, Vec<_>) = came.into_iter().partition(was_there);
        let mut replaced_by = vec![None; gone.len()];
        if replacing == Replacing::Recognized {
            let pairs = replacements(&gone, &new);
            for Replacement { old, new: by } in &pairs {
                replaced_by[*old] = Some(Arc::clone(&new[*by]));
            }
            let mut place = 0..;
            new.retain(|_| {
                place
                    .next()
                    .is_some_and(|it| pairs.iter().all(|pair| pair.new != it))
            });
        }
        let gone = gone
            .into_iter()
            .zip(replaced_by)
            .map(|(gap, by)| GapChange {
                change: by.as_ref().map_or(Change::Resolved, |_| Change::Replaced),
                since: known.since(&gap.id).unwrap_or(self.then.as_of),
                replaced_by: by,
                gap,
            });
        let new = new.into_iter().map(|gap| self.came(Change::New, gap));
        let returned = returned.into_iter();
        let returned = returned.map(|gap| self.came(Change::Returned, gap));
        let mut changes: Vec<_> = gone.chain(new).chain(returned).collect();
        changes.sort_by(|one, other| one.gap.id.cmp(&other.gap.id));
        Ok(changes)
    }

    /// The change of a gap that today's answer has and the base's did not.
    fn came(&self, change: Change, gap: Arc<MissingKb>) -> GapChange {
        GapChange {
            change,
            gap,
            replaced_by: None,
            since: self.now.as_of,
        }
    }
}

/// The KBs that are not in the other list. Both lists are sorted by id.
pub(super) fn without(missing: &[Arc<MissingKb>], other: &[Arc<MissingKb>]) -> Vec<Arc<MissingKb>> {
    let is_other = |gap: &&Arc<MissingKb>| other.binary_search_by(|it| it.id.cmp(&gap.id)).is_err();
    missing.iter().filter(is_other).cloned().collect()
}
