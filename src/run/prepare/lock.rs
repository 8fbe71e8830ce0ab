//! One run at a time per app registration.

use jiff::Timestamp;
use tracing::warn;

use crate::{
    run::{RunError, deadline, identity::Identity, input::RunInput, messages::busy},
    store::{Lock, Store, WaitedFor},
};

/// The exclusive right to send calls with an app registration.
pub(in crate::run) struct TenantLock {
    _lock: Lock,
    /// The other process that this one waited for, if any.
    pub(super) waited: Option<WaitedFor>,
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
            // If the store cannot be read, this is reported when the run begins.
            let at_work = store.run_in_progress(application).ok().flatten();
            let tally = at_work.and_then(|run| store.tally(run).ok());
            warn!("{}", busy(tally));
            waited = Some(WaitedFor {
                since: input.started.timestamp(),
                run: at_work,
            });
        };
        let lock = Lock::acquire(store.path(), application, say_busy);
        tokio::select! {
            // The lock comes first: even if the deadline has passed, there may be answers to
            // report, as long as no other process is in progress.
            biased;
            lock = lock => Ok(Self { _lock: lock?, waited }),
            () = input.stops.gentle.cancelled() => Err(RunError::Interrupted),
            () = deadline::reached(input.config.until, Timestamp::now) => Err(RunError::StillBusy),
        }
    }
}
