//! How the run proves who it is: every kind of credential, behind one small trait.
//!
//! [`connect`] turns what was configured into a [`TokenSource`], without asking anybody
//! anything; [`Tokens`] stands in front of it, keeps the token and renews it in time.

mod assertion;
mod azure;
mod certificate;
mod choose;
mod claims;
mod configuration;
mod error;
mod hints;
mod http;
mod kind;
mod patience;
mod ready_made;
mod recipe;
mod refusal;
mod sign_in;
mod token_file;
mod token_reply;
mod tokens;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;

pub use certificate::{CertificateError, CertificateProblem};
pub use choose::choose;
pub use claims::Claims;
pub use configuration::{CredentialError, Part};
pub use error::{SignInError, Trouble};
pub use http::Http;
pub use kind::CredentialKind;
pub use patience::{Patience, try_again};
pub use refusal::Refusal;
pub use sign_in::SignIn;
pub use tokens::{Token, Tokens};

/// What to do about a sign-in's error code, such as `AADSTS7000215`.
pub fn hint_for(code: &str) -> Option<&'static str> {
    hints::by_code(code.strip_prefix("AADSTS")?.parse().ok()?)
}

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

/// The credential that was configured, ready to sign in. Nobody is asked anything yet:
/// what fails here is wrong in the configuration. `now` judges a ready-made token.
pub fn connect(
    sign_in: &SignIn,
    http: &Http,
    now: Timestamp,
) -> Result<Box<dyn TokenSource>, CredentialError> {
    let kind = choose(sign_in)?;
    tracing::debug!(%kind, "the credential is of kind {kind}");
    if kind == CredentialKind::Token {
        return Ok(Box::new(ready_made::ReadyMade::new(sign_in, now)?));
    }
    Ok(Box::new(azure::Azure::new(kind, sign_in, http)?))
}
