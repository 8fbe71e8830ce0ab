//! The HTTP clients of the sign-in.

use reqwest::{Client, ClientBuilder, redirect::Policy};

/// The clients that sign-ins go through. None follows redirects: a sign-in carries a
/// secret, and that goes to the configured host or nowhere.
#[derive(Debug, Clone)]
pub struct Http {
    /// For the sign-in service: through the proxy, where there is one.
    pub(super) proxied: Client,
    /// For this machine's own identity endpoint, which no proxy can reach.
    pub(super) direct: Client,
}

impl Http {
    /// The clients that `configure` describes: it is called once for each, and gives them
    /// the root certificates, the timeouts, the proxies.
    pub fn new(configure: impl Fn() -> ClientBuilder) -> reqwest::Result<Self> {
        let steady = || configure().redirect(Policy::none());
        Ok(Self {
            proxied: steady().build()?,
            direct: steady().no_proxy().build()?,
        })
    }
}
