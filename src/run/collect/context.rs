//! Requests the machines of a plan, with progress, deadline and a watch on the store.

use std::{convert::Infallible, future::pending, sync::Arc};

use jiff::{Timestamp, ZonedDateTime};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{listener::Listener, workers::Workers};
use crate::{
    collect::per_machine::{Fetcher, Plan, RetryPolicy, Settings},
    config::Config,
    defender::{MissingKbsApi, Session},
    domain::{ending::Ending, requests::Requests},
    progress::Display,
    quota::Gate,
    run::{RunError, deadline, input::RunInput, interrupt},
    store::Recorder,
};

/// The shared context for requesting machines.
pub(super) struct CollectContext<'run> {
    pub(super) input: RunInput<'run>,
    pub(super) gate: Arc<Gate>,
    pub(super) recorder: &'run Recorder,
    pub(super) session: Session,
}

/// How collecting ended.
pub(super) struct Ended {
    pub(super) ending: Ending,
    /// The calls that this process has sent for the run.
    pub(super) requests: Requests,
}

impl CollectContext<'_> {
    /// Requests the machines of a plan. Stores each outcome, and passes it on to the listener.
    pub(super) async fn collect(&self, plan: Plan, listener: &Listener) -> Result<Ended, RunError> {
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

    /// Runs the fetcher to its end, with progress, deadline and a watch on the store.
    async fn drive(
        &self,
        fetcher: &Fetcher<Session>,
        listener: &Listener,
    ) -> Result<Ending, RunError> {
        let (input, config, recorder) = (self.input, self.input.config, self.recorder);
        let display = Display::new(config.progress, input.bar, config.pace, config.until);
        display.plan(&fetcher.progress(), &now(input.started));
        let calls = config.service.concurrency.get();
        if config.until.is_some_and(|until| Timestamp::now() >= until) {
            // Before a first call can be sent.
            fetcher.out_of_time();
        }
        let workers = Workers::start(calls, fetcher, recorder, listener)?;
        let ending = tokio::select! {
            ending = fetcher.run(|outcome| {
                listener.record(&outcome);
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
