//! What both comparisons need of a run: its answers, and the store for the calls.

use std::{collections::HashSet, sync::Arc};

use parking_lot::Mutex;

use crate::{
    defender::Session,
    domain::{answer::Answer, machine::MachineId, outcome::Outcome},
    run::{
        RunError, collect::Collected, lend::lend, prepare::Setup,
        selective::selection::RequestedMachines,
    },
    store::{Recorded, RunRecord, Store, StoreError},
};

/// Why there is no comparison, as worded in the reports.
pub(super) type Missing = String;

/// An attempt to compare the answers of a run.
pub(super) struct Attempt<'run> {
    pub(super) setup: &'run Setup<'run>,
    pub(super) record: &'run RunRecord,
    pub(super) calls: &'run RequestedMachines,
    pub(super) session: &'run Session,
    /// Lent to the ledger of the calls during the attempt.
    pub(super) store: &'run Arc<Mutex<Store>>,
    unsaved: &'run [Outcome],
}

/// Lends the store of a run to a comparison, unless there is an obstacle.
pub(super) async fn attempt<'run, T>(
    collected: Collected<'run>,
    obstacle: Option<Missing>,
    compare: impl AsyncFnOnce(Attempt<'_>) -> Result<T, Missing>,
) -> Result<(Collected<'run>, Result<T, Missing>), RunError> {
    let (store, compared) = lend(collected.recorded.store, async |store| {
        match (obstacle, &collected.session) {
            (Some(because), _) => Err(because),
            (None, None) => Err("the sign-in failed".to_owned()),
            (None, Some(session)) => {
                let attempt = Attempt {
                    setup: &collected.setup,
                    record: &collected.record,
                    calls: &collected.calls,
                    session,
                    store,
                    unsaved: &collected.recorded.unsaved,
                };
                compare(attempt).await
            }
        }
    })
    .await?;
    let collected = Collected {
        recorded: Recorded {
            store,
            ..collected.recorded
        },
        ..collected
    };
    Ok((collected, compared))
}

impl Attempt<'_> {
    /// Passes on the answer of each machine that has one in this run. Returns the others.
    pub(super) fn for_each_answer(
        &self,
        record: &mut dyn FnMut(MachineId, &Answer),
    ) -> Result<HashSet<MachineId>, StoreError> {
        let machines = &self.setup.input.inventory.machines;
        let mut unanswered: HashSet<MachineId> = machines.iter().map(|it| it.id).collect();
        let mut pass_on = |outcome: &Outcome| {
            if let Ok(answer) = &outcome.result
                && unanswered.remove(&outcome.machine)
            {
                record(outcome.machine, answer);
            }
        };
        // These come first, because they are newer than those in the store.
        self.unsaved.iter().for_each(&mut pass_on);
        let store = self.store.lock();
        store.for_each_outcome(self.record.run, &mut |outcome, _| pass_on(&outcome))?;
        Ok(unanswered)
    }
}
