//! Failures of a call, by kind.

use std::time::Duration;

use super::named_limit::named_limit;
use crate::{
    domain::outcome::{Failure, Reason},
    quota::Refusal,
};

/// A call without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// The kind of failure, which decides how it is handled.
    pub class: Class,
    /// The failure as shown in reports.
    pub failure: Failure,
    /// Whether the reply was not the service's own. Then it does not concern any machine, and the
    /// service may never have received the call.
    pub is_foreign: bool,
}

/// The kind of a failure, which decides how it is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A failure of this call: a retry may help, after the delay that the service gave, if any.
    Retryable(Option<Duration>),
    /// The quota is used up for all calls, for the time that the service gave, if any.
    Throttled(Option<Duration>),
    /// The token was rejected: a new one may help.
    TokenRejected,
    /// The token was rejected, but has been replaced meanwhile: the next attempt uses the newer one.
    TokenSuperseded,
    /// The sign-in failed: there is no token, and nothing was sent. The next attempt waits for one.
    NoToken,
    /// The service does not know the machine. Machines have been seen to come and go, so it is requested
    /// again late in the run.
    NotFound,
    /// The call for this machine was refused: a retry would fail in the same way.
    MachineRefused,
    /// The whole run was refused: every other call would fail in the same way. If other calls are
    /// answered, this is confirmed first.
    RunRefused,
}

impl CallError {
    /// A failure without a reply from the service.
    pub fn without_reply(class: Class, reason: Reason, message: impl Into<String>) -> Self {
        Self {
            class,
            failure: Failure::new(reason, message),
            is_foreign: false,
        }
    }

    /// A reply that is not an answer.
    pub fn bad_reply(class: Class, http_status: u16, message: impl Into<String>) -> Self {
        let mut error = Self::without_reply(class, Reason::BadReply, message);
        error.failure.http_status = Some(http_status);
        error
    }

    /// The refusal, if it is one for quota. Its limit is only taken from the service's own replies.
    pub fn quota_refusal(&self) -> Option<Refusal> {
        let Class::Throttled(wait) = self.class else {
            return None;
        };
        let is_own = !self.is_foreign;
        let limit = is_own.then(|| named_limit(&self.failure.message)).flatten();
        Some(Refusal {
            wait,
            limit,
            is_repeated: false,
        })
    }

    /// Marks the reply as not the service's own: another attempt may reach the service.
    pub(super) fn into_foreign(mut self, wait: Option<Duration>) -> Self {
        self.class = Class::Retryable(wait);
        self.failure.reason = Reason::BadReply;
        self.is_foreign = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_service_names_its_limit() {
        let wait = Some(Duration::from_secs(9));
        let message = "maximum allowed 50 per 00:01:00";
        for (class, is_foreign, expected) in [
            (Class::Throttled(wait), false, Some((wait, true))),
            (Class::Throttled(wait), true, Some((wait, false))),
            (Class::Retryable(wait), false, None),
        ] {
            let error = CallError {
                is_foreign,
                ..CallError::without_reply(class, Reason::Throttled, message)
            };
            let refusal = error.quota_refusal();
            let refusal = refusal.map(|it| (it.wait, it.limit.is_some()));
            assert_eq!(refusal, expected, "{class:?}");
        }
    }
}
