//! Changes in the gaps of a machine that has an answer in both runs.

use std::{collections::HashSet, io, sync::Arc};

use jiff::Timestamp;

use super::{
    Change,
    comparable::{Comparable, comparable_before, count_cves_alike},
    replacements::{Replacement, Replacing, replacements},
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

/// Gaps that are in only one of two answers.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Only in the base's answer.
    pub(super) removed: Vec<Arc<MissingKb>>,
    /// Only in the current answer.
    pub(super) added: Vec<Arc<MissingKb>>,
}

impl Difference {
    /// The difference between two lists, each sorted by KB.
    pub(super) fn of(then: &[Arc<MissingKb>], now: &[Arc<MissingKb>]) -> Self {
        Self {
            removed: difference(then, now),
            added: difference(now, then),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// The gaps that have changed, and those for which this is unknown.
    fn split(self, comparable: &Comparable) -> [Self; 2] {
        let split = |gaps: Vec<Arc<MissingKb>>| {
            gaps.into_iter()
                .partition::<Vec<_>, _>(|gap| comparable.is_change(gap))
        };
        let (removed, removed_unknown) = split(self.removed);
        let (added, added_unknown) = split(self.added);
        [
            Self { removed, added },
            Self {
                removed: removed_unknown,
                added: added_unknown,
            },
        ]
    }
}

/// The changes of the gaps that are in only one of a machine's two answers.
#[derive(Debug)]
pub(super) struct GapChanges {
    /// Sorted by KB.
    pub(super) changed: Vec<GapChange>,
    /// The gaps of [`Change::Unknown`], which are among the changes.
    pub(super) unknown: Difference,
}

impl BothAnswers<'_> {
    /// Whether both answers count the CVEs of a KB in the same way.
    pub(super) fn count_cves_alike(&self) -> bool {
        count_cves_alike(self.then.source, self.now.source)
    }

    /// The changes of the gaps that are in only one of the two answers.
    pub(super) fn changes(
        &self,
        difference: Difference,
        history: &dyn History,
        replacing: Replacing,
    ) -> io::Result<GapChanges> {
        let comparable = Comparable::of(self.then, self.now, history)?;
        let [known, unknown] = difference.split(&comparable);
        let since = if known.removed.is_empty() && unknown.removed.is_empty() {
            Vec::new()
        } else {
            history.since(self.then.answer)?.iter().collect()
        };
        let removed = unknown.removed.iter().map(|gap| GapChange {
            since: self.since(&gap.id, &since),
            ..self.added(Change::Unknown, Arc::clone(gap))
        });
        let added = unknown.added.iter();
        let added = added.map(|gap| self.added(Change::Unknown, Arc::clone(gap)));
        let mut changed: Vec<_> = removed.chain(added).collect();
        changed.extend(self.known_changes(known, &since, history, replacing)?);
        changed.sort_by(|one, other| one.gap.id.cmp(&other.gap.id));
        Ok(GapChanges { changed, unknown })
    }

    /// The changes of the gaps that have changed, given the times of all gaps of the base.
    fn known_changes(
        &self,
        Difference { removed, added }: Difference,
        since: &[Timestamp],
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
                since: self.since(&gap.id, since),
                replaced_by: by,
                gap,
            });
        let new = new.into_iter().map(|gap| self.added(Change::New, gap));
        let returned = returned.into_iter();
        let returned = returned.map(|gap| self.added(Change::Returned, gap));
        Ok(removed.chain(new).chain(returned).collect())
    }

    /// Since when a gap of the base has been open, given the times of all its gaps.
    fn since(&self, id: &KbId, times: &[Timestamp]) -> Timestamp {
        let index = self.missing_then.binary_search_by(|gap| gap.id.cmp(id));
        let since = index.ok().and_then(|index| times.get(index));
        since.copied().unwrap_or(self.then.as_of)
    }

    /// The change of a gap that is only in the current answer.
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
fn difference(missing: &[Arc<MissingKb>], other: &[Arc<MissingKb>]) -> Vec<Arc<MissingKb>> {
    let is_other = |gap: &&Arc<MissingKb>| other.binary_search_by(|it| it.id.cmp(&gap.id)).is_err();
    missing.iter().filter(is_other).cloned().collect()
}

/// The KBs of these gaps that are in any earlier answer.
fn returned(
    history: &dyn History,
    earlier: &[DatedAnswer],
    gaps: &[Arc<MissingKb>],
) -> io::Result<HashSet<KbId>> {
    let mut present = HashSet::new();
    let mut last = None;
    for earlier in earlier {
        if last != Some(earlier.answer) {
            let missing = history.missing(earlier.answer)?;
            let back = gaps.iter().filter(|gap| contains(&missing, &gap.id));
            present.extend(back.map(|gap| gap.id.clone()));
        }
        last = Some(earlier.answer);
    }
    Ok(present)
}

/// Whether a list of gaps, sorted by id, contains a KB.
fn contains(missing: &[Arc<MissingKb>], id: &KbId) -> bool {
    missing.binary_search_by(|gap| gap.id.cmp(id)).is_ok()
}
