//! Sequential calls with retries, for everything except the calls for machines.

use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

use super::warn_of_narrowed;
use crate::{
    defender::{CallError, Class},
    domain::requests::Requests,
    quota::{Limiter, Permit, Refusal, StoreFailed},
};

/// The delay before the first retry; doubled for each further one.
const FIRST_RETRY_DELAY: Duration = Duration::from_secs(1);
/// The maximum delay before a retry.
const MAX_RETRY_DELAY: Duration = Duration::from_mins(1);

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
    /// Whether an attempt that is refused for quota counts. If not, it is repeated until there is quota.
    pub(super) gives_up_without_quota: bool,
}

impl<'run> Retrying<'run> {
    /// Calls with this number of retries, for any failure.
    pub(super) const fn new(limiter: &'run Limiter, retries: u32) -> Self {
        Self {
            limiter,
            retries,
            gives_up_without_quota: true,
        }
    }

    /// Sends a call until there is a result. `what` describes it in the log.
    pub(super) async fn call<T>(
        &self,
        what: &str,
        requests: &mut Requests,
        send: impl AsyncFn(&Permit<'_>) -> Result<T, CallError>,
    ) -> Result<T, NoResult> {
        let mut delay = FIRST_RETRY_DELAY;
        let mut is_retry = false;
        let mut throttled = 0;
        let mut failed = 0;
        loop {
            let permit = self.limiter.permit().await.map_err(NoResult::Store)?;
            requests.sent += 1;
            requests.retried += u64::from(is_retry);
            is_retry = true;
            let reply = send(&permit).await;
            drop(permit);
            let error = match reply {
                Ok(result) => {
                    self.limiter.answered();
                    return Ok(result);
                }
                Err(error) => error,
            };
            if let Class::Throttled(_) = error.class {
                requests.throttled += 1;
                throttled += 1;
                self.pause(&error, throttled > 1);
                failed += u32::from(self.gives_up_without_quota);
            } else {
                failed += 1;
            }
            match error.class {
                _ if failed > self.retries => return Err(NoResult::Failed(error)),
                Class::Throttled(_) | Class::TokenRejected | Class::TokenSuperseded => {}
                Class::Retryable(wait) => {
                    warn!("{what}: {}; retrying", error.failure.describe());
                    sleep(wait.unwrap_or(delay)).await;
                    delay = (delay * 2).min(MAX_RETRY_DELAY);
                }
                _ => return Err(NoResult::Failed(error)),
            }
        }
    }

    /// Pauses all callers after a refusal for quota.
    fn pause(&self, error: &CallError, is_repeated: bool) {
        let refusal = Refusal {
            is_repeated,
            ..error.quota_refusal().unwrap_or_default()
        };
        if let Some(limits) = self.limiter.throttled(refusal).narrowed {
            warn_of_narrowed(self.limiter.api(), &limits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{api::Api, outcome::Reason},
        quota::{Gate, Rules},
    };

    /// The limits after a call that is refused five times with this message.
    async fn limits_after(words: &str) -> String {
        let gate = Gate::new(|_| Rules {
            limits: "100/min".parse().unwrap(),
            ..Rules::default()
        });
        let retrying = Retrying {
            limiter: gate.limiter(Api::Hunting),
            retries: 1,
            gives_up_without_quota: false,
        };
        let mut requests = Requests::default();
        for _ in 0..60 {
            let answered = retrying.call("it", &mut requests, async |_| Ok(()));
            assert!(answered.await.is_ok());
        }
        let attempts = std::cell::Cell::new(0);
        let refused = async |_: &Permit<'_>| {
            attempts.set(attempts.get() + 1);
            let class = Class::Throttled(Some(Duration::from_secs(1)));
            let error = CallError::without_reply(class, Reason::Throttled, words);
            if attempts.get() > 5 {
                Ok(())
            } else {
                Err(error)
            }
        };
        let answered = retrying.call("it", &mut requests, refused);
        assert!(answered.await.is_ok());
        assert_eq!(requests.throttled, 5);
        retrying.limiter.limits().to_string()
    }

    /// The number of attempts of a call with one retry that fails once after this many refusals for
    /// quota, and whether it succeeds.
    async fn attempts(refusals: u32, gives_up_without_quota: bool) -> (u32, bool) {
        let gate = Gate::new(|_| Rules::default());
        let retrying = Retrying {
            limiter: gate.limiter(Api::Machines),
            retries: 1,
            gives_up_without_quota,
        };
        let attempts = std::cell::Cell::new(0);
        let send = async |_: &Permit<'_>| {
            attempts.set(attempts.get() + 1);
            let (class, reason) = match attempts.get() {
                attempt if attempt <= refusals => (Class::Throttled(None), Reason::Throttled),
                attempt if attempt == refusals + 1 => (Class::Retryable(None), Reason::ServerError),
                _ => return Ok(()),
            };
            Err(CallError::without_reply(class, reason, ""))
        };
        let result = retrying.call("it", &mut Requests::default(), send).await;
        (attempts.get(), result.is_ok())
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_for_quota_count_as_attempts_only_if_a_call_gives_up_without_quota() {
        assert_eq!(attempts(0, false).await, (2, true));
        assert_eq!(attempts(5, false).await, (7, true));
        assert_eq!(attempts(0, true).await, (2, true));
        assert_eq!(attempts(1, true).await, (2, false));
        assert_eq!(attempts(5, true).await, (2, false));
    }

    /// A query may use too much CPU time every time it is sent.
    #[tokio::test(start_paused = true)]
    async fn only_a_named_limit_is_learned_from_one_call() {
        assert_eq!(limits_after("The query takes too long").await, "100/min");
        assert_eq!(
            limits_after("maximum allowed 45 per 00:01:00").await,
            "45/min"
        );
    }
}
