//! Why there is no token, and what to do about it.

use std::time::Duration;

use thiserror::Error;

use super::{CredentialKind, Refusal, hints, wire::TOO_LARGE};
use crate::defender::http::certificate_time_hint;

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

/// What stands between this machine and the sign-in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The host's name is not known.
    Name,
    /// The connection was refused, or broke.
    Connection,
    /// The host's certificate is not trusted.
    Certificate,
    /// By this machine's clock the host's certificate has expired, or is not valid yet.
    CertificateTime,
    /// The host shows a root certificate as its own, which TLS does not allow.
    RootCertificate,
    /// The other side does not speak TLS as it should.
    Tls,
    /// The proxy wants a sign-in of its own.
    Proxy,
    /// No answer in time.
    Timeout,
}

impl Trouble {
    /// Whether another try would bring the same.
    pub(super) const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Certificate | Self::CertificateTime | Self::RootCertificate | Self::Proxy
        )
    }
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
        if let Self::Unreachable {
            trouble: Trouble::CertificateTime,
            ..
        } = self
        {
            return Some(certificate_time_hint());
        }
        hints::for_sign_in(self).map(str::to_owned)
    }
}
