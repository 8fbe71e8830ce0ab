//! The API with a token: what a run calls.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use parking_lot::Mutex;
use thiserror::Error;
use tracing::info;
use url::Url;

use super::{
    Address, CallError, Class, Client, HttpError, HttpSettings, MissingKbsApi, Page,
    trust::{Trust, Verdict},
};
use crate::defender::auth::{
    Claims, CredentialError, Patience, SignIn, SignInError, Token, Tokens, connect, try_again,
};
use crate::domain::{
    outcome::Reason,
    text::{chain, span},
};
use crate::quota::Permit;

/// The API, signed in.
pub struct Session {
    client: Client,
    http: HttpSettings,
    tokens: Arc<Tokens>,
    patience: Arc<Patience>,
    trust: Arc<Mutex<Trust>>,
}

/// How long a run under way waits for a sign-in that does not answer: as long as for the service.
const PATIENCE: Duration = Duration::from_hours(1);

/// No session could be prepared: something in the configuration does not do.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The HTTP clients.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The credential.
    #[error(transparent)]
    Credential(#[from] CredentialError),
}

impl SessionError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Http(error) => error.hint(),
            Self::Credential(error) => error.hint(),
        }
    }
}

impl Session {
    /// Prepares a session with the API at this URL. Nobody is asked anything yet; `now`
    /// judges a ready-made token.
    pub fn connect(
        api: &Url,
        sign_in: &SignIn,
        http: &HttpSettings,
        now: Timestamp,
    ) -> Result<Self, SessionError> {
        let source = connect(sign_in, &http.sign_in_at(&sign_in.authority_url)?, now)?;
        Ok(Self {
            client: http.api_client(api)?,
            http: http.clone(),
            tokens: Arc::new(Tokens::new(source)),
            patience: Arc::default(),
            trust: Arc::default(),
        })
    }

    /// The same session over connections of its own, for another thread: a connection belongs
    /// to the thread that made it, and every call over it would wake that one.
    pub fn over_other_connections(&self) -> Result<Self, HttpError> {
        Ok(Self {
            client: self
                .client
                .over(self.http.connections_to(self.client.api())?),
            http: self.http.clone(),
            tokens: Arc::clone(&self.tokens),
            patience: Arc::clone(&self.patience),
            trust: Arc::clone(&self.trust),
        })
    }

    /// Signs in, and returns what the token says of itself, where it can be read.
    pub async fn sign_in(&self) -> Result<Option<Claims>, SignInError> {
        let token = self.tokens.current().await?;
        Ok(Claims::read(token.secret()))
    }

    /// Signs in after a try that failed for a passing reason: tries again for as long as
    /// `longest`. The last failure stands.
    pub async fn wait_to_sign_in(
        &self,
        error: SignInError,
        longest: Duration,
    ) -> Result<Option<Claims>, SignInError> {
        let token = try_again(&self.tokens, error, longest).await?;
        Ok(Claims::read(token.secret()))
    }

    /// What to make of a refused token: the next try comes with a new one, unless the
    /// service refuses new ones too.
    async fn refused(&self, token: &Token, address: &Address, mut error: CallError) -> CallError {
        if error.is_foreign && !self.trust.lock().was_accepted() {
            // The token is new, and the service has not seen it.
            return error.into_foreign(None);
        }
        let verdict = self.trust.lock().refuse(token, address);
        match verdict {
            Verdict::Over if error.is_foreign => return error.into_foreign(None),
            Verdict::Over => {
                error.class = Class::Run;
                return error;
            }
            Verdict::Stale => error.class = Class::StaleToken,
            Verdict::Renew => info!("the service refuses the token: signing in again"),
        }
        match self.tokens.renew(token).await {
            Ok(_) => error,
            Err(SignInError::ReadyMade) if error.is_foreign => error.into_foreign(None),
            Err(SignInError::ReadyMade) => not_renewed(error),
            Err(failed) => no_token(&failed),
        }
    }
}

impl MissingKbsApi for Session {
    async fn ready(&self) -> Result<(), CallError> {
        let token = self.patience.token(&self.tokens, PATIENCE).await;
        token.map(drop).map_err(|error| {
            let mut error = no_token(&error);
            if error.class == Class::NoToken {
                let message = &error.failure.message;
                let waited = span(PATIENCE);
                error.failure.message = format!("no sign-in for {waited}; the last try: {message}");
            }
            error
        })
    }

    async fn page(&self, address: &Address, permit: &Permit<'_>) -> Result<Page, CallError> {
        let token = self
            .tokens
            .current()
            .await
            .map_err(|error| no_token(&error))?;
        let reply = self.client.page(address, token.secret(), permit).await;
        match reply {
            Err(error) if error.class == Class::Token => {
                Err(self.refused(&token, address, error).await)
            }
            Err(error) if error.class != Class::NotFound => Err(error),
            reply => {
                self.trust.lock().accept();
                reply
            }
        }
    }
}

/// A ready-made token that the service refused. The sign-in was never asked, so that the
/// service alone says why.
fn not_renewed(mut error: CallError) -> CallError {
    error.class = Class::Run;
    let message = &mut error.failure.message;
    *message = format!("{message}; {}", SignInError::ReadyMade);
    error
}

/// A sign-in that failed: for a passing reason the next try waits for another one, otherwise it
/// fails the run.
pub fn no_token(error: &SignInError) -> CallError {
    let (class, reason) = if error.is_passing() {
        (Class::NoToken, Reason::Connection)
    } else {
        (Class::Run, Reason::Refused)
    };
    let mut failure = CallError::without_reply(class, reason, chain(error));
    failure.failure.http_status = error.http_status();
    failure.failure.code = error.code().map(|code| format!("AADSTS{code}"));
    failure.failure.correlation_id = error.correlation_id().map(str::to_owned);
    failure
}
