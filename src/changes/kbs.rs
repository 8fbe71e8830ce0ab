//! Changes per KB.

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use super::{Change, InferredChanges};
use crate::domain::kb::{KbId, MissingKb};

/// The number of machines on which a KB's gaps changed, by class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KbChange {
    /// Which update.
    pub id: KbId,
    /// Its title: the smallest of the texts in the changed gaps.
    pub name: Option<Arc<str>>,
    /// The number of new gaps.
    pub new: u64,
    /// The number of resolved gaps.
    pub resolved: u64,
    /// The number of gaps that were replaced by a newer KB.
    pub replaced: u64,
    /// The number of gaps in which this KB replaced an older one.
    pub replacing: u64,
    /// The number of returned gaps.
    pub returned: u64,
    /// The resolved and replaced gaps that are only inferred.
    pub inferred: InferredChanges,
}

impl KbChange {
    /// The number of gaps that are new, resolved or returned.
    const fn changed(&self) -> u64 {
        self.new + self.resolved + self.returned
    }

    const fn replacements(&self) -> u64 {
        self.replaced + self.replacing
    }
}

/// Counts changes per KB.
#[derive(Debug, Default)]
pub(super) struct KbChanges(HashMap<KbId, KbChange>);

impl KbChanges {
    /// Counts a change of a gap, given the KB that replaced it and whether it is only inferred.
    pub(super) fn count(
        &mut self,
        change: Change,
        gap: &MissingKb,
        by: Option<&MissingKb>,
        is_inferred: bool,
    ) {
        let row = self.row(gap);
        if is_inferred {
            row.inferred.count(change);
        }
        match change {
            Change::New => row.new += 1,
            Change::Resolved => row.resolved += 1,
            Change::Replaced => row.replaced += 1,
            Change::Returned => row.returned += 1,
            // Either unchanged, or a change of the machine or the source rather than of the KB.
            Change::StillMissing
            | Change::NotAnswered
            | Change::OutOfScope
            | Change::Appeared
            | Change::Unknown => {}
        }
        if let Some(by) = by {
            self.row(by).replacing += 1;
        }
    }

    fn row(&mut self, gap: &MissingKb) -> &mut KbChange {
        let row = self.0.entry(gap.id.clone()).or_insert_with(|| KbChange {
            id: gap.id.clone(),
            name: None,
            new: 0,
            resolved: 0,
            replaced: 0,
            replacing: 0,
            returned: 0,
            inferred: InferredChanges::default(),
        });
        if let Some(name) = gap.name.as_ref().filter(|it| !it.is_empty())
            && row.name.as_ref().is_none_or(|kept| name < kept)
        {
            row.name = Some(Arc::clone(name));
        }
        row
    }

    /// One row per KB, sorted by the number of new, resolved and returned gaps, largest first:
    /// after a Patch Tuesday nearly all other changes are replacements. Ties are broken by id.
    pub(super) fn into_rows(self) -> Vec<KbChange> {
        let mut rows: Vec<KbChange> = self.0.into_values().collect();
        rows.sort_unstable_by(|one, other| {
            let key = |row: &KbChange| Reverse((row.changed(), row.replacements()));
            key(one)
                .cmp(&key(other))
                .then_with(|| one.id.cmp(&other.id))
        });
        rows
    }
}
