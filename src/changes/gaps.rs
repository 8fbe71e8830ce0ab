//! Changes in the gaps of a machine that both runs have an answer for.

use std::{collections::HashSet, io, sync::Arc};

use jiff::Timestamp;

use super::{
    Change,
    comparable::comparable_before,
    replacements::{Replacement, Replacing, replacements},
    returned::returned,
    rows::GapChange,
};
use crate::domain::{
    gaps::{DatedAnswer, History},
    kb::{KbId, MissingKb},
    machine::MachineId,
};

/// The two answers of one machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct BothAnswers<'gaps> {
    pub(super) machine: MachineId,
    pub(super) then: DatedAnswer,
    /// The gaps of the base's answer, sorted by KB.
    pub(super) missing_then: &'gaps [Arc<MissingKb>],
    pub(super) now: DatedAnswer,
}

impl BothAnswers<'_> {
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
        let present = if added.is_empty() {
            HashSet::new()
        } else {
            returned(history, &earlier, &added)?
        };
        let was_there = |gap: &Arc<MissingKb>| present.contains(&gap.id);
        let (returned, mut new): (Vec<_>, Vec<_>) = added.into_iter().partition(was_there);
        let since = if removed.is_empty() {
            Vec::new()
        } else {
            history.since(self.then.answer)?.iter().collect()
        };
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
                since: self.since(&gap.id, &since),
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

    /// Since when a gap of the base has been open, given the times of all of them.
    fn since(&self, id: &KbId, times: &[Timestamp]) -> Timestamp {
        let place = self.missing_then.binary_search_by(|gap| gap.id.cmp(id));
        let since = place.ok().and_then(|place| times.get(place));
        since.copied().unwrap_or(self.then.as_of)
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
