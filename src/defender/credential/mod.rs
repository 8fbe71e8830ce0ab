//! How the run proves who it is: every kind of credential, behind one small trait.
//!
//! [`connect`] turns what was configured into a [`TokenSource`], without asking anybody
//! anything; [`Tokens`] stands in front of it, keeps the token and renews it in time.

mod error;
mod hints;
mod kind;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the adapter that reads refusals comes next")
)]
mod refusal;
mod sign_in;
mod tokens;

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

pub use error::{SignInError, Trouble};
pub use kind::CredentialKind;
pub use refusal::Refusal;
pub use sign_in::SignIn;
pub use tokens::{Token, Tokens};

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
