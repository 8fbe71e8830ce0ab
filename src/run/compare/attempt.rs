//! What both comparisons need of a run: its answers, and a session for the calls.

use std::collections::HashSet;

use crate::{
    defender::Session,
    domain::{answer::Answer, ending::Ending, machine::MachineId, outcome::Outcome},
    run::{collect::Collected, input::missing_because},
    store::StoreError,
};

/// Why there is no comparison, as worded in the reports.
pub(super) type Missing = String;

/// An attempt to compare the answers of a run.
pub(super) struct Attempt<'run> {
    pub(super) collected: &'run Collected<'run>,
    pub(super) session: &'run Session,
}

impl<'run> Attempt<'run> {
    /// Begins an attempt. A comparison is about all machines, so the run must have requested all of them, and
    /// stored the answers: otherwise it has not finished.
    pub(super) fn begin(collected: &'run Collected<'run>) -> Result<Self, Missing> {
        if collected.ending != Ending::Finished {
            return Err(missing_because(&collected.ending));
        }
        let session = collected.session.as_ref().ok_or("the sign-in failed")?;
        Ok(Self { collected, session })
    }

    /// Passes on the answer of each machine that has one in this run. Returns the others.
    pub(super) fn for_each_answer(
        &self,
        record: &mut dyn FnMut(MachineId, &Answer),
    ) -> Result<HashSet<MachineId>, StoreError> {
        let machines = &self.collected.setup.input.inventory.machines;
        let mut unanswered: HashSet<MachineId> = machines.iter().map(|it| it.id).collect();
        let mut pass_on = |outcome: &Outcome| {
            if let Ok(answer) = &outcome.result
                && unanswered.remove(&outcome.machine)
            {
                record(outcome.machine, answer);
            }
        };
        // These come first, because they are newer than those in the store.
        self.collected.unsaved.iter().for_each(&mut pass_on);
        let store = self.collected.store.lock();
        store.for_each_outcome(self.collected.record.run, &mut |outcome, _| {
            pass_on(&outcome);
        })?;
        Ok(unanswered)
    }
}
