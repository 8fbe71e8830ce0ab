//! One call after the other, each with retries: for the few calls besides those for machines.

use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

use super::Requests;
use crate::{
    defender::{CallError, Class},
    quota::{Limiter, Permit, StoreFailed},
};

/// The delay before the first retry; it doubles with each.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The longest delay before a retry.
const LONGEST_DELAY: Duration = Duration::from_mins(1);

/// Why a call has no result.
#[derive(Debug)]
pub(super) enum NoResult {
    /// The service refuses it, or gave no answer after all retries.
    Failed(CallError),
    /// The call could not be recorded.
    Store(StoreFailed),
}

/// Sends calls to one API, with retries.
pub(super) struct Retrying<'run> {
    pub(super) limiter: &'run Limiter,
    /// The number of attempts after the first.
    pub(super) retries: u32,
    /// Whether an attempt that is refused for quota counts as one. If not, it is repeated until
    /// there is quota.
    pub(super) gives_up_without_quota: bool,
}

impl Retrying<'_> {
    /// Sends a call until there is a result. `what` names it in the log.
    pub(super) async fn call<T>(
        &self,
        what: &str,
        requests: &mut Requests,
        send: impl AsyncFn(&Permit<'_>) -> Result<T, CallError>,
    ) -> Result<T, NoResult> {
        let mut delay = FIRST_DELAY;
        let mut attempts = 0;
        let mut throttled = 0;
        loop {
            let permit = self.limiter.permit().await.map_err(NoResult::Store)?;
            requests.sent += 1;
            requests.retried += u64::from(attempts > 0);
            let reply = send(&permit).await;
            drop(permit);
            let error = match reply {
                Ok(result) => {
                    self.limiter.answered();
                    return Ok(result);
                }
                Err(error) => error,
            };
            attempts += 1;
            match error.class {
                Class::Window(wait) => {
                    requests.throttled += 1;
                    throttled += 1;
                    self.limiter.throttled(wait);
                    if self.gives_up_without_quota && throttled > self.retries {
                        return Err(NoResult::Failed(error));
                    }
                }
                Class::Token | Class::StaleToken if attempts <= self.retries => {}
                Class::Call(wait) if attempts <= self.retries => {
                    warn!("{what}: {}; retrying", error.failure.describe());
                    sleep(wait.unwrap_or(delay)).await;
                    delay = (delay * 2).min(LONGEST_DELAY);
                }
                _ => return Err(NoResult::Failed(error)),
            }
        }
    }
}
