//! How the run proves who it is: every kind of credential, behind one small trait.
//!
//! - `settings`: what was configured; `kind`: the kinds of credentials there are
//! - `connect`: which kind signs in, and the [`TokenSource`] for it, without a call
//! - `ready_made`: a token from elsewhere; `azure`: all other kinds, which `azure_identity` signs in
//! - `credential_config`: from the settings to a credential of `azure_identity`; `certificate`,
//!   `assertion`, `token_file`: what it is made of
//! - `recording_client`: the HTTP client under `azure_identity`, which remembers why a sign-in
//!   failed; `token_reply`, `refusal`, `trouble`: what it reads
//! - `tokens`: the cache in front of a source, which renews the token in time, one caller for all;
//!   `sign_in_retry`: waits for a sign-in that does not answer
//! - `config_error`, `sign_in_error`, `hints`: what can go wrong, and what to do about it
//! - `claims`: what a token says of itself
//!
//! Invariants: a credential is made anew for each sign-in, because those of `azure_identity` keep
//! tokens that would come back after a 401; no secret is in an error, a log line or a `Debug`; what a
//! reply repeats of a secret is masked before anything is cut.

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
mod ready_made;
mod recording_client;
mod refusal;
mod settings;
mod sign_in_error;
mod sign_in_retry;
mod token_file;
mod token_reply;
mod token_source;
mod tokens;
mod trouble;

pub use self::{
    certificate::{CertificateError, CertificateProblem},
    claims::Claims,
    config_error::{CredentialError, Part},
    connect::{choose, connect},
    hints::hint_for,
    http::Http,
    kind::CredentialKind,
    refusal::Refusal,
    settings::SignIn,
    sign_in_error::SignInError,
    sign_in_retry::{SignInRetry, try_again},
    token_source::{AccessToken, TokenSource},
    tokens::{Token, Tokens},
    trouble::Trouble,
};
