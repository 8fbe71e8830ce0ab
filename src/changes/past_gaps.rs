//! What runs before the base tell about a machine's gaps.

use std::{collections::HashSet, io, sync::Arc};

use jiff::Timestamp;

use crate::domain::{
    gaps::{DatedAnswer, History},
    kb::{KbId, MissingKb},
};

/// What earlier answers, latest first, tell about some of a machine's gaps.
#[derive(Debug, Default)]
pub(super) struct PastGaps {
    /// Since when each gap of the base has been present, if that is before the base.
    since: Vec<(KbId, Timestamp)>,
    /// The KBs passed to `find_returned` that any earlier answer lists.
    ever_present: HashSet<KbId>,
}

impl PastGaps {
    /// Reads back as long as at least one of the base's gaps was present without interruption.
    pub(super) fn read(
        history: &dyn History,
        earlier: &[DatedAnswer],
        gaps: &[Arc<MissingKb>],
    ) -> io::Result<Self> {
        let mut past = Self::default();
        let mut unbroken: Vec<&KbId> = gaps.iter().map(|gap| &gap.id).collect();
        for earlier in earlier {
            if unbroken.is_empty() {
                break;
            }
            let missing = history.missing(earlier.answer)?;
            unbroken.retain(|id| contains(&missing, id));
            for id in &unbroken {
                past.record(id, earlier.as_of);
            }
        }
        Ok(past)
    }

    /// Reads all earlier answers to find which of these gaps were ever present.
    pub(super) fn find_returned(
        &mut self,
        history: &dyn History,
        earlier: &[DatedAnswer],
        gaps: &[Arc<MissingKb>],
    ) -> io::Result<()> {
        if gaps.is_empty() {
            return Ok(());
        }
        let mut last = None;
        for earlier in earlier {
            if last != Some(earlier.answer) {
                let missing = history.missing(earlier.answer)?;
                let back = gaps.iter().filter(|gap| contains(&missing, &gap.id));
                self.ever_present.extend(back.map(|gap| gap.id.clone()));
            }
            last = Some(earlier.answer);
        }
        Ok(())
    }

    fn record(&mut self, id: &KbId, at: Timestamp) {
        match self.since.iter_mut().find(|(past, _)| past == id) {
            Some((_, since)) => *since = at,
            None => self.since.push((id.clone(), at)),
        }
    }

    pub(super) fn since(&self, id: &KbId) -> Option<Timestamp> {
        let found = self.since.iter().find(|(past, _)| past == id);
        found.map(|(_, since)| *since)
    }

    pub(super) fn was_ever_present(&self, id: &KbId) -> bool {
        self.ever_present.contains(id)
    }
}

/// Whether a list of gaps, sorted by id, contains a KB.
fn contains(missing: &[Arc<MissingKb>], id: &KbId) -> bool {
    missing.binary_search_by(|gap| gap.id.cmp(id)).is_ok()
}
