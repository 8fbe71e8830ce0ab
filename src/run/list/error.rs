//! Errors about the service's machine list.

use thiserror::Error;

use crate::{
    defender::{
        hint_for_failure,
        refusal::{self, LIST_ROLES},
    },
    domain::{exit_code::ExitCode, outcome::Failure},
    quota::StoreFailed,
};

/// Why the service's machine list cannot be used.
#[derive(Debug, Error)]
pub enum ServiceListError {
    /// The service lists no machine.
    #[error("the service lists no machines{}", if *.0 { " that match --filter" } else { "" })]
    Empty(bool),
    /// The service lists machines, but all of them are skipped.
    #[error("the service lists {machines}, but all of them are skipped: {reasons}")]
    AllSkipped {
        /// The number of machines as text.
        machines: String,
        /// The numbers by reason as text.
        reasons: String,
    },
    /// The token does not allow reading it.
    #[error(
        "the token lacks the role {}, which the machine list requires; it has: {held}",
        LIST_ROLES[0]
    )]
    NoRole {
        /// The permissions that it has.
        held: String,
    },
    /// The service does not understand the filter.
    #[error("the service rejects --filter: {}", .0.describe())]
    BadFilter(Failure),
    /// The service did not send it, after all retries.
    #[error("the service did not return its machine list: {}", .0.describe())]
    Failed(Failure),
    /// A call for it was not sent because it could not be recorded.
    #[error("the machine list was not requested")]
    Store(#[source] StoreFailed),
    /// No list that was fetched with these filters is in the store.
    #[error("the store has no machine list of the service fetched with these filters")]
    NotKept,
}

impl ServiceListError {
    /// The exit code for this error.
    pub const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Empty(_) | Self::AllSkipped { .. } | Self::BadFilter(_) | Self::NotKept => {
                ExitCode::Configuration
            }
            Self::NoRole { .. } => ExitCode::Refused,
            Self::Failed(_) | Self::Store(_) => ExitCode::Partial,
        }
    }

    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Empty(_) => {
                "check that this is the right tenant and that its machines report to Defender"
            }
            Self::AllSkipped { .. } => {
                "change --os, --group, --tag, --seen-within or --exclude; `patchgap machines` \
                 lists every machine with its reason"
            }
            Self::NoRole { .. } => return Some(refusal::grant_hint(LIST_ROLES[0])),
            Self::BadFilter(_) => {
                "write it as OData, such as \"rbacGroupId eq 140\"; the service filters by lastSeen, \
                 healthStatus, osPlatform, onboardingStatus and rbacGroupId"
            }
            Self::Failed(failure) => {
                return hint_for_failure(&failure.message).or_else(|| Some(FAILED_HINT.to_owned()));
            }
            Self::NotKept => {
                "`patchgap report --all-machines` fetches and stores it; or give a list in a file"
            }
            Self::Store(_) => return None,
        };
        Some(hint.to_owned())
    }
}

/// What to do if the service did not send its list.
const FAILED_HINT: &str = "check that the service is up, that --api-url is right and that no proxy \
                           interferes; then run again";
