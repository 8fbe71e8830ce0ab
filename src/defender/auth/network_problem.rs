//! Network problems between this machine and the sign-in service.

use std::{error::Error, io};

use tokio_rustls::rustls::{self, CertificateError};

use super::refusal::one_line;

/// The cause of a failed connection to the sign-in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkProblem {
    /// The host name cannot be resolved.
    Name,
    /// The connection was refused or interrupted.
    Connection,
    /// The host's certificate is not trusted.
    Certificate,
    /// By this machine's clock, the host's certificate has expired or is not valid yet.
    CertificateTime,
    /// The host presents a root certificate as its own, which TLS does not allow.
    RootCertificate,
    /// The TLS handshake failed.
    Tls,
    /// The proxy requires authentication.
    Proxy,
    /// No answer in time.
    Timeout,
}

impl NetworkProblem {
    /// Whether a retry would fail in the same way.
    pub(super) const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Certificate | Self::CertificateTime | Self::RootCertificate | Self::Proxy
        )
    }
}

/// The cause, with the message of the innermost error.
pub(super) fn diagnose(error: &azure_core::Error) -> (NetworkProblem, String) {
    let mut problem = NetworkProblem::Connection;
    let mut detail = error.to_string();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        problem = recognise(cause).unwrap_or(problem);
        detail = cause.to_string();
        next = inner(cause);
    }
    (problem, one_line(&detail))
}

/// The cause of an error; an I/O error hides the error that it wraps.
fn inner<'error>(cause: &'error (dyn Error + 'static)) -> Option<&'error (dyn Error + 'static)> {
    if let Some(io) = cause.downcast_ref::<io::Error>()
        && let Some(wrapped) = io.get_ref()
    {
        return Some(wrapped);
    }
    cause.source()
}

fn recognise(cause: &(dyn Error + 'static)) -> Option<NetworkProblem> {
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidCertificate(reason) => untrusted(reason),
            _ => NetworkProblem::Tls,
        });
    }
    // The type of this error is private, so only its message can be checked.
    if cause.to_string().ends_with("proxy authorization required") {
        return Some(NetworkProblem::Proxy);
    }
    let error = cause.downcast_ref::<reqwest::Error>()?;
    if error.is_dns() {
        Some(NetworkProblem::Name)
    } else if error.is_timeout() {
        Some(NetworkProblem::Timeout)
    } else {
        None
    }
}

fn untrusted(reason: &CertificateError) -> NetworkProblem {
    // The verifier's own error has a private type as well.
    if reason.to_string().contains("CaUsedAsEndEntity") {
        return NetworkProblem::RootCertificate;
    }
    match reason {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => NetworkProblem::CertificateTime,
        _ => NetworkProblem::Certificate,
    }
}
