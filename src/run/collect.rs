//! The asking: fetcher, store, progress and time limits, wired together.

use std::{convert::Infallible, future::pending, mem, sync::Arc};

use jiff::{Timestamp, ZonedDateTime};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{
    RunError, deadline, gate::gate, identity::Identity, interrupt, prepare::Job, work_queue::agenda,
};
use crate::{
    collect::{
        Requests,
        per_machine::{Fetcher, RetryPolicy, Settings, Stops},
    },
    defender::{MissingKbsApi, Session},
    domain::ending::Ending,
    progress::Display,
    store::{Begun, Recorded, Recorder, Store},
};

/// What the asking brought.
pub(crate) struct Asked {
    pub(crate) ending: Ending,
    pub(crate) requests: Requests,
    pub(crate) finished_at: Timestamp,
    pub(crate) recorded: Recorded,
}

impl Job<'_> {
    /// Asks for every machine that is left, keeps what comes, and shows how far it is.
    pub(crate) async fn ask(
        &self,
        session: Session,
        store: Store,
        begun: &mut Begun,
        (identity, stops): (&Identity, &Stops),
    ) -> Result<Asked, RunError> {
        let settings = Settings {
            concurrency: self.config.service.concurrency.get(),
            policy: RetryPolicy::with_retries(self.config.service.retries),
            clock: Timestamp::now,
        };
        let gate = gate(self.config, &store, identity)?;
        let recorder =
            Recorder::start(store, begun, &identity.application(), stops.gentle.clone())?;
        // The asking takes hours, and needs no more of them than what is to be done.
        let plan = agenda(mem::take(&mut begun.machines));
        let gate = Arc::new(gate.recording_in(|api| recorder.ledger(api)));
        let fetcher = Fetcher::new(session, gate, settings, plan, stops);
        let display = Display::new(
            self.config.progress,
            self.bar,
            (&self.config.limits, self.config.pace),
            self.config.until,
        );
        display.plan(&fetcher.progress(), &now(self.started));
        let helpers = self.helpers(&fetcher, &recorder)?;
        let ending = tokio::select! {
            ending = fetcher.run(|outcome| recorder.keep(outcome, fetcher.requests())) => ending,
            never = show(&fetcher, &display, self.started) => match never {},
            never = self.watch_time(&fetcher, stops) => match never {},
            never = watch_store(&fetcher, &recorder) => match never {},
        };
        helpers.join();
        display.finish(&fetcher.progress(), &now(self.started));
        let requests = fetcher.requests();
        drop(fetcher);
        Ok(Asked {
            ending,
            requests,
            // Whatever happened to the clock meanwhile.
            finished_at: Timestamp::now().max(begun.started_at),
            recorded: recorder.finish().map_err(RunError::Unreadable)?,
        })
    }

    /// Stops the asking when its time is up. Calls on their way get as long as after an
    /// interruption.
    async fn watch_time<A: MissingKbsApi>(
        &self,
        fetcher: &Fetcher<A>,
        stops: &Stops,
    ) -> Infallible {
        deadline::reached(self.config.until, Timestamp::now).await;
        fetcher.out_of_time();
        sleep(interrupt::GRACE).await;
        stops.hard.cancel();
        pending().await
    }
}

/// Stops the asking when what comes cannot be kept.
async fn watch_store<A: MissingKbsApi>(fetcher: &Fetcher<A>, recorder: &Recorder) -> Infallible {
    recorder.broken().cancelled().await;
    fetcher.store_failed();
    pending().await
}

/// The time now, by the clock on the wall where the run began.
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
