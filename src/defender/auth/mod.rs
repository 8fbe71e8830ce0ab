//! Signing in: every credential kind, behind one small trait, [`TokenSource`].
//!
//! - `settings`: the configuration; `kind`: the credential kinds
//! - `connect`: chooses the kind and builds its [`TokenSource`], without sending a request
//! - `ready_made`: a token from elsewhere; `azure`: all other kinds, by way of `azure_identity`
//! - `credential_config`: builds a credential of `azure_identity` from the settings; `certificate`,
//!   `assertion`, `token_file`: its parts
//! - `http`: the HTTP clients; `recording_client`: the one under `azure_identity`, which records
//!   why a sign-in failed; `token_reply`, `refusal`, `network_problem`: what it parses
//! - `tokens`: the cache in front of a source; it renews the token before it expires, one caller
//!   for all; `sign_in_retry`: retries a sign-in that gets no answer
//! - `config_error`, `sign_in_error`, `hints`: the errors, and how to fix them
//! - `claims`: the claims of a token
//!
//! Invariants: a credential is built anew for each sign-in, because those of `azure_identity` cache
//! tokens that would be returned again after a 401; no secret is in an error, a log line or a
//! `Debug`; secrets that a reply repeats are masked before any text is shortened.

mod assertion;
mod azure;
mod certificate;
mod claims;
mod config_error;
mod connect;
mod credential_config;
mod hints;
mod http;
mod kind;
mod network_problem;
mod ready_made;
mod recording_client;
mod refusal;
mod settings;
mod sign_in_error;
mod sign_in_retry;
mod token_file;
mod token_reply;
mod tokens;

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

pub use self::{
    certificate::{CertificateError, CertificateProblem},
    claims::Claims,
    config_error::{CredentialError, CredentialSetting},
    connect::{certificate_end, choose, connect},
    hints::hint_for,
    http::Http,
    kind::CredentialKind,
    network_problem::NetworkProblem,
    ready_made::tenant_of_token,
    refusal::Refusal,
    settings::SignIn,
    sign_in_error::SignInError,
    sign_in_retry::{SignInRetry, retry_sign_in},
    tokens::{Token, Tokens},
};

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
