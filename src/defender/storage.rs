//! Access to object stores: connections with the same proxies and certificates, and tokens for
//! Azure's by the same sign-in.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use url::{Host, Url};

use super::{
    auth::{self, CredentialKind, SignIn, SignInError, SignInRetry, Tokens, choose, connect},
    http::{HttpError, HttpSettings, is_loopback},
    session::SessionError,
};

/// The scope of tokens for Azure's storage, in every cloud.
const SCOPE: &str = "https://storage.azure.com/.default";

/// How long a sign-in that does not answer is retried.
const SIGN_IN_TIMEOUT: Duration = Duration::from_mins(1);

/// Connections to object stores, and to their sign-in services.
#[derive(Debug, Clone)]
pub struct StorageConnections {
    proxied: reqwest::Client,
    /// To this machine, and to its identity service.
    direct: reqwest::Client,
}

impl StorageConnections {
    /// Connections over the same proxies and with the same certificates as to the API.
    pub fn new(http: &HttpSettings) -> Result<Self, HttpError> {
        Ok(Self {
            proxied: http.storage_connections(false)?,
            direct: http.storage_connections(true)?,
        })
    }

    /// The client for this address; `None` if it is neither encrypted nor on this machine.
    pub fn to(&self, url: &Url) -> Option<&reqwest::Client> {
        if is_here(url) {
            return Some(&self.direct);
        }
        (url.scheme() == "https").then_some(&self.proxied)
    }
}

/// Whether an address is this machine, or its identity service.
fn is_here(url: &Url) -> bool {
    let is_identity_service = match url.host() {
        Some(Host::Ipv4(address)) => address.is_link_local(),
        // Amazon's, for pods.
        Some(Host::Ipv6(address)) => address.segments()[..2] == [0xfd00, 0x0ec2],
        Some(Host::Domain(name)) => matches!(name, "metadata" | "metadata.google.internal"),
        None => false,
    };
    is_identity_service || is_loopback(url)
}

/// Tokens for Azure's storage.
pub struct StorageTokens {
    tokens: Tokens,
    retry: SignInRetry,
}

impl StorageTokens {
    /// Tokens by the sign-in of the run. `None` if that is a ready-made token, which is for the API alone.
    pub fn connect(
        sign_in: &SignIn,
        http: &HttpSettings,
        now: Timestamp,
    ) -> Result<Option<Self>, SessionError> {
        if choose(sign_in)? == CredentialKind::Token {
            return Ok(None);
        }
        let sign_in = SignIn {
            scope: SCOPE.to_owned(),
            ..sign_in.clone()
        };
        let client = || http.sign_in_client(&sign_in.authority_url);
        let client = auth::Http::new(client).map_err(HttpError::Client)?;
        Ok(Some(Self {
            tokens: Tokens::new(connect(&sign_in, &client, now)?),
            retry: SignInRetry::default(),
        }))
    }

    /// The token to use now.
    pub async fn current(&self) -> Result<SecretString, SignInError> {
        let token = self.retry.token(&self.tokens, SIGN_IN_TIMEOUT).await?;
        Ok(token.secret().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unencrypted_connections_stay_here() {
        let http = HttpSettings::new(None, Duration::from_secs(1), 1).unwrap();
        let connections = StorageConnections::new(&http).unwrap();
        for (url, is_allowed) in [
            ("https://account.blob.core.windows.net/c", true),
            ("http://account.blob.core.windows.net/c", false),
            ("http://127.0.0.1:10000/account", true),
            ("http://localhost:9000/bucket", true),
            ("http://169.254.169.254/latest/meta-data", true),
            ("http://169.254.170.2/credentials", true),
            ("http://[fd00:ec2::23]/v1/credentials", true),
            ("http://[fd00:ec3::23]/v1/credentials", false),
            ("http://metadata.google.internal/computeMetadata", true),
            ("http://metadata.example/computeMetadata", false),
            ("http://192.168.1.2:9000/bucket", false),
        ] {
            let url: Url = url.parse().unwrap();
            assert_eq!(connections.to(&url).is_some(), is_allowed, "{url}");
        }
    }
}
