//! Everything that ends a run early, with its exit code and what to do about it.

use std::time::Duration;

use thiserror::Error;

use crate::{
    config::ConfigError,
    defender::{
        HttpError, SessionError,
        auth::{Claims, CredentialError, SignInError},
        hint_for_failure,
        refusal::{self, REQUIRED_ROLE},
    },
    domain::{
        exit_code::ExitCode,
        outcome::{Failure, Reason},
        text::span,
    },
    inventory::InventoryError,
    quota::InvalidLimit,
    report::output::{Conflict, OutputError},
    simulator::SimulatorError,
    store::StoreError,
};

/// Why a command ended early.
#[derive(Debug, Error)]
pub enum AppError {
    /// The configuration does not do.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The inventory does not do.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// No inventory is named, and something would be asked.
    #[error("no list of machines is named")]
    NoList,
    /// A kept run is named, and machines are to be asked for.
    #[error("--run names a kept run, and only --offline writes its reports again")]
    RunOnline,
    /// A kept run is named, and so is another list.
    #[error("--run names a kept run, which has a list of its own")]
    RunWithList,
    /// There is no such run.
    #[error("there is no run {run}{}", of(*is_kept))]
    NoRun {
        /// Its number.
        run: i64,
        /// Whether it is kept, and another tenant's.
        is_kept: bool,
        /// The last runs that there are, in words; none where there is none.
        last: String,
    },
    /// There is one run only.
    #[error("there is nothing to compare run {0} with")]
    NoBase(i64),
    /// Earlier answers cannot be read.
    #[error("the answers of earlier runs cannot be read")]
    Past(#[source] std::io::Error),
    /// What was configured for the service does not do.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The credential does not do.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The HTTP clients cannot be made.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The sign-in failed; nothing was asked.
    #[error("cannot sign in")]
    SignIn(#[from] SignInError),
    /// The store does not do.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process was at work until the time was up.
    #[error("the time is up, and another patchgap is still at work with the same app registration")]
    NoTurn,
    /// What was fetched is in the store and cannot be read.
    #[error("the answers cannot be read back")]
    Lost(#[source] StoreError),
    /// The store could not be written any more; reports were.
    #[error("stopped early, because answers could not be kept any more")]
    Unstored(#[source] StoreError),
    /// The service refuses the whole run.
    #[error("the service refuses the whole run: {}", describe(.failure))]
    Refused {
        /// How it said so.
        failure: Failure,
        /// What to do about it.
        hint: String,
    },
    /// The token lacks the permission.
    #[error("the token does not hold the role {REQUIRED_ROLE}; it holds: {held}")]
    MissingRole {
        /// What it holds.
        held: String,
    },
    /// The one call of a check brought no answer.
    #[error("the sign-in works, but the service does not answer: {}", describe(.0))]
    NoAnswer(Failure),
    /// The sign-in did not answer for as long as the run waits for it; reports are written.
    #[error("stopped early, because the sign-in failed: {}", describe(.0))]
    NoSignIn(Failure),
    /// A check's one call would break the quota.
    #[error(
        "the sign-in works, but access was not tried: the quota is used up for another {}",
        span(*.0)
    )]
    QuotaUsedUp(Duration),
    /// A check's one call would break the quota that another process is using.
    #[error(
        "the sign-in works, but access was not tried: another patchgap is at work with the same \
         app registration, and they share one quota"
    )]
    Busy,
    /// The first machines all failed in the same way, or in an outage nobody was answered any
    /// more.
    #[error("stopped early, because call after call failed in the same way: {}", describe(.0))]
    Failing(Failure),
    /// Something else than the service answers.
    #[error(
        "stopped early, because none of the replies from {api_url} is the service's own: {}",
        describe(.failure)
    )]
    NotTheService {
        /// Where the service should be.
        api_url: String,
        /// One of the replies.
        failure: Failure,
    },
    /// Interrupted before anything was known.
    #[error("interrupted before anything was asked")]
    Interrupted,
    /// Something that must not be replaced is in the way of what is to be written.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The reports cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The simulated tenant cannot be served.
    #[error(transparent)]
    Simulator(#[from] SimulatorError),
    /// The demonstration's own quota is none: a bug.
    #[error(transparent)]
    Limit(#[from] InvalidLimit),
    /// A file of the simulated tenant cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// Standard output cannot be written.
    #[error("cannot write to standard output")]
    Print(#[source] std::io::Error),
    /// There is no place for temporary files.
    #[error("cannot create a temporary folder")]
    Temporary(#[source] std::io::Error),
    /// The system gives no threads or no timers.
    #[error("cannot start")]
    Start(#[source] std::io::Error),
}

impl AppError {
    /// The service refuses the whole run, to a token that says this of itself.
    pub(crate) fn refused(failure: Failure, claims: Option<&Claims>) -> Self {
        let hint = refusal::hint(&failure, claims);
        Self::Refused { failure, hint }
    }

    /// The exit code that it stands for.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            // Nobody refused anything: another start may well go through.
            Self::SignIn(error) if error.is_passing() => ExitCode::Partial,
            Self::Config(_)
            | Self::Inventory(_)
            | Self::Session(_)
            | Self::Credential(_)
            | Self::Http(_)
            | Self::Store(_)
            | Self::NoRun { .. }
            | Self::NoBase(_)
            | Self::Conflict(_)
            | Self::Simulator(_) => ExitCode::Configuration,
            Self::NoList | Self::RunOnline | Self::RunWithList => ExitCode::Usage,
            Self::SignIn(_) | Self::Refused { .. } | Self::MissingRole { .. } => ExitCode::Refused,
            Self::Failing(_)
            | Self::NotTheService { .. }
            | Self::NoAnswer(_)
            | Self::NoSignIn(_)
            | Self::QuotaUsedUp(_)
            | Self::Busy
            | Self::NoTurn
            | Self::Unstored(_) => ExitCode::Partial,
            Self::Interrupted => ExitCode::Interrupted,
            Self::Output(_) | Self::Write { .. } | Self::Print(_) => ExitCode::Output,
            Self::Limit(_)
            | Self::Lost(_)
            | Self::Past(_)
            | Self::Start(_)
            | Self::Temporary(_) => ExitCode::Unexpected,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.hint(),
            Self::Inventory(error) => error.hint(),
            Self::NoList => Some(
                "name the file: patchgap report MACHINES_CSV; only --offline does without it"
                    .to_owned(),
            ),
            Self::RunOnline => Some("add --offline, or leave --run out".to_owned()),
            Self::RunWithList => Some("leave the list out, or --run".to_owned()),
            Self::NoRun { last, .. } if last.is_empty() => Some("no run is kept".to_owned()),
            Self::NoRun { last, .. } => Some(format!("the last runs are {last}")),
            Self::NoBase(_) => Some(
                "the next run of the same tenant can be compared with it; `patchgap runs` lists all"
                    .to_owned(),
            ),
            Self::Session(error) => error.hint(),
            Self::Credential(error) => error.hint(),
            Self::SignIn(error) => error.hint(),
            Self::Refused { hint, .. } => Some(hint.clone()),
            Self::MissingRole { .. } => Some(refusal::grant_hint()),
            Self::NoAnswer(failure) => Some(hint_for_failure(&failure.message).unwrap_or_else(|| {
                "try again later; is --api-url right, does a proxy stand in between?".to_owned()
            })),
            Self::Failing(failure) => Some(
                hint_for_failure(&failure.message)
                    .unwrap_or_else(|| failing_hint(failure.reason).to_owned()),
            ),
            Self::NoSignIn(_) => Some(
                "run again when the sign-in answers: it goes on; `patchgap check` tries it"
                    .to_owned(),
            ),
            Self::NotTheService { .. } => Some(
                "is --api-url the service's base URL (by default it comes from --cloud)? Does a \
                 proxy, a firewall or a sign-in page answer in its place (HTTPS_PROXY, NO_PROXY)? \
                 Run again when it is mended: it goes on"
                    .to_owned(),
            ),
            Self::Conflict(conflict) => Some(conflict.hint()),
            Self::Output(error) => error.hint(),
            Self::Simulator(error) => error.hint(),
            Self::Http(error) => error.hint(),
            Self::Store(error) | Self::Lost(error) | Self::Unstored(error) => error.hint(),
            Self::QuotaUsedUp(_) => Some("run the check again then".to_owned()),
            Self::Print(_) => Some("make room where it goes, or direct it elsewhere".to_owned()),
            Self::NoTurn | Self::Busy => Some("run again when the other one is done".to_owned()),
            Self::Limit(_)
            | Self::Interrupted
            | Self::Past(_)
            | Self::Write { .. }
            | Self::Start(_)
            | Self::Temporary(_) => None,
        }
    }
}

fn of(is_kept: bool) -> &'static str {
    if is_kept { " of the same tenant" } else { "" }
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

/// A failure with everything that support asks for.
fn describe(failure: &Failure) -> String {
    let mut text = match failure.http_status {
        Some(status) => format!("HTTP {status}"),
        None => failure.reason.to_string(),
    };
    if let Some(code) = &failure.code {
        text = format!("{text} {code}");
    }
    // Without a message of the service, ours begins with the status.
    let said = match failure.message.strip_prefix("HTTP ") {
        Some(ours) => ours.split_once(": ").map(|(_, said)| said),
        None => Some(failure.message.as_str()),
    };
    if let Some(said) = said {
        text = format!("{text}: {said}");
    }
    if let Some(id) = &failure.correlation_id {
        text = format!("{text} (correlation id {id})");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_status_code_and_correlation_id() {
        let mut failure = Failure {
            reason: Reason::Refused,
            http_status: Some(403),
            code: Some("Forbidden".to_owned()),
            message: "Missing application roles.".to_owned(),
            correlation_id: Some("5b6c".to_owned()),
        };
        assert_eq!(
            AppError::Refused {
                failure: failure.clone(),
                hint: String::new(),
            }
            .to_string(),
            "the service refuses the whole run: HTTP 403 Forbidden: Missing application roles. \
             (correlation id 5b6c)"
        );
        failure = Failure {
            http_status: None,
            code: None,
            correlation_id: None,
            ..failure
        };
        failure.reason = Reason::Timeout;
        failure.message = "no reply in time".to_owned();
        assert_eq!(
            AppError::Failing(failure).to_string(),
            "stopped early, because call after call failed in the same way: \
             timeout: no reply in time"
        );
    }
}
