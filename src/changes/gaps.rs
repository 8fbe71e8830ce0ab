//! Changes in the gaps of a machine that both runs have an answer for.

use std::{io, sync::Arc};

use super::{
    Change,
    comparable::comparable_before,
    past_gaps::PastGaps,
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
    /// The changes of the gaps that only one of the two answers has, sorted by KB: `removed` since the
    /// base, or `added` since then.
    pub(super) fn changes(
        &self,
        removed: Vec<Arc<MissingKb>>,
        added: Vec<Arc<MissingKb>>,
        history: &dyn History,
        replacing: Replacing,
    ) -> io::Result<Vec<GapChange>> {
        let earlier = comparable_before(history, self.machine, self.now.source)?;
        let mut past = PastGaps::read(history, &earlier, &removed)?;
        past.find_returned(history, &earlier, &added)?;
        let was_there = |gap: &Arc<MissingKb>| past.was_ever_present(&gap.id);
        let (returned, mut new): (Vec<_>, Vec<_>) = added.into_iter().partition(was_there);
        let mut replaced_by = vec![None; removed.len()];
        if replacing == Replacing::Recognized {
            let pairs = replacements(&removed, &new);
            for Replacement { old, new: by } in &pairs {
                replaced_by[*old] = Some(Arc::clone(&new[*by]));
            }
            let mut index = 0..;
            new.retain(|_| {
                index
                    .next()
                    .is_some_and(|it| pairs.iter().all(|pair| pair.new != it))
            });
        }
        let removed = removed
            .into_iter()
            .zip(replaced_by)
            .map(|(gap, by)| GapChange {
                change: by.as_ref().map_or(Change::Resolved, |_| Change::Replaced),
                since: past.since(&gap.id).unwrap_or(self.then.as_of),
                replaced_by: by,
                gap,
            });
        let new = new.into_iter().map(|gap| self.added(Change::New, gap));
        let returned = returned.into_iter();
        let returned = returned.map(|gap| self.added(Change::Returned, gap));
        let mut changes: Vec<_> = removed.chain(new).chain(returned).collect();
        changes.sort_by(|one, other| one.gap.id.cmp(&other.gap.id));
        Ok(changes)
    }

    /// The change of a gap that today's answer has and the base's did not.
    fn added(&self, change: Change, gap: Arc<MissingKb>) -> GapChange {
        GapChange {
            change,
            gap,
            replaced_by: None,
            since: self.now.as_of,
        }
    }
}

/// The KBs that are not in the other list. Both lists are sorted by id.
pub(super) fn difference(
    missing: &[Arc<MissingKb>],
    other: &[Arc<MissingKb>],
) -> Vec<Arc<MissingKb>> {
    let is_other = |gap: &&Arc<MissingKb>| other.binary_search_by(|it| it.id.cmp(&gap.id)).is_err();
    missing.iter().filter(is_other).cloned().collect()
}
