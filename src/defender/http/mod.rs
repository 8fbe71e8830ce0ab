//! HTTP for the API and the sign-in: the clients, and the parts of replies that both parse.

pub(super) mod encoding;
pub(super) mod mask;
pub(super) mod retry_after;
mod tls;

use std::{net::IpAddr, sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::{ClientBuilder, StatusCode, dns::Resolve, redirect::Policy};
use thiserror::Error;
use tokio_rustls::rustls::{self, ClientConfig};
use url::{Host, Url};

/// The `User-Agent` of all requests.
const USER_AGENT: &str = concat!("patchgap/", env!("CARGO_PKG_VERSION"));
/// Time limit for opening a connection, within that of the whole call.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time limit for the reply of an object store to a part of a file. It includes the time to send
/// the part.
#[cfg(feature = "upload")]
const STORAGE_TIMEOUT: Duration = Duration::from_mins(1);
/// Time limit for opening a connection to this machine, or to its identity service.
#[cfg(feature = "upload")]
const LOCAL_TIMEOUT: Duration = Duration::from_secs(2);

/// HTTP/2 flow-control windows in bytes: of all streams together, and the limits for one stream.
const WINDOWS: u32 = 16 << 20;
const SMALLEST_WINDOW: u32 = (64 << 10) - 1;
const LARGEST_WINDOW: u32 = 1 << 20;
/// The largest window that the protocol allows.
const MAX_PROTOCOL_WINDOW: u32 = (1 << 31) - 1;

/// The settings that all HTTP clients share.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    tls: ClientConfig,
    pub(super) timeout: Duration,
    pub(super) calls: usize,
}

/// Why no HTTP client could be built.
#[derive(Debug, Error)]
pub enum HttpError {
    /// The extra root certificate is invalid.
    #[error("the extra root certificate cannot be used")]
    CaCertificate(#[source] rustls::Error),
    /// The platform's root certificates cannot be read.
    #[error("the system's root certificates cannot be used")]
    Roots(#[source] rustls::Error),
    /// The system's proxy settings are invalid.
    #[error("the HTTP client cannot be created")]
    Client(#[source] reqwest::Error),
}

impl HttpError {
    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::CaCertificate(_) => "give a root certificate as PEM with --ca-cert",
            Self::Roots(_) | Self::Client(_) => {
                "check that the system's root certificates are installed (in a container: \
                 ca-certificates) and that its proxy settings are valid addresses"
            }
        };
        Some(hint.to_owned())
    }
}

impl HttpSettings {
    /// Settings for clients that trust `ca_cert` (PEM) in addition to the platform's roots, and
    /// whose calls time out after `timeout`. `calls` is the maximum number of API calls in flight.
    pub fn new(ca_cert: Option<&[u8]>, timeout: Duration, calls: usize) -> Result<Self, HttpError> {
        let cannot = match ca_cert {
            Some(_) => HttpError::CaCertificate,
            None => HttpError::Roots,
        };
        Ok(Self {
            tls: tls::tls(ca_cert).map_err(cannot)?,
            timeout,
            calls,
        })
    }

    /// A client for the API at `url`. The time limit of each call is enforced elsewhere, because a
    /// large reply may have to wait for others. In HTTP/2, an unread reply must not block the
    /// others: the connection's window is that of all calls together.
    pub(super) fn connections_to(&self, url: &Url) -> Result<reqwest::Client, HttpError> {
        let calls = u32::try_from(self.calls).unwrap_or(u32::MAX).max(1);
        let stream = (WINDOWS / calls).clamp(SMALLEST_WINDOW, LARGEST_WINDOW);
        let all = stream
            .saturating_mul(calls)
            .clamp(WINDOWS, MAX_PROTOCOL_WINDOW);
        self.builder_for(url)
            .http2_initial_stream_window_size(stream)
            .http2_initial_connection_window_size(all)
            .build()
            .map_err(HttpError::Client)
    }

    /// A client for the files of the API at `url`, which are on other servers: the same proxies and
    /// certificates. Bodies are not decompressed, so that a download can be resumed.
    pub(super) fn file_connections(
        &self,
        url: &Url,
        resolver: impl Resolve + 'static,
    ) -> Result<reqwest::Client, HttpError> {
        self.builder_for(url)
            .no_gzip()
            .dns_resolver(Arc::new(resolver))
            .build()
            .map_err(HttpError::Client)
    }

    /// A client for public files at `url`, without a token: it follows the redirects that
    /// `redirects` allows. If `unpacks` is false, bodies are not decompressed, for files that are
    /// compressed themselves.
    pub(super) fn public_connections(
        &self,
        url: &Url,
        redirects: Policy,
        unpacks: bool,
    ) -> Result<reqwest::Client, HttpError> {
        self.builder_for(url)
            .redirect(redirects)
            .referer(false)
            .gzip(unpacks)
            .build()
            .map_err(HttpError::Client)
    }

    /// A client for object stores: sending may take long, but not the wait for a reply or for its
    /// next part. Bodies are not decompressed. `is_here` is for addresses that no proxy can reach.
    #[cfg(feature = "upload")]
    pub(super) fn storage_connections(&self, is_here: bool) -> Result<reqwest::Client, HttpError> {
        let builder = self.builder().no_gzip().read_timeout(STORAGE_TIMEOUT);
        let builder = if is_here {
            builder.no_proxy().connect_timeout(LOCAL_TIMEOUT)
        } else {
            builder
        };
        builder.build().map_err(HttpError::Client)
    }

    /// The builder of a client for the sign-in at `url`.
    pub(super) fn sign_in_client(&self, url: &Url) -> ClientBuilder {
        self.builder_for(url).timeout(self.timeout)
    }

    /// Uses the system's proxy, except for this machine itself.
    fn builder_for(&self, url: &Url) -> ClientBuilder {
        if is_loopback(url) {
            self.builder().no_proxy()
        } else {
            self.builder()
        }
    }

    /// Follows no redirects, because a token must not reach another origin.
    fn builder(&self) -> ClientBuilder {
        reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            // Every attempt needs a quota permit, so the client itself must not retry.
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT.min(self.timeout))
            .tcp_keepalive(Duration::from_secs(30))
            .tls_backend_preconfigured(self.tls.clone())
    }
}

/// How to fix a certificate that has expired or is not valid yet.
pub(super) fn certificate_time_hint() -> String {
    format!(
        "this machine's clock says {:.0}: correct it if that is wrong; otherwise the server's \
         operator has to renew the certificate",
        Timestamp::now()
    )
}

/// The hint for a call that failed with this message, if the cause was an expired or not yet valid
/// server certificate.
pub fn hint_for_failure(message: &str) -> Option<String> {
    // As worded by the TLS library.
    let is_outside = [
        "certificate expired",
        "certificate not valid yet",
        "certificate: Expired",
        "certificate: NotValidYet",
    ];
    let is_it = is_outside.iter().any(|words| message.contains(words));
    is_it.then(certificate_time_hint)
}

/// A message about a failed call, with its hint if there is one.
pub fn with_hint(message: String) -> String {
    match hint_for_failure(&message) {
        Some(hint) => format!("{message} ({hint})"),
        None => message,
    }
}

/// Whether a server that replies with this status may accept the same request a little later.
pub(super) fn is_passing(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        )
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
    fn certificate_outside_its_validity_points_to_the_clock() {
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
    fn loopback_urls_are_recognised() {
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
