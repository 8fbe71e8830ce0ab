//! What to do about a failed call: the policy is data, the decision a table.

use std::time::Duration;

use crate::defender::{CallError, Class};

/// How often and with which delays a call is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The number of retries, for failures that a retry may resolve.
    pub retries: u32,
    /// The first back-off; doubled for each further one.
    pub first_delay: Duration,
    /// The maximum back-off.
    pub longest_delay: Duration,
}

/// The failed attempts of one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FailureCounts {
    /// Failures of this call itself.
    pub(super) failed: u32,
    /// Refusals for quota.
    pub(super) throttled: u32,
    /// Refusals for quota while other machines were answered.
    pub(super) throttled_alone: u32,
    /// Rejected tokens.
    pub(super) tokens: u32,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Retry after this delay.
    Retry(Duration),
    /// Retry when the quota's pause ends.
    Wait,
    /// Request again late in the run.
    Later,
    /// Record that the machine has no answer.
    GiveUp,
    /// Stop the run: no more requests.
    Stop,
}

/// Factor for the number of refusals for quota if all machines are refused: then the window is the cause, and
/// windows open again, so a machine may wait ten times as often.
const SHARED_REFUSAL_FACTOR: u32 = 10;
/// The number of tokens that may be rejected for one machine while those for others are accepted.
const MAX_REJECTED_TOKENS: u32 = 2;

impl FailureCounts {
    /// Counts a failure; `alone` is whether other machines are answered meanwhile.
    pub(super) fn count(&mut self, class: Class, alone: bool) {
        match class {
            Class::Throttled(_) => {
                self.throttled += 1;
                self.throttled_alone += u32::from(alone);
            }
            Class::TokenRejected => self.tokens += 1,
            // A stale token is replaced by a newer one, whose rejection is counted; without a token nothing
            // was sent.
            Class::TokenSuperseded | Class::NoToken => {}
            Class::Retryable(_) | Class::NotFound | Class::MachineRefused | Class::RunRefused => {
                self.failed += 1;
            }
        }
    }
}

impl RetryPolicy {
    /// The policy with this number of retries.
    pub const fn with_retries(retries: u32) -> Self {
        Self {
            retries,
            first_delay: Duration::from_millis(500),
            longest_delay: Duration::from_secs(30),
        }
    }

    /// The decision about `error`, which `failures` already counts. `jitter`, from 0 to 1, spreads calls that
    /// failed together.
    pub(super) fn decide(
        &self,
        failures: FailureCounts,
        error: &CallError,
        jitter: f64,
    ) -> Decision {
        match error.class {
            Class::RunRefused => Decision::Stop,
            Class::MachineRefused => Decision::GiveUp,
            Class::NotFound => Decision::Later,
            Class::TokenRejected if failures.tokens > MAX_REJECTED_TOKENS => Decision::GiveUp,
            Class::TokenRejected | Class::TokenSuperseded | Class::NoToken => {
                Decision::Retry(Duration::ZERO)
            }
            Class::Throttled(_) if self.throttled_out(failures) => Decision::GiveUp,
            Class::Throttled(_) => Decision::Wait,
            Class::Retryable(_) if failures.failed > self.retries => Decision::GiveUp,
            Class::Retryable(wait) => {
                let backoff = self.backoff(failures.failed, jitter);
                Decision::Retry(wait.map_or(backoff, |wait| wait.max(backoff)))
            }
        }
    }

    /// The shortest delay, for an attempt that the policy does not count.
    pub(super) fn shortest(&self, jitter: f64) -> Duration {
        self.backoff(1, jitter)
    }

    /// The average delay after this number of failures.
    pub(super) fn usual_delay(&self, failed: u32) -> Duration {
        self.backoff(failed, 0.5)
    }

    fn throttled_out(&self, failures: FailureCounts) -> bool {
        failures.throttled_alone > self.retries
            || failures.throttled > self.retries.saturating_mul(SHARED_REFUSAL_FACTOR)
    }

    /// Exponential, between half and all of each step.
    fn backoff(&self, failed: u32, jitter: f64) -> Duration {
        let doublings = failed.saturating_sub(1).min(16);
        let step = self
            .first_delay
            .saturating_mul(1 << doublings)
            .min(self.longest_delay);
        step.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::Reason;

    const POLICY: RetryPolicy = RetryPolicy::with_retries(5);

    fn decide(class: Class, failures: FailureCounts) -> Decision {
        POLICY.decide(
            failures,
            &CallError::without_reply(class, Reason::ServerError, ""),
            1.0,
        )
    }

    fn failed(failed: u32) -> FailureCounts {
        FailureCounts {
            failed,
            ..FailureCounts::default()
        }
    }

    fn throttled(alone: u32, throttled: u32) -> FailureCounts {
        FailureCounts {
            throttled_alone: alone,
            throttled,
            ..FailureCounts::default()
        }
    }

    fn tokens(tokens: u32) -> FailureCounts {
        FailureCounts {
            tokens,
            ..FailureCounts::default()
        }
    }

    #[test]
    fn each_class_has_a_decision() {
        let ms = |ms| Decision::Retry(Duration::from_millis(ms));
        let nine = Some(Duration::from_secs(9));
        for (class, failures, expected) in [
            (Class::RunRefused, failed(1), Decision::Stop),
            (Class::MachineRefused, failed(1), Decision::GiveUp),
            (Class::NotFound, failed(1), Decision::Later),
            (Class::TokenRejected, tokens(1), ms(0)),
            (Class::TokenRejected, tokens(2), ms(0)),
            (Class::TokenRejected, tokens(3), Decision::GiveUp),
            (Class::TokenSuperseded, tokens(3), ms(0)),
            (Class::NoToken, failed(9), ms(0)),
            (Class::Throttled(nine), throttled(1, 1), Decision::Wait),
            (Class::Throttled(None), throttled(5, 5), Decision::Wait),
            (Class::Throttled(None), throttled(6, 6), Decision::GiveUp),
            (Class::Throttled(None), throttled(1, 50), Decision::Wait),
            (Class::Throttled(None), throttled(1, 51), Decision::GiveUp),
            (Class::Retryable(None), failed(1), ms(500)),
            (Class::Retryable(None), failed(3), ms(2000)),
            (Class::Retryable(nine), failed(1), ms(9000)),
            (Class::Retryable(None), failed(5), ms(8000)),
            (Class::Retryable(None), failed(6), Decision::GiveUp),
        ] {
            assert_eq!(decide(class, failures), expected, "{class:?} {failures:?}");
        }
    }

    #[test]
    fn backoff_grows_to_its_limit_with_jitter() {
        let policy = RetryPolicy::with_retries(u32::MAX);
        assert_eq!(policy.backoff(20, 1.0), Duration::from_secs(30));
        assert_eq!(policy.backoff(20, 0.0), Duration::from_secs(15));
        assert_eq!(policy.backoff(u32::MAX, 0.5), Duration::from_millis(22_500));
    }

    #[test]
    fn zero_retries_records_the_first_failure() {
        let policy = RetryPolicy::with_retries(0);
        for (class, failures) in [
            (Class::Retryable(None), failed(1)),
            (Class::Throttled(None), throttled(1, 1)),
        ] {
            let error = CallError::without_reply(class, Reason::Throttled, "");
            assert_eq!(policy.decide(failures, &error, 0.5), Decision::GiveUp);
        }
    }
}
