//! Errors that end a run early, with their exit codes and hints.

use std::{io, path::Path};

use thiserror::Error;

use super::{
    deliver::error::{DeliveryError, hint_then},
    inputs::policy::PolicyError,
    list::error::ServiceListError,
    metrics::MetricsError,
};
use crate::{
    config::AnswerSource,
    console::PrintError,
    defender::{
        HttpError, SessionError,
        auth::{Claims, SignInError},
        hint_for_failure,
        refusal::{self, HUNTING_ROLE, REQUIRED_ROLE},
    },
    domain::{
        ending::Ending,
        exit_code::ExitCode,
        outcome::{Failure, Reason},
    },
    feeds::FeedError,
    inventory::InventoryError,
    report::output::{Conflict, OutputError},
    store::{Problem, StoreError},
};

/// Why a run ended early.
#[derive(Debug, Error)]
pub enum RunError {
    /// No list was given, but machines would be requested.
    #[error("no machine list given")]
    NoList,
    /// The requested run does not exist.
    #[error("run {run} {}", if *is_kept { "belongs to another tenant" } else { "does not exist" })]
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
    /// The service's list cannot be used, or the list of machines to exclude.
    #[error(transparent)]
    List(#[from] InventoryError),
    /// The service's machine list cannot be used.
    #[error(transparent)]
    ServiceList(#[from] ServiceListError),
    /// The token does not allow reading the source of the answers.
    #[error("the token lacks the role {role}, which --source {source} requires; it has: {held}", source = .answers)]
    NoSourceRole {
        /// The permission.
        role: &'static str,
        /// The source.
        answers: AnswerSource,
        /// The permissions that it has.
        held: String,
    },
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process was still running at the deadline.
    #[error(
        "the time limit was reached while another patchgap was still running with the same \
             app registration"
    )]
    StillBusy,
    /// The answers are in the store, but cannot be read.
    #[error("the stored answers cannot be read")]
    Unreadable(#[source] StoreError),
    /// The store could no longer be written; the reports were.
    #[error("stopped early because answers could no longer be stored")]
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
    #[error("interrupted before the first request")]
    Interrupted,
    /// An output path is occupied by a file that must not be replaced.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The reports cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The list has no column of this name.
    #[error("the list has no column `{column}` to split the reports by")]
    NoColumn {
        /// The requested name.
        column: String,
        /// The names that it has.
        columns: Vec<String>,
    },
    /// The column has too many values.
    #[error(
        "the column `{column}` has {values} different values, but --split-by writes at most {most} folders"
    )]
    TooManyParts {
        /// The column.
        column: String,
        /// The number of its values as text.
        values: String,
        /// The most folders as text.
        most: String,
    },
    /// The reports of some of the machines cannot be written; those of all of them are.
    #[error("the reports are written, but not all folders of --split-by")]
    PartsNotWritten(#[source] Box<Self>),
    /// The overview of several tenants cannot be rendered: a bug.
    #[error("the overview cannot be rendered")]
    Overview(#[source] io::Error),
    /// A feed of CVEs cannot be read.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// The metrics cannot be written.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// The reports cannot be uploaded, or not be added to the lake.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// The KBs cannot be ranked by risk without any feed.
    #[error("--rank-by risk needs a feed, and there is none")]
    NoFeeds,
    /// The policy cannot be read or applied.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Standard output cannot be written.
    #[error(transparent)]
    Print(#[from] PrintError),
}

/// What to do without a list.
const NO_LIST_HINT: &str = "give a file: patchgap report MACHINES_CSV; or let the service list its \
                            machines: patchgap report --all-machines";

/// What to do without any feed.
const NO_FEEDS_HINT: &str =
    "name a folder that has feeds with --feeds DIR, or choose another order";

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
            exit_code: ending.word().outcome(false).exit_code(),
            hint: ending_hint(ending, claims),
        })
    }

    /// The error when the service rejects the whole run, with these claims of the token.
    pub(crate) fn refused(failure: Failure, claims: Option<&Claims>) -> Self {
        Self::refused_for(REQUIRED_ROLE, failure, claims)
    }

    /// The error when the service rejects a call that requires this role.
    pub(crate) fn refused_for(role: &str, failure: Failure, claims: Option<&Claims>) -> Self {
        let hint = refusal::hint(&failure, claims, role);
        Self::EndedEarly {
            sentence: Ending::Refused(failure).sentence("").unwrap_or_default(),
            exit_code: ExitCode::Refused,
            hint,
        }
    }

    /// Whether the error is only that a tenant has no run to render again. A missing store of all
    /// tenants is a real error: its path may be mistyped.
    pub(crate) fn is_without_runs(&self, common_store: &Path) -> bool {
        let Self::Store(StoreError { path, problem }) = self else {
            return false;
        };
        match problem {
            Problem::Empty(_) => true,
            Problem::Missing => path != common_store,
            _ => false,
        }
    }

    /// The exit code for this error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            // Nothing was rejected: another start may succeed.
            Self::SignIn(error) if error.is_passing() => ExitCode::Partial,
            Self::NoList => ExitCode::Usage,
            Self::Session(_)
            | Self::List(_)
            | Self::Http(_)
            | Self::Store(_)
            | Self::NoRun { .. }
            | Self::NoColumn { .. }
            | Self::TooManyParts { .. }
            | Self::Feed(_)
            | Self::NoFeeds
            | Self::Policy(_)
            | Self::Metrics(MetricsError::Others(_))
            | Self::Conflict(_) => ExitCode::Configuration,
            Self::SignIn(_) | Self::NoSourceRole { .. } => ExitCode::Refused,
            Self::StillBusy | Self::StoreFailed(_) => ExitCode::Partial,
            Self::ServiceList(error) => error.exit_code(),
            Self::Delivery(error) => error.exit_code(),
            Self::EndedEarly { exit_code, .. } => *exit_code,
            Self::PartsNotWritten(error) => error.exit_code(),
            Self::Interrupted => ExitCode::Interrupted,
            Self::Output(_) | Self::Print(_) | Self::Metrics(MetricsError::Unwritable { .. }) => {
                ExitCode::Output
            }
            Self::Unreadable(_) | Self::History(_) | Self::Overview(_) => ExitCode::Unexpected,
        }
    }

    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoList => Some(NO_LIST_HINT.to_owned()),
            Self::NoRun { last, .. } if last.is_empty() => Some("the store has no runs".to_owned()),
            Self::NoRun { last, .. } => Some(format!("the latest runs are {last}")),
            Self::NoColumn { columns, .. } if columns.is_empty() => {
                Some("it has no columns besides the ids".to_owned())
            }
            Self::NoColumn { columns, .. } => {
                Some(format!("its columns are: {}", columns.join(", ")))
            }
            Self::Feed(error) => Some(error.hint().to_owned()),
            Self::Metrics(_) => Some("choose another file with --metrics FILE".to_owned()),
            Self::Delivery(error) => error.hint(),
            Self::PartsNotWritten(error) => Some(hint_then(
                error.hint(),
                "run the same command again: no answer is requested twice",
            )),
            Self::NoFeeds => Some(NO_FEEDS_HINT.to_owned()),
            Self::Policy(error) => Some(error.hint()),
            Self::TooManyParts { .. } => Some("choose a column with fewer values".to_owned()),
            Self::Session(error) => error.hint(),
            Self::Http(error) => error.hint(),
            Self::List(error) => error.hint(),
            Self::ServiceList(error) => error.hint(),
            Self::NoSourceRole {
                role: HUNTING_ROLE, ..
            } => Some(format!(
                "grant the app registration the application permission {HUNTING_ROLE} of Microsoft \
                 Graph, with admin consent"
            )),
            Self::NoSourceRole { role, .. } => Some(refusal::grant_hint(role)),
            Self::SignIn(error) => error.hint(),
            Self::Store(error) | Self::Unreadable(error) | Self::StoreFailed(error) => error.hint(),
            Self::EndedEarly { hint, .. } => Some(hint.clone()),
            Self::Conflict(conflict) => Some(conflict.hint()),
            Self::Output(error) => error.hint(),
            Self::Print(_) => {
                Some("free up space there, or redirect the output elsewhere".to_owned())
            }
            Self::StillBusy => Some("run again when the other one has finished".to_owned()),
            Self::Interrupted | Self::History(_) | Self::Overview(_) => None,
        }
    }
}

/// How to fix a failure that ended a run.
fn ending_hint(ending: &Ending, claims: Option<&Claims>) -> String {
    match ending {
        Ending::Refused(failure) => refusal::hint(failure, claims, REQUIRED_ROLE),
        Ending::Failing(failure) => hint_for_failure(&failure.message)
            .unwrap_or_else(|| failing_hint(failure.reason).to_owned()),
        Ending::NoBulk(failure) => hint_for_failure(&failure.message).unwrap_or_else(|| {
            "run again to read it from the beginning; --source calls asks for each machine instead"
                .to_owned()
        }),
        Ending::NoSignIn(_) => {
            "run again to resume when the sign-in is reachable; `patchgap check` tests it"
                .to_owned()
        }
        _ => "check that --api-url is the service's base URL (by default it comes from --cloud) \
              and that no proxy, firewall or sign-in page answers in its place (HTTPS_PROXY, \
              NO_PROXY); then run again to resume"
            .to_owned(),
    }
}

fn failing_hint(reason: Reason) -> &'static str {
    match reason {
        Reason::Throttled => {
            "another script with the same app registration is using up the quota: wait until it \
             has finished, or give patchgap its own registration"
        }
        Reason::Refused => "the service rejects the requests: check the list and --api-url",
        _ => {
            "every other machine would fail the same way: check that the service is up, that --api-url \
             is right and that no proxy interferes; then run again"
        }
    }
}
