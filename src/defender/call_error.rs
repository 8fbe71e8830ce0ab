//! What can go wrong with one call, sorted by whom it concerns.

use std::time::Duration;

use crate::domain::outcome::{Failure, Reason};

/// A call that brought no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// Whom the failure concerns, and so what to do about it.
    pub class: Class,
    /// What the reports say about it.
    pub failure: Failure,
    /// Whether a reply came that is not the service's own: it says nothing about any machine, and
    /// the service may never have seen the call.
    pub is_foreign: bool,
}

/// Whom a failure concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// This call: another try may help, not sooner than the service said, if it did.
    Call(Option<Duration>),
    /// The window: the quota is used up for everybody, for as long as the service said, if
    /// it did.
    Window(Option<Duration>),
    /// The token: a new one may help.
    Token,
    /// The token, which was replaced meanwhile: the next try comes with the newer one.
    StaleToken,
    /// The sign-in: there is no token, and nothing was sent. The next try waits for one.
    NoToken,
    /// This machine: seen to come and go, so it is asked again late in the run.
    NotFound,
    /// This machine: another try would bring the same.
    Machine,
    /// The whole run, as far as the reply says: every other call would fail alike. Among answers it
    /// is confirmed before it is believed.
    Run,
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

    /// A reply that is no answer.
    pub fn bad_reply(class: Class, http_status: u16, message: impl Into<String>) -> Self {
        let mut error = Self::without_reply(class, Reason::BadReply, message);
        error.failure.http_status = Some(http_status);
        error
    }

    /// The same, as a reply that is not the service's own: another try of this call may reach the
    /// service.
    pub(super) fn into_foreign(mut self, wait: Option<Duration>) -> Self {
        self.class = Class::Call(wait);
        self.failure.reason = Reason::BadReply;
        self.is_foreign = true;
        self
    }
}
