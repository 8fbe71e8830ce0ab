//! The sign-in at the beginning of a run.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    collect::per_machine::Stops,
    config::Config,
    defender::{
        Session,
        auth::{Claims, SignInError},
        no_token,
    },
    domain::{ending::Ending, text::span},
    run::{RunError, deadline},
};

/// How long a run waits for a sign-in that does not answer.
const SIGN_IN_TIMEOUT: Duration = Duration::from_mins(5);

/// The result of the sign-in.
pub(in crate::run) enum SignedIn {
    /// Signed in, with the claims of the token if they can be read.
    As(Option<Claims>),
    /// There was no answer within the waiting time.
    NoAnswer(SignInError),
}

impl SignedIn {
    /// The claims, for who cannot go on without a sign-in.
    pub(in crate::run) fn claims(self) -> Result<Option<Claims>, SignInError> {
        match self {
            Self::As(claims) => Ok(claims),
            Self::NoAnswer(error) => Err(error),
        }
    }
}

/// Signs in before any call is sent.
pub(in crate::run) async fn sign_in(
    config: &Config,
    stops: &Stops,
    session: &Session,
) -> Result<SignedIn, RunError> {
    let signed_in = stops.gentle.run_until_cancelled(session.sign_in());
    match signed_in.await.ok_or(RunError::Interrupted)? {
        Ok(claims) => Ok(SignedIn::As(claims)),
        Err(error) if error.is_passing() => wait_to_sign_in(config, stops, session, error).await,
        Err(error) => Err(error.into()),
    }
}

async fn wait_to_sign_in(
    config: &Config,
    stops: &Stops,
    session: &Session,
    error: SignInError,
) -> Result<SignedIn, RunError> {
    let waited_for = tokio::select! {
        biased;
        () = stops.gentle.cancelled() => return Err(RunError::Interrupted),
        waited = session.wait_to_sign_in(error.clone(), SIGN_IN_TIMEOUT) => waited,
        () = deadline::reached(config.until, Timestamp::now) => Err(error),
    };
    match waited_for {
        Ok(claims) => Ok(SignedIn::As(claims)),
        Err(error) if error.is_passing() => Ok(SignedIn::NoAnswer(error)),
        Err(error) => Err(error.into()),
    }
}

/// The ending of a run without a sign-in.
pub(in crate::run) fn no_sign_in(error: &SignInError) -> Ending {
    let mut failure = no_token(error).failure;
    let waited_for = span(SIGN_IN_TIMEOUT);
    failure.message = format!(
        "could not sign in within {waited_for}; last attempt: {}",
        failure.message
    );
    Ending::NoSignIn(failure)
}
