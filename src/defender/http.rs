//! The HTTP clients, for the API and the sign-in alike.

use std::{net::IpAddr, time::Duration};

use reqwest::{Certificate, redirect::Policy};
use thiserror::Error;
use url::{Host, Url};

/// How the tool introduces itself to services and proxies.
const USER_AGENT: &str = concat!("patchgap/", env!("CARGO_PKG_VERSION"));
/// The longest that a connection may take to be made, within the time of the whole call.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What an HTTP client is built from.
#[derive(Debug, Clone, Copy)]
pub struct HttpSettings<'a> {
    /// Extra root certificates, PEM.
    pub ca_cert: Option<&'a [u8]>,
    /// The longest that one call may take.
    pub timeout: Duration,
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

impl HttpSettings<'_> {
    /// A client that reaches `url`: through the system's proxy, except for this machine
    /// itself. It follows no redirect, because a token must not reach another origin.
    pub fn client_for(&self, url: &Url) -> Result<reqwest::Client, HttpError> {
        if is_loopback(url) {
            self.direct_client()
        } else {
            self.builder()?.build().map_err(HttpError::Client)
        }
    }

    /// A client that goes through no proxy: for this machine and its platform's own
    /// services.
    pub fn direct_client(&self) -> Result<reqwest::Client, HttpError> {
        self.builder()?
            .no_proxy()
            .build()
            .map_err(HttpError::Client)
    }

    fn builder(&self) -> Result<reqwest::ClientBuilder, HttpError> {
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            // Every attempt takes a permit of the quota: none may happen in here.
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT.min(self.timeout))
            .timeout(self.timeout)
            .tcp_keepalive(Duration::from_secs(30));
        let Some(pem) = self.ca_cert else {
            return Ok(builder);
        };
        let roots = Certificate::from_pem_bundle(pem).map_err(HttpError::CaCertificate)?;
        Ok(builder.tls_certs_merge(roots))
    }
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
    use super::*;

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
