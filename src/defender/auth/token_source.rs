//! Where access tokens come from.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use super::SignInError;

/// A token that just arrived.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// What goes behind `Bearer`.
    pub secret: SecretString,
    /// How long it lives from now on; `None` where nobody said.
    pub lifetime: Option<Duration>,
}

/// Whatever can sign in.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// Gets a new token: each call asks anew.
    async fn sign_in(&self) -> Result<AccessToken, SignInError>;
}
