//! The second phase: requests every remaining machine, and stores the outcomes.

mod rounds;
mod work_queue;
mod workers;

use std::{convert::Infallible, future::pending, mem, sync::Arc};

use jiff::{Timestamp, ZonedDateTime};
use tokio::time::{MissedTickBehavior, interval, sleep};

use self::{
    rounds::{Listener, Rounds},
    work_queue::work_queue,
    workers::Workers,
};
use super::{
    RunError, deadline,
    gate::{gate, rules},
    input::RunInput,
    interrupt,
    prepare::{Prepared, Setup, no_sign_in},
    selective::Selection,
};
use crate::{
    collect::{
        Requests,
        per_machine::{Fetcher, Plan, RetryPolicy, Settings},
    },
    config::Config,
    defender::{MissingKbsApi, Session},
    domain::{api::Api, census::Census, ending::Ending},
    progress::Display,
    quota::Gate,
    store::{Recorded, Recorder, RunRecord, StartedRun, Store},
};

/// A run that has finished sending requests.
pub(super) struct Collected<'run> {
    pub(super) setup: Setup<'run>,
    /// Includes the requests of all sessions, and the time of the last answer.
    pub(super) record: RunRecord,
    pub(super) ending: Ending,
    pub(super) recorded: Recorded,
    /// The session, if a census is wanted.
    pub(super) session: Option<Session>,
    pub(super) census: Option<Census>,
    /// Which machines were called for; `None` for all.
    pub(super) selection: Option<Selection>,
}

/// Collects the remaining machines; none if the sign-in failed.
pub(super) async fn collect(prepared: Prepared<'_>) -> Result<Collected<'_>, RunError> {
    let Prepared {
        setup,
        started,
        store,
        session,
        selection,
    } = prepared;
    let error = match session {
        Ok(session) => {
            let collector = Collector {
                setup,
                session,
                selection,
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
        selection: None,
    })
}

/// What collecting takes besides the store.
struct Collector<'run> {
    setup: Setup<'run>,
    session: Session,
    selection: Option<Selection>,
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
        let for_census = input
            .config
            .census
            .then(|| self.session.over_other_connections());
        let for_census = for_census.transpose()?;
        // Collecting takes hours, so the machines' status is dropped as soon as it is not needed.
        let machines = mem::take(&mut started.machines);
        let call = Call {
            input,
            gate: Arc::new(gate.recording_in(|api| recorder.ledger(api))),
            recorder: &recorder,
            session: self.session,
        };
        let ended = match &self.selection {
            Some(selection) => {
                Rounds::new(call, machines, Arc::clone(&selection.selector))
                    .collect()
                    .await?
            }
            None => {
                call.collect(work_queue(machines), &Listener::default())
                    .await?
            }
        };
        let record = finished_now(started.record);
        let record = RunRecord {
            requests: record.requests.plus(ended.requests),
            ..record
        };
        let mut written = recorder.finish().map_err(RunError::Unreadable)?;
        if let (Some(selection), None) = (&self.selection, &written.failure) {
            selection.keep(&record, &mut written.store);
        }
        Ok(Collected {
            setup: self.setup,
            record,
            ending: ended.ending,
            recorded: written,
            session: for_census,
            census: None,
            selection: self.selection,
        })
    }
}

/// What calls for machines take.
struct Call<'run> {
    input: RunInput<'run>,
    gate: Arc<Gate>,
    recorder: &'run Recorder,
    session: Session,
}

/// How collecting ended.
struct Ended {
    ending: Ending,
    /// The calls that this process has sent for the run.
    requests: Requests,
}

impl Call<'_> {
    /// Requests the machines of a plan. Each outcome is stored, and passed on to the listener.
    async fn collect(&self, plan: Plan, listener: &Listener) -> Result<Ended, RunError> {
        let session = self.session.over_other_connections()?;
        let gate = Arc::clone(&self.gate);
        let settings = settings(self.input.config);
        let fetcher = Fetcher::new(session, gate, settings, plan, self.input.stops);
        let ending = self.drive(&fetcher, listener).await?;
        Ok(Ended {
            ending,
            requests: fetcher.requests(),
        })
    }

    /// Runs the fetcher to its end, along with progress, the deadline and the watch on the store.
    async fn drive(
        &self,
        fetcher: &Fetcher<Session>,
        listener: &Listener,
    ) -> Result<Ending, RunError> {
        let (input, config, recorder) = (self.input, self.input.config, self.recorder);
        let display = Display::new(
            config.progress,
            input.bar,
            rules(config, Api::MissingKbs),
            config.until,
        );
        display.plan(&fetcher.progress(), &now(input.started));
        let calls = config.service.concurrency.get();
        let workers = Workers::start(calls, fetcher, recorder, listener)?;
        let ending = tokio::select! {
            ending = fetcher.run(|outcome| {
                listener.hear(&outcome);
                recorder.record(outcome, fetcher.requests());
            }) => ending,
            never = show(fetcher, &display, input.started) => match never {},
            never = watch_time(input, fetcher) => match never {},
            never = watch_store(fetcher, recorder) => match never {},
        };
        workers.join();
        display.finish(&fetcher.progress(), &now(input.started));
        Ok(ending)
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        concurrency: config.service.concurrency.get(),
        policy: RetryPolicy::with_retries(config.service.retries),
        clock: Timestamp::now,
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

/// Stops the run at its deadline. Calls in flight have the same grace period as after an
/// interruption.
async fn watch_time<A: MissingKbsApi>(input: RunInput<'_>, fetcher: &Fetcher<A>) -> Infallible {
    deadline::reached(input.config.until, Timestamp::now).await;
    fetcher.out_of_time();
    sleep(interrupt::GRACE).await;
    input.stops.hard.cancel();
    pending().await
}

/// Stops the run when outcomes can no longer be stored.
async fn watch_store<A: MissingKbsApi>(fetcher: &Fetcher<A>, recorder: &Recorder) -> Infallible {
    recorder.broken().cancelled().await;
    fetcher.store_failed();
    pending().await
}

/// The current time, in the time zone in which the run began.
fn now(started: &ZonedDateTime) -> ZonedDateTime {
    Timestamp::now().to_zoned_datetime(started.time_zone().clone())
}

/// Shows progress until it is dropped.
async fn show<A: MissingKbsApi>(
    fetcher: &Fetcher<A>,
    display: &Display,
    started: &ZonedDateTime,
) -> Infallible {
    let Some(period) = display.period() else {
        return pending().await;
    };
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        display.show(&fetcher.progress(), &now(started));
    }
}
