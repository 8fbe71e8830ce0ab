//! The HTTP clients of the sign-in.

use reqwest::{Client, ClientBuilder, redirect::Policy};

/// The HTTP clients for sign-ins. They do not follow redirects: a sign-in carries a secret, which
/// must go only to the configured host.
#[derive(Debug, Clone)]
pub struct Http {
    /// For the sign-in service: uses the proxy, if one is configured.
    pub(super) proxied: Client,
    /// For this machine's own identity endpoint, which no proxy can reach.
    pub(super) direct: Client,
}

impl Http {
    /// Builds both clients from `configure`, which is called once for each and sets the root
    /// certificates, timeouts and proxies.
    pub fn new(configure: impl Fn() -> ClientBuilder) -> reqwest::Result<Self> {
        let steady = || configure().redirect(Policy::none());
        Ok(Self {
            proxied: steady().build()?,
            direct: steady().no_proxy().build()?,
        })
    }
}
