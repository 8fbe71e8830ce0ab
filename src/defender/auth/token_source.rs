//! The source of access tokens.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use super::SignInError;

/// A newly issued access token.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The value that follows `Bearer`.
    pub secret: SecretString,
    /// Lifetime from now on; `None` if unknown.
    pub lifetime: Option<Duration>,
}

/// Anything that can sign in.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// Requests a new token on each call.
    async fn sign_in(&self) -> Result<AccessToken, SignInError>;
}
