//! The changes one by one, as they are listed.

use std::{collections::HashSet, io, sync::Arc};

use jiff::Timestamp;

use super::{Change, Changes, comparable::comparable_before};
use crate::domain::{
    gaps::{DatedAnswer, History},
    kb::{KbId, MissingKb},
    machine::MachineId,
};

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
    /// where they are listed, because a list of other machines makes this of every gap.
    All(Change, DatedAnswer),
}

/// What changed of a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GapChange {
    pub(super) change: Change,
    pub(super) gap: Arc<MissingKb>,
    pub(super) replaced_by: Option<Arc<MissingKb>>,
    pub(super) since: Timestamp,
}

impl GapChange {
    fn on(&self, machine: MachineId) -> ChangeRow {
        ChangeRow {
            change: self.change,
            machine,
            gap: Arc::clone(&self.gap),
            replaced_by: self.replaced_by.clone(),
            since: self.since,
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
                    all(history, *machine, (*change, *answer))?.try_for_each(&mut *take)?;
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
    (change, answer): (Change, DatedAnswer),
) -> io::Result<impl Iterator<Item = ChangeRow>> {
    let gaps = history.missing(answer.answer)?;
    let known = match change {
        Change::Appeared => Known::default(),
        _ => Known::of(
            history,
            &comparable_before(history, machine, answer.source)?,
            &gaps,
        )?,
    };
    let places = 0..gaps.len();
    Ok(places.map(move |place| {
        let gap = Arc::clone(&gaps[place]);
        ChangeRow {
            since: known.since(&gap.id).unwrap_or(answer.as_of),
            change,
            machine,
            gap,
            replaced_by: None,
        }
    }))
}

/// What the runs before the base know of some gaps of a machine.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Since when each of them was there when the base was told, if earlier than that.
    since: Vec<(KbId, Timestamp)>,
    /// Everything that was ever there.
    ever: HashSet<KbId>,
}

impl Known {
    /// Reads back as far as one of the gaps that the base has was there without a break.
    pub(super) fn of(
        history: &dyn History,
        earlier: &[DatedAnswer],
        gaps: &[Arc<MissingKb>],
    ) -> io::Result<Self> {
        let mut known = Self::default();
        let mut open: Vec<&KbId> = gaps.iter().map(|gap| &gap.id).collect();
        for earlier in earlier {
            if open.is_empty() {
                break;
            }
            let missing = history.missing(earlier.answer)?;
            open.retain(|id| holds(&missing, id));
            for id in &open {
                known.seen(id, earlier.as_of);
            }
        }
        Ok(known)
    }

    /// The same, and whether each of `came` was ever there.
    pub(super) fn with_ever(
        history: &dyn History,
        earlier: &[DatedAnswer],
        (left, came): (&[Arc<MissingKb>], &[Arc<MissingKb>]),
    ) -> io::Result<Self> {
        let mut known = Self::of(history, earlier, left)?;
        if !came.is_empty() {
            known.look_for(history, earlier, came)?;
        }
        Ok(known)
    }

    fn look_for(
        &mut self,
        history: &dyn History,
        earlier: &[DatedAnswer],
        came: &[Arc<MissingKb>],
    ) -> io::Result<()> {
        let mut last = None;
        for earlier in earlier {
            if last != Some(earlier.answer) {
                let missing = history.missing(earlier.answer)?;
                let back = came.iter().filter(|gap| holds(&missing, &gap.id));
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

/// Whether a sorted list of gaps holds a KB.
fn holds(missing: &[Arc<MissingKb>], id: &KbId) -> bool {
    missing.binary_search_by(|gap| gap.id.cmp(id)).is_ok()
}
