//! Errors that end a run early, with their exit codes and hints.

use std::io;

use thiserror::Error;

use crate::{
    console::PrintError,
    defender::{
        HttpError, SessionError,
        auth::{Claims, SignInError},
        hint_for_failure, refusal,
    },
    domain::{
        ending::Ending,
        exit_code::ExitCode,
        outcome::{Failure, Reason},
    },
    report::output::{Conflict, OutputError},
    store::StoreError,
};

/// Why a run ended early.
#[derive(Debug, Error)]
pub enum RunError {
    /// The requested run does not exist.
    #[error("there is no run {run}{}", if *is_kept { " of the same tenant" } else { "" })]
    NoRun {
        /// Its number.
        run: i64,
        /// Whether it is in the store, but belongs to another tenant.
        is_kept: bool,
        /// The latest existing runs as text; empty if there are none.
        last: String,
    },
    /// Earlier answers cannot be read.
    #[error("the answers of earlier runs cannot be read")]
    History(#[source] io::Error),
    /// The configuration of the service is invalid.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The HTTP clients cannot be created.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The sign-in failed; nothing was requested.
    #[error("cannot sign in")]
    SignIn(#[from] SignInError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process was in progress until the deadline.
    #[error("the time is up, and another patchgap is still at work with the same app registration")]
    StillBusy,
    /// The answers are in the store, but cannot be read.
    #[error("the answers cannot be read back")]
    Unreadable(#[source] StoreError),
    /// The store could no longer be written; the reports were.
    #[error("stopped early, because answers could not be kept any more")]
    StoreFailed(#[source] StoreError),
    /// The service or the connection to it ended the run; the reports are written.
    #[error("{sentence}")]
    EndedEarly {
        /// What happened.
        sentence: String,
        /// The exit code of the run's outcome.
        exit_code: ExitCode,
        /// How to fix it.
        hint: String,
    },
    /// The run was interrupted before there was anything to report.
    #[error("interrupted before anything was asked")]
    Interrupted,
    /// An output path is occupied by a file that must not be replaced.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The reports cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Standard output cannot be written.
    #[error(transparent)]
    Print(#[from] PrintError),
}

impl RunError {
    /// The error for a run that a failure ended, if one did, at this API and with these claims of
    /// the token.
    pub(crate) fn of_ending(
        ending: &Ending,
        api_url: &str,
        claims: Option<&Claims>,
    ) -> Option<Self> {
        Some(Self::EndedEarly {
            sentence: ending.sentence(api_url)?,
            exit_code: ending.outcome(false).exit_code(),
            hint: ending_hint(ending, claims),
        })
    }

    /// The error when the service rejects the whole run, with these claims of the token.
    pub(crate) fn refused(failure: Failure, claims: Option<&Claims>) -> Self {
        let refused = Ending::Refused(failure);
        Self::EndedEarly {
            sentence: refused.sentence("").unwrap_or_default(),
            exit_code: ExitCode::Refused,
            hint: ending_hint(&refused, claims),
        }
    }

    /// The exit code for this error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            // Nothing was rejected: another start may succeed.
            Self::SignIn(error) if error.is_passing() => ExitCode::Partial,
            Self::Session(_)
            | Self::Http(_)
            | Self::Store(_)
            | Self::NoRun { .. }
            | Self::Conflict(_) => ExitCode::Configuration,
            Self::SignIn(_) => ExitCode::Refused,
            Self::StillBusy | Self::StoreFailed(_) => ExitCode::Partial,
            Self::EndedEarly { exit_code, .. } => *exit_code,
            Self::Interrupted => ExitCode::Interrupted,
            Self::Output(_) | Self::Print(_) => ExitCode::Output,
            Self::Unreadable(_) | Self::History(_) => ExitCode::Unexpected,
        }
    }

    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoRun { last, .. } if last.is_empty() => Some("no run is kept".to_owned()),
            Self::NoRun { last, .. } => Some(format!("the last runs are {last}")),
            Self::Session(error) => error.hint(),
            Self::Http(error) => error.hint(),
            Self::SignIn(error) => error.hint(),
            Self::Store(error) | Self::Unreadable(error) | Self::StoreFailed(error) => error.hint(),
            Self::EndedEarly { hint, .. } => Some(hint.clone()),
            Self::Conflict(conflict) => Some(conflict.hint()),
            Self::Output(error) => error.hint(),
            Self::Print(_) => Some("make room where it goes, or direct it elsewhere".to_owned()),
            Self::StillBusy => Some("run again when the other one is done".to_owned()),
            Self::Interrupted | Self::History(_) => None,
        }
    }
}

/// How to fix a failure that ended a run.
fn ending_hint(ending: &Ending, claims: Option<&Claims>) -> String {
    match ending {
        Ending::Refused(failure) => refusal::hint(failure, claims),
        Ending::Failing(failure) => hint_for_failure(&failure.message)
            .unwrap_or_else(|| failing_hint(failure.reason).to_owned()),
        Ending::NoSignIn(_) => {
            "run again when the sign-in answers: it goes on; `patchgap check` tries it".to_owned()
        }
        _ => "is --api-url the service's base URL (by default it comes from --cloud)? Does a \
              proxy, a firewall or a sign-in page answer in its place (HTTPS_PROXY, NO_PROXY)? \
              Run again when it is mended: it goes on"
            .to_owned(),
    }
}

fn failing_hint(reason: Reason) -> &'static str {
    match reason {
        Reason::Throttled => {
            "the quota is used up for everybody: another script uses the same app registration; \
             wait until it is done, or give this one a registration of its own"
        }
        Reason::Refused => {
            "the service refuses what it is asked: is it the right list, is --api-url right?"
        }
        _ => {
            "every other machine would fail alike: is the service up, does --api-url name it, \
             does a proxy stand in between? Run again when it is mended"
        }
    }
}
