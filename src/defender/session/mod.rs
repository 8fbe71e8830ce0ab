//! The API with a token: the interface that a run calls.

mod token_rejections;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::Timestamp;
use parking_lot::Mutex;
use thiserror::Error;
use tracing::info;
use url::Url;

use self::token_rejections::{Rejection, TokenRejections};
use super::{
    api::{
        Address, BulkAddress, BulkApi, CensusAddress, CensusApi, HuntingApi, ListAddress, ListPage,
        MachineListApi, MissingKbsApi, Page,
    },
    auth::{
        self, Claims, CredentialError, SignIn, SignInError, SignInRetry, Token, Tokens, connect,
        retry_sign_in,
    },
    call_error::{CallError, Class},
    client::{ApiUrls, Client},
    files::{Downloads, Export, ExportFile, FileBody, FileError, FileProblem},
    http::{HttpError, HttpSettings},
    reply::BulkRows,
};
use crate::{
    domain::{
        bulk::Dataset,
        census::Product,
        kb::MissingKbs,
        listed_machine::ListedMachine,
        outcome::Reason,
        text::{chain, span},
        vulnerabilities::VulnerabilityRows,
    },
    quota::Permit,
};

/// A session with the API: calls carry a token.
pub struct Session {
    client: Client,
    http: HttpSettings,
    tokens: Arc<Tokens>,
    retry: Arc<SignInRetry>,
    rejections: Arc<Mutex<TokenRejections>>,
    /// Created when the first file is downloaded.
    downloads: OnceLock<Downloads>,
}

/// How long a run in progress waits for a sign-in that gets no answer; it waits as long for the
/// service.
const SIGN_IN_TIMEOUT: Duration = Duration::from_hours(1);

/// Why no session could be prepared; always a configuration error.
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
    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Http(error) => error.hint(),
            Self::Credential(error) => error.hint(),
        }
    }
}

impl Session {
    /// Prepares a session with the API at this URL. No request is sent yet; `now` is used to check
    /// a ready-made token's expiry.
    pub fn connect(
        api: &Url,
        sign_in: &SignIn,
        http: &HttpSettings,
        now: Timestamp,
    ) -> Result<Self, SessionError> {
        let sign_in_client = || http.sign_in_client(&sign_in.authority_url);
        let sign_in_http = auth::Http::new(sign_in_client).map_err(HttpError::Client)?;
        let source = connect(sign_in, &sign_in_http, now)?;
        let connections = http.connections_to(api)?;
        Ok(Self {
            client: Client::new(connections, api.clone(), http.calls, http.timeout),
            http: http.clone(),
            tokens: Arc::new(Tokens::new(source)),
            retry: Arc::default(),
            rejections: Arc::default(),
            downloads: OnceLock::new(),
        })
    }

    /// The same session over its own connections, for another thread: a connection is driven by the
    /// thread that opened it, and every call over it would wake that thread.
    pub fn over_other_connections(&self) -> Result<Self, HttpError> {
        let connections = self.http.connections_to(self.client.urls().base())?;
        Ok(Self {
            client: self.client.over(connections),
            http: self.http.clone(),
            tokens: Arc::clone(&self.tokens),
            retry: Arc::clone(&self.retry),
            rejections: Arc::clone(&self.rejections),
            downloads: OnceLock::new(),
        })
    }

    /// Signs in, and returns the token's claims, if they can be read.
    pub async fn sign_in(&self) -> Result<Option<Claims>, SignInError> {
        let token = self.tokens.current().await?;
        Ok(Claims::read(token.secret()))
    }

    /// Signs in after an attempt that failed for a transient reason, with retries for up to
    /// `longest`. After that, the last failure is returned.
    pub async fn wait_to_sign_in(
        &self,
        error: SignInError,
        longest: Duration,
    ) -> Result<Option<Claims>, SignInError> {
        let token = retry_sign_in(&self.tokens, error, longest).await?;
        Ok(Claims::read(token.secret()))
    }

    /// The current token.
    async fn token(&self) -> Result<Token, CallError> {
        let token = self.tokens.current().await;
        token.map_err(|error| no_token(&error))
    }

    fn downloads(&self) -> Result<&Downloads, FileError> {
        if let Some(downloads) = self.downloads.get() {
            return Ok(downloads);
        }
        let made = Downloads::of(self.client.urls().base(), &self.http);
        let made = made.map_err(|error| FileError::new(FileProblem::Final, chain(&error)))?;
        Ok(self.downloads.get_or_init(|| made))
    }

    /// Records what the reply to a call to `url` says about the token: accepted, or refused.
    async fn checked<T>(
        &self,
        token: &Token,
        url: impl FnOnce(&ApiUrls) -> Url,
        reply: Result<T, CallError>,
    ) -> Result<T, CallError> {
        match reply {
            Err(error) if error.class == Class::TokenRejected => {
                Err(self.refused(token, url(self.client.urls()), error).await)
            }
            Err(error) if error.class != Class::NotFound => Err(error),
            reply => {
                self.rejections.lock().accept();
                reply
            }
        }
    }

    /// Handles a refused token: the next attempt uses a new one, unless the service refuses new
    /// tokens as well.
    async fn refused(&self, token: &Token, url: Url, mut error: CallError) -> CallError {
        if error.is_foreign && !self.rejections.lock().was_accepted() {
            // The token is new, and the service has not seen it.
            return error.into_foreign(None);
        }
        let rejection = self.rejections.lock().refuse(token, url);
        match rejection {
            Rejection::Over if error.is_foreign => return error.into_foreign(None),
            Rejection::Over => {
                error.class = Class::RunRefused;
                return error;
            }
            Rejection::Stale => error.class = Class::TokenSuperseded,
            Rejection::Renew => info!("The service rejected the token: signing in again"),
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
        let token = self.retry.token(&self.tokens, SIGN_IN_TIMEOUT).await;
        token.map(drop).map_err(|error| {
            let mut error = no_token(&error);
            if error.class == Class::NoToken {
                let message = &error.failure.message;
                let waited = span(SIGN_IN_TIMEOUT);
                error.failure.message = format!(
                    "could not sign in for {waited}; last \
                    attempt: {message}"
                );
            }
            error
        })
    }

    async fn page(&self, address: &Address, permit: &Permit<'_>) -> Result<Page, CallError> {
        let token = self.token().await?;
        let reply = self.client.page(address, token.secret(), permit).await;
        self.checked(&token, |urls| urls.answer(address), reply)
            .await
    }
}

impl MachineListApi for Session {
    async fn machines(
        &self,
        address: &ListAddress,
        permit: &Permit<'_>,
    ) -> Result<Vec<ListedMachine>, CallError> {
        let token = self.token().await?;
        let reply = self.client.machines(address, token.secret(), permit).await;
        self.checked(&token, |urls| urls.machines(address), reply)
            .await
    }
}

impl CensusApi for Session {
    async fn products(
        &self,
        address: &CensusAddress,
        permit: &Permit<'_>,
    ) -> Result<ListPage<Vec<Product>>, CallError> {
        let token = self.token().await?;
        let reply = self.client.products(address, token.secret(), permit).await;
        self.checked(&token, |urls| urls.census(address), reply)
            .await
    }

    async fn missing_in(
        &self,
        address: &CensusAddress,
        permit: &Permit<'_>,
    ) -> Result<ListPage<MissingKbs>, CallError> {
        let token = self.token().await?;
        let call = self.client.missing_in(address, token.secret(), permit);
        let reply = call.await;
        self.checked(&token, |urls| urls.census(address), reply)
            .await
    }
}

impl HuntingApi for Session {
    async fn hunt(&self, query: &str, permit: &Permit<'_>) -> Result<VulnerabilityRows, CallError> {
        let token = self.token().await?;
        let reply = self.client.hunt(query, token.secret(), permit).await;
        self.checked(&token, ApiUrls::hunting, reply).await
    }
}

impl BulkApi for Session {
    async fn bulk_page<R: BulkRows>(
        &self,
        address: &BulkAddress,
        permit: &Permit<'_>,
    ) -> Result<ListPage<R>, CallError> {
        let token = self.token().await?;
        let reply = self.client.bulk_page(address, token.secret(), permit).await;
        self.checked(&token, |urls| urls.bulk(R::DATASET, address), reply)
            .await
    }

    async fn export(&self, dataset: Dataset, permit: &Permit<'_>) -> Result<Export, CallError> {
        let token = self.token().await?;
        let reply = self.client.export(dataset, token.secret(), permit).await;
        self.checked(&token, |urls| urls.export(dataset), reply)
            .await
    }

    async fn export_file(
        &self,
        file: &ExportFile,
        skip: u64,
        permit: &Permit<'_>,
    ) -> Result<FileBody, FileError> {
        self.downloads()?.start(file, skip, permit).await
    }
}

/// A ready-made token that the service refused. No sign-in was attempted, so only the service gives
/// the reason.
fn not_renewed(mut error: CallError) -> CallError {
    error.class = Class::RunRefused;
    let message = &mut error.failure.message;
    *message = format!("{message}; {}", SignInError::ReadyMade);
    error
}

/// A failed sign-in: after a transient failure the next attempt waits for another sign-in, any
/// other failure ends the run.
pub fn no_token(error: &SignInError) -> CallError {
    let (class, reason) = if error.is_passing() {
        (Class::NoToken, Reason::Connection)
    } else {
        (Class::RunRefused, Reason::Refused)
    };
    let mut failure = CallError::without_reply(class, reason, chain(error));
    failure.failure.http_status = error.http_status();
    failure.failure.code = error.code().map(|code| format!("AADSTS{code}"));
    failure.failure.correlation_id = error.correlation_id().map(str::to_owned);
    failure
}
