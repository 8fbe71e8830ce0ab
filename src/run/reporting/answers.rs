//! The answers after collecting: those in the store, and those that could not be stored.

use std::io;

use crate::{
    domain::{
        gaps::{AnswerRef, Gaps},
        kb::MissingKbs,
        outcome::Outcome,
        since::MissingSince,
    },
    report::output::readers,
    store::{RunId, RunRecord, Snapshot, Store, StoreError},
};

/// The answers of a run, stored or not.
#[derive(Debug)]
pub(in crate::run) struct Answers {
    kept: Snapshot,
    /// The outcomes that could not be written to the store.
    unsaved: Vec<Outcome>,
}

impl Answers {
    /// `machines` is the number of machines of the run.
    pub(in crate::run) fn new(
        store: Store,
        run: &RunRecord,
        machines: usize,
        mut unsaved: Vec<Outcome>,
    ) -> Result<Self, StoreError> {
        for outcome in &mut unsaved {
            store.continue_since(run.service_number, outcome)?;
        }
        Ok(Self {
            kept: Snapshot::of(store, readers(machines))?,
            unsaved,
        })
    }

    /// The store, for writing again.
    pub(in crate::run) fn into_store(self) -> Store {
        self.kept.into_store()
    }

    /// Passes on the outcomes of a run.
    pub(in crate::run) fn for_each_outcome(
        &self,
        run: RunId,
        record: &mut dyn FnMut(Outcome, AnswerRef),
    ) -> Result<(), StoreError> {
        // These come first, because they are newer than those in the store.
        for (index, outcome) in (0..).zip(&self.unsaved) {
            record(outcome.clone(), AnswerRef(!index));
        }
        self.kept.for_each_outcome(run, record)
    }

    /// The snapshot of the store.
    pub(in crate::run) const fn kept(&self) -> &Snapshot {
        &self.kept
    }

    /// The unsaved outcome with this reference, unless the reference belongs to the store.
    fn unsaved(&self, answer: AnswerRef) -> Option<&Outcome> {
        self.unsaved.get(usize::try_from(!answer.0).ok()?)
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

    fn since(&self, answer: AnswerRef) -> io::Result<MissingSince> {
        let Some(outcome) = self.unsaved(answer) else {
            return self.kept.since(answer);
        };
        let answer = outcome.result.as_ref();
        Ok(answer.map_or_else(|_| MissingSince::default(), |it| it.since.clone()))
    }
}
