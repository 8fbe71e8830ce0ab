//! One run at a time with one app registration.

use jiff::Timestamp;
use tracing::warn;

use crate::{
    run::{RunError, deadline, identity::Identity, input::RunInput, messages::busy},
    store::{Lock, Store, Waited},
};

/// The right to send calls with an app registration.
pub(in crate::run) struct TenantLock {
    _lock: Lock,
    /// What was waited for before.
    pub(super) waited: Option<Waited>,
}

impl TenantLock {
    /// Waits until no other process sends calls with the same app registration.
    pub(super) async fn take(
        input: RunInput<'_>,
        store: &Store,
        identity: &Identity,
    ) -> Result<Self, RunError> {
        let application = &identity.application;
        let mut waited = None;
        let say_busy = || {
            // Where it cannot be read, that is said when the run begins.
            let at_work = store.at_work(application).ok().flatten();
            let tally = at_work.and_then(|run| store.tally(run).ok());
            warn!("{}", busy(tally));
            waited = Some(Waited {
                since: input.started.timestamp(),
                run: at_work,
            });
        };
        let lock = Lock::take(store.path(), application, say_busy);
        tokio::select! {
            // Where no other process is in the way the time may be up already, and there are answers
            // to report all the same.
            biased;
            lock = lock => Ok(Self { _lock: lock?, waited }),
            () = input.stops.gentle.cancelled() => Err(RunError::Interrupted),
            () = deadline::reached(input.config.until, Timestamp::now) => Err(RunError::StillBusy),
        }
    }
}
