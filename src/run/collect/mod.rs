//! The second phase: requests every remaining machine, and stores the outcomes.

mod work_queue;
mod workers;

use std::{convert::Infallible, future::pending, mem, sync::Arc};

use jiff::{Timestamp, ZonedDateTime};
use tokio::time::{MissedTickBehavior, interval, sleep};

use self::{work_queue::work_queue, workers::Workers};
use super::{
    RunError, deadline,
    gate::{gate, rules},
    input::RunInput,
    interrupt,
    prepare::{Prepared, Setup, no_sign_in},
};
use crate::{
    collect::per_machine::{Fetcher, RetryPolicy, Settings},
    config::Config,
    defender::{MissingKbsApi, Session},
    domain::{api::Api, census::Census, ending::Ending},
    progress::Display,
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
}

/// Collects the remaining machines; none if the sign-in failed.
pub(super) async fn collect(prepared: Prepared<'_>) -> Result<Collected<'_>, RunError> {
    let Prepared {
        setup,
        started,
        store,
        session,
    } = prepared;
    let error = match session {
        Ok(session) => return request(setup, started, store, session).await,
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
    })
}

/// Requests every remaining machine, stores the outcomes, and shows progress.
async fn request(
    setup: Setup<'_>,
    mut started: StartedRun,
    store: Store,
    session: Session,
) -> Result<Collected<'_>, RunError> {
    let input = setup.input;
    let gate = gate(input.config, &store, &setup.identity)?;
    let hurry = input.stops.gentle.clone();
    let recorder = Recorder::start(store, &started, &setup.identity.application, hurry)?;
    // Collecting takes hours and needs only the work queue, so the machines' status is dropped
    // here.
    let plan = work_queue(mem::take(&mut started.machines));
    let gate = Arc::new(gate.recording_in(|api| recorder.ledger(api)));
    let for_census = input
        .config
        .census
        .then(|| session.over_other_connections());
    let for_census = for_census.transpose()?;
    let fetcher = Fetcher::new(session, gate, settings(input.config), plan, input.stops);
    let ending = drive(input, &fetcher, &recorder).await?;
    let requests = fetcher.requests();
    drop(fetcher);
    let record = finished_now(started.record);
    Ok(Collected {
        setup,
        record: RunRecord {
            requests: record.requests.plus(requests),
            ..record
        },
        ending,
        recorded: recorder.finish().map_err(RunError::Unreadable)?,
        session: for_census,
        census: None,
    })
}

/// Runs the fetcher to its end, along with progress, the deadline and the watch on the store.
async fn drive(
    input: RunInput<'_>,
    fetcher: &Fetcher<Session>,
    recorder: &Recorder,
) -> Result<Ending, RunError> {
    let config = input.config;
    let display = Display::new(
        config.progress,
        input.bar,
        rules(config, Api::MissingKbs),
        config.until,
    );
    display.plan(&fetcher.progress(), &now(input.started));
    let workers = Workers::start(config.service.concurrency.get(), fetcher, recorder)?;
    let ending = tokio::select! {
        ending = fetcher.run(|outcome| recorder.record(outcome, fetcher.requests())) => ending,
        never = show(fetcher, &display, input.started) => match never {},
        never = watch_time(input, fetcher) => match never {},
        never = watch_store(fetcher, recorder) => match never {},
    };
    workers.join();
    display.finish(&fetcher.progress(), &now(input.started));
    Ok(ending)
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
