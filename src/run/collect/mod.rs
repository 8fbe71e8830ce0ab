//! The second phase: requests every remaining machine, and stores the outcomes.

mod call;
mod listener;
mod rounds;
mod work_queue;
mod workers;

use std::{mem, sync::Arc};

use jiff::Timestamp;

use self::{
    call::{Call, Ended},
    listener::Listener,
    rounds::Rounds,
    work_queue::work_queue,
};
use super::{
    RunError,
    gate::gate,
    prepare::{Prepared, Setup, no_sign_in},
    selective::selection::Calls,
};
use crate::{
    collect::Requests,
    defender::Session,
    domain::{census::Census, cross_check::CrossCheck, ending::Ending},
    store::{MachineProgress, Recorded, Recorder, RunRecord, StartedRun, Store},
};

/// A run that has finished sending requests.
pub(super) struct Collected<'run> {
    pub(super) setup: Setup<'run>,
    /// Includes the requests of all sessions, and the time of the last answer.
    pub(super) record: RunRecord,
    pub(super) ending: Ending,
    pub(super) recorded: Recorded,
    /// The session, for a census or a comparison with a second source.
    pub(super) session: Option<Session>,
    pub(super) census: Option<Census>,
    pub(super) cross_check: Option<CrossCheck>,
    /// Which machines were requested.
    pub(super) calls: Calls,
}

/// Collects the remaining machines; none if the sign-in failed.
pub(super) async fn collect(prepared: Prepared<'_>) -> Result<Collected<'_>, RunError> {
    let Prepared {
        setup,
        started,
        store,
        session,
        calls,
        ..
    } = prepared;
    let error = match session {
        Ok(session) => {
            let collector = Collector {
                setup,
                session,
                calls,
            };
            return collector.request(started, store).await;
        }
        Err(error) => error,
    };
    Ok(Collected {
        setup,
        record: finished_now(started.record),
        ending: no_sign_in(&error),
        recorded: Recorded {
            store,
            unsaved: Vec::new(),
            failure: None,
        },
        session: None,
        census: None,
        cross_check: None,
        calls: Calls::Every,
    })
}

/// The context of collecting, except the store.
struct Collector<'run> {
    setup: Setup<'run>,
    session: Session,
    calls: Calls,
}

impl<'run> Collector<'run> {
    /// Requests the remaining machines, stores the outcomes, and shows progress.
    async fn request(
        self,
        mut started: StartedRun,
        store: Store,
    ) -> Result<Collected<'run>, RunError> {
        let input = self.setup.input;
        let gate = gate(input.config, &store, &self.setup.identity)?;
        let hurry = input.stops.gentle.clone();
        let recorder = Recorder::start(store, &started, &self.setup.identity.application, hurry)?;
        let is_wanted = input.config.census || input.config.cross_check.is_some();
        let for_comparisons = is_wanted.then(|| self.session.over_other_connections());
        let for_comparisons = for_comparisons.transpose()?;
        // Collecting takes hours, so the machines' status is dropped as soon as it is not needed.
        let machines = mem::take(&mut started.machines);
        let call = Call {
            input,
            gate: Arc::new(gate.recording_in(|api| recorder.ledger(api))),
            recorder: &recorder,
            session: self.session,
        };
        let ended = collect_by(&self.calls, call, machines).await?;
        let record = finished_now(started.record);
        let record = RunRecord {
            requests: record.requests.plus(ended.requests),
            ..record
        };
        let mut written = recorder.finish().map_err(RunError::Unreadable)?;
        if let (Some(selection), None) = (self.calls.selection(), &written.failure) {
            selection.keep(&record, &ended.ending, &mut written.store);
        }
        Ok(Collected {
            setup: self.setup,
            record,
            ending: ended.ending,
            recorded: written,
            session: for_comparisons,
            census: None,
            cross_check: None,
            calls: self.calls,
        })
    }
}

/// Collects the outcomes of these machines, from the source of the run.
async fn collect_by(
    calls: &Calls,
    call: Call<'_>,
    machines: Vec<MachineProgress>,
) -> Result<Ended, RunError> {
    match calls {
        Calls::Selected(selection) => {
            let selector = Arc::clone(&selection.selector);
            Rounds::new(call, machines, selector).collect().await
        }
        Calls::Every | Calls::EveryBecause(_) => {
            let queue = work_queue(machines);
            call.collect(queue, &Listener::default()).await
        }
        Calls::Bulk(source) => {
            for outcome in source.outcomes(&machines) {
                call.recorder.record(outcome, source.requests);
            }
            Ok(Ended {
                ending: Ending::Finished,
                requests: source.requests,
            })
        }
        Calls::NoBulk(ending) => Ok(Ended {
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
