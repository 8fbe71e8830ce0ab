//! Why a sign-in failed, and how to fix it.

use std::time::Duration;

use thiserror::Error;

use super::{CredentialKind, NetworkProblem, Refusal, hints};
use crate::defender::http::certificate_time_hint;

/// Describes a reply that is too large to be read. A retry would not return less.
pub(super) const TOO_LARGE: &str = "more than 1 MiB";

/// Why a sign-in failed. Contains no secrets: no client secret, no client assertion, no token.
#[derive(Debug, Clone, Error)]
pub enum SignInError {
    /// The sign-in service refused.
    #[error("the sign-in ({kind}) was refused: {refusal}")]
    Refused {
        /// The credential kind.
        kind: CredentialKind,
        /// The refusal.
        refusal: Box<Refusal>,
    },
    /// There was no exchange with the sign-in service.
    #[error("the sign-in service {host} cannot be reached: {detail}")]
    Unreachable {
        /// The credential kind.
        kind: CredentialKind,
        /// The host of the sign-in service.
        host: String,
        /// The cause.
        problem: NetworkProblem,
        /// The error message from the network.
        detail: String,
    },
    /// A reply came that is not from a sign-in service.
    #[error("{host} answered the sign-in with {found} (HTTP {http_status}), not with a token")]
    BadReply {
        /// The credential kind.
        kind: CredentialKind,
        /// The host of the sign-in service.
        host: String,
        /// The HTTP status of the reply.
        http_status: u16,
        /// A description of the reply.
        found: String,
        /// How long the reply asked to wait.
        retry_after: Option<Duration>,
    },
    /// The sign-in took too long.
    #[error("the sign-in ({kind}) got no response within {} s", time_limit.as_secs())]
    TimedOut {
        /// The credential kind.
        kind: CredentialKind,
        /// The time limit.
        time_limit: Duration,
    },
    /// Something on this machine failed: the Azure CLI, or the federated token file.
    #[error("the sign-in ({kind}) failed: {text}")]
    Failed {
        /// The credential kind.
        kind: CredentialKind,
        /// What failed.
        text: String,
    },
    /// The ready-made token was refused or has expired, and cannot be renewed.
    #[error("the access token provided was rejected or has expired, and cannot be renewed")]
    ReadyMade,
}

impl SignInError {
    /// Whether the same sign-in may succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } => refusal.is_passing(),
            Self::Unreachable { problem, .. } => !problem.is_final(),
            // A reply that is not the sign-in service's own comes from a gateway, and usually
            // passes. A wrong address and a proxy that requires a password do not.
            Self::BadReply {
                http_status, found, ..
            } => {
                found != TOO_LARGE
                    && matches!(http_status, 200 | 300..400 | 403 | 408 | 425 | 429 | 500..)
            }
            Self::TimedOut { .. } => true,
            Self::Failed { .. } | Self::ReadyMade => false,
        }
    }

    /// The kind of credential used.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::Refused { kind, .. }
            | Self::Unreachable { kind, .. }
            | Self::BadReply { kind, .. }
            | Self::TimedOut { kind, .. }
            | Self::Failed { kind, .. } => *kind,
            Self::ReadyMade => CredentialKind::Token,
        }
    }

    /// The HTTP status of the sign-in service's reply, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal.http_status),
            Self::BadReply { http_status, .. } => Some(*http_status),
            _ => None,
        }
    }

    /// How long the sign-in service asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { refusal, .. } => refusal.retry_after,
            Self::BadReply { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The most informative AADSTS code, such as 7000215.
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::Refused { refusal, .. } => refusal.codes.first().copied(),
            Self::Failed { text, .. } => Refusal::codes_in(text).first().copied(),
            _ => None,
        }
    }

    /// The id that Microsoft support asks for.
    pub fn correlation_id(&self) -> Option<&str> {
        match self {
            Self::Refused { refusal, .. } => refusal.correlation_id.as_deref(),
            _ => None,
        }
    }

    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreachable {
                problem: NetworkProblem::CertificateTime,
                ..
            } => return Some(certificate_time_hint()),
            Self::Refused { kind, refusal } => {
                let known = refusal.codes.iter().find_map(|code| hints::by_code(*code));
                known.or_else(|| hints::by_refusing_kind(*kind))
            }
            Self::Unreachable { kind, problem, .. } => {
                Some(hints::by_network_problem(*kind, *problem))
            }
            Self::BadReply { http_status, .. } => Some(hints::by_bad_status(*http_status)),
            Self::TimedOut { kind, .. } => {
                Some(hints::by_network_problem(*kind, NetworkProblem::Timeout))
            }
            Self::Failed { kind, .. } => {
                let known = self.code().and_then(hints::by_code);
                known.or_else(|| hints::by_failing_kind(*kind))
            }
            Self::ReadyMade => Some(
                "get a new token and set PATCHGAP_ACCESS_TOKEN to it; for runs longer than an \
                 hour, use a credential that renews itself",
            ),
        };
        hint.map(str::to_owned)
    }
}
