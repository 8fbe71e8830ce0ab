//! What changed of each KB.

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use super::Change;
use crate::domain::kb::{KbId, MissingKb};

/// On how many machines a KB's gaps changed, by class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KbChange {
    /// Which update.
    pub id: KbId,
    /// Its title: the smallest text that any of the changed gaps has.
    pub name: Option<Arc<str>>,
    /// New gaps.
    pub new: u64,
    /// Resolved ones.
    pub resolved: u64,
    /// Those in whose place a newer KB is missing now.
    pub replaced: u64,
    /// Those that took an older KB's place.
    pub replacing: u64,
    /// Returned ones.
    pub returned: u64,
}

impl KbChange {
    /// What is news or progress.
    const fn news(&self) -> u64 {
        self.new + self.resolved + self.returned
    }

    const fn swapped(&self) -> u64 {
        self.replaced + self.replacing
    }
}

/// The KBs of changed gaps, while they are counted.
#[derive(Debug, Default)]
pub(super) struct KbChanges(HashMap<KbId, KbChange>);

impl KbChanges {
    pub(super) fn count(&mut self, change: Change, gap: &MissingKb, by: Option<&MissingKb>) {
        let row = self.row(gap);
        match change {
            Change::New => row.new += 1,
            Change::Resolved => row.resolved += 1,
            Change::Replaced => row.replaced += 1,
            Change::Returned => row.returned += 1,
            // Not changed, or a change of the machine, not of the KB.
            Change::StillMissing | Change::NotAnswered | Change::OutOfScope | Change::Appeared => {}
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
        });
        if let Some(name) = gap.name.as_ref().filter(|it| !it.is_empty())
            && row.name.as_ref().is_none_or(|kept| name < kept)
        {
            row.name = Some(Arc::clone(name));
        }
        row
    }

    /// The KB with most news first: on a second Tuesday nearly all others are replaced. Ties by
    /// id.
    pub(super) fn into_rows(self) -> Vec<KbChange> {
        let mut rows: Vec<KbChange> = self.0.into_values().collect();
        rows.sort_unstable_by(|one, other| {
            let key = |row: &KbChange| Reverse((row.news(), row.swapped()));
            key(one)
                .cmp(&key(other))
                .then_with(|| one.id.cmp(&other.id))
        });
        rows
    }
}
