//! What is known when the asking is over: answers in the store, and those that could not be
//! kept.

use std::io;

use jiff::Timestamp;

use crate::{
    aggregate::{Aggregation, Fleet, RankBy},
    domain::{
        gaps::{AnswerRef, DatedAnswer, Gaps, History},
        kb::MissingKbs,
        machine::MachineId,
        outcome::Outcome,
    },
    inventory::Inventory,
    report::output::at_once,
    store::{RunId, Snapshot, Store, StoreError},
};

/// A run's answers, wherever they are.
#[derive(Debug)]
pub(in crate::run) struct Answers {
    kept: Snapshot,
    /// What could not be written to the store.
    unsaved: Vec<Outcome>,
}

impl Answers {
    pub(in crate::run) fn new(store: Store, unsaved: Vec<Outcome>) -> Result<Self, StoreError> {
        Ok(Self {
            kept: Snapshot::of(store, at_once())?,
            unsaved,
        })
    }

    /// The store, to be written to again.
    pub(in crate::run) fn into_store(self) -> Store {
        self.kept.into_store()
    }

    /// The figures of these answers for the run's machines, whose list was read before `now`.
    pub(in crate::run) fn aggregate(
        &self,
        run: RunId,
        inventory: &Inventory,
        rank_by: RankBy,
        now: Timestamp,
    ) -> Result<Fleet, StoreError> {
        let mut aggregation = Aggregation::of(inventory);
        // They come first: what could not be written is newer than what is there.
        for (place, outcome) in (0..).zip(&self.unsaved) {
            aggregation.record(outcome.clone(), AnswerRef(!place));
        }
        let mut take = |outcome, place| aggregation.record(outcome, place);
        self.kept.each_outcome(run, &mut take)?;
        Ok(aggregation.finish(rank_by, now))
    }

    /// What the store says.
    pub(in crate::run) const fn kept(&self) -> &Snapshot {
        &self.kept
    }

    /// The unsaved outcome at a place that is none of the store's.
    fn unsaved(&self, answer: AnswerRef) -> Option<&Outcome> {
        self.unsaved.get(usize::try_from(!answer.0).ok()?)
    }
}

impl History for Answers {
    fn before_base(&self, machine: MachineId) -> io::Result<Vec<DatedAnswer>> {
        self.kept.before_base(machine)
    }
}

impl Gaps for Answers {
    fn missing(&self, answer: AnswerRef) -> io::Result<MissingKbs> {
        let Some(outcome) = self.unsaved(answer) else {
            return self.kept.missing(answer);
        };
        let answer = outcome.result.as_ref();
        Ok(answer.map_or_else(|_| MissingKbs::default(), |it| it.missing.clone()))
    }
}
