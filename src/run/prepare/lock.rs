//! One run at a time per app registration.

use jiff::Timestamp;
use tracing::warn;

use crate::{
    run::{RunError, deadline, identity::Identity, input::RunInput, messages::waiting_for_other},
    store::{Lock, Store, WaitedFor},
};

/// The exclusive right to send calls with an app registration.
pub(in crate::run) struct TenantLock {
    _lock: Lock,
    /// The other process that this one waited for, if any.
    pub(super) waited_for: Option<WaitedFor>,
}

impl TenantLock {
    /// Waits until no other process sends calls with the same app registration.
    pub(super) async fn take(
        input: RunInput<'_>,
        store: &Store,
        identity: &Identity,
    ) -> Result<Self, RunError> {
        let application = &identity.application;
        let mut waited_for = None;
        let report_busy = || {
            // An unreadable store is reported when the run begins.
            let in_progress = store.run_in_progress(application).ok().flatten();
            let counts = in_progress.and_then(|run| store.tally(run).ok());
            warn!("{}", waiting_for_other(counts));
            waited_for = Some(WaitedFor {
                since: input.started.timestamp(),
                run: in_progress,
            });
        };
        let lock = Lock::acquire(store.path(), application, report_busy);
        tokio::select! {
            // The lock comes first: even if the deadline has passed, there may be answers to
            // report, as long as no other process is in progress.
            biased;
            lock = lock => Ok(Self { _lock: lock?, waited_for }),
            () = input.stops.gentle.cancelled() => Err(RunError::Interrupted),
            () = deadline::reached(input.config.until, Timestamp::now) => Err(RunError::StillBusy),
        }
    }
}
