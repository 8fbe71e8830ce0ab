//! The second phase: requests every remaining machine, and stores the outcomes.

mod context;
mod listener;
mod rounds;
mod work_queue;
mod workers;

use std::{mem, sync::Arc};

use jiff::Timestamp;

use self::{
    context::{CollectContext, Ended},
    listener::Listener,
    rounds::Rounds,
    work_queue::work_queue,
};
use super::{
    RunError,
    gate::gate,
    prepare::{Prepared, Setup, no_sign_in},
    selective::selection::RequestedMachines,
    shared_store::SharedStore,
};
use crate::{
    defender::{Session, auth::SignInError},
    domain::{
        census::Census, cross_check::CrossCheck, ending::Ending, outcome::Outcome,
        requests::Requests,
    },
    store::{MachineAtStart, Recorder, RunRecord, StoreError},
};

/// A run that has finished sending requests.
pub(super) struct Collected<'run> {
    pub(super) setup: Setup<'run>,
    /// Includes the requests of all sessions, and the time of the last answer.
    pub(super) record: RunRecord,
    pub(super) ending: Ending,
    pub(super) store: SharedStore,
    /// Outcomes that could not be stored.
    pub(super) unsaved: Vec<Outcome>,
    /// Why they could not be stored.
    pub(super) failure: Option<StoreError>,
    /// The session, for a census or a comparison with a second source.
    pub(super) session: Option<Session>,
    pub(super) census: Option<Census>,
    pub(super) cross_check: Option<CrossCheck>,
    /// Which machines were requested.
    pub(super) requested: RequestedMachines,
}

/// Collects the remaining machines, stores the outcomes, and shows progress; none if the sign-in failed.
pub(super) async fn collect(
    prepared: Prepared<'_>,
    requested: RequestedMachines,
) -> Result<Collected<'_>, RunError> {
    let Prepared {
        setup,
        mut started,
        store,
        session,
        ..
    } = prepared;
    let session = match session {
        Ok(session) => session,
        Err(error) => return Ok(nothing_collected(setup, started.record, store, &error)),
    };
    let input = setup.input;
    let store = store.into_store(input.state)?;
    let gate = gate(input.config, &store, &setup.identity)?;
    let stop_waiting = input.stops.gentle.clone();
    let recorder = Recorder::start(store, &started, &setup.identity.application, stop_waiting)?;
    let is_wanted = input.config.census || input.config.cross_check.is_some();
    let for_comparisons = is_wanted.then(|| session.over_other_connections());
    let for_comparisons = for_comparisons.transpose()?;
    // Collecting takes hours, so the machines' status is dropped as soon as it is not needed.
    let machines = mem::take(&mut started.machines);
    let context = CollectContext {
        input,
        gate: Arc::new(gate.recording_in(|api| recorder.ledger(api))),
        recorder: &recorder,
        session,
    };
    let ended = collect_by(&requested, context, machines).await?;
    let record = finished_now(started.record);
    let record = RunRecord {
        requests: record.requests.plus(ended.requests),
        ..record
    };
    let mut written = recorder.finish().map_err(RunError::Unreadable)?;
    let is_unsaved = !written.unsaved.is_empty();
    let (ending, failure) = apply_store_failure(ended.ending, is_unsaved, written.failure);
    if let (Some(selection), None) = (requested.selection(), &failure) {
        selection.keep(&record, &ending, &mut written.store);
    }
    Ok(Collected {
        setup,
        record,
        ending,
        store: SharedStore::new(written.store),
        unsaved: written.unsaved,
        failure,
        session: for_comparisons,
        census: None,
        cross_check: None,
        requested,
    })
}

/// A run that could not sign in: there are stored answers to report.
fn nothing_collected<'run>(
    setup: Setup<'run>,
    record: RunRecord,
    store: SharedStore,
    error: &SignInError,
) -> Collected<'run> {
    Collected {
        setup,
        record: finished_now(record),
        ending: no_sign_in(error),
        store,
        unsaved: Vec::new(),
        failure: None,
        session: None,
        census: None,
        cross_check: None,
        requested: RequestedMachines::Every,
    }
}

/// Collects the outcomes of these machines, from the source of the run.
async fn collect_by(
    requested: &RequestedMachines,
    context: CollectContext<'_>,
    machines: Vec<MachineAtStart>,
) -> Result<Ended, RunError> {
    match requested {
        RequestedMachines::Selected(selection) => {
            let selector = Arc::clone(&selection.selector);
            Rounds::new(context, machines, selector).collect().await
        }
        RequestedMachines::Every | RequestedMachines::EveryBecause(_) => {
            let queue = work_queue(machines);
            context.collect(queue, &Listener::default()).await
        }
        RequestedMachines::Bulk(source) => {
            for outcome in source.outcomes(&machines) {
                context.recorder.record(outcome, source.requests);
            }
            Ok(Ended {
                ending: Ending::Finished,
                requests: source.requests,
            })
        }
        RequestedMachines::NoBulk(ending) => Ok(Ended {
            ending: ending.clone(),
            requests: Requests::default(),
        }),
    }
}

/// The record of a run that has just received its last answer; never before its start, even if the
/// clock was set back.
fn finished_now(record: RunRecord) -> RunRecord {
    RunRecord {
        finished_at: Some(Timestamp::now().max(record.started_at)),
        ..record
    }
}

/// The effect of a store failure on a run in which everything was requested: none if the store
/// recovered before the end; otherwise the next start has to request the lost answers again.
fn apply_store_failure(
    ending: Ending,
    is_unsaved: bool,
    failure: Option<StoreError>,
) -> (Ending, Option<StoreError>) {
    match (ending, is_unsaved) {
        (Ending::Finished, false) => (Ending::Finished, None),
        (Ending::Finished, true) => (Ending::StoreFailed, failure),
        (ending, _) => (ending, failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Problem;

    #[test]
    fn recovered_store_is_not_a_failure() {
        use Ending::{Finished, Interrupted, StoreFailed};
        for (ending, is_unsaved, expected, is_failure) in [
            (Finished, false, Finished, false),
            (Finished, true, StoreFailed, true),
            (Interrupted, false, Interrupted, true),
            (StoreFailed, true, StoreFailed, true),
        ] {
            let failure = StoreError {
                path: "patchgap.sqlite".into(),
                problem: Problem::ReadOnly,
            };
            let (settled, failure) = apply_store_failure(ending, is_unsaved, Some(failure));
            assert_eq!((settled, failure.is_some()), (expected, is_failure));
        }
    }
}
