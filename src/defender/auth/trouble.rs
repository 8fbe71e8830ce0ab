//! What stands between this machine and the sign-in service.

use std::{error::Error, io};

use tokio_rustls::rustls::{self, CertificateError};

use super::refusal::one_line;

/// What stood in the way of a sign-in.
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

/// What stood in the way, and the words of whoever was nearest to it.
pub(super) fn diagnose(error: &azure_core::Error) -> (Trouble, String) {
    let mut trouble = Trouble::Connection;
    let mut detail = error.to_string();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        trouble = recognise(cause).unwrap_or(trouble);
        detail = cause.to_string();
        next = inner(cause);
    }
    (trouble, one_line(&detail))
}

/// The cause of a cause; an I/O error hides the error that it wraps.
fn inner<'error>(cause: &'error (dyn Error + 'static)) -> Option<&'error (dyn Error + 'static)> {
    if let Some(io) = cause.downcast_ref::<io::Error>()
        && let Some(wrapped) = io.get_ref()
    {
        return Some(wrapped);
    }
    cause.source()
}

fn recognise(cause: &(dyn Error + 'static)) -> Option<Trouble> {
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidCertificate(reason) => untrusted(reason),
            _ => Trouble::Tls,
        });
    }
    // The type of this error is private; its words are all there is.
    if cause.to_string().ends_with("proxy authorization required") {
        return Some(Trouble::Proxy);
    }
    let error = cause.downcast_ref::<reqwest::Error>()?;
    if error.is_dns() {
        Some(Trouble::Name)
    } else if error.is_timeout() {
        Some(Trouble::Timeout)
    } else {
        None
    }
}

fn untrusted(reason: &CertificateError) -> Trouble {
    // The verifier's own error is behind a private type here, too.
    if reason.to_string().contains("CaUsedAsEndEntity") {
        return Trouble::RootCertificate;
    }
    match reason {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => Trouble::CertificateTime,
        _ => Trouble::Certificate,
    }
}
