//! Why there is no token, and what to do about it.

use std::time::Duration;

use thiserror::Error;

use super::{CredentialKind, Refusal, Trouble, hints};
use crate::defender::http::certificate_time_hint;

/// How a reply is described that is too large to be read. No try would bring less.
pub(super) const TOO_LARGE: &str = "more than 1 MiB";

/// Why a sign-in brought no token. It holds nothing secret: not the secret, not the
/// certificate's assertion, not a token.
#[derive(Debug, Clone, Error)]
pub enum SignInError {
    /// The sign-in service said no.
    #[error("the sign-in ({kind}) was refused: {refusal}")]
    Refused {
        /// Who was to sign in.
        kind: CredentialKind,
        /// What it said.
        refusal: Box<Refusal>,
    },
    /// There was no exchange with the sign-in service.
    #[error("the sign-in service {host} cannot be reached: {detail}")]
    Unreachable {
        /// Who was to sign in.
        kind: CredentialKind,
        /// The host that was tried.
        host: String,
        /// What stood in the way.
        trouble: Trouble,
        /// What the network said.
        detail: String,
    },
    /// Somebody answered, but not as a sign-in service does.
    #[error("{host} answered the sign-in with {found} (HTTP {http_status}), not with a token")]
    BadReply {
        /// Who was to sign in.
        kind: CredentialKind,
        /// The host that was asked.
        host: String,
        /// The status of the reply.
        http_status: u16,
        /// What the reply was instead.
        found: String,
        /// For how long it asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// The sign-in took too long.
    #[error("the sign-in ({kind}) brought nothing within {} s", patience.as_secs())]
    TimedOut {
        /// Who was to sign in.
        kind: CredentialKind,
        /// How long it was waited for.
        patience: Duration,
    },
    /// Something on this machine failed: the Azure CLI, the federated token's file.
    #[error("the sign-in ({kind}) failed: {text}")]
    Failed {
        /// Who was to sign in.
        kind: CredentialKind,
        /// What failed.
        text: String,
    },
    /// The ready-made token was refused or has ended, and nothing can renew it.
    #[error("the ready-made access token was refused or has ended, and cannot be renewed")]
    ReadyMade,
}

impl SignInError {
    /// Whether the same sign-in may well succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } => refusal.is_passing(),
            Self::Unreachable { trouble, .. } => !trouble.is_final(),
            // What is not the sign-in service's own is a gateway's, and passes with it; but an
            // address that is wrong, and a proxy that wants a password, stay so.
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

    /// The kind of credential that was to sign in.
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

    /// The status of the sign-in service's reply, when there was one.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal.http_status),
            Self::BadReply { http_status, .. } => Some(*http_status),
            _ => None,
        }
    }

    /// For how long the sign-in service asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { refusal, .. } => refusal.retry_after,
            Self::BadReply { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The AADSTS code that tells most, such as 7000215.
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::Refused { refusal, .. } => refusal.codes.first().copied(),
            Self::Failed { text, .. } => Refusal::codes_in(text).first().copied(),
            _ => None,
        }
    }

    /// What support asks for.
    pub fn correlation_id(&self) -> Option<&str> {
        match self {
            Self::Refused { refusal, .. } => refusal.correlation_id.as_deref(),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreachable {
                trouble: Trouble::CertificateTime,
                ..
            } => return Some(certificate_time_hint()),
            Self::Refused { kind, refusal } => {
                let known = refusal.codes.iter().find_map(|code| hints::by_code(*code));
                known.or_else(|| hints::by_refusing_kind(*kind))
            }
            Self::Unreachable { kind, trouble, .. } => Some(hints::by_trouble(*kind, *trouble)),
            Self::BadReply { http_status, .. } => Some(hints::by_bad_status(*http_status)),
            Self::TimedOut { kind, .. } => Some(hints::by_trouble(*kind, Trouble::Timeout)),
            Self::Failed { kind, .. } => {
                let known = self.code().and_then(hints::by_code);
                known.or_else(|| hints::by_failing_kind(*kind))
            }
            Self::ReadyMade => Some(
                "get a new token and set PATCHGAP_ACCESS_TOKEN to it; a credential that renews \
                 itself suits runs of more than an hour",
            ),
        };
        hint.map(str::to_owned)
    }
}
