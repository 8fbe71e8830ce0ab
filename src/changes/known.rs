//! What runs before the base tell about a machine's gaps.

use std::{collections::HashSet, io, sync::Arc};

use jiff::Timestamp;

use crate::domain::{
    gaps::{DatedAnswer, History},
    kb::{KbId, MissingKb},
};

/// What earlier answers, latest first, tell about some of a machine's gaps.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Since when each gap of the base has been present, if that is before the base.
    since: Vec<(KbId, Timestamp)>,
    /// The KBs passed to `look_for` that any earlier answer lists.
    ever: HashSet<KbId>,
}

impl Known {
    /// Reads back as long as at least one of the base's gaps was present without interruption.
    pub(super) fn since_when(
        history: &dyn History,
        earlier: &[DatedAnswer],
        gaps: &[Arc<MissingKb>],
    ) -> io::Result<Self> {
        let mut known = Self::default();
        let mut unbroken: Vec<&KbId> = gaps.iter().map(|gap| &gap.id).collect();
        for earlier in earlier {
            if unbroken.is_empty() {
                break;
            }
            let missing = history.missing(earlier.answer)?;
            unbroken.retain(|id| holds(&missing, id));
            for id in &unbroken {
                known.seen(id, earlier.as_of);
            }
        }
        Ok(known)
    }

    /// Reads all earlier answers to find which of these gaps were ever present.
    pub(super) fn look_for(
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
                let back = gaps.iter().filter(|gap| holds(&missing, &gap.id));
                self.ever.extend(back.map(|gap| gap.id.clone()));
            }
            last = Some(earlier.answer);
        }
        Ok(())
    }

    fn seen(&mut self, id: &KbId, at: Timestamp) {
        match self.since.iter_mut().find(|(known, _)| known == id) {
            Some((_, since)) => *since = at,
            None => self.since.push((id.clone(), at)),
        }
    }

    pub(super) fn since(&self, id: &KbId) -> Option<Timestamp> {
        let found = self.since.iter().find(|(known, _)| known == id);
        found.map(|(_, since)| *since)
    }

    pub(super) fn was_there(&self, id: &KbId) -> bool {
        self.ever.contains(id)
    }
}

/// Whether a list of gaps, sorted by id, contains a KB.
fn holds(missing: &[Arc<MissingKb>], id: &KbId) -> bool {
    missing.binary_search_by(|gap| gap.id.cmp(id)).is_ok()
}
