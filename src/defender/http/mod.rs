//! HTTP, for the API and the sign-in alike: the clients, and what both read of any reply.

pub(super) mod encoding;
pub(super) mod mask;
pub(super) mod retry_after;

use std::{net::IpAddr, time::Duration};

use jiff::Timestamp;
use reqwest::{Certificate, ClientBuilder, redirect::Policy};
use thiserror::Error;
use url::{Host, Url};

/// How the tool introduces itself to services and proxies.
const USER_AGENT: &str = concat!("patchgap/", env!("CARGO_PKG_VERSION"));
/// The longest that a connection may take to be made, within the time of the whole call.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// In HTTP/2, the bytes that may arrive without being read: of all replies together, and of one.
const WINDOWS: u32 = 16 << 20;
const SMALLEST_WINDOW: u32 = (64 << 10) - 1;
const LARGEST_WINDOW: u32 = 1 << 20;
/// The largest window that the protocol has.
const MOST_OF_ALL_WINDOWS: u32 = (1 << 31) - 1;

/// What every HTTP client has in common.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    roots: Vec<Certificate>,
    pub(super) timeout: Duration,
    pub(super) calls: usize,
}

/// No HTTP client could be made.
#[derive(Debug, Error)]
pub enum HttpError {
    /// The extra root certificate is of no use.
    #[error("the extra root certificate cannot be used")]
    CaCertificate(#[source] reqwest::Error),
    /// TLS or the system's proxy settings failed.
    #[error("no HTTP client can be made")]
    Client(#[source] reqwest::Error),
}

impl HttpError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::CaCertificate(_) => "give a root certificate as PEM with --ca-cert",
            Self::Client(_) => {
                "are the system's root certificates there (in a container: install \
                 ca-certificates)? Are its proxy settings addresses?"
            }
        };
        Some(hint.to_owned())
    }
}

impl HttpSettings {
    /// Clients that trust `ca_cert` (PEM) beside the platform's roots, and that give a call
    /// up after `timeout`; of the API so many `calls` are in flight at once.
    pub fn new(ca_cert: Option<&[u8]>, timeout: Duration, calls: usize) -> Result<Self, HttpError> {
        let roots = ca_cert.map(Certificate::from_pem_bundle).transpose();
        Ok(Self {
            roots: roots.map_err(HttpError::CaCertificate)?.unwrap_or_default(),
            timeout,
            calls,
        })
    }

    /// Connections to the API at `url`. The client itself watches the time of each call, because
    /// a large reply may have to wait for others. In HTTP/2, a reply that is not read takes none
    /// of the room of the others: the window of the connection is that of all calls together.
    pub(super) fn connections_to(&self, url: &Url) -> Result<reqwest::Client, HttpError> {
        let calls = u32::try_from(self.calls).unwrap_or(u32::MAX).max(1);
        let stream = (WINDOWS / calls).clamp(SMALLEST_WINDOW, LARGEST_WINDOW);
        let all = stream
            .saturating_mul(calls)
            .clamp(WINDOWS, MOST_OF_ALL_WINDOWS);
        self.builder_for(url)
            .http2_initial_stream_window_size(stream)
            .http2_initial_connection_window_size(all)
            .build()
            .map_err(HttpError::Client)
    }

    /// What a client for the sign-in at `url` is built with.
    pub(super) fn sign_in_client(&self, url: &Url) -> ClientBuilder {
        self.builder_for(url).timeout(self.timeout)
    }

    /// Through the system's proxy, except to this machine itself. It follows no redirect,
    /// because a token must not reach another origin.
    fn builder_for(&self, url: &Url) -> ClientBuilder {
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            // Every attempt takes a permit of the quota: none may happen in here.
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT.min(self.timeout))
            .tcp_keepalive(Duration::from_secs(30))
            .tls_certs_merge(self.roots.clone());
        if is_loopback(url) {
            builder.no_proxy()
        } else {
            builder
        }
    }
}

/// What to do about a certificate that is outside its time.
pub(super) fn certificate_time_hint() -> String {
    format!(
        "this machine's clock says {:.0}: set it if that is wrong; if it is right, whoever runs \
         the server has to renew its certificate",
        Timestamp::now()
    )
}

/// What to do about a call that failed with these words, if that was because of the time of the
/// server's certificate.
pub fn hint_for_failure(message: &str) -> Option<String> {
    // In the words of the library that looks at certificates.
    let is_outside = [
        "certificate expired",
        "certificate not valid yet",
        "certificate: Expired",
        "certificate: NotValidYet",
    ];
    let is_it = is_outside.iter().any(|words| message.contains(words));
    is_it.then(certificate_time_hint)
}

/// Whether the address is this machine's own: `127.0.0.0/8`, `::1` or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_rustls::rustls::{CertificateError, Error, pki_types::UnixTime};

    use super::*;

    #[test]
    fn a_certificate_outside_its_time_makes_one_look_at_the_clock() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let (time, not_after) = (at(2_000_000_000), at(1_900_000_000));
        for (error, is_time) in [
            (CertificateError::Expired, true),
            (CertificateError::ExpiredContext { time, not_after }, true),
            (CertificateError::NotValidYet, true),
            (
                CertificateError::NotValidYetContext {
                    time: not_after,
                    not_before: time,
                },
                true,
            ),
            (CertificateError::UnknownIssuer, false),
            (CertificateError::Revoked, false),
        ] {
            let message = Error::InvalidCertificate(error).to_string();
            let hint = hint_for_failure(&message);
            assert_eq!(hint.is_some(), is_time, "{message}");
            let names_it = |hint: String| hint.contains("this machine's clock says 20");
            assert!(hint.is_none_or(names_it), "{message}");
        }
    }

    #[test]
    fn this_machine_and_others() {
        for (url, loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1", true),
            ("https://LOCALHOST/api", true),
            ("http://localhost.example.com", false),
            ("http://128.0.0.1", false),
            ("https://api.security.microsoft.com", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), loopback, "{url}");
        }
    }
}
